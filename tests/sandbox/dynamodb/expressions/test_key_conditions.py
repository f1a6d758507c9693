"""The conditions on keys of a Query, and what is none.

The refusals are recorded of AWS: the words in dynalite's tests, the kind of the expression before them in public
records of 2026.
"""

from __future__ import annotations

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.expressions import Expressions, KeyCondition

A, B = {"S": "a"}, {"S": "b"}


def expressions(text: str) -> Expressions:
    parameters = {
        "KeyConditionExpression": text,
        "ExpressionAttributeNames": {"#a": "Author"},
        "ExpressionAttributeValues": {":a": A, ":b": B},
    }
    return Expressions("Query", "Query", parameters)


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("Author = :a", [("Author", "=", (A,))]),
        ("#a=:a and Title>=:b", [("Author", "=", (A,)), ("Title", ">=", (B,))]),
        ("(Title < :b)AND(#a = :a)", [("Title", "<", (B,)), ("Author", "=", (A,))]),
        (
            "(Author = :a AND Title between :a AND :b)",
            [("Author", "=", (A,)), ("Title", "BETWEEN", (A, B))],
        ),
        (
            "Author = :a AND begins_with ( Title , :b )",
            [("Author", "=", (A,)), ("Title", "begins_with", (B,))],
        ),
        (":a = Author AND :b <= Title", [("Author", "=", (A,)), ("Title", ">=", (B,))]),
        (":a > Title", [("Title", "<", (A,))]),
    ],
)
def test_conditions(text: str, conditions: list[tuple[str, str, tuple[dict[str, str], ...]]]) -> None:
    assert list(expressions(text).key_conditions) == [KeyCondition(*each) for each in conditions]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Author = :a AND #a = :b", "KeyConditionExpressions must only contain one condition per key"),
        ("b > :a AND b < :a and c = :a", "KeyConditionExpressions must only contain one condition per key"),
        ("a > b and size(b) > c or a > c", "Invalid operator used in KeyConditionExpression: OR"),
        ("not a > b", "Invalid operator used in KeyConditionExpression: NOT"),
        ("a in (b, size(c), d)", "Invalid operator used in KeyConditionExpression: IN"),
        ("a <> b", "Invalid operator used in KeyConditionExpression: <>"),
        ("attribute_exists(a)", "Invalid operator used in KeyConditionExpression: attribute_exists"),
        ("contains(a.d, b)", "Invalid operator used in KeyConditionExpression: contains"),
        (
            ":a between size(b) and size(a) and b > :b",
            "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first "
            "operand",
        ),
        (
            "begins_with(:a, b) and a > :b",
            "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its "
            "first operand",
        ),
        ("size(b) > a AND a.b > b", "KeyConditionExpressions cannot contain nested operations"),
        ("a > size(b.d)", "KeyConditionExpressions cannot contain nested operations"),
        (
            "b between c[1] and d",
            "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
        ),
        (
            "Author = Title",
            "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
        ),
        ("a.d > c", "KeyConditionExpressions cannot have conditions on nested attributes"),
        ("b[0] > a", "KeyConditionExpressions cannot have conditions on nested attributes"),
        (":a > :b AND a < :b", "Invalid condition in KeyConditionExpression: No key attribute specified"),
        (
            "Author = :c",
            "An expression attribute value used in expression is not defined; attribute value: :c",
        ),
    ],
)
def test_what_is_none(text: str, fault: str) -> None:
    with pytest.raises(AwsError) as refusal:
        _ = expressions(text).key_conditions
    assert refusal.value.message == f"Invalid KeyConditionExpression: {fault}"


@pytest.mark.parametrize(
    ("operator", "values", "met"),
    [
        ("=", ["b"], {"b"}),
        ("<", ["b"], {"a"}),
        (">=", ["b"], {"b", "ba", "c"}),
        ("BETWEEN", ["b", "c"], {"b", "ba", "c"}),
        ("begins_with", ["b"], {"b", "ba"}),
    ],
)
def test_the_keys_that_meet_one(operator: str, values: list[str], met: set[str]) -> None:
    condition = KeyCondition("Title", operator, tuple({"S": value} for value in values))
    assert {title for title in ("a", "b", "ba", "c") if condition.is_met({"S": title})} == met
