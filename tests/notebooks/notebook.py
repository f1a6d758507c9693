"""Notebooks for a kernel, made of code alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tests.notebooks.solutions import solved
from tools.record import METADATA

AFRESH = "import os; os.chdir({folder!r})\n%reset -f"


def solved_notebook(path: Path) -> nbformat.NotebookNode:
    """The code of a notebook, solutions included, not run yet."""
    cells = [
        new_code_cell(code.source, metadata={"tags": ["raises-exception"] if code.fails else []})
        for code in solved(path)
    ]
    return new_notebook(cells=cells, metadata=METADATA)


def one_after_the_other(notebooks: Iterable[nbformat.NotebookNode], folder: Path) -> nbformat.NotebookNode:
    """All of them for one kernel, which forgets every name in between, and is back in ``folder`` then.

    The cells are those of the notebooks, and so is what they show. A kernel for each, as a student has it, takes a
    second more to start: ``tests/browser`` and nbval run them so.
    """
    afresh = AFRESH.format(folder=str(folder))
    cells = [cell for notebook in notebooks for cell in (new_code_cell(afresh), *notebook.cells)]
    return new_notebook(cells=cells, metadata=METADATA)
