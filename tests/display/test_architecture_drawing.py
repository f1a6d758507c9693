"""The diagram says the same in its drawing and in its words, and never by colour alone."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from kmscourse import pieces
from kmscourse.account import Account
from kmscourse.course import prepare
from kmscourse.display.architecture import Architecture
from kmscourse.notes import Notes

SVG = "{http://www.w3.org/2000/svg}"


def words(drawn: Architecture) -> list[str]:
    """The texts in the drawing."""
    return [text.text or "" for text in ElementTree.fromstring(drawn.svg()).iter(f"{SVG}text")]  # noqa: S314


@pytest.mark.parametrize("number", range(10))
def test_it_shows_what_is_in_the_account(account: Account, notes: Notes, number: int) -> None:
    prepare(account, notes, number)
    drawn = Architecture.of(account, notes)
    shown = words(drawn)
    assert ("KMS key myKey" in shown) == (pieces.find_key(account) is not None)
    assert ("Table Books" in shown) == pieces.table_exists(account, notes)
    assert ("Message" in shown) == ("envelope" in notes)
    assert ("IAMLabUser" in shown) == ("IAMLabUser signs in" in repr(drawn))


def test_the_reader_is_refused_until_the_key_policy_lets_them_in(account: Account, notes: Notes) -> None:
    prepare(account, notes, 8)
    assert Architecture.of(account, notes).reader == "refused"
    pieces.give_permission(account, notes)
    assert Architecture.of(account, notes).reader == "let in"


def test_a_refusal_can_be_told_without_colour() -> None:
    refused = Architecture("Enabled", table=True, reader="refused").svg()
    let_in = Architecture("Enabled", table=True, reader="let in").svg()
    assert refused.count("stroke-dasharray") == let_in.count("stroke-dasharray") + 1
    assert ">refused<" in refused
    assert ">let in<" in let_in


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_key_that_is_switched_off_opens_nothing(state: str) -> None:
    drawn = Architecture(state, data_key=True)
    assert "opens nothing" in words(drawn)
    assert "It opens nothing as it is." in repr(drawn)


def test_the_drawing_is_whole_and_says_what_it_shows() -> None:
    drawn = Architecture("Enabled", True, True, True, "let in")
    root = ElementTree.fromstring(drawn.svg())  # noqa: S314
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}desc") == repr(drawn)
    assert not re.search(r"(href|url\(|<script|<style|@import)", drawn.svg())
