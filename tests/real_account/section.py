"""Sections' cells, solutions included, in a process without a kernel: ``python -m tests.real_account.section N …``.

A cell that fails is said on stderr, and the next one is run, as a student does.
"""

from __future__ import annotations

import ast
import os
import sys
import tempfile
from typing import Any

from kmscourse import Lab
from tests.notebooks.solutions import solved
from tools.record import NOTEBOOKS


def run_section(number: int, lab: Lab | None = None) -> None:
    """Run every code cell of a section, with this lab instead of the one that its first cell opens."""
    names: dict[str, Any] = {"lab": lab}
    cells = [cell.source for cell in solved(NOTEBOOKS[number]).cells if cell.cell_type == "code"]
    for source in cells[1:] if lab else cells:
        try:
            _run_cell(source, names)
        except Exception as error:
            print(f"{number}: {source.splitlines()[-1]}: {type(error).__name__}: {error}", file=sys.stderr)


def _run_cell(source: str, names: dict[str, Any]) -> None:
    """Run a cell as a notebook does: its last expression is shown."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102
    if isinstance(last, ast.Expr):
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
        for show in ("__repr__", "_repr_html_", "_repr_mimebundle_"):
            getattr(shown, show, str)()


def main() -> None:
    """Run the sections that are named."""
    with tempfile.TemporaryDirectory() as folder:
        for number in map(int, sys.argv[1:]):
            os.chdir(folder)
            run_section(number)
        os.chdir("/")


if __name__ == "__main__":
    main()
