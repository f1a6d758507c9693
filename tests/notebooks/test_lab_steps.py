"""Every step and every statement of the lab has its place in the course."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmscourse.course import LAB_SECTIONS, Section
from tests.notebooks.lab_steps import LAB_STEPS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def is_in(place: str, cells: list[str]) -> bool:
    """Whether the heading, where ``place`` begins with #, or else the text, within one line or more, is in a cell."""
    if place.startswith("#"):
        return any(place in cell.splitlines() for cell in cells)
    return any(" ".join(place.split()) in " ".join(cell.split()) for cell in cells)


@pytest.mark.parametrize("section", LAB_SECTIONS, ids=lambda section: section.slug)
def test_each_step_is_where_the_table_says(section: Section) -> None:
    notebook = json.loads((NOTEBOOKS / section.notebook).read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert LAB_STEPS[section.number], f"write the lab's steps of section {section.number} into lab_steps.py"
    missing = {step: place for step, place in LAB_STEPS[section.number].items() if not is_in(place, cells)}
    assert not missing, f"not in {section.notebook}, mend the notebook or lab_steps.py: {missing}"


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("## Sign in", True),
        ("## Sign", False),
        ("# Sign in", False),
        ("a private window opens", True),
        ("opens two people", False),
    ],
)
def test_a_place_is_found(place: str, found: bool) -> None:
    assert is_in(place, ["## Sign in\n\nHere a private\nwindow opens.", "two people"]) is found
