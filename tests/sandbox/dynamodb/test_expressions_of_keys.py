"""The conditions on the keys of a Query, and the one form in which they go on."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.expressions import Expressions, KeyCondition

NAMES = {"#a": "Author"}
VALUES = {":a": {"S": "a"}, ":b": {"S": "b"}}


def asked(text: str) -> dict[str, object]:
    return {
        "KeyConditionExpression": text,
        "ExpressionAttributeNames": NAMES,
        "ExpressionAttributeValues": VALUES,
    }


def read(parameters: dict[str, object]) -> Sequence[KeyCondition]:
    return Expressions(parameters).key_conditions


@pytest.mark.parametrize(
    ("text", "expected", "form"),
    [
        ("Author = :a", [("Author", "=")], "Author = :a"),
        ("#a=:a and Title>=:b", [("Author", "="), ("Title", ">=")], "#a = :a AND Title >= :b"),
        ("(Title < :b)AND(#a = :a)", [("Title", "<"), ("Author", "=")], "Title < :b AND #a = :a"),
        (
            "(Author = :a AND Title between :a AND :b)",
            [("Author", "="), ("Title", "BETWEEN")],
            "Author = :a AND Title BETWEEN :a AND :b",
        ),
        (
            "Author = :a AND begins_with ( Title , :b )",
            [("Author", "="), ("Title", "begins_with")],
            "Author = :a AND begins_with(Title, :b)",
        ),
    ],
)
def test_conditions_that_are_read(text: str, expected: list[tuple[str, str]], form: str) -> None:
    expressions = Expressions(asked(text))
    assert [(each.attribute, each.operator) for each in expressions.key_conditions] == expected
    assert expressions.plain_key_condition == form


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Author = :a AND Author = :b", "KeyConditionExpressions must only contain one condition per key"),
        ("Author = :a AND #a = :b", "KeyConditionExpressions must only contain one condition per key"),
        ("Author = :a OR Title = :b", "Invalid operator used in KeyConditionExpression: OR"),
        ("Author IN (:a)", "Invalid operator used in KeyConditionExpression: IN"),
        ("Author <> :a", "Invalid operator used in KeyConditionExpression: <>"),
        (
            "Author = :c",
            "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :c",
        ),
        (
            "contains(Author, :a)",
            "Invalid KeyConditionExpression: Invalid function name; function: contains",
        ),
        (
            "Author = Title",
            "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names "
            "used in one condition",
        ),
        ("Author = :a AND", 'Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "AND"'),
        ("Author.x = :a", 'Invalid KeyConditionExpression: Syntax error; token: ".", near: "Author . x"'),
        ("(" * 500, "Invalid KeyConditionExpression: The expression has redundant parentheses;"),
    ],
)  # fmt: skip
def test_conditions_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(AwsError) as refusal:
        read(asked(text))
    assert (refusal.value.code, refusal.value.message) == ("ValidationException", message)


def test_a_value_without_its_colon() -> None:
    with pytest.raises(AwsError) as refusal:
        read({**asked("Author = author"), "ExpressionAttributeValues": {"author": {"S": "Seth Godin"}}})
    assert refusal.value.message == (
        'ExpressionAttributeValues contains invalid key: Syntax error; key: "author"'
    )


pieces = st.sampled_from(
    [
        "Author",
        "#a",
        "Title",
        ":a",
        ":b",
        "=",
        "<",
        "<>",
        "AND",
        "OR",
        "(",
        ")",
        "begins_with",
        ",",
        "BETWEEN",
        ".",
        "x",
    ]
)


@given(st.lists(pieces, max_size=12).map(" ".join))
def test_the_plain_form_says_the_same(text: str) -> None:
    with contextlib.suppress(AwsError):
        expressions = Expressions(asked(text))
        assert read(asked(expressions.plain_key_condition)) == expressions.key_conditions
