"""What a student imports is public: each name stands in the ``__all__`` of one of a few doors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DOORS = {
    "kmscourse",
    *(f"kmscourse.{helper}" for helper in ("kms", "dynamodb", "iam", "audit", "envelope", "legacy")),
    *(f"kmscourse.{room}" for room in ("course", "display", "policy", "widgets")),
}
SNIPPET = re.compile(r"```python\n(.+?)```", re.DOTALL)


def codes(path: Path) -> Iterator[str]:
    """The Python code in a notebook's cells and in the snippets of its text, as of a solution."""
    if path.suffix == ".md":
        yield from SNIPPET.findall(path.read_text(encoding="utf-8"))
        return
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            yield "\n".join(line for line in cell.source.splitlines() if not line.startswith(("!", "%")))
        else:
            yield from SNIPPET.findall(cell.source)


def imported(code: str) -> Iterator[tuple[str, str]]:
    """(module, name) of each import of kmscourse's in the code; a module imported whole has the name ""."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.split(".")[0] == "kmscourse")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kmscourse":
            yield from ((str(node.module), alias.name) for alias in node.names)


@pytest.mark.parametrize("path", [*NOTEBOOKS, ROOT / "README.md"], ids=lambda path: path.name)
def test_only_public_names_are_imported(path: Path) -> None:
    for code in codes(path):
        for module, name in imported(code):
            assert module in DOORS, f"{path.name} imports {module}: a student sees {sorted(DOORS)} only"
            assert name in import_module(module).__all__, f"{path.name}: {name} is not in {module}.__all__"


def test_the_imports_of_the_notebooks_are_found() -> None:
    found = {module for path in NOTEBOOKS for code in codes(path) for module, _ in imported(code)}
    assert {"kmscourse", "kmscourse.kms", "kmscourse.display", "kmscourse.envelope"} <= found


@pytest.mark.parametrize("door", sorted(DOORS))
def test_every_door_has_what_it_names(door: str) -> None:
    module = import_module(door)
    assert all(hasattr(module, name) for name in module.__all__)
