"""A DynamoDB table as a card: its status, the key that it is encrypted under, and its items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from kmscourse.display.card import Banner, Block, Card, Facts, Grid, Words
from kmscourse.display.moment import moment
from kmscourse.display.table import Code

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import TableDescriptionTypeDef

KINDS = {"HASH": "partition key", "RANGE": "sort key"}


class TableCard(Card):
    """A table as DescribeTable tells it, with its first ``max_items`` items.

    The items are had by a Scan, so KMS is asked to open the table's key, and the trail shows it. A refusal is shown
    in their place. Raises ClientError where DynamoDB doesn't describe the table.
    """

    def __init__(self, dynamodb: DynamoDBClient, name: str, max_items: int = 10) -> None:
        table = dynamodb.describe_table(TableName=name)["Table"]
        super().__init__(Facts(f"Table {name}", _rows(table)), _items(dynamodb, table, max_items))


def _rows(table: TableDescriptionTypeDef) -> list[tuple[str, str]]:
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    keys = [
        f"{key['AttributeName']} ({KINDS[key['KeyType']]}, {types[key['AttributeName']]})"
        for key in table["KeySchema"]
    ]
    working = "✓" if table["TableStatus"] == "ACTIVE" else "·"
    return [
        ("ARN", Code(table["TableArn"])),
        ("Status", f"{working} {table['TableStatus']}"),
        ("Keys", "\n".join(keys)),
        ("Encrypted under", _key(table)),
        *_closed_since(table),
    ]


def _key(table: TableDescriptionTypeDef) -> str:
    """The table's KMS key. A table that says nothing of it is encrypted all the same (DynamoDB, encryption at rest)."""
    arn = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
    return Code(arn) if arn else "a key that AWS owns: nobody's policy speaks of it, and no trail shows it"


def _closed_since(table: TableDescriptionTypeDef) -> list[tuple[str, str]]:
    since = table.get("SSEDescription", {}).get("InaccessibleEncryptionDateTime")
    return [("Its key is out of reach since", moment(since))] if since else []


def _items(dynamodb: DynamoDBClient, table: TableDescriptionTypeDef, max_items: int) -> Block:
    try:
        answer = dynamodb.scan(TableName=table["TableName"], Limit=max_items)
    except ClientError as error:
        return Banner("✗ Its items are not shown.", str(error))
    items = [{name: _plain(value) for name, value in item.items()} for item in answer["Items"]]
    keys = [key["AttributeName"] for key in table["KeySchema"]]
    others = sorted({name for item in items for name in item} - set(keys))
    caption = f"The first {max_items} items" if "LastEvaluatedKey" in answer else "Items"
    rows = [[item.get(name, "") for name in (*keys, *others)] for item in items]
    return Grid(caption, [*keys, *others], rows) if rows else Words("There are no items in it.")


def _plain(value: Any) -> str:
    """An attribute's value, as DynamoDB writes it, as a text."""
    if "B" in value:
        return f"{len(value['B'])} bytes"
    return str(TypeDeserializer().deserialize(value))
