"""What an update makes of an item: tables of AWS's own answers, and a naive model."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
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
    natives_of,
    paths,
)

KEY = {"key": {"S": "1"}}
NO_PATH = "The document path provided in the update expression is invalid for update"
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"


def update(text: str, held: dict[str, Native] | None, **values: Native) -> dict[str, Native] | None:
    given_out = Placeholders()
    for value in values.values():
        given_out.value(value)
    named = dict(zip((f":{name}" for name in values), given_out.values.values(), strict=True))
    expressions = Expressions(
        "UpdateItem", "UpdateItem", {"UpdateExpression": text, "ExpressionAttributeValues": named}
    )
    after = expressions.updated(None if held is None else item(held), KEY)
    return None if after is None else natives_of(after)


@pytest.mark.parametrize(
    ("before", "text", "values", "after"),
    [
        ({}, "SET a = :v", {"v": "x"}, {"a": "x"}),
        ({"a": "old"}, "SET a = :v, b = a", {"v": "new"}, {"a": "new", "b": "old"}),
        ({"a": "1", "b": "2"}, "SET a = b, b = a", {}, {"a": "2", "b": "1"}),
        ({"n": Decimal(1)}, "SET n = n + :v", {"v": Decimal("0.5")}, {"n": Decimal("1.5")}),
        ({"n": Decimal(1)}, "SET n = :v - n", {"v": Decimal(5)}, {"n": Decimal(4)}),
        (
            {"n": Decimal("1e22")},
            "SET n = n - :v",
            {"v": Decimal(1)},
            {"n": Decimal("9999999999999999999999")},
        ),
        ({"a": "x"}, "SET a = if_not_exists(a, :v)", {"v": "y"}, {"a": "x"}),
        ({"b": "x"}, "SET a = if_not_exists(a, b)", {}, {"a": "x", "b": "x"}),
        (
            {},
            "SET l = list_append(if_not_exists(l, :e), :m)",
            {"e": [], "m": ["x"]},
            {"l": ["x"]},
        ),
        ({"l": ["b"]}, "SET l = list_append(:m, l)", {"m": ["a"]}, {"l": ["a", "b"]}),
        ({"m": {"k": "v"}}, "SET m.c = :v", {"v": "x"}, {"m": {"k": "v", "c": "x"}}),
        ({"l": [{"x": "1"}]}, "SET l[0].x = :v", {"v": "2"}, {"l": [{"x": "2"}]}),
        ({"l": ["a", "b", "c"]}, "SET l[5] = :v", {"v": "d"}, {"l": ["a", "b", "c", "d"]}),
        (
            {"l": ["a"]},
            "SET l[9] = :i, l[3] = :c, l[0] = :a",
            {"i": "i", "c": "c", "a": "A"},
            {"l": ["A", "c", "i"]},
        ),
        ({"l": []}, "SET l[0] = :v", {"v": "a"}, {"l": ["a"]}),
        ({"l": ["a", "b", "c"]}, "REMOVE l[0], l[2], l[7]", {}, {"l": ["b"]}),
        (
            {"l": ["a", "b", "c"]},
            "SET l[2] = :v, l[8] = :w REMOVE l[0], l[3]",
            {"v": "C", "w": "d"},
            {"l": ["b", "C", "d"]},
        ),
        ({"l": [["a", "b"], ["c", "d"]]}, "REMOVE l[0], l[1][0]", {}, {"l": [["d"]]}),
        ({"m": {"a": "1"}}, "REMOVE m.a", {}, {"m": {}}),
        ({"m": {"a": "1"}}, "REMOVE m.b, c", {}, {"m": {"a": "1"}}),
        ({"n": Decimal(10)}, "ADD n :v", {"v": Decimal("-3")}, {"n": Decimal(7)}),
        ({}, "ADD n :v", {"v": Decimal(3)}, {"n": Decimal(3)}),
        ({"s": {"a"}}, "ADD s :v", {"v": {"a", "", "b"}}, {"s": {"", "a", "b"}}),
        ({"m": {}}, "ADD m.s :v", {"v": {b"x"}}, {"m": {"s": {b"x"}}}),
        ({"s": {Decimal(1), Decimal(2)}}, "DELETE s :v", {"v": {Decimal("1.0")}}, {"s": {Decimal(2)}}),
        ({"s": {"a"}}, "DELETE s :v", {"v": {"a", "b"}}, {}),
        ({"a": "x"}, "DELETE s :v", {"v": {"a"}}, {"a": "x"}),
    ],
)
def test_updates(
    before: dict[str, Native], text: str, values: dict[str, Native], after: dict[str, Native]
) -> None:
    kept = copy.deepcopy(before)
    assert update(text, before, **values) == after
    assert before == kept


@pytest.mark.parametrize(
    ("before", "text", "values", "fault"),
    [
        ({}, "SET a = b", {}, NO_ATTRIBUTE),
        ({}, "SET a = b + :v", {"v": Decimal(1)}, NO_ATTRIBUTE),
        ({"b": {}}, "SET a = b.c", {}, NO_ATTRIBUTE),
        ({"b": "x"}, "SET a = b + :v", {"v": Decimal(1)}, WRONG_TYPE),
        ({"b": "x"}, "SET a = list_append(b, :v)", {"v": []}, WRONG_TYPE),
        ({}, "SET a.b = :v", {"v": "x"}, NO_PATH),
        ({"a": "text"}, "SET a.b = :v", {"v": "x"}, NO_PATH),
        ({"a": {}}, "SET a[0] = :v", {"v": "x"}, NO_PATH),
        ({"a": []}, "SET a.b = :v", {"v": "x"}, NO_PATH),
        ({"a": []}, "SET a[0].b = :v", {"v": "x"}, NO_PATH),
        ({"x": "1"}, "REMOVE a.b", {}, NO_PATH),
        ({"x": "1"}, "ADD a.b :v", {"v": Decimal(1)}, NO_PATH),
        ({"a": "x"}, "ADD a :v", {"v": Decimal(1)}, WRONG_TYPE),
        ({"a": {"x"}}, "ADD a :v", {"v": {Decimal(1)}}, WRONG_TYPE),
        ({"a": [Decimal(1)]}, "DELETE a :v", {"v": {Decimal(1)}}, WRONG_TYPE),
        ({"a": Decimal("9e125")}, "SET a = a + a", {}, OVERFLOW),
        ({"a": Decimal("1e50")}, "ADD a :v", {"v": Decimal(1)}, OVERFLOW),
    ],
)
def test_what_can_not_be_done(
    before: dict[str, Native], text: str, values: dict[str, Native], fault: str
) -> None:
    with pytest.raises(AwsError) as refusal:
        update(text, before, **values)
    assert (refusal.value.code, refusal.value.message) == ("ValidationException", fault)


@pytest.mark.parametrize(
    ("text", "values", "after"),
    [
        ("SET a = :v", {"v": "x"}, {"key": "1", "a": "x"}),
        ("SET a = :v REMOVE b.c DELETE d.e :s", {"v": "x", "s": {"x"}}, {"key": "1", "a": "x"}),
        ("ADD n :v", {"v": Decimal(1)}, {"key": "1", "n": Decimal(1)}),
        ("REMOVE a, b.c", {}, None),
        ("DELETE s :v", {"v": {"x"}}, None),
    ],
)
def test_an_item_that_is_not_there(
    text: str, values: dict[str, Native], after: dict[str, Native] | None
) -> None:
    assert update(text, None, **values) == after


def test_no_update_at_all_makes_the_item() -> None:
    assert Expressions("UpdateItem", "UpdateItem", {}).updated(None, KEY) == KEY


Action = tuple[str, tuple[str | int, ...], Native]
actions = st.lists(
    st.one_of(
        st.tuples(st.just("SET"), paths, natives),
        st.tuples(st.just("REMOVE"), paths, st.none()),
        st.tuples(st.just("COPY"), paths, paths),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda action: action[1][0],
)


def naive(before: dict[str, Native], done: list[Action]) -> dict[str, Native] | None:
    """The item after actions on different attributes; None where one of them can't be done."""
    after = copy.deepcopy(before)
    for word, path, value in done:
        *steps, last = path
        holder = at(tuple(steps), after)
        copied = at(value, before) if word == "COPY" else value
        if not isinstance(holder, dict if isinstance(last, str) else list) or copied is NOTHING:
            return None
        copied = copy.deepcopy(copied)
        if word == "REMOVE":
            if at((last,), holder) is not NOTHING:
                del holder[last]
        elif isinstance(last, int) and last >= len(holder):
            holder.append(copied)
        else:
            holder[last] = copied
    return after


@given(items, actions)
def test_it_is_as_the_naive_model_has_it(before: dict[str, Native], done: list[Action]) -> None:
    given_out = Placeholders()
    sets = [
        f"{given_out.path(path)} = {given_out.path(value) if word == 'COPY' else given_out.value(value)}"
        for word, path, value in done
        if word != "REMOVE"
    ]
    removes = [given_out.path(path) for word, path, _ in done if word == "REMOVE"]
    text = " ".join(
        f"{word} {', '.join(texts)}" for word, texts in (("SET", sets), ("REMOVE", removes)) if texts
    )
    expressions = Expressions("UpdateItem", "UpdateItem", {"UpdateExpression": text, **given_out.parameters})
    expected = naive(before, done)
    try:
        after: Any = natives_of(expressions.updated(item(before), KEY) or {})
    except AwsError:
        after = None
    assert (after is None) == (expected is None), text
    assert expected is None or equal(after, expected), text


@given(items, st.tuples(paths, paths))
def test_paths_that_touch_one_another_are_refused(
    before: dict[str, Native], two: tuple[tuple[str | int, ...], tuple[str | int, ...]]
) -> None:
    first, second = two
    length = min(len(first), len(second))
    assume(first[:length] == second[:length])
    given_out = Placeholders()
    text = f"SET {given_out.path(first)} = {given_out.value('x')} REMOVE {given_out.path(second)}"
    with pytest.raises(AwsError, match="Two document paths overlap with each other"):
        Expressions("UpdateItem", "UpdateItem", {"UpdateExpression": text, **given_out.parameters}).check()
