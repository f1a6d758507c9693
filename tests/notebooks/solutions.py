"""The notebooks with the solutions of their exercises: what a student runs who solves each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

SOLUTION = re.compile(r"<summary>Solution</summary>\s+```python\n(.+?)```", re.DOTALL)
EXERCISE = re.compile(r"lab\.check_exercise\(\d\)")


@dataclass(frozen=True)
class Code:
    """A cell of code; ``fails`` where it is meant to."""

    source: str
    fails: bool = False


def solved(path: Path) -> list[Code]:
    """The code of a notebook, each solution's own before its exercise is checked."""
    codes = []
    text = ""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            text = source
            continue
        if EXERCISE.fullmatch(source):
            solution = SOLUTION.search(text)
            assert solution, f"{path.name}: the solution stands right before its check"
            codes.append(Code(solution[1], "# refused" in solution[1]))
        codes.append(Code(source, "raises-exception" in cell["metadata"].get("tags", [])))
        text = ""
    return codes
