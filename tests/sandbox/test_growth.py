"""What a call does, it does in a large account too: the steps are counted. benchmarks/write_growth.py has the times."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmscourse.policy.build import default_key_policy
from tests.effort import calls

SMALL, LARGE = 10, 150
BOOKS = {"TableName": "Books"}


def grown(gate: Any, size: int) -> dict[str, int]:
    """The account with so many keys, aliases, users and items more; then the steps of some calls."""
    for number in range(size):
        key = gate.key()
        gate("kms:CreateAlias", AliasName=f"alias/{size}-{number}", TargetKeyId=key)
        gate("iam:CreateUser", UserName=f"user-{size}-{number}")
        gate("dynamodb:PutItem", **BOOKS, Item={"Author": {"S": "A"}, "Title": {"S": f"{size}-{number}"}})
    policy = json.dumps(default_key_policy(gate.account))
    item = {"Author": {"S": "A"}, "Title": {"S": "one"}}
    update = {"UpdateExpression": "SET Copies = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    asked = {
        "GenerateDataKey": lambda: gate("kms:GenerateDataKey", KeyId=key, KeySpec="AES_256"),
        "PutKeyPolicy": lambda: gate("kms:PutKeyPolicy", KeyId=key, Policy=policy),
        "UpdateAlias": lambda: gate("kms:UpdateAlias", AliasName=f"alias/{size}-0", TargetKeyId=key),
        "PutItem": lambda: gate("dynamodb:PutItem", **BOOKS, Item=item),
        "UpdateItem": lambda: gate("dynamodb:UpdateItem", **BOOKS, Key=item, **update),
        "UpdateUser": lambda: gate("iam:UpdateUser", UserName=f"user-{size}-0", NewPath=f"/{size}/"),
        "ListKeys": lambda: gate("kms:ListKeys", Limit=5),
    }
    for call in asked.values():
        call()  # what is read once, is read
    return {name: calls(call) for name, call in asked.items()}


@pytest.fixture
def library(gate: Any) -> Any:
    """An account with an encrypted table."""
    gate.books(gate.key())
    return gate


def test_no_call_does_more_in_a_larger_account(library: Any) -> None:
    small, large = grown(library, SMALL), grown(library, LARGE)
    grew = {name: (small[name], large[name]) for name in small if large[name] > 1.1 * small[name]}
    assert not grew, f"steps in an account of {SMALL}, and of {LARGE} more: find the walk in {grew}"
