"""The slides need nothing from elsewhere, show what the notebooks show, and keep an answer for the next slide."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kmscourse import slides
from kmscourse.course import SECTIONS, Section
from kmscourse.errors import CourseError
from kmscourse.jupyter import notebooks
from kmscourse.slides.notes import BREAKING, CLOSING, EXERCISE, PREDICTION, QUESTION, note_on


class Reader(HTMLParser):
    """The text of each slide, what is folded away left out, and every address that the page would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.notes: list[str] = []
        self.loaded: list[str] = []
        self._folded = self._beside = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._folded += tag == "details"
        self._beside += tag == "aside"
        if tag == "section":
            self.texts.append("")
            self.notes.append("")
        named = dict(attributes)
        self.loaded += [str(named[name]) for name in ("src", "srcset", "data") if name in named]
        if tag == "link":
            self.loaded.append(str(named.get("href")))

    def handle_endtag(self, tag: str) -> None:
        self._folded -= tag == "details"
        self._beside -= tag == "aside"

    def handle_data(self, data: str) -> None:
        if self._beside:
            self.notes[-1] += data
        elif self.texts and not self._folded:
            self.texts[-1] += data


@pytest.fixture(scope="module", params=SECTIONS, ids=lambda section: section.slug)
def section(request: pytest.FixtureRequest) -> Section:
    found: Section = request.param
    return found


@pytest.fixture(scope="module")
def html(section: Section) -> str:
    return slides.slides(notebooks() / section.notebook)


def test_it_loads_nothing_from_elsewhere(html: str) -> None:
    assert all(address.startswith("data:") for address in Reader(html).loaded)
    assert "@import" not in html
    assert not re.search(r"url\((?!['\"]?data:)", html)
    assert "fetch(" not in html


def test_each_heading_begins_a_slide(html: str, section: Section) -> None:
    assert len(re.findall(r"<h[12][ >]", html)) <= len(Reader(html).texts)
    assert Reader(html).texts[0].strip().startswith(f"{section.number} · {section.title}")
    assert f"<title>{section.number} · {section.title}</title>" in html


def test_no_slide_gives_a_prediction_away(html: str) -> None:
    predictions = [text for text in Reader(html).texts if "lab.predict(" in text]
    assert predictions
    for text in predictions:
        question, _, shown = text.rpartition("lab.predict(")
        assert "An error occurred" not in shown
        assert "✓ Right." not in question + shown


def test_it_shows_what_the_cells_showed(html: str) -> None:
    shown = "".join(Reader(html).texts)
    assert "Practice account 123456789012" in shown
    assert "lab.check()" in shown


def test_the_presenter_is_told_how_to_present_each_kind_of_slide(html: str, section: Section) -> None:
    read = Reader(html)
    noted = {text.strip().partition("¶")[0]: note for text, note in zip(read.texts, read.notes, strict=True)}
    first = f"{section.number} · {section.title}"
    assert f"about {section.minutes} minutes" in noted[first]
    assert f"kmscourse sandbox reset --section {section.number}" in noted[first]
    asked = [note for text, note in zip(read.texts, read.notes, strict=True) if "lab.predict(" in text]
    assert asked
    assert set(asked) == {PREDICTION}
    assert noted["Your turn"] == noted["Your turn again"] == EXERCISE
    assert noted["In short"] == CLOSING


def test_a_slide_on_which_a_call_is_refused_is_announced() -> None:
    assert note_on(["## Break it", "kms.decrypt()  # meant to fail"]) == BREAKING
    assert note_on(["kms.decrypt()  # meant to fail"]) == BREAKING
    assert note_on(["## Read the policy", "kms.get_key_policy()"]) == QUESTION
    assert note_on(["## A word"]) == ""


def test_an_index_leads_to_each(tmp_path: Path) -> None:
    chosen = [notebooks() / section.notebook for section in SECTIONS[:2]]
    index, *made = slides.make(chosen, tmp_path / "slides")
    for section, file in zip(SECTIONS, made, strict=False):
        page = index.read_text("utf-8")
        assert f'<a href="{file.name}">{section.number} · {section.title}</a>' in page
        assert f"<p>{section.minutes} minutes</p>" in page
    assert page.count('<img src="data:image/svg+xml;base64,') == page.count("<p>At the end you") == 2
    assert "PageDown" in page
    assert f'href="{SECTIONS[1].notebook.replace(".ipynb", ".html")}"' in made[0].read_text("utf-8")


def test_no_link_leads_to_slides_that_were_not_made(tmp_path: Path) -> None:
    _, made = slides.make([notebooks() / SECTIONS[7].notebook], tmp_path)
    html = made.read_text("utf-8")
    assert f"Next: {SECTIONS[8].number}, {SECTIONS[8].title}." in html
    assert SECTIONS[8].slug not in html


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "slides").write_text("")
    with pytest.raises(CourseError, match="choose another folder"):
        slides.make([], tmp_path / "slides")
