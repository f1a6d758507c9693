"""The plan for a class: its minutes are those of the notebooks, they add up, and what it has one type is a command."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from kmscourse.cli import parser
from kmscourse.course import LAB_SECTIONS, SECTIONS, find_section

ROOT = Path(__file__).parents[1]
PLAN = (ROOT / "docs" / "class.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", PLAN, re.MULTILINE)
NAMED = re.compile(r"\[(\d+), (.+)\]\(\.\./notebooks/(.+)\)")
TOTALS = {"Two hours": [120], "Two days": [297, 270]}


def part(title: str) -> str:
    """What stands under a heading."""
    return next(text for text in re.split(r"^## ", PLAN, flags=re.MULTILINE) if text.startswith(title))


@pytest.mark.parametrize("title", TOTALS)
def test_the_minutes_add_up(title: str) -> None:
    said = [int(total) for total in re.findall(r"Together (\d+) minutes", part(title))]
    assert said == TOTALS[title]
    tables = re.split(r"Together \d+ minutes", part(title))[:-1]
    for table, total in zip(tables, said, strict=True):
        minutes = [int(row) for row in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]
        assert sum(minutes) == total, f"{title}: the rows are {sum(minutes)} minutes"


def test_a_section_has_its_notebooks_minutes() -> None:
    named = [(int(minutes), NAMED.fullmatch(what)) for minutes, what, _ in ROWS]
    sections = [(minutes, found) for minutes, found in named if found]
    assert len(sections) >= 20
    for minutes, found in sections:
        section = find_section(int(found[1]))
        assert (minutes, found[2], found[3]) == (section.minutes, section.title, section.notebook)


def test_two_days_have_the_whole_lab_and_say_which_other_sections_they_leave_out() -> None:
    days = part("Two days")
    named = {int(number) for number, _, _ in NAMED.findall(days)}
    left_out = re.search(r"Sections (\d+), (\d+), (\d+) and (\d+) are", days)
    assert left_out
    assert {section.number for section in LAB_SECTIONS} <= named
    assert named | {int(number) for number in left_out.groups()} == {section.number for section in SECTIONS}


def test_the_challenge_has_its_own_minutes() -> None:
    (minutes,) = [minutes for minutes, what, _ in ROWS if "challenge.ipynb" in what]
    assert f"About {minutes} minutes" in (ROOT / "notebooks" / "challenge.ipynb").read_text("utf-8")


def test_what_it_has_one_type_is_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "anna.csv").touch()
    commands = [
        *re.findall(r"^    kmscourse (.+?)(?:  .*)?$", PLAN, re.MULTILINE),
        *re.findall(r"`kmscourse ([^`]+)`", PLAN),
    ]
    assert len(commands) > 10
    for command in commands:
        words = shlex.split(command)
        if words != ["class"] and words[-1] != "--help":
            parser().parse_args(words)
