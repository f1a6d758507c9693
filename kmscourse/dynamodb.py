"""Tables encrypted under a customer managed key, and their items as plain Python values.

Numbers come back as Decimal and bytes as boto3's Binary, as boto3 itself gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import KeySchemaElementTypeDef, WaiterConfigTypeDef

__all__ = ["create_encrypted_table", "delete_table", "has_table", "key_of_table", "put_item", "scan"]

POLL: WaiterConfigTypeDef = {
    "Delay": 2,
    "MaxAttempts": 90,
}  # seconds between two looks at a table: three minutes at most


def create_encrypted_table(
    dynamodb: DynamoDBClient, name: str, key_id: str, partition_key: str, sort_key: str | None = None
) -> str:
    """Create a table encrypted under the KMS key ``key_id`` (id, ARN or alias), wait for it, and return its ARN.

    Its keys are strings, and each request is billed. Raises ClientError if DynamoDB or KMS refuses.
    """
    keys: list[KeySchemaElementTypeDef] = [{"AttributeName": partition_key, "KeyType": "HASH"}]
    if sort_key is not None:
        keys.append({"AttributeName": sort_key, "KeyType": "RANGE"})
    table = dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in keys],
        KeySchema=keys,
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id},
    )["TableDescription"]
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig=POLL)
    return table["TableArn"]


def has_table(dynamodb: DynamoDBClient, table: str) -> bool:
    """Is there a table of this name? Raises ClientError where DynamoDB won't say."""
    try:
        dynamodb.describe_table(TableName=table)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True


def key_of_table(dynamodb: DynamoDBClient, table: str) -> str | None:
    """The ARN of the KMS key that encrypts the table, None where that is DynamoDB's own.

    Raises ClientError where there is no such table, or DynamoDB won't say.
    """
    described = dynamodb.describe_table(TableName=table)["Table"]
    return described.get("SSEDescription", {}).get("KMSMasterKeyArn")


def put_item(dynamodb: DynamoDBClient, table: str, item: Mapping[str, Any]) -> None:
    """Writes ``item``, a dict of plain Python values, in place of one with the same key.

    Raises TypeError for a value that DynamoDB doesn't know (a float: pass a Decimal), ClientError where
    DynamoDB or KMS refuses.
    """
    dynamodb.put_item(TableName=table, Item={k: TypeSerializer().serialize(v) for k, v in item.items()})


def scan(dynamodb: DynamoDBClient, table: str) -> list[dict[str, Any]]:
    """All items of the table, of all pages, as dicts. Raises ClientError where DynamoDB or KMS refuses."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table)
    items = [item for page in pages for item in page["Items"]]
    return [{k: TypeDeserializer().deserialize(v) for k, v in item.items()} for item in items]


def delete_table(dynamodb: DynamoDBClient, table: str) -> None:
    """Deletes the table with all its items, and waits until it is gone. Raises ClientError where there is none."""
    dynamodb.delete_table(TableName=table)
    dynamodb.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig=POLL)
