"""The expressions of a request: which placeholders they may have, in which order faults are told, what they name.

The texts are recorded of AWS. What counts its refusals ("1 validation error detected") does so since 2026.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.expressions import Expressions
from kmscourse.sandbox.dynamodb.expressions.request import EXPRESSIONS

VALUES = {":a": {"S": "x"}, ":b": {"N": "1"}}
COUNTED = "1 validation error detected: "
UNUSED = "Value provided in ExpressionAttributeValues unused in expressions: keys: "


def message(operation: str, within: str = "", **parameters: Any) -> str:
    with pytest.raises(AwsError) as refusal:
        Expressions(within or operation, operation, parameters).check()
    assert refusal.value.code == "ValidationException"
    return refusal.value.message


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        (
            "PutItem",
            {"ConditionExpression": "Author = :a", "ExpressionAttributeValues": VALUES},
            f"{COUNTED}{UNUSED}{{:b}}",
        ),
        (
            "UpdateItem",
            {"UpdateExpression": "SET x = :a", "ExpressionAttributeValues": {**VALUES, ":c": {"S": ""}}},
            f"{COUNTED}{UNUSED}{{:b, :c}}",
        ),
        (
            "Query",
            {"KeyConditionExpression": "Author = :a", "ExpressionAttributeValues": VALUES},
            f"{UNUSED}{{:b}}",
        ),
        (
            "Query",
            {
                "KeyConditionExpression": "Author = :a",
                "ExpressionAttributeNames": {"#unused": "x"},
                "ExpressionAttributeValues": VALUES,
            },
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}",
        ),
        (
            "PutItem",
            {"ExpressionAttributeValues": VALUES},
            f"{COUNTED}ExpressionAttributeValues can only be specified when using expressions",
        ),
        (
            "Scan",
            {"ProjectionExpression": "Author", "ExpressionAttributeValues": VALUES},
            "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null",
        ),
        (
            "Query",
            {"ExpressionAttributeValues": VALUES},
            "ExpressionAttributeValues can only be specified when using expressions: FilterExpression and "
            "KeyConditionExpression are null",
        ),
        (
            "GetItem",
            {"ExpressionAttributeNames": {"#a": "Author"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            "GetItem",
            {"ProjectionExpression": "n", "ExpressionAttributeNames": {"n": "id"}},
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "n"',
        ),
        (
            "PutItem",
            {"ConditionExpression": "attribute_not_exists(n)", "ExpressionAttributeNames": {"n": "id"}},
            f'{COUNTED}ExpressionAttributeNames contains invalid key: Syntax error; key: "n"',
        ),
        (
            "Scan",
            {"FilterExpression": "= nonsense", "ExpressionAttributeNames": {"#a!": "x"}},
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "#a!"',
        ),
        (
            "Scan",
            {
                "FilterExpression": "= nonsense",
                "ExpressionAttributeNames": {"#a": ""},
                "ExpressionAttributeValues": {"a": {"S": "x"}},
            },
            "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a",
        ),
        (
            "Scan",
            {"FilterExpression": "= nonsense", "ExpressionAttributeValues": {"a": {"S": "x"}}},
            'ExpressionAttributeValues contains invalid key: Syntax error; key: "a"',
        ),
        (
            "Scan",
            {"FilterExpression": "= nonsense", "ExpressionAttributeValues": {}},
            "ExpressionAttributeValues must not be empty",
        ),
        (
            "GetItem",
            {"ProjectionExpression": "a", "ExpressionAttributeNames": {}},
            "ExpressionAttributeNames must not be empty",
        ),
        (
            "GetItem",
            {"ProjectionExpression": "a", "ExpressionAttributeNames": {"#" + "a" * 255: "x"}},
            "ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too "
            "long; size of key: 256",
        ),
        (
            "UpdateItem",
            {
                "UpdateExpression": "SET x = :c",
                "ConditionExpression": "",
                "ExpressionAttributeValues": VALUES,
            },
            f"{COUNTED}Invalid UpdateExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :c",
        ),
        (
            "UpdateItem",
            {
                "UpdateExpression": "SET b = :a",
                "ConditionExpression": "a = :v",
                "ExpressionAttributeValues": {":a": {"S": "x"}},
            },
            f"{COUNTED}Invalid ConditionExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :v",
        ),
        (
            "Query",
            {
                "KeyConditionExpression": "a <> :a",
                "FilterExpression": "",
                "ExpressionAttributeValues": VALUES,
            },
            "Invalid FilterExpression: The expression can not be empty;",
        ),
        (
            "Query",
            {"KeyConditionExpression": "", "ProjectionExpression": ""},
            "Invalid KeyConditionExpression: The expression can not be empty;",
        ),
    ],
)
def test_faults_are_told_in_their_order(operation: str, parameters: dict[str, Any], expected: str) -> None:
    assert message(operation, **parameters) == expected


def test_a_transaction_counts_nothing() -> None:
    given_in = {"UpdateExpression": "", "within": "TransactWriteItems"}
    assert message("UpdateItem", **given_in) == "Invalid UpdateExpression: The expression can not be empty;"


@pytest.mark.parametrize(
    ("operation", "kind", "text", "found"),
    [
        ("GetItem", "ProjectionExpression", "Title, #a", {"Title", "Author"}),
        ("GetItem", "ProjectionExpression", "Award.Grammys[0].#t, Pages", {"Award", "Pages"}),
        ("GetItem", "ProjectionExpression", "#dot", {"a.b"}),
        (
            "PutItem",
            "ConditionExpression",
            "attribute_not_exists(Author) AND NOT (Pages BETWEEN :a AND :b)",
            {"Author", "Pages"},
        ),
        ("PutItem", "ConditionExpression", "size(#t) > :n or Pages in (:a, :b)", {"Title", "Pages"}),
        ("Scan", "FilterExpression", "contains(Tags,:x)", {"Tags"}),
        ("Query", "KeyConditionExpression", "#a=:a AND begins_with(#t,:t)", {"Author", "Title"}),
        (
            "UpdateItem",
            "UpdateExpression",
            "SET Pages = Pages + :n, #t=if_not_exists(Old, :t)",
            {"Pages", "Title", "Old"},
        ),
        ("UpdateItem", "UpdateExpression", "REMOVE x.y SET z = :n", {"x", "z"}),
        ("UpdateItem", "UpdateExpression", "add c :n delete s :s", {"c", "s"}),
    ],
)
def test_the_attributes_that_are_named(operation: str, kind: str, text: str, found: set[str]) -> None:
    names = {"#a": "Author", "#t": "Title", "#dot": "a.b"}
    parameters = {kind: text, "ExpressionAttributeNames": names}
    assert Expressions(operation, operation, parameters).attributes == found


words = st.from_regex(r"x[A-Za-z0-9_]{1,10}", fullmatch=True)
gaps = st.sampled_from(["", " ", "\n\t "])


@given(st.lists(words, min_size=1, max_size=5, unique=True), gaps, st.booleans())
def test_no_attribute_is_missed(names: list[str], gap: str, placeholders: bool) -> None:
    """Whatever stands in a condition as an operand is found, by its name or by a placeholder."""
    given_names = {f"#n{number}": name for number, name in enumerate(names)} if placeholders else {}
    operands = list(given_names) or names
    text = " AND ".join(f"({gap}{operand}{gap}={gap}:v{gap})" for operand in operands)
    parameters: dict[str, Any] = {"FilterExpression": text, "ExpressionAttributeNames": given_names}
    assert Expressions("Scan", "Scan", parameters).attributes == set(names)


@given(st.sampled_from(["GetItem", "Query", "UpdateItem"]), st.text(max_size=60))
def test_no_text_breaks_the_check(operation: str, text: str) -> None:
    parameters = dict.fromkeys(EXPRESSIONS[operation], text)
    with contextlib.suppress(AwsError):
        Expressions(operation, operation, parameters).check()
