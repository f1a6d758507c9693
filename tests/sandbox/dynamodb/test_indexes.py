"""What DynamoDB says of global secondary indexes that a table gets, changes or loses."""

from __future__ import annotations

from typing import Any

import pytest

INVALID = "One or more parameter values were invalid: "
YEAR = {"AttributeName": "Year", "AttributeType": "N"}


def create(name: str = "ByYear", key: str = "Year") -> dict[str, Any]:
    return {
        "Create": {
            "IndexName": name,
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    }


def update(gate: Any, *changes: dict[str, Any], defines: list[dict[str, str]]) -> Any:
    return gate(
        "dynamodb:UpdateTable",
        TableName="Books",
        AttributeDefinitions=defines,
        GlobalSecondaryIndexUpdates=list(changes),
    )


@pytest.fixture
def books(gate: Any) -> Any:
    gate.books()
    update(gate, create(), defines=[YEAR])
    return gate


def test_a_new_index_needs_no_other_attributes_defined_than_its_own(books: Any) -> None:
    table = books("dynamodb:DescribeTable", TableName="Books")["Table"]
    defined = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    assert defined == {"Author": "S", "Title": "S", "Year": "N"}
    item = {"Author": {"S": "Seth Godin"}, "Title": {"S": "Purple Cow"}, "Year": {"N": "2003"}}
    books("dynamodb:PutItem", TableName="Books", Item=item)
    found = books(
        "dynamodb:Query",
        TableName="Books",
        IndexName="ByYear",
        KeyConditionExpression="#y = :y",
        ExpressionAttributeNames={"#y": "Year"},
        ExpressionAttributeValues={":y": {"N": "2003"}},
    )
    assert found["Items"] == [item]


def test_the_key_of_an_index_has_to_be_defined(books: Any) -> None:
    refusal = books.refused(
        "dynamodb:UpdateTable",
        TableName="Books",
        AttributeDefinitions=[YEAR],
        GlobalSecondaryIndexUpdates=[create("ByPress", "Press")],
    )
    assert refusal.message == (
        f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. "
        "Keys: [Press], AttributeDefinitions: [Author, Title, Year]"
    )


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (create(), "ValidationException", "Attempting to create an index which already exists"),
        (
            {"Delete": {"IndexName": "ByPress"}},
            "ResourceNotFoundException",
            "Requested resource not found: Index ByPress for table Books",
        ),
        (
            {
                "Update": {
                    "IndexName": "ByPress",
                    "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
                }
            },
            "ResourceNotFoundException",
            "Requested resource not found: Index ByPress for table Books",
        ),
    ],
    ids=["there already", "delete none", "update none"],
)
def test_what_is_made_is_new_and_what_is_changed_is_there(
    books: Any, change: dict[str, Any], code: str, message: str
) -> None:
    refusal = books.refused(
        "dynamodb:UpdateTable",
        TableName="Books",
        AttributeDefinitions=[YEAR],
        GlobalSecondaryIndexUpdates=[change],
    )
    assert (refusal.code, refusal.message, refusal.status) == (code, message, 400)


def test_an_index_that_is_deleted_is_gone(books: Any) -> None:
    update(books, {"Delete": {"IndexName": "ByYear"}}, defines=[YEAR])
    table = books("dynamodb:DescribeTable", TableName="Books")["Table"]
    assert not table.get("GlobalSecondaryIndexes")
    assert {each["AttributeName"] for each in table["AttributeDefinitions"]} == {"Author", "Title"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"KeySchema": [{"AttributeName": "Year", "KeyType": "RANGE"}]},
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        ({"Projection": {}}, INVALID + "Unknown ProjectionType: null"),
        (
            {"Projection": {"ProjectionType": "ALL", "NonKeyAttributes": ["Pages"]}},
            INVALID + "ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
        (
            {"Projection": {"ProjectionType": "KEYS_ONLY", "NonKeyAttributes": ["Pages"]}},
            INVALID + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
        ),
        (
            {"Projection": {"ProjectionType": "INCLUDE"}},
            INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["LocalSecondaryIndexes", "GlobalSecondaryIndexes", "UpdateTable"])
def test_an_index_that_can_not_be(gate: Any, kind: str, changed: dict[str, Any], message: str) -> None:
    """The texts are those that dynalite's tests recorded of AWS; that of INCLUDE is as other emulators have it."""
    gate.books()
    schema = [
        {"AttributeName": name, "KeyType": kind} for name, kind in (("Author", "HASH"), ("Year", "RANGE"))
    ]
    index = {**create()["Create"], "KeySchema": schema, **changed}
    if kind == "UpdateTable":
        call = {"TableName": "Books", "GlobalSecondaryIndexUpdates": [{"Create": index}]}
        refusal = gate.refused("dynamodb:UpdateTable", AttributeDefinitions=[YEAR], **call)
    else:
        refusal = gate.refused(
            "dynamodb:CreateTable",
            TableName="New",
            KeySchema=[
                {"AttributeName": "Author", "KeyType": "HASH"},
                {"AttributeName": "Title", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                YEAR,
                {"AttributeName": "Author", "AttributeType": "S"},
                {"AttributeName": "Title", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
            **{kind: [index]},
        )
    assert (refusal.code, refusal.message) == ("ValidationException", message)


@pytest.mark.parametrize("operation", ["Query", "Scan"])
def test_through_a_local_index_all_attributes_can_be_had(gate: Any, operation: str) -> None:
    """DynamoDB API Reference, "Query" (Select): what a local index does not project is read from the table."""
    schema = [
        {"AttributeName": name, "KeyType": kind} for name, kind in (("Author", "HASH"), ("Year", "RANGE"))
    ]
    gate(
        "dynamodb:CreateTable",
        TableName="Books",
        KeySchema=[schema[0], {"AttributeName": "Title", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            YEAR,
            {"AttributeName": "Author", "AttributeType": "S"},
            {"AttributeName": "Title", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
        LocalSecondaryIndexes=[
            {"IndexName": "ByYear", "KeySchema": schema, "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
    )
    keys = {"Author": {"S": "Godin"}, "Title": {"S": "Tribes"}, "Year": {"N": "2008"}}
    whole = {**keys, "Pages": {"N": "160"}}
    gate("dynamodb:PutItem", TableName="Books", Item=whole)
    asked: dict[str, Any] = {"TableName": "Books", "IndexName": "ByYear"}
    if operation == "Query":
        asked |= {
            "KeyConditionExpression": "Author = :a",
            "ExpressionAttributeValues": {":a": {"S": "Godin"}},
        }
    assert gate(f"dynamodb:{operation}", **asked)["Items"] == [keys]
    assert gate(f"dynamodb:{operation}", **asked, Select="ALL_ATTRIBUTES")["Items"] == [whole]
