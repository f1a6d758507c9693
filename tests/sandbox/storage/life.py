"""A life of an account: each operation that changes something."""

from __future__ import annotations

import json
from typing import Any

from tests.sandbox.storage.iam_life import IAM_LIFE

POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
)
BOOK = {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
OTHER = {"Author": {"S": "Seth Godin"}, "Title": {"S": "Tribes"}}
BOOKS = {
    "TableName": "Books",
    "KeySchema": [
        {"AttributeName": "Author", "KeyType": "HASH"},
        {"AttributeName": "Title", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "Author", "AttributeType": "S"},
        {"AttributeName": "Title", "AttributeType": "S"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
PLAIN = {
    "TableName": "Plain",
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "N"}],
    "BillingMode": "PAY_PER_REQUEST",
}
KEY = {"KeyId": "$key0"}

# A life of an account: each operation that changes something, at a moment at which it can.
LIFE: list[tuple[str, dict[str, Any]]] = [
    ("kms:CreateKey", {"Description": "one", "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
    ("kms:CreateKey", {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}),
    ("kms:CreateKey", {"KeySpec": "ECC_NIST_P384", "KeyUsage": "SIGN_VERIFY"}),
    ("kms:CreateKey", {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}),
    ("kms:CreateKey", {"MultiRegion": True}),
    ("kms:CreateAlias", {"AliasName": "alias/one", "TargetKeyId": "$key0"}),
    ("kms:CreateAlias", {"AliasName": "alias/two", "TargetKeyId": "$key0"}),
    ("kms:UpdateAlias", {"AliasName": "alias/two", "TargetKeyId": "$key4"}),
    ("kms:TagResource", {"KeyId": "$key0", "Tags": [{"TagKey": "c", "TagValue": "d"}]}),
    ("kms:UntagResource", {"KeyId": "$key0", "TagKeys": ["a"]}),
    ("kms:UpdateKeyDescription", {**KEY, "Description": "the one"}),
    ("kms:PutKeyPolicy", {**KEY, "Policy": POLICY}),
    ("kms:EnableKeyRotation", KEY),
    ("kms:RotateKeyOnDemand", KEY),
    ("kms:DisableKeyRotation", KEY),
    (
        "kms:CreateGrant",
        {**KEY, "GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Decrypt"]},
    ),
    (
        "kms:CreateGrant",
        {**KEY, "GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Encrypt"]},
    ),
    (
        "kms:CreateGrant",
        {**KEY, "GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Encrypt"]},
    ),
    ("kms:RevokeGrant", {**KEY, "GrantId": "$grant0"}),
    ("kms:RetireGrant", {**KEY, "GrantId": "$grant0"}),
    ("kms:RetireGrant", {"GrantToken": "$token0"}),
    ("kms:DisableKey", KEY),
    ("kms:EnableKey", KEY),
    ("kms:ScheduleKeyDeletion", {**KEY, "PendingWindowInDays": 7}),
    ("kms:CancelKeyDeletion", KEY),
    ("kms:DeleteAlias", {"AliasName": "alias/two"}),
    ("kms:DescribeKey", {"KeyId": "alias/aws/s3"}),
    (
        "dynamodb:CreateTable",
        {**BOOKS, "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "$key0"}},
    ),
    ("dynamodb:CreateTable", {**PLAIN, "SSESpecification": {"Enabled": True}}),
    (
        "dynamodb:PutItem",
        {"TableName": "Books", "Item": {**BOOK, "Pages": {"N": "96"}, "Cover": {"B": "AAEC"}}},
    ),
    (
        "dynamodb:PutItem",
        {
            "TableName": "Books",
            "Item": {
                **BOOK,
                "Tags": {"SS": ["a", "b"]},
                "More": {"M": {"l": {"L": [{"NULL": True}, {"BOOL": False}, {"NS": ["1", "2.50"]}]}}},
            },
        },
    ),
    (
        "dynamodb:UpdateItem",
        {
            "TableName": "Books",
            "Key": BOOK,
            "UpdateExpression": "SET Pages = :p",
            "ExpressionAttributeValues": {":p": {"N": "97"}},
        },
    ),
    (
        "dynamodb:UpdateItem",
        {
            "TableName": "Books",
            "Key": OTHER,
            "UpdateExpression": "ADD Pages :p",
            "ExpressionAttributeValues": {":p": {"N": "1"}},
        },
    ),
    ("dynamodb:PutItem", {"TableName": "Plain", "Item": {"Id": {"N": "1"}, "a": {"S": "b"}}}),
    ("dynamodb:PutItem", {"TableName": "Plain", "Item": {"Id": {"N": "1.0"}, "a": {"S": "c"}}}),
    (
        "dynamodb:UpdateItem",
        {"TableName": "Plain", "Key": {"Id": {"N": "1.00"}}, "UpdateExpression": "REMOVE a"},
    ),
    (
        "dynamodb:BatchWriteItem",
        {
            "RequestItems": {
                "Plain": [
                    {"PutRequest": {"Item": {"Id": {"N": "2"}}}},
                    {"PutRequest": {"Item": {"Id": {"N": "3"}}}},
                ]
            }
        },
    ),
    (
        "dynamodb:BatchWriteItem",
        {"RequestItems": {"Plain": [{"DeleteRequest": {"Key": {"Id": {"N": "2"}}}}]}},
    ),
    (
        "dynamodb:TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": "Plain", "Item": {"Id": {"N": "4"}}}},
                {
                    "Update": {
                        "TableName": "Books",
                        "Key": OTHER,
                        "UpdateExpression": "SET Pages = Pages + :p",
                        "ExpressionAttributeValues": {":p": {"N": "1"}},
                    }
                },
                {"Delete": {"TableName": "Plain", "Key": {"Id": {"N": "3"}}}},
                {
                    "ConditionCheck": {
                        "TableName": "Books",
                        "Key": BOOK,
                        "ConditionExpression": "attribute_exists(Author)",
                    }
                },
            ]
        },
    ),
    ("dynamodb:DeleteItem", {"TableName": "Books", "Key": BOOK}),
    (
        "dynamodb:TagResource",
        {
            "ResourceArn": "arn:aws:dynamodb:us-east-1:123456789012:table/Books",
            "Tags": [{"Key": "a", "Value": "b"}],
        },
    ),
    (
        "dynamodb:UntagResource",
        {"ResourceArn": "arn:aws:dynamodb:us-east-1:123456789012:table/Books", "TagKeys": ["a"]},
    ),
    (
        "dynamodb:UpdateTimeToLive",
        {"TableName": "Books", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "ends"}},
    ),
    (
        "dynamodb:UpdateTable",
        {
            "TableName": "Plain",
            "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "$key0"},
        },
    ),
    ("dynamodb:PutItem", {"TableName": "Books", "Item": BOOK}),
    ("dynamodb:UpdateTable", {"TableName": "Books", "DeletionProtectionEnabled": True}),
    ("dynamodb:UpdateTable", {"TableName": "Books", "DeletionProtectionEnabled": False}),
    (
        "dynamodb:UpdateTable",
        {
            "TableName": "Books",
            "AttributeDefinitions": [
                *BOOKS["AttributeDefinitions"],
                {"AttributeName": "Year", "AttributeType": "N"},
            ],
            "GlobalSecondaryIndexUpdates": [
                {
                    "Create": {
                        "IndexName": "ByYear",
                        "KeySchema": [{"AttributeName": "Year", "KeyType": "HASH"}],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                }
            ],
        },
    ),  # type: ignore[misc]
    ("dynamodb:DeleteTable", {"TableName": "Books"}),
    ("dynamodb:CreateTable", BOOKS),
    *IAM_LIFE,
]


def filled_in(parameters: dict[str, Any], practice: Any) -> dict[str, Any]:
    """The parameters with what only this account knows: $key0 is the id of its first key, and so on."""
    backend = practice.account
    keys = backend.keys.of_region("us-east-1")
    known = {f"$key{n}": key.id for n, key in enumerate(keys)}
    known |= {
        f"$access{n}": key.caller.access_key_id for n, key in enumerate(backend.identities.access_keys("ada"))
    }
    for key in keys[:1]:
        grants = [backend.keys.grant("us-east-1", grant_id) for grant_id in backend.keys.grant_ids(key)]
        oldest_first = sorted(grants, key=lambda grant: grant.created)
        known |= {f"$grant{n}": grant.id for n, grant in enumerate(oldest_first)}
        known |= {f"$token{n}": grant.new_token() for n, grant in enumerate(oldest_first)}
    text = json.dumps(parameters)
    for name, value in known.items():
        text = text.replace(name, value)
    filled: dict[str, Any] = json.loads(text)
    return filled
