"""Sections' cells, solutions included, without a kernel.

A cell that fails is said on stderr, and the next one is run, as a student does.
"""

from __future__ import annotations

import ast
import contextlib
import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmscourse import Lab, course
from tests import models
from tests.notebooks.solutions import solved

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@dataclass(frozen=True)
class RunCell:
    """A cell that ran: what it showed and printed, in every form, and the error that ended it, or ""."""

    source: str
    shown: str
    error: str
    meant_to_fail: bool


def run_section(number: int, lab: Lab | None = None) -> list[RunCell]:
    """Run every code cell of a section, with this lab instead of the one that its first cell opens.

    The cells work in a folder of their own.
    """
    codes = solved(NOTEBOOKS / course.find_section(number).notebook)
    names: dict[str, Any] = {"lab": lab, "display": lambda value: print(*_forms(value), sep="\n")}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        return [_run_cell(code.source, code.fails, names) for code in (codes[1:] if lab else codes)]


def _run_cell(source: str, meant_to_fail: bool, names: dict[str, Any]) -> RunCell:
    """Run a cell as a notebook does: its last expression is shown."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    error = ""
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        try:
            exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102
            if isinstance(last, ast.Expr):
                names["display"](eval(compile(ast.Expression(last.value), "cell", "eval"), names))  # noqa: S307
        except Exception as failed:
            error = f"{source.splitlines()[-1]}: {type(failed).__name__}: {failed}"
            print(error, file=sys.stderr)
    return RunCell(source, shown.getvalue(), error, meant_to_fail)


def _forms(value: object) -> list[str]:
    """A value in every form that a notebook keeps of it."""
    forms = (getattr(value, name, None) for name in ("__repr__", "_repr_html_", "_repr_mimebundle_"))
    return [str(form()) for form in forms if form]


def unexpected_errors(cells: list[RunCell]) -> list[str]:
    """What failed without being meant to."""
    return [cell.error for cell in cells if cell.error and not cell.meant_to_fail]


def take_section(number: int) -> None:
    """The same as all that a process does."""
    models.share()
    run_section(number)
