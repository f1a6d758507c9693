"""The class as a page: whole in one file, what students made is text in it, and no script runs but its own."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.classroom import Standing, Student, page
from kmscourse.classroom.sources import readable
from kmscourse.course.quiz import PARTS
from tests.exports import answered, items, opened, tried

FIRST = PARTS["before"][0]
VOID = {"meta", "br"}


class Tags(HTMLParser):
    """The tags of a page with their attributes, and whether each that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def close(self) -> None:
        super().close()
        assert self._open == []


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    return tags


def a_class(*names: str, set_aside: tuple[str, ...] = ()) -> Standing:
    changes = (
        opened(7),
        tried(7, 1),
        answered("quiz before", FIRST.section, FIRST.name, right=False, choice="A"),
    )
    return Standing([Student(name, items(*changes)) for name in names], set_aside)


def test_it_shows_students_exercises_and_questions() -> None:
    texts = " ".join(read(page(a_class("anna", "ben", set_aside=("set aside: odd: why.",)))).texts)
    for told in (
        "kmscourse: a class of 2 students",
        "anna",
        "DynamoDB has answered IAMLabUser a call about Books",
        "7 · Read the table as someone else",
        "! 2",
        "An hour ago a program had its data key decrypted.",
        "Nothing. Without its KMS key, a data key does not work.",
        "To disable a key cuts everybody off at once.",
        "set aside: odd: why.",
    ):
        assert told in texts


def test_it_asks_no_other_place_for_anything() -> None:
    tags = read(page(a_class("anna"))).seen
    assert not [tag for tag, attributes in tags if {"src", "href", "srcset", "action"} & attributes.keys()]
    assert "url(" not in page(a_class("anna"))


def test_only_its_own_script_is_allowed() -> None:
    html = page(a_class("anna"))
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = next(
        a["content"] for t, a in read(html).seen if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</table>",
    "&lt;b&gt;",
    "<!--",
    "]]>",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_text(name: str) -> None:
    ordinary = read(page(a_class("anna", set_aside=("set aside: ben: why.",))))
    hostile = read(page(a_class(name, set_aside=(f"set aside: {name}: why.",))))
    assert hostile.seen == ordinary.seen
    assert name in hostile.texts
    assert f"set aside: {name}: why." in hostile.texts


@given(st.text(max_size=40).map(readable))
def test_whatever_a_name_is_the_page_has_the_same_tags(name: str) -> None:
    assert read(page(a_class(name))).seen == read(page(a_class("anna"))).seen


def test_where_nothing_was_begun_it_says_so() -> None:
    texts = read(page(Standing([Student("anna", items())]))).texts
    assert {"No section has been opened yet.", "Nobody has begun the quiz."} <= set(texts)
