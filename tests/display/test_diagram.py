"""The diagram says the same in its drawing and in its words, and never by colour alone."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from html import unescape
from importlib.resources import files
from xml.etree import ElementTree

import pytest
from hypothesis import given

from kmscourse.course import BEYOND_SECTIONS
from kmscourse.display.architecture import Architecture, Component
from kmscourse.display.diagram import CourseMap, Diagram
from kmscourse.display.growth import architecture_before
from kmscourse.display.picture import EM, READABLE
from kmscourse.display.svg import FILL
from tests.display.test_growth import ALL, ANY

CARDS = (files("kmscourse.display") / "cards.css").read_text()
SVG = "{http://www.w3.org/2000/svg}"
NAMES = {
    Component.KEY: "KMS key myKey",
    Component.POLICY: "Key policy",
    Component.MESSAGE: "Message",
    Component.TABLE: "Table Books",
    Component.TABLE_KEY: "Table key",
    Component.GRANT: "Grant",
    Component.READER: "IAMLabUser",
    Component.DECRYPT: "Decrypt",
}


def parsed(drawn: Diagram) -> ElementTree.Element:
    return ElementTree.fromstring(drawn.svg())  # noqa: S314  our own document


def words(drawn: Diagram) -> list[str]:
    """The texts in the drawing."""
    return [text.text or "" for text in parsed(drawn).iter(f"{SVG}text")]


@given(now=ANY, earlier=ANY)
def test_every_part_is_drawn_and_no_other(now: Architecture, earlier: Architecture) -> None:
    drawn = Diagram(now, earlier)
    shown, said = words(drawn), now.sentences()
    for part, name in NAMES.items():
        ghost = drawn.changed.get(part) == "gone" and part in (
            Component.TABLE,
            Component.READER,
        )
        needs = now.table_key is not None if part is Component.GRANT else now.data_key
        drawable = part not in (Component.GRANT, Component.DECRYPT, Component.MESSAGE) or needs
        assert (name in shown) == ((part in said and drawable) or ghost), name


@given(now=ANY, earlier=ANY)
def test_the_drawing_is_whole_and_says_in_words_what_it_shows(
    now: Architecture, earlier: Architecture
) -> None:
    drawn = Diagram(now, earlier)
    root = parsed(drawn)
    lines = repr(drawn).splitlines()
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}desc") == " ".join(lines)
    assert root.get("aria-label") == f"{drawn.title}. {' '.join(lines)}"
    assert set(now.sentences().values()) <= set(lines)
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for text in root.iter(f"{SVG}text"):
        assert 0 < float(text.get("x", 0)) < width
        assert 0 < float(text.get("y", 0)) < height


@given(now=ANY, earlier=ANY)
def test_it_needs_nothing_from_elsewhere_and_two_of_them_never_meet(
    now: Architecture, earlier: Architecture
) -> None:
    """Its one style speaks of colours alone, and is read nowhere but in the drawing: a cell shows it as an image."""
    drawn = Diagram(now, earlier)
    assert not re.search(r"(href|url\(|<script|@import|\sid=)", drawn.svg())
    assert re.findall(
        r"<style>@media \(prefers-color-scheme: dark\)\{(?:\[(?:fill|stroke)=\S+\})+\}</style>", drawn.svg()
    )
    assert "<svg" not in drawn._repr_html_()


def test_what_is_new_has_a_thicker_line_a_tag_and_a_sentence() -> None:
    now = replace(ALL, reader=False, at_table=None, at_key=None)
    calm, marked = Diagram(now), Diagram(now, architecture_before(now, 6))
    assert "new" not in words(calm)
    assert 'stroke-width="4.5"' not in calm.svg()
    assert words(marked).count("new") == 3
    assert (
        marked.svg().count('stroke-width="4.5"') == 4
    )  # the table, its key, the grant, and the arrow to the key
    assert (
        repr(marked).splitlines()[-1]
        == "New here: the table Books, its table key and the grant for DynamoDB."
    )
    assert "New here: the table Books, its table key and the grant for DynamoDB." in words(marked)


def test_a_refusal_can_be_told_without_colour() -> None:
    refused, let_in = Diagram(replace(ALL, at_key=False)), Diagram(ALL)
    assert refused.svg().count("stroke-dasharray") == let_in.svg().count("stroke-dasharray") + 1
    assert refused.svg().count("M-5-5l10 10M5-5l-10 10") == 1  # the cross
    assert "Decrypt, as IAMLabUser: refused" in words(refused)
    assert "Decrypt, as IAMLabUser: allowed" in words(let_in)


def test_a_deny_in_the_key_policy_is_shown_with_the_refusal_that_it_causes() -> None:
    names = ("the account's IAM", "the administrator", "a", "b")
    drawn = Diagram(replace(ALL, lets_in=names, keeps_out=("IAMLabUser",), at_key=False))
    assert "✗ Deny: IAMLabUser" in words(drawn), "also where the list of those who are let in is long"
    assert "and a Deny for IAMLabUser." in repr(drawn)


def test_each_message_has_a_data_key_of_its_own() -> None:
    sealed, bare = Diagram(ALL), Diagram(replace(ALL, message=False))
    assert words(sealed).count("Data keys") == 2
    assert words(bare).count("Data key") == 2
    in_the_clear = f'" rx="8" fill="{FILL["open"]}"'
    assert (sealed.svg().count(in_the_clear), bare.svg().count(in_the_clear)) == (3, 1)
    assert "a data key for each message" in repr(sealed)


def test_a_map_of_the_course_has_numbers_and_no_thick_lines() -> None:
    drawn = CourseMap(ALL, {Component.KEY: 1, Component.TABLE: 6})
    assert {"1", "6"} <= set(words(drawn))
    assert 'stroke-width="4.5"' not in drawn.svg()
    number, beyond = repr(drawn).splitlines()[-2:]
    assert number == "A number says in which section the part comes."
    assert all(str(section.number) in beyond for section in BEYOND_SECTIONS)


def test_in_the_dark_each_colour_of_a_drawing_has_its_counterpart() -> None:
    svg = Diagram(ALL, architecture_before(ALL, 1)).svg()
    drawn = svg.partition("</style>")[2]
    for attribute in ("fill", "stroke"):
        for colour in set(re.findall(rf'{attribute}="(#[0-9a-f]{{6}})"', drawn)):
            assert re.search(rf'\[{attribute}="{colour}"\]\{{{attribute}:#[0-9a-f]{{6}}\}}', svg), colour


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion", "Unavailable"])
def test_a_key_that_is_switched_off_opens_nothing(state: str) -> None:
    shown = words(Diagram(replace(ALL, key_state=state)))
    assert {"makes and opens nothing", "opens nothing"} <= set(shown)
    assert "GenerateDataKey gives both forms" not in shown


def test_a_long_list_in_a_key_policy_is_cut_and_counted() -> None:
    drawn = Diagram(replace(ALL, lets_in=tuple("abcdef")))
    assert [word for word in words(drawn) if word.startswith("·")] == ["· a", "· b", "· c", "· 3 more"]
    assert "a, b, c, d, e and f" in repr(drawn)


def test_a_long_name_in_a_key_policy_is_cut_in_the_drawing_alone() -> None:
    drawn = Diagram(replace(ALL, lets_in=("a-role-with-a-long-name",)))
    assert "· a-role-with-a-long…" in words(drawn)
    assert "a-role-with-a-long-name" in repr(drawn)


def test_a_cell_shows_an_image_with_its_text_alternative() -> None:
    drawn = Diagram(replace(ALL, lets_in=("<b>",)))
    html = drawn._repr_html_()
    alt, source = re.findall(r'alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)"', html)[0]
    assert unescape(alt) == f"{drawn.title}. {drawn!r}"
    assert b64decode(source).decode() == drawn.svg()
    assert "<b>" not in html
    assert html.count("<li>") == len(repr(drawn).splitlines())


def test_a_page_that_is_too_narrow_for_a_drawing_says_that_it_goes_on() -> None:
    """The style says it below the width at which the drawing stops becoming smaller."""
    (limit,) = re.findall(r"max-width:\s*([\d.]+)em\)\s*\{\s*\.kms-picture::before", CARDS)
    least = READABLE * Diagram.width / EM
    assert least - 0.2 < float(limit) < least
