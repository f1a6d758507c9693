"""The key policies that a key has where nobody gave it one: a customer's key, and one that AWS manages for a service.

Source: AWS KMS Developer Guide, "Default key policy"; DynamoDB Developer Guide, "AWS managed key" in "Encryption at
rest usage notes".
"""

from __future__ import annotations

import json
from collections.abc import Mapping

# By service, the description of its key as recorded of AWS. Other services' keys are called by other words.
DESCRIPTIONS: Mapping[str, str] = {
    "dynamodb": "Default key that protects my DynamoDB data when no other key is defined"
}

_USE = [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:CreateGrant",
    "kms:DescribeKey",
]
_LOOK = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]


def for_customer(account_id: str) -> str:
    """The text of the default key policy: the account's IAM policies decide."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Id": "key-default-1",
            "Statement": [
                {
                    "Sid": "Enable IAM User Permissions",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ],
        }
    )


def for_service(service: str, region: str, account_id: str) -> str:
    """The text of the policy of an AWS managed key: the account's principals use it through the service only."""
    through = {"kms:CallerAccount": account_id, "kms:ViaService": f"{service}.{region}.amazonaws.com"}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Id": f"auto-{service}-1",
            "Statement": [
                {
                    "Sid": f"Use through {service} by the principals of this account",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": _USE,
                    "Resource": "*",
                    "Condition": {"StringEquals": through},
                },
                {
                    "Sid": "Allow direct access to key metadata to the account",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                    "Action": _LOOK,
                    "Resource": "*",
                },
            ],
        }
    )
