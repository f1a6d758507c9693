"""Policies that let somebody at some attributes only, or at items in some ways only."""

from __future__ import annotations

from typing import Any

import pytest

ALIEN = "Ed Catmull"


def key(author: str) -> dict[str, Any]:
    return {"Author": {"S": author}, "Title": {"S": "The Dip"}}


def value(text: str) -> dict[str, Any]:
    return {"ExpressionAttributeValues": {":a": {"S": text}}}


@pytest.fixture
def library(gate: Any) -> Any:
    gate.books()
    gate(
        "dynamodb:PutItem", TableName="Books", Item={**key(ALIEN), "Pages": {"N": "336"}, "Price": {"N": "9"}}
    )
    return gate


def reader(gate: Any, condition: dict[str, Any]) -> None:
    statement = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", "Condition": condition}
    gate.user("Reader", statement)


ATTRIBUTES = {
    "ForAllValues:StringEquals": {"dynamodb:Attributes": ["Author", "Title", "Pages"]},
    "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
}
GET = {"TableName": "Books", "Key": key(ALIEN)}
QUERY = {"TableName": "Books", "KeyConditionExpression": "Author = :a", **value(ALIEN)}


@pytest.mark.parametrize(
    ("operation", "parameters", "opens"),
    [
        ("GetItem", {**GET, "ProjectionExpression": "Pages, Title"}, True),
        ("GetItem", {**GET, "ProjectionExpression": "Pages, Price"}, False),
        (
            "GetItem",
            {**GET, "ProjectionExpression": "#p", "ExpressionAttributeNames": {"#p": "Price"}},
            False,
        ),
        ("GetItem", GET, False),
        ("Query", {**QUERY, "ProjectionExpression": "Pages"}, True),
        ("Query", {**QUERY, "Select": "COUNT"}, False),
        ("Query", {**QUERY, "ProjectionExpression": "Pages", "FilterExpression": "Price > :a"}, False),
        ("Query", QUERY, False),
        ("PutItem", {"TableName": "Books", "Item": {**key(ALIEN), "Pages": {"N": "1"}}}, True),
        ("PutItem", {"TableName": "Books", "Item": {**key(ALIEN), "Price": {"N": "1"}}}, False),
        (
            "PutItem",
            {"TableName": "Books", "Item": key(ALIEN), "ConditionExpression": "attribute_exists(Price)"},
            False,
        ),
        ("UpdateItem", {**GET, "UpdateExpression": "SET Pages = :a", **value("1")}, True),
        ("UpdateItem", {**GET, "UpdateExpression": "REMOVE Price"}, False),
        ("TransactGetItems", {"TransactItems": [{"Get": {**GET, "ProjectionExpression": "Price"}}]}, False),
        ("TransactGetItems", {"TransactItems": [{"Get": GET}]}, False),
        ("BatchGetItem", {"RequestItems": {"Books": {"Keys": [key(ALIEN)]}}}, False),
        (
            "BatchGetItem",
            {"RequestItems": {"Books": {"Keys": [key(ALIEN)], "ProjectionExpression": "Pages"}}},
            True,
        ),
    ],
)
def test_only_some_attributes(library: Any, operation: str, parameters: dict[str, Any], opens: bool) -> None:
    reader(library, ATTRIBUTES)
    if opens:
        library(f"dynamodb:{operation}", by="Reader", **parameters)
    else:
        refusal = library.refused(f"dynamodb:{operation}", by="Reader", **parameters)
        assert refusal.code == "AccessDeniedException"


@pytest.mark.parametrize(
    ("condition", "operation", "parameters", "opens"),
    [
        ({"dynamodb:ReturnValues": "NONE"}, "UpdateItem", GET, True),
        ({"dynamodb:ReturnValues": "NONE"}, "UpdateItem", {**GET, "ReturnValues": "NONE"}, True),
        ({"dynamodb:ReturnValues": "NONE"}, "UpdateItem", {**GET, "ReturnValues": "ALL_OLD"}, False),
        (
            {"dynamodb:ReturnValues": "NONE"},
            "TransactWriteItems",
            {"TransactItems": [{"Delete": {**GET, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}]},
            False,
        ),
        ({"dynamodb:ReturnConsumedCapacity": "NONE"}, "GetItem", GET, True),
        (
            {"dynamodb:ReturnConsumedCapacity": "NONE"},
            "GetItem",
            {**GET, "ReturnConsumedCapacity": "TOTAL"},
            False,
        ),
        (
            {"dynamodb:ReturnConsumedCapacity": "NONE"},
            "BatchGetItem",
            {"RequestItems": {"Books": {"Keys": [key(ALIEN)]}}, "ReturnConsumedCapacity": "TOTAL"},
            False,
        ),
    ],
)
def test_what_is_returned(
    library: Any, condition: dict[str, str], operation: str, parameters: dict[str, Any], opens: bool
) -> None:
    reader(library, {"StringEqualsIfExists": condition})
    if opens:
        library(f"dynamodb:{operation}", by="Reader", **parameters)
    else:
        library.refused(f"dynamodb:{operation}", by="Reader", **parameters)


@pytest.mark.parametrize(
    ("enclosing", "operation", "parameters"),
    [
        ("TransactWriteItems", "TransactWriteItems", {"TransactItems": [{"Delete": GET}]}),
        ("TransactGetItems", "TransactGetItems", {"TransactItems": [{"Get": GET}]}),
    ],
)
def test_only_within_a_transaction(
    library: Any, enclosing: str, operation: str, parameters: dict[str, Any]
) -> None:
    reader(library, {"StringEquals": {"dynamodb:EnclosingOperation": enclosing}})
    library(f"dynamodb:{operation}", by="Reader", **parameters)
    for alone, given in (("GetItem", GET), ("DeleteItem", GET)):
        library.refused(f"dynamodb:{alone}", by="Reader", **given)
