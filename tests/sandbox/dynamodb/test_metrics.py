"""What calls on items tell of their capacity and of item collections, to who asks."""

from __future__ import annotations

from typing import Any

import pytest

KEY = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
ONE = {"TableName": "Books", "Key": KEY}
GODIN = {
    "TableName": "Books",
    "KeyConditionExpression": "Author = :a",
    "ExpressionAttributeValues": {":a": KEY["Author"]},
}
PUT = {"TableName": "Books", "Item": KEY}
METRICS = {"ItemCollectionKey": {"Author": {"S": "Seth Godin"}}, "SizeEstimateRangeGB": [0.0, 1.0]}


def schema(second: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": "Author", "KeyType": "HASH"},
        {"AttributeName": second, "KeyType": "RANGE"},
    ]


def index(name: str) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": schema("Year"), "Projection": {"ProjectionType": "ALL"}}


@pytest.fixture
def books(gate: Any) -> Any:
    """An account with a table Books under two indexes, and one without any."""
    gate(
        "dynamodb:CreateTable",
        TableName="Books",
        KeySchema=schema("Title"),
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in (("Author", "S"), ("Title", "S"), ("Year", "N"))
        ],
        BillingMode="PAY_PER_REQUEST",
        LocalSecondaryIndexes=[index("Local")],
        GlobalSecondaryIndexes=[index("Global")],
    )
    gate.books(name="Other")
    return gate


@pytest.mark.parametrize(
    ("operation", "parameters", "units"),
    [
        ("GetItem", ONE, 0.5),
        ("GetItem", {**ONE, "ConsistentRead": True}, 1.0),
        ("Query", GODIN, 0.5),
        ("Query", {**GODIN, "ConsistentRead": True}, 1.0),
        ("Scan", {"TableName": "Books"}, 0.5),
        ("PutItem", PUT, 1.0),
        ("UpdateItem", ONE, 1.0),
        ("DeleteItem", ONE, 1.0),
    ],
)
def test_a_read_takes_half_a_unit_unless_it_is_consistent_and_a_write_one(
    books: Any, operation: str, parameters: dict[str, Any], units: float
) -> None:
    told = books(f"dynamodb:{operation}", **parameters, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert told == {"TableName": "Books", "CapacityUnits": units}
    told = books(f"dynamodb:{operation}", **parameters, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert told == {"TableName": "Books", "CapacityUnits": units, "Table": {"CapacityUnits": units}}
    for nothing in ("NONE", None):
        answer = books(f"dynamodb:{operation}", **parameters, ReturnConsumedCapacity=nothing)
        assert "ConsumedCapacity" not in answer


@pytest.mark.parametrize(
    ("name", "kind"), [("Local", "LocalSecondaryIndexes"), ("Global", "GlobalSecondaryIndexes")]
)
def test_what_is_read_through_an_index_is_the_indexs(books: Any, name: str, kind: str) -> None:
    told = books("dynamodb:Query", **GODIN, IndexName=name, ReturnConsumedCapacity="INDEXES")
    assert told["ConsumedCapacity"] == {
        "TableName": "Books",
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.0},
        kind: {name: {"CapacityUnits": 0.5}},
    }


def test_several_requests_are_told_by_table(books: Any) -> None:
    other = {"Author": {"S": "Seth Godin"}, "Title": {"S": "Tribes"}}
    items = {"Books": {"Keys": [KEY, other], "ConsistentRead": True}, "Other": {"Keys": [KEY]}}
    told = books("dynamodb:BatchGetItem", RequestItems=items, ReturnConsumedCapacity="TOTAL")
    assert told["ConsumedCapacity"] == [
        {"TableName": "Books", "CapacityUnits": 2.0},
        {"TableName": "Other", "CapacityUnits": 0.5},
    ]


@pytest.mark.parametrize(
    ("operation", "part", "kind"),
    [
        ("TransactGetItems", {"Get": ONE}, "ReadCapacityUnits"),
        ("TransactWriteItems", {"Delete": ONE}, "WriteCapacityUnits"),
        (
            "TransactWriteItems",
            {"ConditionCheck": {**ONE, "ConditionExpression": "attribute_not_exists(Author)"}},
            "WriteCapacityUnits",
        ),
    ],
)
def test_in_a_transaction_everything_takes_two(
    books: Any, operation: str, part: dict[str, Any], kind: str
) -> None:
    told = books(f"dynamodb:{operation}", TransactItems=[part], ReturnConsumedCapacity="INDEXES")
    units = {"CapacityUnits": 2.0, kind: 2.0}
    assert told["ConsumedCapacity"] == [{"TableName": "Books", **units, "Table": units}]


def test_a_transaction_that_is_sent_again_takes_its_reads(books: Any) -> None:
    """DynamoDB API Reference, "TransactWriteItems" (ClientRequestToken)."""
    again = {"TransactItems": [{"Put": PUT}], "ClientRequestToken": "once"}
    books("dynamodb:TransactWriteItems", **again)
    assert books("dynamodb:TransactWriteItems", **again) == {}
    told = books("dynamodb:TransactWriteItems", **again, ReturnConsumedCapacity="TOTAL")
    units = {"CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}
    assert told == {"ConsumedCapacity": [{"TableName": "Books", **units}]}


@pytest.mark.parametrize(
    ("operation", "parameters", "told"),
    [
        ("PutItem", PUT, METRICS),
        ("UpdateItem", ONE, METRICS),
        ("DeleteItem", ONE, METRICS),
        (
            "BatchWriteItem",
            {"RequestItems": {"Books": [{"PutRequest": {"Item": KEY}}]}},
            {"Books": [METRICS]},
        ),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": PUT}, {"Put": {**PUT, "Item": {**KEY, "Title": {"S": "Tribes"}}}}]},
            {"Books": [METRICS]},
        ),
        ("PutItem", {**PUT, "TableName": "Other"}, None),
        ("BatchWriteItem", {"RequestItems": {"Other": [{"DeleteRequest": {"Key": KEY}}]}}, None),
    ],
)
def test_item_collections_are_those_of_tables_with_local_indexes(
    books: Any, operation: str, parameters: dict[str, Any], told: Any
) -> None:
    answer = books(f"dynamodb:{operation}", **parameters, ReturnItemCollectionMetrics="SIZE")
    assert answer.get("ItemCollectionMetrics") == told


@pytest.mark.parametrize(
    ("member", "path", "values"),
    [
        ("ReturnConsumedCapacity", "returnConsumedCapacity", "INDEXES, TOTAL, NONE"),
        ("ReturnItemCollectionMetrics", "returnItemCollectionMetrics", "SIZE, NONE"),
        ("ReturnValuesOnConditionCheckFailure", "returnValuesOnConditionCheckFailure", "ALL_OLD, NONE"),
    ],
)
def test_other_values_are_refused(books: Any, member: str, path: str, values: str) -> None:
    refusal = books.refused("dynamodb:DeleteItem", **ONE, **{member: "some"})
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        f"1 validation error detected: Value 'some' at '{path}' failed to satisfy constraint: Member must satisfy "
        f"enum value set: [{values}]",
    )
