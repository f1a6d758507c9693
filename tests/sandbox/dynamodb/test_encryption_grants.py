"""DynamoDB's grant on the key of a table: made with the table, retired with it."""

from __future__ import annotations

from typing import Any


def grants(gate: Any, key: str) -> list[dict[str, Any]]:
    return list(gate("kms:ListGrants", KeyId=key)["Grants"])


def test_a_table_brings_a_grant_and_takes_it_away(gate: Any) -> None:
    key = gate.key()
    gate("kms:CreateGrant", KeyId=key, GranteePrincipal=gate.arn("IAMLabUser"), Operations=["Decrypt"])
    [own] = grants(gate, key)
    gate.books(key)
    [grant] = [grant for grant in grants(gate, key) if grant != own]
    assert grant["GranteePrincipal"] == grant["RetiringPrincipal"] == "dynamodb.us-east-1.amazonaws.com"
    assert set(grant["Operations"]) == {
        "DescribeKey", "GenerateDataKey", "Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo", "RetireGrant",
    }  # fmt: skip
    assert grant["Constraints"] == {
        "EncryptionContextSubset": {
            "aws:dynamodb:tableName": "Books",
            "aws:dynamodb:subscriberId": gate.account_id,
        }
    }
    gate("dynamodb:DeleteTable", TableName="Books")
    assert grants(gate, key) == [own]


def test_each_table_has_its_grant(gate: Any) -> None:
    key = gate.key()
    for name in ("Books", "Films"):
        gate.books(key, name)
    gate("dynamodb:DeleteTable", TableName="Books")
    [grant] = grants(gate, key)
    assert grant["Constraints"]["EncryptionContextSubset"]["aws:dynamodb:tableName"] == "Films"


def test_other_changes_of_a_table_leave_the_grant(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    before = grants(gate, key)
    gate("dynamodb:UpdateTable", TableName="Books", DeletionProtectionEnabled=True)
    assert grants(gate, key) == before


def test_a_table_that_is_not_made_brings_no_grant(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    twice = {
        "TableName": "Books",
        "KeySchema": [{"AttributeName": "Author", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "Author", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    }
    refusal = gate.refused("dynamodb:CreateTable", **twice)
    assert (refusal.code, refusal.message) == ("ResourceInUseException", "Table already exists: Books")
    assert len(grants(gate, key)) == 1


def test_a_table_returns_to_dynamodbs_own_key(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    gate("dynamodb:UpdateTable", TableName="Books", SSESpecification={"Enabled": False})
    assert grants(gate, key) == []
    assert "SSEDescription" not in gate("dynamodb:DescribeTable", TableName="Books")["Table"]
    gate("kms:DisableKey", KeyId=key)
    assert gate("dynamodb:Scan", TableName="Books")["Count"] == 1
