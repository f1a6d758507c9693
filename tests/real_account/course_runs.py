"""The ways to go through the whole course on an account that is not the practice account."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from kmscourse import course
from tests.notebooks.notebook import one_after_the_other, solved_notebook
from tests.real_account.targets import Target
from tools.record import CELL_TIMEOUT, ROOT

_ON_REAL_ACCOUNTS = [section for section in course.SECTIONS if not section.practice_only]
EVERY_SECTION = [section.number for section in _ON_REAL_ACCOUNTS]
EVERY_NOTEBOOK = [ROOT / "notebooks" / section.notebook for section in _ON_REAL_ACCOUNTS]


def sections_on(target: Target) -> Sequence[course.Section]:
    """The sections whose cells an account can run: moto_server lacks what those beyond the lab are about."""
    return _ON_REAL_ACCOUNTS if target.name == "practice" else course.LAB_SECTIONS


def run_notebooks(paths: Iterable[Path], environment: Mapping[str, str]) -> list[nbformat.NotebookNode]:
    """Notebooks with their solutions, run to their end in one kernel, whatever fails on the way."""
    notebooks = [solved_notebook(path) for path in paths]
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            one_after_the_other(notebooks, Path(folder)),
            timeout=CELL_TIMEOUT,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,  # JupyterLab does not either
            resources={"metadata": {"path": folder}},
        ).execute(env=dict(environment))
    return notebooks


def unexpected_errors(notebook: nbformat.NotebookNode) -> list[str]:
    """What failed in a notebook without being meant to."""
    return [
        f"{cell.source.splitlines()[-1]}: {output.ename}: {output.evalue}"
        for cell in notebook.cells
        if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", [])
        for output in cell.outputs
        if output.output_type == "error"
    ]
