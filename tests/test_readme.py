"""What the README promises is there: its links, its table of sections, its commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kmscourse.cli import parser
from kmscourse.course import SECTIONS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/summary.md"])
def test_every_link_into_the_project_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert ((ROOT / name).parent / target).exists(), f"{name} links to {target}"


def test_the_summary_is_one_page_on_every_section() -> None:
    summary = (ROOT / "docs" / "summary.md").read_text(encoding="utf-8")
    assert re.findall(r"^\*\*(\d) · ", summary, re.MULTILINE) == [str(section.number) for section in SECTIONS]
    assert len(summary.split()) <= 750, "it is to fit on one page"


def test_the_table_is_the_course() -> None:
    rows = re.findall(r"^\| (\d) \| \[(.+?)\]\(notebooks/(.+?)\) \| (\d+) \|$", README, re.MULTILINE)
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
