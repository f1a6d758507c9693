"""Expressions that DynamoDB refuses, and values that nothing uses."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import MockValidationException

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.expressions import Expressions

VALUES = {":a": {"S": "x"}, ":b": {"N": "1"}}
UNUSED = "Value provided in ExpressionAttributeValues unused in expressions: keys: "


def check(operation: str, parameters: dict[str, Any]) -> None:
    Expressions(parameters).check(operation)


def message(operation: str, **parameters: Any) -> str:
    with pytest.raises(AwsError) as refusal:
        check(operation, parameters)
    assert refusal.value.code == "ValidationException"
    return refusal.value.message


@pytest.mark.parametrize(
    "condition",
    [
        "Author = :a",
        "attribute_not_exists(Author) AND NOT (Pages BETWEEN :b AND :b)",
        "(size(#a.b[0]) > :b OR contains(Tags, :a)) and begins_with ( Title,:a )",
        "Pages IN (:a, :b, Other) AND attribute_type(x, :a)",
        "NOT :a <> Author",
    ],
)
def test_conditions_that_are_ones(condition: str) -> None:
    used = {name: value for name, value in VALUES.items() if name in condition}
    check(
        "PutItem",
        {
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#a": "Author"},
            "ExpressionAttributeValues": used,
        },
    )


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ("", "The expression can not be empty;"),
        ("Author = = :a", 'Syntax error; token: "=", near: "= = :a"'),
        ("Author = :a AND", 'Syntax error; token: "<EOF>", near: "AND"'),
        ("Author :a", 'Syntax error; token: ":a", near: "Author :a"'),
        ("(Author = :a", 'Syntax error; token: "<EOF>", near: ":a"'),
        ("Author = :a)", 'Syntax error; token: ")", near: ":a )"'),
        ("Author", 'Syntax error; token: "<EOF>", near: "Author"'),
        ("my-attribute = :a", 'Syntax error; token: "-", near: "my - attribute"'),
        ("is_empty(Author)", "Invalid function name; function: is_empty"),
        (
            "contains(Author)",
            "Incorrect number of operands for operator or function; operator or function: contains, number of "
            "operands: 1",
        ),
        (
            "Author = :c",
            "An expression attribute value used in expression is not defined; attribute value: :c",
        ),
        (
            "#b = :a",
            "An expression attribute name used in the document path is not defined; attribute name: #b",
        ),
        (
            "Author = :a OR " * 300 + "Author = :a",
            "Expression size has exceeded the maximum allowed size; expression size: 4511",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["ConditionExpression", "FilterExpression"])
def test_conditions_that_are_none(kind: str, condition: str, fault: str) -> None:
    operation = "PutItem" if kind == "ConditionExpression" else "Scan"
    given = {"ExpressionAttributeValues": VALUES, "ExpressionAttributeNames": {"#a": "Author"}}
    assert message(operation, **{kind: condition}, **given) == f"Invalid {kind}: {fault}"


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        (
            "PutItem",
            {"ConditionExpression": "Author = :a", "ExpressionAttributeValues": VALUES},
            f"1 validation error detected: {UNUSED}{{:b}}",
        ),
        (
            "UpdateItem",
            {"UpdateExpression": "SET x = :a", "ExpressionAttributeValues": VALUES},
            f"1 validation error detected: {UNUSED}{{:b}}",
        ),
        (
            "Query",
            {"KeyConditionExpression": "Author = :a", "ExpressionAttributeValues": VALUES},
            f"{UNUSED}{{:b}}",
        ),
        (
            "PutItem",
            {"ExpressionAttributeValues": VALUES},
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
        ),
        (
            "UpdateItem",
            {"ExpressionAttributeValues": VALUES},
            "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and "
            "ConditionExpression are null",
        ),
        (
            "Scan",
            {"ProjectionExpression": "Author", "ExpressionAttributeValues": VALUES},
            "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null",
        ),
        (
            "GetItem",
            {"ExpressionAttributeNames": {"#a": "Author"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            "UpdateItem",
            {"UpdateExpression": "SET x = :c", "ExpressionAttributeValues": VALUES},
            "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute "
            "value: :c",
        ),
    ],
)
def test_values_are_used_and_defined(operation: str, parameters: dict[str, Any], expected: str) -> None:
    assert message(operation, **parameters) == expected


QUERY = {"TableName": "Books", "ExpressionAttributeValues": {":a": {"S": "Seth Godin"}}}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {},
            "ExpressionAttributeValues can only be specified when using expressions: FilterExpression and "
            "KeyConditionExpression are null",
        ),
        ({"KeyConditionExpression": "Title = :a"}, "Query condition missed key schema element: Author"),
        ({"KeyConditionExpression": "Author > :a"}, "Query key condition not supported"),
        (
            {"KeyConditionExpression": "Author = :a OR Title = :a"},
            "Invalid operator used in KeyConditionExpression: OR",
        ),
        (
            {"KeyConditionExpression": "Author = :a", "FilterExpression": "Title = :a"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: Title",
        ),
        (
            {"KeyConditionExpression": "Author = :a", "IndexName": "by-title"},
            "The table does not have the specified index: by-title",
        ),
        (
            {"KeyConditionExpression": "Author = :a", "ExpressionAttributeValues": {":a": {"N": "1"}}},
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
    ],
)
def test_queries_that_are_none(gate: Any, changes: dict[str, Any], expected: str) -> None:
    gate.books()
    refusal = gate.refused("dynamodb:Query", **{**QUERY, **changes})
    assert (refusal.code, refusal.message) == ("ValidationException", expected)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            {
                "KeyConditionExpression": "Author = :a AND Title BETWEEN :z AND :b",
                "ExpressionAttributeValues": {":a": {"S": "x"}, ":z": {"S": "Z"}, ":b": {"S": "B"}},
            },
            "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to "
            "lower bound; lower bound operand: AttributeValue: {S:Z}, upper bound operand: AttributeValue: {S:B}",
        ),
    ],
)
def test_a_range_of_keys_has_its_lower_bound_first(gate: Any, asked: dict[str, Any], expected: str) -> None:
    gate.books()
    assert gate.refused("dynamodb:Query", TableName="Books", **asked).message == expected


def test_a_query_asks_for_a_key(gate: Any) -> None:
    gate.books()
    assert gate.refused("dynamodb:Query", TableName="Books").message == (
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    )
    assert gate.refused("dynamodb:Scan", TableName="Books", IndexName="by-title").message == (
        "The table does not have the specified index: by-title"
    )


ARTIFACTS = "a #a a.b [0] :a :b = <> < AND OR NOT ( ) size( contains( , IN BETWEEN"
pieces = st.sampled_from(tuple(ARTIFACTS.split(" ")))


@given(
    st.lists(pieces, max_size=14).map(" ".join)
    | st.text(max_size=80)
    | pieces.map(lambda artifact: artifact * 800)
)
def test_no_condition_breaks_the_check(condition: str) -> None:
    with contextlib.suppress(AwsError):
        check("Scan", {"FilterExpression": condition, "ExpressionAttributeNames": {"#a": "Author"}})


paths = st.sampled_from(["a", "#a", "a.b", "a[0]", "a.#a[1]"])
operands = paths | st.sampled_from([":a", ":b"])
sizes = operands | paths.map(lambda path: f"size({path})")
tests = st.one_of(
    st.tuples(sizes, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), sizes).map(" ".join),
    st.tuples(sizes, operands, operands).map(lambda each: f"{each[0]} BETWEEN {each[1]} AND {each[2]}"),
    st.tuples(operands, operands, operands).map(lambda each: f"{each[0]} IN ({each[1]}, {each[2]})"),
    paths.map(lambda path: f"attribute_exists({path})"),
    st.tuples(paths, operands).map(lambda each: f"contains({each[0]}, {each[1]})"),
    paths.map(lambda path: f"begins_with({path}, :a)"),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(" ".join),
        tests.map(lambda test: f"NOT {test}"),
        inner.map(lambda condition: f"NOT ({condition})"),
        inner.map(lambda condition: f"({condition})"),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(conditions)
def test_what_is_let_through_moto_understands(condition: str) -> None:
    """moto may refuse it with a sentence of its own, but it does not break."""
    names = {"#a": "Author"}
    used = {name: value for name, value in VALUES.items() if name in condition}
    values = {"ExpressionAttributeValues": used} if used else {}
    check("Scan", {"FilterExpression": condition, "ExpressionAttributeNames": names, **values})
    with contextlib.suppress(MockValidationException):
        get_filter_expression(condition, names, VALUES)
