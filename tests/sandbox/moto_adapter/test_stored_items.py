"""The items of a table are found by their keys and in their order, whatever happens to them meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.dynamo_type import Item as MotosItem

from kmscourse.sandbox.moto_adapter.items import Items
from kmscourse.sandbox.moto_adapter.stored_items import StoredItems
from kmscourse.sandbox.storage.journal import Journal
from tests.sandbox.dynamodb.native import Native, attribute, item, items, natives_of

AUTHORS = ("A", "B", "Ä")
SORT_VALUES: dict[str, tuple[Native, ...]] = {
    "S": ("\t", "a", "ab", "b", "ä", "\uff9f", "\U0001f511"),
    "N": tuple(map(Decimal, ("-1", "0.5", "2", "2.5", "9", "10", "1e20"))),
    "B": (b"\x00\xff", b"\x00", b"\x00\x01", b"\x7f", b"\x80", b"a", b"\xff"),
}


class Table:
    """As much of a table of moto's as is needed."""

    def __init__(self, kind: str) -> None:
        self.items = Items(Journal(), "items", ranged=True)
        self.attr = [
            {"AttributeName": name, "AttributeType": of_type}
            for name, of_type in (("Author", "S"), ("Sort", kind), ("Year", "N"))
        ]
        self.hash_key_attr, self.range_key_attr = "Author", "Sort"


def matches(value: Native, comparison: str | None, others: list[Native]) -> bool:
    match comparison:
        case None:
            return True
        case "=":
            return bool(value == others[0])
        case "<":
            return bool(value < others[0])
        case "<=":
            return bool(value <= others[0])
        case ">":
            return bool(value > others[0])
        case ">=":
            return bool(value >= others[0])
        case "BETWEEN":
            return bool(others[0] <= value <= others[1])
    return bool(value.startswith(others[0]))


keys = st.tuples(st.sampled_from(AUTHORS), st.integers(0, 6))
steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "remove"]), keys, st.sampled_from([None, "1990", "2001", "no year"])
    ),
    max_size=30,
)
reads = st.tuples(
    st.sampled_from([None, *AUTHORS]),
    st.sampled_from([None, "=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"]),
    st.lists(st.integers(0, 6), min_size=2, max_size=2).map(sorted),
    st.none() | keys,
    st.booleans(),
)


@settings(deadline=None)
@given(st.sampled_from("SNB"), steps, steps, st.lists(reads, min_size=1, max_size=5))
def test_a_walk_is_that_of_a_sorted_list(kind: str, before: Any, between: Any, asked: Any) -> None:
    stored, plain = StoredItems(Table(kind)), dict[tuple[str, Native], dict[str, Native]]()
    values = SORT_VALUES[kind]
    for some in (before, between):  # An order that was read before follows what changes.
        for what, (author, place), year in some:
            key = {"Author": author, "Sort": values[place]}
            if what == "remove":
                stored.remove(item(key))
                plain.pop((author, values[place]), None)
                continue
            held = key | ({} if year is None else {"Year": year if " " in year else Decimal(year)})
            stored.put(item(held))
            plain[author, values[place]] = held
        for author, comparison, places, after, forward in asked:
            others = [values[place] for place in places]
            if author is None or (comparison == "begins_with" and kind == "N"):
                comparison = None
            start = None if after is None else (after[0], values[after[1]])
            found = stored.walk(
                ["Author", "Sort"],
                None if author is None else attribute(author),
                None if comparison is None else (comparison, [attribute(each) for each in others]),
                None if start is None else item(dict(zip(("Author", "Sort"), start, strict=True))),
                forward=forward,
            )
            expected = [
                plain[key]
                for key in sorted(plain, reverse=not forward)
                if author in (None, key[0])
                and matches(key[1], comparison, others)
                and (start is None or (key > start if forward else key < start))
            ]
            assert [natives_of(each) for each in found] == expected
        with_years = [held for held in plain.values() if isinstance(held.get("Year"), Decimal)]
        assert stored.count(["Year"]) == len(with_years), "a year that is no number is in no order of years"
        assert stored.count(["Author", "Sort"]) == len(plain)


@given(items)
def test_an_item_comes_back_as_it_was_put(attributes: dict[str, Native]) -> None:
    stored = StoredItems(Table("S"))
    key = {"Author": "A", "Sort": "a"}
    whole = attributes | key
    stored.put(item(whole))
    found = stored.get(item(key))
    assert found is not None
    assert natives_of(found) == whole
    found["Author"] = {"S": "changed"}
    assert natives_of(stored.get(item(key)) or {}) == whole
    assert stored.get(item({**key, "Sort": "b"})) is None


def test_equal_numbers_are_one_key() -> None:
    stored = StoredItems(Table("N"))
    stored.put({"Author": {"S": "A"}, "Sort": {"N": "5.0"}, "a": {"S": "first"}})
    stored.put({"Author": {"S": "A"}, "Sort": {"N": "5"}, "a": {"S": "second"}})
    found = stored.get({"Author": {"S": "A"}, "Sort": {"N": "0.5e1"}})
    assert found is not None
    assert found["a"] == {"S": "second"}
    assert stored.count(["Author", "Sort"]) == 1


def test_an_item_that_moto_made_is_read() -> None:
    """Files have such items that were written while moto kept them itself."""
    table = Table("S")
    attributes = {"Author": {"S": "A"}, "Sort": {"S": "a"}, "l": {"L": [{"B": b"x"}, {"N": "1.50"}]}}
    table.items.put(MotosItem(DynamoType({"S": "A"}), DynamoType({"S": "a"}), attributes))
    found = StoredItems(table).get({"Author": {"S": "A"}, "Sort": {"S": "a"}})
    assert found is not None
    assert found["l"] == {"L": [{"B": "eA=="}, {"N": "1.50"}]}


@pytest.mark.parametrize("forward", [True, False])
def test_a_walk_goes_no_further_than_it_is_followed(forward: bool) -> None:
    stored = StoredItems(Table("N"))
    for number in range(500):
        stored.put({"Author": {"S": "A"}, "Sort": {"N": str(number)}})
    walk = stored.walk(["Author", "Sort"], forward=forward)
    assert next(walk)["Sort"] == {"N": "0" if forward else "499"}
