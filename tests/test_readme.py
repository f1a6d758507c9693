"""The README and the other pages name what there is: files, headings, commands, and small pictures with words."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from kmscourse.cli import parser
from kmscourse.course import BEYOND_SECTIONS, LAB_SECTIONS, SECTIONS, Section

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", README)
MAX_BYTES = 150_000


PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/*.md")])


def anchors(page: Path) -> set[str]:
    """What a link can name in a page: its headings, as GitHub writes them, and the marks that it sets itself."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    named = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return named | set(re.findall(r'<\w+ (?:id|name)="([^"]+)"', text))


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_into_the_project_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            file, _, anchor = target.partition("#")
            place = page.parent / file if file else page
            assert place.exists(), f"{page.name} links to {target}: no such file"
            assert not anchor or anchor in anchors(place), f"{page.name} links to {target}: no such heading"


@pytest.mark.parametrize("folder", ["", "docs"])
def test_the_start_page_leads_to_every_page(folder: str) -> None:
    start = ROOT / "docs" / "README.md"
    linked = re.findall(r"\]\(([^)#]+)", start.read_text(encoding="utf-8"))
    reached = {(start.parent / target).resolve() for target in linked} | {start}
    assert set((ROOT / folder).glob("*.md")) <= reached, "docs/README.md has to link to it"


def test_the_vs_code_page_names_the_extensions_of_the_container() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "vscode.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(`([\w.-]+)`\)", page)) == set(
        container["customizations"]["vscode"]["extensions"]
    )


@pytest.mark.parametrize(
    ("name", "part"), [("summary.md", LAB_SECTIONS), ("summary-beyond.md", BEYOND_SECTIONS)]
)
def test_the_summary_is_a_page_for_each_part_on_every_section(name: str, part: Sequence[Section]) -> None:
    summary = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert re.findall(r"^\*\*(\d+) · ", summary, re.MULTILINE) == [str(section.number) for section in part]
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
