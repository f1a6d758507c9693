"""The ways to go through the whole course on an account that is not the practice account."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from kmscourse import course
from tests.notebooks.notebook import solved_notebook
from tests.real_account.targets import Target
from tools.record import CELL_TIMEOUT, ROOT

_ON_REAL_ACCOUNTS = [section for section in course.SECTIONS if not section.practice_only]
EVERY_SECTION = [section.number for section in _ON_REAL_ACCOUNTS]
EVERY_NOTEBOOK = [ROOT / "notebooks" / section.notebook for section in _ON_REAL_ACCOUNTS]


def sections_on(target: Target) -> Sequence[course.Section]:
    """The sections whose cells an account can run: moto_server lacks what those beyond the lab are about."""
    return _ON_REAL_ACCOUNTS if target.name == "practice" else course.LAB_SECTIONS


def run_notebook(path: Path, environment: Mapping[str, str]) -> nbformat.NotebookNode:
    """A notebook with its solutions, run to its end in a kernel, whatever fails on the way."""
    notebook = solved_notebook(path)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            timeout=CELL_TIMEOUT,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,  # JupyterLab does not either
            resources={"metadata": {"path": folder}},
        ).execute(env=dict(environment))
    return notebook
