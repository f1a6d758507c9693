"""A table's items as a table, and the keys as they are typed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.errors import KmsCourseError
from kmscourse.widgets.items import MAX_ROWS, Key, as_attribute, as_item, items_table
from tests.widgets.reading import words

values = st.recursive(
    st.text()
    | st.booleans()
    | st.none()
    | st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
    | st.binary().map(Binary)
    | st.sets(st.text(), min_size=1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.text(min_size=1), values))
def test_items_of_every_type_are_read_and_shown(item: dict[str, Any]) -> None:
    read = as_item({name: as_attribute(value) for name, value in item.items()})
    assert read == item
    shown = items_table([read], [Key("Author", "S")])
    assert shown.count("<th ") == len({"Author", *item})


def test_keys_come_first_and_what_an_item_lacks_stays_empty() -> None:
    shown = items_table([{"Zeta": 1, "Author": "a"}, {"Author": "b", "Blob": b"\x01"}], [Key("Author", "S")])
    assert [cell for cell in words(shown).split("\n") if cell] == [
        "Items returned",
        "AuthorZetaBlob",
        "a1",
        "bb'\\x01'",
    ]


def test_many_items_are_cut_short_and_that_is_said() -> None:
    shown = items_table([{"n": number} for number in range(MAX_ROWS + 5)], [Key("n", "N")])
    assert shown.count("<tr>") == MAX_ROWS + 1
    assert "5 more are not shown." in words(shown)


def test_bytes_are_shown_in_hex() -> None:
    assert "cafe" in words(items_table([{"b": Binary(b"\xca\xfe")}], []))


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [("S", "12", "12"), ("N", "12", Decimal(12)), ("N", "-1.5e3", Decimal("-1.5e3"))],
)
def test_what_is_typed_becomes_a_value_of_the_keys_type(kind: str, typed: str, value: object) -> None:
    assert Key("k", kind).typed(typed) == value


@pytest.mark.parametrize(
    ("kind", "typed", "problem"),
    [
        ("S", "", "Type a value for k"),
        ("N", "", "Type a value for k"),
        ("N", "many", "k is a number"),
        ("N", "1" * 39, "38 digits"),
        ("B", "x", "k holds bytes"),
    ],
)
def test_what_cannot_be_a_key_is_said(kind: str, typed: str, problem: str) -> None:
    with pytest.raises(KmsCourseError, match=problem):
        Key("k", kind).typed(typed)


@given(st.text())
def test_a_number_is_one_that_dynamodb_takes_or_refused(typed: str) -> None:
    try:
        value = Key("k", "N").typed(typed)
    except KmsCourseError:
        return
    assert as_item({"k": as_attribute(value)}) == {"k": value}
