"""The notebooks with the solutions of their exercises: what a student runs who solves each."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

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
