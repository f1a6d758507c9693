"""The README's pictures are there, say in words what they show, and are small enough to be loaded with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kmscourse.cli import parser
from kmscourse.course import LAB_SECTIONS, SECTIONS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", README)
MAX_BYTES = 150_000


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/summary.md", "docs/class.md"])
def test_every_link_into_the_project_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        if not target.startswith(("https://", "#")):
            assert ((ROOT / name).parent / target).exists(), f"{name} links to {target}"


def test_the_summary_is_one_page_on_every_section() -> None:
    summary = (ROOT / "docs" / "summary.md").read_text(encoding="utf-8")
    assert re.findall(r"^\*\*(\d) · ", summary, re.MULTILINE) == [
        str(section.number) for section in LAB_SECTIONS
    ]
    assert len(summary.split()) <= 750, "it is to fit on one page"


def test_the_table_is_the_course() -> None:
    rows = re.findall(r"^\| (\d+) \| \[(.+?)\]\(notebooks/(.+?)\) \| (\d+) \|$", README, re.MULTILINE)
    assert rows == [(str(s.number), s.title, s.notebook, str(s.minutes)) for s in SECTIONS]


def test_every_command_it_names_is_one() -> None:
    for words in re.findall(r"kmscourse ((?:sandbox \w+|quiz \w+|check|lab|progress|slides))", README):
        parser().parse_args(words.split())


def test_every_make_target_it_names_is_one() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(
        r"make ([a-z-]+)", README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    ):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"


@pytest.mark.parametrize(("words", "name"), PICTURES, ids=[name for _, name in PICTURES])
def test_a_picture_is_there_and_small_and_has_words(words: str, name: str) -> None:
    file = ROOT / name
    assert file.is_file(), "take it: python -m tools.photograph"
    assert file.stat().st_size <= MAX_BYTES
    assert len(words) > 20


def test_there_are_pictures() -> None:
    assert len(PICTURES) == 3
