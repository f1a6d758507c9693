"""Objects become JSON and come back the same; reading makes no class that wasn't allowed and runs no code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.storage.codec import Codec, StateError
from kmscourse.sandbox.storage.file import Row


class Book:
    """Anything with attributes. Its constructor must never run on the way back."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


class Small(dict[str, Any]):
    """A dict of a class of its own."""


class Secret:
    """A class that no file may name."""


SHELF = {"named": Book(title="The Dip", row=Row("books", "named"))}
CLASSES = {"Book": Book, "Small": Small}


def row_of(thing: Any) -> Row | None:
    return getattr(thing, "row", None)


def find(row: Row) -> Any:
    return SHELF[row.key]


codec = Codec(
    lambda cls: cls.__name__ if cls in CLASSES.values() else None, lambda name: CLASSES[name], row_of, find
)

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
hashable = (
    plain | st.binary() | st.decimals(allow_nan=False) | st.datetimes() | st.tuples(st.text(), st.integers())
)
things = st.recursive(
    hashable | st.frozensets(hashable, max_size=3).map(set),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner, max_size=3)
        | st.dictionaries(hashable, inner, max_size=3)
        | st.dictionaries(st.text(), inner, max_size=3).map(Small)
        | st.dictionaries(
            st.from_regex(r"[a-z]{1,5}", fullmatch=True).filter(lambda n: n != "row"), inner, max_size=3
        ).map(lambda attributes: Book(**attributes))
    ),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types throughout."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@given(things)
def test_what_is_encoded_comes_back(thing: Any) -> None:
    document = codec.encode(thing)
    assert isinstance(json.loads(document), dict | list | str | int | float | type(None)), (
        "a document is JSON"
    )
    assert same(codec.decode(document), thing)


@given(st.dictionaries(st.sampled_from(["$ref", "$object", "$bytes", "a"]), st.text() | st.integers()))
def test_texts_that_look_like_our_own_marks_are_only_texts(entries: dict[str, Any]) -> None:
    assert codec.decode(codec.encode(entries)) == entries


@pytest.mark.parametrize("moment", [datetime(2026, 1, 2, 3, 4, 5, 678), datetime(2026, 1, 2, tzinfo=UTC)])
def test_moments_keep_whether_they_name_a_time_zone(moment: datetime) -> None:
    assert codec.decode(codec.encode(moment)) == moment


def test_numbers_keep_their_digits() -> None:
    assert str(codec.decode(codec.encode(Decimal("1.50")))) == "1.50"


def test_a_thing_with_a_row_of_its_own_is_named_not_copied() -> None:
    group = Book(members=[SHELF["named"]])
    assert "The Dip" not in codec.encode(group)
    assert codec.decode(codec.encode(group)).members[0] is SHELF["named"]
    assert "The Dip" in codec.encode(SHELF["named"]), "in its own row it is written in full"


def test_attributes_can_be_left_out() -> None:
    assert vars(codec.decode(codec.encode(Book(title="x", items=[1]), frozenset({"items"})))) == {
        "title": "x"
    }


def test_a_class_that_was_not_allowed_is_not_written() -> None:
    with pytest.raises(TypeError, match="Secret has no place"):
        codec.encode({"x": [Secret()]})


@pytest.mark.parametrize(
    "document",
    [
        "{",
        '{"$object": ["Secret", {}]}',
        '{"$object": ["os.system", {}]}',
        '{"$object": ["Book"]}',
        '{"$object": 3}',
        '{"$ref": ["books", "missing"]}',
        '{"$bytes": "!"}',
        '{"$bytes": 3}',
        '{"$datetime": "yesterday"}',
        '{"$eval": "1"}',
        "[" * 100_000,
    ],
)
def test_a_document_that_makes_no_sense_is_refused_in_one_sentence(document: str) -> None:
    with pytest.raises(StateError) as caught:
        codec.decode(document)
    assert str(caught.value).startswith("A row")
    assert "\n" not in str(caught.value)
