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
        ({"Delete": {"IndexName": "ByPress"}}, "ResourceNotFoundException", "Requested resource not found"),
        (
            {
                "Update": {
                    "IndexName": "ByPress",
                    "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
                }
            },
            "ResourceNotFoundException",
            "Requested resource not found",
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
