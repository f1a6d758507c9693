"""A student goes through the whole course on one account, solves each exercise, and then does it all again."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from kmscourse.checks import EXERCISES
from kmscourse.course import SECTIONS
from kmscourse.sandbox import server
from tools.record import NOTEBOOKS, run

SOLUTION = re.compile(r"<summary>Solution</summary>\s+```python\n(.+?)```", re.DOTALL)
EXERCISE = re.compile(r"lab\.check_exercise\(\d\)")


def solved(path: Path) -> nbformat.NotebookNode:
    """The notebook with each solution's own code run before its exercise is checked."""
    notebook = nbformat.read(path, as_version=4)
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and EXERCISE.fullmatch(cell.source):
            found = SOLUTION.search(cells[-1].source)
            assert found, f"{path.name}: the solution stands right before its check"
            code = new_code_cell(found[1])
            if "# refused" in code.source:
                code.metadata["tags"] = ["raises-exception"]
            cells.append(code)
        cells.append(cell)
    notebook.cells = cells
    return notebook


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
                notebook = solved(path)
                run(notebook, tmp_path)
                assert "✗" not in shown(notebook, "lab.check()"), path.name
                for number in range(1, len(EXERCISES[section.number]) + 1):
                    said = shown(notebook, f"lab.check_exercise({number})")
                    assert "✗" not in said, f"{path.name}: solution {number} fails:\n{said}"
    finally:
        server.stop(tmp_path)
