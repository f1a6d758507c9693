"""A table's description as AWS gives it, through the table's life."""

from __future__ import annotations

import time
from typing import Any

SCHEMA = {
    "TableName": "Books",
    "KeySchema": [{"AttributeName": "Author", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "Author", "AttributeType": "S"}],
}
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}
ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST"}
BY_UNITS = {"ProvisionedThroughput": UNITS}


def create(gate: Any, **more: Any) -> dict[str, Any]:
    return dict(gate("dynamodb:CreateTable", **SCHEMA, **(more or ON_DEMAND))["TableDescription"])


def table(gate: Any) -> dict[str, Any]:
    return dict(gate("dynamodb:DescribeTable", TableName="Books")["Table"])


def update(gate: Any, **changes: Any) -> dict[str, Any]:
    return dict(gate("dynamodb:UpdateTable", TableName="Books", **changes)["TableDescription"])


def test_a_table_comes_and_goes_as_on_aws(gate: Any) -> None:
    created, described = create(gate), table(gate)
    updated = update(gate, TableClass="STANDARD_INFREQUENT_ACCESS")
    deleted = gate("dynamodb:DeleteTable", TableName="Books")["TableDescription"]
    assert [each["TableStatus"] for each in (created, described, updated, deleted)] == [
        "CREATING",
        "ACTIVE",
        "UPDATING",
        "DELETING",
    ]
    assert created["TableId"] == described["TableId"] == deleted["TableId"]
    again = create(gate)
    assert again["TableId"] != created["TableId"]
    assert "GlobalSecondaryIndexes" not in again, "an empty list is no index"


def test_a_deleted_table_tells_nothing_of_its_keys_and_indexes(gate: Any) -> None:
    """Alternator's tests, which its authors run against AWS too (test_delete_table_description_with_si)."""
    schema = [{"AttributeName": "Shelf", "KeyType": "HASH"}]
    index = {"IndexName": "of-shelf", "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}
    defined = [*SCHEMA["AttributeDefinitions"], {"AttributeName": "Shelf", "AttributeType": "S"}]
    gate(
        "dynamodb:CreateTable",
        **{**SCHEMA, "AttributeDefinitions": defined},
        **ON_DEMAND,
        GlobalSecondaryIndexes=[index],
    )
    described = table(gate)
    deleted = gate("dynamodb:DeleteTable", TableName="Books")["TableDescription"]
    assert set(described) - set(deleted) == {
        "AttributeDefinitions",
        "KeySchema",
        "CreationDateTime",
        "GlobalSecondaryIndexes",
    }
    assert deleted["BillingModeSummary"] == described["BillingModeSummary"]


def test_deletion_protection_changes_at_once(gate: Any) -> None:
    create(gate)
    assert update(gate, DeletionProtectionEnabled=True)["TableStatus"] == "ACTIVE"
    assert table(gate)["DeletionProtectionEnabled"] is True


def test_a_table_paid_by_request(gate: Any) -> None:
    assert create(gate)["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    described = table(gate)
    summary = described["BillingModeSummary"]
    # moto takes the time of a new table itself, so the two are some moments apart
    since = summary.pop("LastUpdateToPayPerRequestDateTime")
    assert abs(since - described["CreationDateTime"]) < 1, "it is paid by request since it was made"
    assert summary == {"BillingMode": "PAY_PER_REQUEST"}


def test_a_table_paid_by_capacity(gate: Any) -> None:
    created = create(gate, **BY_UNITS)
    assert "BillingModeSummary" not in created
    assert created["ProvisionedThroughput"] == {**UNITS, "NumberOfDecreasesToday": 0}
    update(gate, **ON_DEMAND)
    described = table(gate)
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    update(gate, BillingMode="PROVISIONED", **BY_UNITS)
    described = table(gate)
    assert described["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert described["ProvisionedThroughput"]["WriteCapacityUnits"] == 2


def test_a_table_class_shows_once_it_was_chosen(gate: Any) -> None:
    assert "TableClassSummary" not in create(gate)
    update(gate, TableClass="STANDARD")
    assert "TableClassSummary" not in table(gate), "STANDARD is what it has been"
    update(gate, TableClass="STANDARD_INFREQUENT_ACCESS")
    summary = table(gate)["TableClassSummary"]
    assert abs(summary.pop("LastUpdateDateTime") - time.time()) < 60
    assert summary == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    gate("dynamodb:DeleteTable", TableName="Books")
    created = create(gate, **ON_DEMAND, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert created["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}


def test_items_are_counted_at_once(gate: Any) -> None:
    create(gate)
    for author in "abc":
        gate("dynamodb:PutItem", TableName="Books", Item={"Author": {"S": author}})
    assert (table(gate)["ItemCount"], table(gate)["TableSizeBytes"]) == (3, 0)


def test_an_index_is_described_as_its_table_is(gate: Any) -> None:
    """The members are those of a DescribeTable of AWS; sizes are 0 here, as the table's is."""
    shelf = [{"AttributeName": "Shelf", "KeyType": "HASH"}]
    index = {"IndexName": "of-shelf", "KeySchema": shelf, "Projection": {"ProjectionType": "ALL"}}
    local = {
        **index,
        "IndexName": "local",
        "KeySchema": [*SCHEMA["KeySchema"], {**shelf[0], "KeyType": "RANGE"}],
    }
    title = {"AttributeName": "Title", "KeyType": "RANGE"}
    defined = [{"AttributeName": name, "AttributeType": "S"} for name in ("Author", "Title", "Shelf")]
    gate(
        "dynamodb:CreateTable",
        TableName="Books",
        KeySchema=[*SCHEMA["KeySchema"], title],
        AttributeDefinitions=defined,
        GlobalSecondaryIndexes=[{**index, "ProvisionedThroughput": UNITS}],
        LocalSecondaryIndexes=[local],
        **BY_UNITS,
    )
    for name, shelves in (("a", {"Shelf": {"S": "x"}}), ("b", {})):
        gate(
            "dynamodb:PutItem",
            TableName="Books",
            Item={"Author": {"S": "A"}, "Title": {"S": name}, **shelves},
        )
    [of_shelf] = table(gate)["GlobalSecondaryIndexes"]
    [of_author] = table(gate)["LocalSecondaryIndexes"]
    for described in (of_shelf, of_author):
        assert (described["ItemCount"], described["IndexSizeBytes"]) == (1, 0)
        arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/Books/index/{described['IndexName']}"
        assert described["IndexArn"] == arn
    assert of_shelf["ProvisionedThroughput"] == {**UNITS, "NumberOfDecreasesToday": 0}
