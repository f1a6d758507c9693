"""Whether an item meets a condition, as a naive model has it; and what does not fit is not met."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.dynamodb.expressions import Expressions
from tests.sandbox.dynamodb.native import (
    NOTHING,
    Native,
    Placeholders,
    at,
    equal,
    item,
    items,
    natives,
    paths,
    type_name,
)

HELD: dict[str, Native] = {
    "text": "The Dip",
    "number": Decimal("1.50"),
    "binary": b"\x80\x00",
    "yes": True,
    "nothing": None,
    "texts": {"a", "b"},
    "numbers": {Decimal(1), Decimal(2)},
    "list": ["a", Decimal(1), {"deep": [b"x"]}],
    "map": {"b": {"c": "d"}, "": "empty"},
    "empty": "",
}


def is_met(text: str, held: dict[str, Native], **values: Native) -> bool:
    """Whether an item meets a filter, ``#name`` and ``:name`` standing for what they say."""
    given = Placeholders()
    for value in values.values():
        given.value(value)
    named = dict(zip((f":{name}" for name in values), given.values.values(), strict=True))
    names = {f"#{name}": name for name in held if f"#{name}" in text}
    return Expressions(
        "Scan",
        "Scan",
        {"FilterExpression": text, "ExpressionAttributeNames": names, "ExpressionAttributeValues": named},
    ).is_met(item(held))


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("#text = :v", {"v": "The Dip"}, True),
        ("#number = :v", {"v": Decimal("1.5")}, True),
        ("#number = :v", {"v": "1.5"}, False),
        ("#nothing = :v", {"v": None}, True),
        ("missing = :v", {"v": None}, False),
        ("missing = absent", {}, False),
        ("missing <> absent", {}, True),
        ("missing <> :v", {"v": "a"}, True),
        ("#text <> :v", {"v": Decimal(1)}, True),
        ("#texts = :v", {"v": {"b", "a"}}, True),
        ("#list = :v", {"v": ["a", Decimal("1.0"), {"deep": [b"x"]}]}, True),
        ("#map = :v", {"v": {"": "empty", "b": {"c": "d"}}}, True),
        ("#yes = :v", {"v": True}, True),
        ("#text < :v", {"v": "The Dop"}, True),
        ("#text < :v", {"v": Decimal(5)}, False),
        ("missing < :v", {"v": Decimal(5)}, False),
        ("#number > :v", {"v": Decimal("1.49")}, True),
        ("#binary > :v", {"v": b"\x7f\xff"}, True),
        ("#text BETWEEN :a AND :b", {"a": "The", "b": "Thf"}, True),
        ("#number BETWEEN :a AND :b", {"a": Decimal("1.5"), "b": Decimal("1.5")}, True),
        ("missing BETWEEN :a AND :b", {"a": "a", "b": "b"}, False),
        ("#text IN (:a, :b)", {"a": Decimal(1), "b": "The Dip"}, True),
        ("#text IN (:a, missing)", {"a": "x"}, False),
        ("attribute_exists(#map.b.c)", {}, True),
        ("attribute_exists(#map.b.d)", {}, False),
        ("attribute_exists(#list[2].deep[0])", {}, True),
        ("attribute_exists(#list[3])", {}, False),
        ("attribute_exists(#text[0])", {}, False),
        ("attribute_exists(#text.b)", {}, False),
        ("attribute_not_exists(missing.b)", {}, True),
        ("attribute_type(#nothing, :v)", {"v": "NULL"}, True),
        ("attribute_type(missing, :v)", {"v": "NULL"}, False),
        ("attribute_type(#numbers, :v)", {"v": "NS"}, True),
        ("begins_with(#text, :v)", {"v": "The "}, True),
        ("begins_with(#binary, :v)", {"v": b"\x80"}, True),
        ("begins_with(#text, :v)", {"v": b"The"}, False),
        ("begins_with(#number, :v)", {"v": "1"}, False),
        ("begins_with(:v, #text)", {"v": "The Dip and more"}, True),
        ("contains(#text, :v)", {"v": "e D"}, True),
        ("contains(#binary, :v)", {"v": b"\x00"}, True),
        ("contains(#texts, :v)", {"v": "a"}, True),
        ("contains(#numbers, :v)", {"v": Decimal("2.0")}, True),
        ("contains(#numbers, :v)", {"v": "2"}, False),
        ("contains(#list, :v)", {"v": {"deep": [b"x"]}}, True),
        ("contains(#list, :v)", {"v": "deep"}, False),
        ("contains(#map, :v)", {"v": "b"}, False),
        ("contains(:v, #text)", {"v": "Not The Dip"}, True),
        ("size(#text) = :v", {"v": Decimal(7)}, True),
        ("size(#empty) = :v", {"v": Decimal(0)}, True),
        ("size(#binary) = :v", {"v": Decimal(2)}, True),
        ("size(#list) > :v", {"v": Decimal(2)}, True),
        ("size(#map) = size(#texts)", {}, True),
        ("size(#number) = :v", {"v": Decimal(3)}, False),
        ("size(missing) = :v", {"v": Decimal(0)}, False),
        ("NOT size(missing) = :v", {"v": Decimal(0)}, True),
    ],
)
def test_conditions(text: str, values: dict[str, Native], expected: bool) -> None:
    assert is_met(text, HELD, **values) is expected


def test_a_character_is_one_however_many_bytes_it_has() -> None:
    assert is_met("size(#a) = :n", {"a": "abÿ"}, n=Decimal(3))


def test_numbers_are_compared_to_their_last_digit() -> None:
    smaller, large = Decimal("9" * 37 + "8"), Decimal("9" * 38)
    assert is_met("#a < :v", {"a": smaller}, v=large)
    assert not is_met("#a = :v", {"a": smaller}, v=large)


def test_text_is_compared_by_the_bytes_of_utf_8() -> None:
    """In UTF-16 a key would come before the halfwidth mark."""
    assert is_met("#a < :v", {"a": "\uff9f"}, v="\U0001f511")


def test_a_hundred_candidates() -> None:
    values = {f"v{number}": str(number) for number in range(100)}
    text = f"#a IN ({', '.join(f':{name}' for name in values)})"
    assert is_met(text, {"a": "99"}, **values)
    assert not is_met(text, {"a": "100"}, **values)


@pytest.mark.parametrize(
    "text",
    [
        "#a < #b " + "or (#a < #b " * 149 + ")" * 149,
        "(" * 149 + "#a < #b" + " or #a < #b)" * 149,
        "#a < #b " + "and NOT (#b < #a " * 99 + ")" * 99,
        "NOT (" * 298 + "#a < #b" + ")" * 298,
    ],
)
def test_conditions_as_deep_as_they_may_be(text: str) -> None:
    assert is_met(text, {"a": "a", "b": "b"})


Spec = tuple[Any, ...]
leaves = paths.map(lambda path: ("path", path)) | natives.map(lambda value: ("value", value))
operands = leaves | paths.map(lambda path: ("size", path))
specs: st.SearchStrategy[Spec] = st.recursive(
    st.one_of(
        st.tuples(
            st.sampled_from(["=", "<>", "<", "<=", ">", ">=", "contains", "begins_with"]), operands, operands
        ),
        st.tuples(st.just("IN"), operands, operands, operands),
        st.tuples(st.just("BETWEEN"), operands, operands, operands),
        st.tuples(
            st.sampled_from(["attribute_exists", "attribute_not_exists"]), paths.map(lambda p: ("path", p))
        ),
    ),
    lambda inner: st.one_of(
        st.tuples(st.just("NOT"), inner),
        st.tuples(st.sampled_from(["AND", "OR"]), inner, inner),
    ),
    max_leaves=5,
)


def printed(spec: Spec, given: Placeholders) -> str:
    match spec:
        case ("path", path):
            return given.path(path)
        case ("value", value):
            return given.value(value)
        case ("size", path):
            return f"size({given.path(path)})"
        case ("NOT", inner):
            return f"NOT ({printed(inner, given)})"
        case ("AND" | "OR" as word, left, right):
            return f"({printed(left, given)}) {word} ({printed(right, given)})"
    name, *operands_of_it = spec
    texts = [printed(each, given) for each in operands_of_it]
    if name == "IN":
        return f"{texts[0]} IN ({', '.join(texts[1:])})"
    if name == "BETWEEN":
        return f"{texts[0]} BETWEEN {texts[1]} AND {texts[2]}"
    return f"{name}({', '.join(texts)})" if name.isidentifier() else f" {name} ".join(texts)


def ordered(left: Native, right: Native) -> tuple[bool, bool]:
    """Whether the first is smaller, and whether they are equal, of two values that have an order."""
    if NOTHING in (left, right) or type_name(left) != type_name(right) or type_name(left) not in "SNB":
        return False, False
    if isinstance(left, str):
        return left.encode() < right.encode(), left == right
    return left < right, left == right


def holds(spec: Spec, held: dict[str, Native]) -> Any:
    """The naive model: what a condition or an operand comes to."""
    match spec:
        case ("path", path):
            return at(path, held)
        case ("value", value):
            return value
        case ("size", path):
            value = at(path, held)
            is_sized = isinstance(value, str | bytes | list | dict | set)
            return Decimal(len(value)) if is_sized else NOTHING
        case ("NOT", inner):
            return not holds(inner, held)
        case ("AND", left, right):
            return holds(left, held) and holds(right, held)
        case ("OR", left, right):
            return holds(left, held) or holds(right, held)
    name, first, *rest = [spec[0], *(holds(each, held) for each in spec[1:])]
    match name:
        case "attribute_exists":
            return first is not NOTHING
        case "attribute_not_exists":
            return first is NOTHING
        case "=" | "IN":
            return any(equal(first, other) for other in rest)
        case "<>":
            return not equal(first, rest[0])
        case "<" | ">=":
            smaller, same = ordered(first, rest[0])
            larger = ordered(rest[0], first)[0]
            return smaller if name == "<" else larger or same
        case "<=" | ">":
            smaller, same = ordered(first, rest[0])
            larger = ordered(rest[0], first)[0]
            return smaller or same if name == "<=" else larger
        case "BETWEEN":
            return any(ordered(rest[0], first)) and any(ordered(first, rest[1]))
    other = rest[0]
    if NOTHING in (first, other) or (isinstance(first, str | bytes) and type(first) is not type(other)):
        return False
    if name == "begins_with":
        return isinstance(first, str | bytes) and first.startswith(other)
    if isinstance(first, str | bytes):
        return other in first
    return isinstance(first, list | set) and any(equal(each, other) for each in first)


@given(specs, items)
def test_it_is_as_the_naive_model_has_it(spec: Spec, held: dict[str, Native]) -> None:
    given_out = Placeholders()
    text = printed(spec, given_out)
    expressions = Expressions("Scan", "Scan", {"FilterExpression": text, **given_out.parameters})
    assert expressions.is_met(item(held)) is holds(spec, held), text
