"""A notebook for a kernel, made of code alone."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tests.notebooks.solutions import solved
from tools.record import METADATA


def solved_notebook(path: Path) -> nbformat.NotebookNode:
    """The code of a notebook, solutions included, not run yet."""
    cells = [
        new_code_cell(code.source, metadata={"tags": ["raises-exception"] if code.fails else []})
        for code in solved(path)
    ]
    return new_notebook(cells=cells, metadata=METADATA)
