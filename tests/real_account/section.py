"""Sections' cells, solutions included, without a kernel.

A cell that fails is said on stderr, and the next one is run, as a student does.
"""

from __future__ import annotations

import ast
import contextlib
import sys
import tempfile
from pathlib import Path
from typing import Any

from kmscourse import Lab, course
from tests import models
from tests.notebooks.solutions import solved

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def run_section(number: int, lab: Lab | None = None) -> dict[str, str]:
    """Run every code cell of a section, with this lab instead of the one that its first cell opens.

    What each cell showed, by its source. The cells work in a folder of their own.
    """
    names: dict[str, Any] = {"lab": lab}
    cells = [code.source for code in solved(NOTEBOOKS / course.find_section(number).notebook)]
    shown = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for source in cells[1:] if lab else cells:
            try:
                shown[source] = _run_cell(source, names)
            except Exception as error:
                shown[source] = f"{type(error).__name__}: {error}"
                print(f"{number}: {source.splitlines()[-1]}: {shown[source]}", file=sys.stderr)
    return shown


def _run_cell(source: str, names: dict[str, Any]) -> str:
    """Run a cell as a notebook does: its last expression is shown, in every form."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102
    if not isinstance(last, ast.Expr):
        return ""
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
    forms = (getattr(value, name, None) for name in ("__repr__", "_repr_html_", "_repr_mimebundle_"))
    return "\n".join(str(form()) for form in forms if form)


def take_section(number: int) -> None:
    """The same as all that a process does."""
    models.share()
    run_section(number)
