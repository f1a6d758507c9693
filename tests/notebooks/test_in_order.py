"""A student goes through the whole course on one account, solves each exercise, and then does it all again."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from kmscourse.course import SECTIONS
from kmscourse.course.checks import EXERCISES
from kmscourse.sandbox import client as sandbox_client
from tests.notebooks.notebook import solved_notebook
from tools.record import NOTEBOOKS, run


def shown(notebook: nbformat.NotebookNode, source: str) -> str:
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code" and cell.source == source)
    return str(cell.outputs[0]["data"]["text/plain"])


@pytest.mark.parametrize("rounds", [2])
def test_the_course_in_order_on_one_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path))
    monkeypatch.setenv("KMSCOURSE_TARGET", "sandbox")
    try:
        for _ in range(rounds):
            for section, path in zip(SECTIONS, NOTEBOOKS, strict=True):
                notebook = solved_notebook(path)
                run(notebook, tmp_path)
                assert "✗" not in shown(notebook, "lab.check()"), path.name
                for number in range(1, len(EXERCISES[section.number]) + 1):
                    said = shown(notebook, f"lab.check_exercise({number})")
                    assert "✗" not in said, f"{path.name}: solution {number} fails:\n{said}"
    finally:
        sandbox_client.stop(tmp_path)
