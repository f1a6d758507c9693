"""What a call does, it does in a large account too: the steps are counted. benchmarks/write_growth.py has the times."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.effort import calls
from tests.policy.key_policies import default_key_policy

SMALL, LARGE = 10, 150
BOOKS = {"TableName": "Books"}


def grown(gate: Any, size: int) -> dict[str, int]:
    """The account with so many keys, aliases, users and items more; then the steps of some calls."""
    for number in range(size):
        key = gate.key()
        gate("kms:CreateAlias", AliasName=f"alias/{size}-{number}", TargetKeyId=key)
        gate("iam:CreateUser", UserName=f"user-{size}-{number}")
        gate("dynamodb:PutItem", **BOOKS, Item={"Author": {"S": "A"}, "Title": {"S": f"{size}-{number}"}})
    policy = json.dumps(default_key_policy(gate.account_id))
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


def beside(gate: Any, key: str, size: int) -> dict[str, int]:
    """So many grants on the key, tables and events more; then the steps of calls that have little to do with them."""
    ann, bob = gate.arn("Ann"), gate.arn("Bob")
    for number in range(size):
        context = {"EncryptionContextSubset": {"n": f"{size}-{number}"}}
        terms = {"GranteePrincipal": ann, "RetiringPrincipal": bob, "Operations": ["Encrypt", "DescribeKey"]}
        gate("kms:CreateGrant", KeyId=key, **terms, Constraints=context)
        gate("kms:CreateGrant", KeyId=key, **{**terms, "GranteePrincipal": bob, "Operations": ["Decrypt"]})
        gate.books(name=f"Books-{size}-{number}")
    grants = [
        gate("kms:CreateGrant", KeyId=key, GranteePrincipal=bob, Operations=["Decrypt"]) for _ in range(6)
    ]
    named = {"GranteePrincipal": bob, "Operations": ["Decrypt"], "Name": "again"}
    mine = {"n": f"{size}-{size // 2}"}
    nothing = [{"AttributeKey": "EventName", "AttributeValue": "None"}]

    def end(operation: str) -> None:
        grant = grants.pop()
        by_token = {"GrantToken": grant["GrantToken"]}
        by_id = {"KeyId": key, "GrantId": grant["GrantId"]}
        gate(f"kms:{operation}", **(by_token if operation == "RetireGrant" else by_id))

    asked = {
        "Encrypt": lambda: gate("kms:Encrypt", KeyId=key, Plaintext="eA=="),
        "Encrypt by a grant": lambda: gate(
            "kms:Encrypt", by="Ann", KeyId=key, Plaintext="eA==", EncryptionContext=mine
        ),
        "Encrypt, refused": lambda: gate.refused("kms:Encrypt", by="Bob", KeyId=key, Plaintext="eA=="),
        "Encrypt, out of context": lambda: gate.refused("kms:Encrypt", by="Ann", KeyId=key, Plaintext="eA=="),
        "DescribeKey by a grant": lambda: gate("kms:DescribeKey", by="Ann", KeyId=key),
        "CreateGrant": lambda: gate("kms:CreateGrant", KeyId=key, **{**named, "Name": "other"}),
        "CreateGrant again": lambda: gate("kms:CreateGrant", KeyId=key, **named),
        "RetireGrant": lambda: end("RetireGrant"),
        "RevokeGrant": lambda: end("RevokeGrant"),
        "ListGrants": lambda: gate("kms:ListGrants", KeyId=key, Limit=5),
        "ListGrants of Ann": lambda: gate("kms:ListGrants", KeyId=key, GranteePrincipal=ann, Limit=5),
        "ListRetirableGrants": lambda: gate("kms:ListRetirableGrants", RetiringPrincipal=bob, Limit=5),
        "LookupEvents": lambda: gate("cloudtrail:LookupEvents", LookupAttributes=nothing),
        "Status": gate.application.status,
    }
    for call in asked.values():
        call()
    return {name: calls(call) for name, call in asked.items()}


def test_no_call_does_more_beside_many_grants_tables_and_events(gate: Any) -> None:
    key = gate.key()
    gate.user("Ann")
    gate.user("Bob")
    small, large = beside(gate, key, SMALL), beside(gate, key, LARGE)
    grew = {name: (small[name], large[name]) for name in small if large[name] > 1.1 * small[name] + 20}
    assert not grew, f"steps beside {SMALL} of each, and beside {LARGE} more: find the walk in {grew}"
