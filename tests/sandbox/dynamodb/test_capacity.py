"""The capacity that operations take, as AWS's documentation counts it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import BOOKS, Gate, book

TABLE = {"TableName": "Books"}
KEY = book("The Dip")
BY_SHELF = {
    "IndexName": "of-shelf",
    "KeySchema": [{"AttributeName": "Shelf", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
LOCAL = {
    "IndexName": "local",
    "KeySchema": [
        {"AttributeName": "Author", "KeyType": "HASH"},
        {"AttributeName": "Shelf", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
SHELF = {"AttributeName": "Shelf", "AttributeType": "S"}
LARGE = {"Text": {"S": "x" * 5000}}


def taken(gate: Gate, operation: str, wanted: str = "TOTAL", **parameters: Any) -> Any:
    answer = gate(f"dynamodb:{operation}", **parameters, ReturnConsumedCapacity=wanted)
    return answer["ConsumedCapacity"]


def units(gate: Gate, operation: str, **parameters: Any) -> float:
    capacity = taken(gate, operation, **TABLE, **parameters)
    assert set(capacity) == {"TableName", "CapacityUnits"}
    return float(capacity["CapacityUnits"])


@pytest.fixture
def library(gate: Gate) -> Gate:
    gate.books()
    gate("dynamodb:PutItem", **TABLE, Item={**book("Large"), **LARGE})
    return gate


def test_reads_are_counted_by_four_kilobytes(library: Gate) -> None:
    for key, weak in ((KEY, 0.5), (book("Large"), 1.0), (book("None"), 0.5)):
        assert units(library, "GetItem", Key=key) == weak
        assert units(library, "GetItem", Key=key, ConsistentRead=True) == 2 * weak
    nothing = {"FilterExpression": "attribute_exists(Nowhere)"}
    assert units(library, "Scan", **nothing) == 1.0, "what was looked at counts"
    assert units(library, "Scan", Limit=1) == 1.0


def test_writes_are_counted_by_kilobytes_of_the_larger_item(library: Gate) -> None:
    assert units(library, "PutItem", Item=book("New")) == 1
    assert units(library, "PutItem", Item={**book("New"), **LARGE}) == 5
    assert units(library, "PutItem", Item=book("New")) == 5, "the item that was there is larger"
    assert units(library, "DeleteItem", Key=book("Large")) == 5
    assert units(library, "DeleteItem", Key=book("None")) == 1
    assert units(library, "UpdateItem", Key=KEY, UpdateExpression="REMOVE Nothing") == 1


def test_batches_are_added_up_for_each_table(library: Gate) -> None:
    library.books(name="Films")
    keys = {"Books": {"Keys": [KEY, book("Large")], "ConsistentRead": True}, "Films": {"Keys": [KEY]}}
    assert taken(library, "BatchGetItem", RequestItems=keys) == [
        {"TableName": "Books", "CapacityUnits": 3.0},
        {"TableName": "Films", "CapacityUnits": 0.5},
    ]
    requests = [{"PutRequest": {"Item": book("New")}}, {"DeleteRequest": {"Key": book("Large")}}]
    assert taken(library, "BatchWriteItem", RequestItems={"Books": requests}) == [
        {"TableName": "Books", "CapacityUnits": 6.0}
    ]


def test_transactions_take_twice_as_much(library: Gate) -> None:
    get = [{"Get": {**TABLE, "Key": key}} for key in (KEY, book("Large"))]
    assert taken(library, "TransactGetItems", TransactItems=get) == [
        {"TableName": "Books", "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}
    ]
    put = [{"Put": {**TABLE, "Item": {**book("New"), **LARGE}}}]
    once = {"TransactItems": put, "ClientRequestToken": "a"}
    assert taken(library, "TransactWriteItems", **once) == [
        {"TableName": "Books", "CapacityUnits": 10.0, "WriteCapacityUnits": 10.0}
    ]
    assert taken(library, "TransactWriteItems", **once) == [
        {"TableName": "Books", "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}
    ], "what was done is read again, and no more"


@pytest.fixture
def indexed(gate: Gate) -> Gate:
    gate(
        "dynamodb:CreateTable",
        **BOOKS | {"AttributeDefinitions": [*BOOKS["AttributeDefinitions"], SHELF]},
        GlobalSecondaryIndexes=[BY_SHELF],
        LocalSecondaryIndexes=[LOCAL],
    )
    return gate


def test_the_indexes_of_a_table_take_their_own(indexed: Gate) -> None:
    def put(**attributes: Any) -> tuple[float, float, float]:
        item = {**KEY, **LARGE, **attributes}
        capacity = taken(indexed, "PutItem", "INDEXES", **TABLE, Item=item)
        members = ("GlobalSecondaryIndexes", "of-shelf"), ("LocalSecondaryIndexes", "local")
        of_indexes = [capacity.get(kind, {}).get(name, {"CapacityUnits": 0.0}) for kind, name in members]
        parts = [each["CapacityUnits"] for each in (capacity["Table"], *of_indexes)]
        assert capacity["CapacityUnits"] == sum(parts)
        return (parts[0], parts[1], parts[2])

    assert put() == (5, 0, 0), "it is in no index"
    assert put(Shelf={"S": "a"}) == (5, 1, 1)
    assert put(Shelf={"S": "a"}, Other={"S": "b"}) == (5, 0, 0), "nothing of it is in an index"
    assert put(Shelf={"S": "b"}) == (5, 2, 2), "an entry goes, another comes"
    assert put() == (5, 1, 1)


def test_a_read_through_an_index_is_the_indexs(indexed: Gate) -> None:
    indexed("dynamodb:PutItem", **TABLE, Item={**KEY, **LARGE, "Shelf": {"S": "a"}})
    through = {**TABLE, "IndexName": "of-shelf"}
    assert taken(indexed, "Scan", "INDEXES", **through) == {
        "TableName": "Books",
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.0},
        "GlobalSecondaryIndexes": {"of-shelf": {"CapacityUnits": 0.5}},
    }
    whole = {**TABLE, "IndexName": "local", "Select": "ALL_ATTRIBUTES"}
    assert taken(indexed, "Scan", "INDEXES", **whole) == {
        "TableName": "Books",
        "CapacityUnits": 1.5,
        "Table": {"CapacityUnits": 1.0},
        "LocalSecondaryIndexes": {"local": {"CapacityUnits": 0.5}},
    }


def test_only_tables_with_local_indexes_have_item_collections(indexed: Gate) -> None:
    indexed.books(name="Films")
    collection = {"ItemCollectionKey": {"Author": KEY["Author"]}, "SizeEstimateRangeGB": [0.0, 1.0]}
    asked = {"ReturnItemCollectionMetrics": "SIZE"}
    assert indexed("dynamodb:PutItem", **TABLE, Item=KEY, **asked) == {"ItemCollectionMetrics": collection}
    assert indexed("dynamodb:PutItem", TableName="Films", Item=KEY, **asked) == {}
    puts = [
        {"Put": {"TableName": name, "Item": book(title)}} for name in ("Books", "Films") for title in "ab"
    ]
    answer = indexed("dynamodb:TransactWriteItems", TransactItems=puts, **asked)
    assert answer == {"ItemCollectionMetrics": {"Books": [collection]}}


def test_nothing_is_told_to_who_does_not_ask(library: Gate) -> None:
    for asked in ({}, {"ReturnConsumedCapacity": "NONE"}):
        assert set(library("dynamodb:Scan", **TABLE, **asked)) == {"Items", "Count", "ScannedCount"}


@pytest.mark.parametrize(
    ("member", "values"),
    [
        ("ReturnConsumedCapacity", "INDEXES, TOTAL, NONE"),
        ("ReturnItemCollectionMetrics", "SIZE, NONE"),
        ("ReturnValuesOnConditionCheckFailure", "ALL_OLD, NONE"),
    ],
)
def test_other_values_are_refused(library: Gate, member: str, values: str) -> None:
    refusal = library.refused("dynamodb:DeleteItem", **TABLE, Key=KEY, **{member: "some"})
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        f"1 validation error detected: Value 'some' at '{member[0].lower()}{member[1:]}' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{values}]",
    )
