"""Policies that let somebody at some items or attributes only, and every way around them closed."""

from __future__ import annotations

from typing import Any

import pytest

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Books*"
OWN, ALIEN = "Seth Godin", "Ed Catmull"
ITEMS = [
    "GetItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "BatchGetItem",
    "BatchWriteItem",
    "ConditionCheckItem",
]


def key(author: str) -> dict[str, Any]:
    return {"Author": {"S": author}, "Title": {"S": "The Dip"}}


def value(author: str, **more: Any) -> dict[str, Any]:
    return {"ExpressionAttributeValues": {":a": {"S": author}, **more}}


def ways(author: str) -> list[tuple[str, dict[str, Any]]]:
    """Calls that reach items of ``author``."""
    item = key(author)
    books, placeholder = {"TableName": "Books"}, {"ExpressionAttributeNames": {"#k": "Author"}}
    both = [{"Keys": [key(OWN), item]}] if author != OWN else [{"Keys": [item]}]
    return [
        ("GetItem", {**books, "Key": item}),
        ("PutItem", {**books, "Item": item}),
        ("UpdateItem", {**books, "Key": item}),
        ("DeleteItem", {**books, "Key": item}),
        ("Query", {**books, "KeyConditionExpression": "Author = :a", **value(author)}),
        ("Query", {**books, "KeyConditionExpression": "(#k=:a)", **value(author), **placeholder}),
        ("BatchGetItem", {"RequestItems": {"Books": both[0]}}),
        ("BatchWriteItem", {"RequestItems": {"Books": [{"PutRequest": {"Item": item}}]}}),
        ("BatchWriteItem", {"RequestItems": {"Books": [{"DeleteRequest": {"Key": item}}]}}),
        ("TransactGetItems", {"TransactItems": [{"Get": {**books, "Key": item}}]}),
        ("TransactWriteItems", {"TransactItems": [{"Put": {**books, "Item": item}}]}),
        ("TransactWriteItems", {"TransactItems": [{"Delete": {**books, "Key": item}}]}),
    ]  # fmt: skip


@pytest.fixture
def library(gate: Any) -> Any:
    gate.books()
    gate(
        "dynamodb:PutItem", TableName="Books", Item={**key(ALIEN), "Pages": {"N": "336"}, "Price": {"N": "9"}}
    )
    return gate


def reader(gate: Any, condition: dict[str, Any], actions: list[str] | None = None) -> None:
    names = actions or ITEMS
    gate.user(
        "Reader",
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{name}" for name in names],
            "Resource": ARN,
            "Condition": condition,
        },
    )


OWN_ONLY = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [OWN]}}


@pytest.mark.parametrize(("operation", "parameters"), ways(OWN))
def test_the_own_items_are_open(library: Any, operation: str, parameters: dict[str, Any]) -> None:
    reader(library, OWN_ONLY)
    library(f"dynamodb:{operation}", by="Reader", **parameters)


@pytest.mark.parametrize(("operation", "parameters"), ways(ALIEN))
def test_other_items_are_closed(library: Any, operation: str, parameters: dict[str, Any]) -> None:
    reader(library, OWN_ONLY)
    before = library("dynamodb:Scan", TableName="Books")
    refusal = library.refused(f"dynamodb:{operation}", by="Reader", **parameters)
    assert refusal.code == "AccessDeniedException", refusal.message
    assert library("dynamodb:Scan", TableName="Books") == before


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetItem", {"Key": {"Title": {"S": "The Dip"}}}),
        ("Query", {"KeyConditionExpression": "Title = :a", **value("The Dip")}),
        ("Query", {}),
        ("PutItem", {"Item": {"Title": {"S": "The Dip"}}}),
    ],
)
def test_leaving_the_key_out_meets_no_condition(
    library: Any, operation: str, parameters: dict[str, Any]
) -> None:
    reader(library, OWN_ONLY)
    refusal = library.refused(f"dynamodb:{operation}", by="Reader", TableName="Books", **parameters)
    assert refusal.code == "AccessDeniedException"


def test_of_two_conditions_on_the_key_none_counts(library: Any) -> None:
    """What is decided on must be what is read."""
    reader(library, OWN_ONLY)
    both = {"KeyConditionExpression": "Author = :a AND Author = :b", **value(OWN, **{":b": {"S": ALIEN}})}
    refusal = library.refused("dynamodb:Query", by="Reader", TableName="Books", **both)
    assert refusal.message == (
        "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"
    )


def test_a_scan_has_no_leading_keys(library: Any) -> None:
    """As AWS warns: ForAllValues holds for a request that has none."""
    reader(library, OWN_ONLY, ["Scan"])
    assert library("dynamodb:Scan", by="Reader", TableName="Books")["Count"] == 2


def test_an_index_has_leading_keys_of_its_own(gate: Any) -> None:
    gate(
        "dynamodb:CreateTable",
        TableName="Books",
        KeySchema=[{"AttributeName": "Author", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("Author", "Title")],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-title",
                "KeySchema": [{"AttributeName": "Title", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    reader(gate, {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["The Dip"]}})
    through = {"TableName": "Books", "IndexName": "by-title", "KeyConditionExpression": "Title = :a"}
    gate("dynamodb:Query", by="Reader", **through, **value("The Dip"))
    gate.refused("dynamodb:Query", by="Reader", **through, **value("Linchpin"))


def test_a_number_is_the_same_key_however_it_is_written(gate: Any) -> None:
    gate(
        "dynamodb:CreateTable",
        TableName="Books",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number, operation, asked in (
        ("5.0", "GetItem", {"Key": {"Id": {"N": "5.0"}}}),
        ("0.5e1", "PutItem", {"Item": {"Id": {"N": "0.5e1"}}}),
        (
            "05",
            "Query",
            {"KeyConditionExpression": "Id = :a", "ExpressionAttributeValues": {":a": {"N": "05"}}},
        ),
    ):
        [check] = gate.checks(f"dynamodb:{operation}", TableName="Books", **asked)
        assert check.context["dynamodb:LeadingKeys"] == ["5"], number


def test_the_tags_of_a_table_count(library: Any) -> None:
    arn = ARN.removesuffix("*")
    library("dynamodb:TagResource", ResourceArn=arn, Tags=[{"Key": "Team", "Value": "Sales"}])
    for team, opens in (("Sales", True), ("HR", False)):
        name = library.user(
            team,
            {
                "Effect": "Allow",
                "Action": "dynamodb:*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:ResourceTag/Team": team}},
            },
        )
        for operation in ("Scan", "DescribeTable"):
            call = library if opens else library.refused
            call(f"dynamodb:{operation}", by=name, TableName="Books")
