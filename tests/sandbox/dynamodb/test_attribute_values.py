"""What is an attribute value, in the words of the layer that looks at it; and the form in which it is kept.

The texts of both layers were recorded of AWS in four regions in October 2026.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb import attribute_values
from kmscourse.sandbox.dynamodb.attribute_values import comparable, kept, kept_item
from tests.sandbox.conftest import Gate, book
from tests.sandbox.dynamodb.native import attribute, equal, item, natives, natives_of

COUNTED = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "
NOT_NUMERIC = "The parameter cannot be converted to a numeric value"


def fault(operation: str, value: dict[str, Any], path: str = "item.a.member") -> str:
    with pytest.raises(AwsError) as refusal:
        attribute_values.check(operation, value, path)
    assert refusal.value.code == "ValidationException"
    return refusal.value.message


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "DeleteItem"])
def test_what_writes_one_item_counts_its_refusals(operation: str) -> None:
    for value, expected in (
        ({"N": "abc"}, f"{NOT_NUMERIC}: abc"),
        ({"N": ""}, f"{NOT_NUMERIC}: "),
        ({"NS": ["1", ""]}, f"{NOT_NUMERIC}: "),
        ({"SS": ["b", "a", "b"]}, f'{INVALID}Input collection ["a", "b", "b"] contains duplicates.'),
        (
            {"BS": ["/w==", "AA==", "AA=="]},
            f'{INVALID}Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
        ),
        ({"NS": ["2", "1", "2.0"]}, f"{INVALID}Input collection contains duplicates."),
        ({"SS": []}, f"{INVALID}An string set  may not be empty"),
        ({"NS": []}, f"{INVALID}An number set  may not be empty"),
        ({"BS": []}, f"{INVALID}Binary sets should not be empty"),
        ({"NULL": False}, f"{INVALID}Null attribute value types must have the value of true"),
    ):
        assert fault(operation, value) == COUNTED + expected


@pytest.mark.parametrize("operation", ["GetItem", "BatchGetItem", "Query"])
def test_what_reads_says_the_same_without_counting(operation: str) -> None:
    assert fault(operation, {"N": ""}) == f"{NOT_NUMERIC}: "
    assert fault(operation, {"SS": ["", ""]}) == f'{INVALID}Input collection ["", ""] contains duplicates.'


@pytest.mark.parametrize("operation", ["BatchWriteItem", "TransactWriteItems", "TransactGetItems", "Scan"])
def test_the_older_layer(operation: str) -> None:
    for value, expected in (
        ({"N": "abc"}, f"{NOT_NUMERIC}: abc"),
        ({"N": ""}, NOT_NUMERIC),
        ({"SS": ["b", "a", "b"]}, f"{INVALID}Input collection [b, a, b] contains duplicates."),
        (
            {"BS": ["/w==", "AA==", "AA=="]},
            f"{INVALID}Input collection [/w==, AA==, AA==]of type BS contains duplicates.",
        ),
        ({"NS": ["2", "1", "2"]}, "Input collection contains duplicates"),
    ):
        assert fault(operation, value) == expected
        within = "transactItems.1.member.update.expressionAttributeValues.:v.member.l.1.member"
        assert fault(operation, value, within) == (
            f"ExpressionAttributeValues contains invalid value: {expected} for key :v"
        )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, "is empty"),
        ({"S": None}, "is empty"),
        ({"X": "1"}, "is empty"),
        ({"S": "a", "N": "1"}, "has more than one datatypes set"),
    ],
)
def test_it_holds_one_type(value: dict[str, Any], expected: str) -> None:
    assert fault("Scan", value) == (
        f"Supplied AttributeValue {expected}, must contain exactly one of the supported datatypes"
    )


def test_a_large_set_is_looked_at_once() -> None:
    members = [str(number) for number in range(50_000)]
    begun = time.process_time()
    attribute_values.check("Scan", {"NS": members}, "item.a.member")
    assert time.process_time() - begun < 5, "do not compare each member with each other"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"N": "1.50"}, {"N": "1.5"}),
        ({"NS": ["10", "9.0", "-1"]}, {"NS": ["-1", "9", "10"]}),
        ({"SS": ["b", "", "a"]}, {"SS": ["", "a", "b"]}),
        ({"BS": ["/w==", "AA=="]}, {"BS": ["AA==", "/w=="]}),
        ({"B": "AB=="}, {"B": "AA=="}),
        ({"M": {"a": {"L": [{"N": "01"}]}}}, {"M": {"a": {"L": [{"N": "1"}]}}}),
        ({"S": "1.50", "N": None}, {"S": "1.50"}),
        ({"Moon": "full", "S": "a"}, {"S": "a"}),
    ],
)
def test_the_form_in_which_it_is_kept(value: dict[str, Any], expected: dict[str, Any]) -> None:
    assert kept(value) == expected


@given(natives, natives)
def test_equal_values_are_kept_alike_and_no_others(left: Any, right: Any) -> None:
    values = [kept(attribute(each)) for each in (left, right)]
    assert kept(values[0]) == values[0]
    assert equal(natives_of(kept_item(item({"a": left})))["a"], left)
    are_equal = equal(left, right)
    assert (values[0] == values[1]) is are_equal
    assert (comparable(values[0]) == comparable(values[1])) is are_equal


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "Empty attribute name"),
        ("x" * 65_536, "Attribute name is too large, must be less than 65536 bytes"),
        ("\u00e9" * 32_768, "Attribute name is too large, must be less than 65536 bytes"),
    ],
)
def test_names_of_attributes(gate: Gate, name: str, fault: str) -> None:
    """Alternator's tests, whose authors run them against AWS (test_limits.py); the words of AWS's DynamoDB Local."""
    gate.books()
    put = {"TableName": "Books", "Item": {**book("New"), name: {"N": "1"}}}
    assert gate.refused("dynamodb:PutItem", **put).message == f"1 validation error detected: {fault}"
    transacted = gate.refused("dynamodb:TransactWriteItems", TransactItems=[{"Put": put}])
    assert transacted.code == "ValidationException"
    read = {"ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": name}}
    refusal = gate.refused("dynamodb:GetItem", TableName="Books", Key=book("The Dip"), **read)
    assert refusal.message == f"ExpressionAttributeNames contains invalid value: {fault} for key #n"


def test_the_longest_name_of_an_attribute(gate: Gate) -> None:
    gate.books()
    gate("dynamodb:PutItem", TableName="Books", Item={**book("New"), "x" * 65_535: {"N": "1"}})
