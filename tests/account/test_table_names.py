"""The tables that a call of DynamoDB names."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.account.table_names import table_names

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Books"
ITEM = {"TableName": {"S": "in an item"}, "RequestItems": {"M": {"in an item": {"S": ""}}}}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"TableName": "Books", "Key": ITEM}, ["Books"]),
        ({"TableName": ARN, "Item": ITEM}, [ARN]),
        ({"ResourceArn": ARN, "Tags": []}, [ARN]),
        (
            {"RequestItems": {"Books": {"Keys": [ITEM]}, "Films": [{"PutRequest": {"Item": ITEM}}]}},
            ["Books", "Films"],
        ),
        (
            {
                "TransactItems": [
                    {"Put": {"TableName": "Books", "Item": ITEM}},
                    {"Get": {"TableName": "Films"}},
                ]
            },
            ["Books", "Films"],
        ),
        ({"KeyId": "alias/myKey", "EncryptionContext": {"TableName": "no table of the call"}}, []),
    ],
)
def test_each_table_is_found_and_no_item_is_read(parameters: dict[str, Any], expected: list[str]) -> None:
    assert list(table_names(parameters)) == expected
