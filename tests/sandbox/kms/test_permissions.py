"""What the KMS operations touch, and the condition keys that go with it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import PermissionCheck
from tests.sandbox.conftest import OFFERED


def sealed(gate: Any, key: str, **context: str) -> str:
    answer = gate("kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=", EncryptionContext=context)
    return str(answer["CiphertextBlob"])


def test_a_key_has_its_condition_keys(gate: Any) -> None:
    key = gate.key(Tags=[{"TagKey": "team", "TagValue": "blue"}])
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    [access] = gate.checks(
        "kms:GenerateDataKey", KeyId="alias/myKey", KeySpec="AES_256", EncryptionContext={"Dept": "HR"}
    )
    assert access == PermissionCheck(
        "kms:GenerateDataKey",
        key,
        {
            "kms:CallerAccount": gate.account_id,
            "kms:KeySpec": "SYMMETRIC_DEFAULT",
            "kms:KeyUsage": "ENCRYPT_DECRYPT",
            "kms:KeyOrigin": "AWS_KMS",
            "kms:MultiRegion": "false",
            "kms:ResourceAliases": ["alias/myKey"],
            "kms:RequestAlias": "alias/myKey",
            "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "kms:EncryptionContext:Dept": "HR",
            "kms:EncryptionContextKeys": ["Dept"],
            "aws:ResourceTag/team": "blue",
        },
    )


def test_a_key_can_be_named_in_four_ways(gate: Any) -> None:
    key = gate.key()
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    alias_arn = f"arn:aws:kms:us-east-1:{gate.account_id}:alias/myKey"
    for name in (key, key.split("/")[1], "alias/myKey", alias_arn):
        [access] = gate.checks("kms:DescribeKey", KeyId=name)
        assert access.resource == key
        assert access.context.get("kms:RequestAlias") == ("alias/myKey" if "alias" in name else None)


@pytest.mark.parametrize(
    "operation",
    ["EnableKey", "DisableKey", "ScheduleKeyDeletion", "GetKeyPolicy", "ListGrants", "TagResource"],
)
def test_an_alias_names_a_key_only_where_aws_takes_one(gate: Any, operation: str) -> None:
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=gate.key())
    more = {"Tags": []} if operation == "TagResource" else {}
    refusal = gate.refused(f"kms:{operation}", KeyId="alias/myKey", **more)
    assert (refusal.code, refusal.message) == (
        "InvalidArnException",
        "Key Aliases are not supported for this operation.",
    )


def test_the_key_of_a_decrypt_is_read_from_the_ciphertext(gate: Any) -> None:
    key = gate.key()
    blob = sealed(gate, key, Dept="HR")
    [access] = gate.checks("kms:Decrypt", CiphertextBlob=blob, EncryptionContext={"Dept": "HR"})
    assert (access.action, access.resource) == ("kms:Decrypt", key)
    assert access.context["kms:EncryptionContext:Dept"] == "HR"


def test_what_is_no_ciphertext_has_no_key(gate: Any) -> None:
    for blob in (b"x", bytes(200), base64.b64decode(sealed(gate, gate.key()))[:-60]):
        refusal = gate.refused("kms:Decrypt", CiphertextBlob=base64.b64encode(blob).decode())
        assert (refusal.code, refusal.message) == ("InvalidCiphertextException", "")


def test_re_encrypt_touches_two_keys(gate: Any) -> None:
    source, target = gate.key(), gate.key()
    found = gate.checks(
        "kms:ReEncrypt",
        CiphertextBlob=sealed(gate, source),
        DestinationKeyId=target,
        DestinationEncryptionContext={"to": "there"},
    )
    assert [(access.action, access.resource) for access in found] == [
        ("kms:ReEncryptFrom", source),
        ("kms:ReEncryptTo", target),
    ]
    assert "kms:EncryptionContext:to" not in found[0].context
    assert found[1].context["kms:EncryptionContext:to"] == "there"
    assert {access.context["kms:ReEncryptOnSameKey"] for access in found} == {"false"}


def test_re_encrypt_needs_both_permissions(gate: Any) -> None:
    source, target = gate.key(), gate.key()
    blob = sealed(gate, source)
    gate.user("Mover")
    for key, action in ((source, "kms:ReEncryptFrom"), (target, "kms:ReEncryptTo")):
        refusal = gate.refused("kms:ReEncrypt", by="Mover", CiphertextBlob=blob, DestinationKeyId=target)
        assert f"perform: {action} on resource: {key} " in refusal.message
        gate.allow(key, "Mover", action)
    assert gate("kms:ReEncrypt", by="Mover", CiphertextBlob=blob, DestinationKeyId=target)["KeyId"] == target


def test_create_key_with_tags_needs_two_permissions(gate: Any) -> None:
    found = gate.checks("kms:CreateKey", Tags=[{"TagKey": "team", "TagValue": "blue"}])
    assert [(access.action, access.resource) for access in found] == [
        ("kms:CreateKey", "*"),
        ("kms:TagResource", "*"),
    ]
    assert all(access.context["aws:RequestTag/team"] == "blue" for access in found)
    assert found[0].context["kms:KeySpec"] == "SYMMETRIC_DEFAULT"

    gate.user("Maker", {"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"})
    refusal = gate.refused("kms:CreateKey", by="Maker", Tags=[{"TagKey": "team", "TagValue": "blue"}])
    assert refusal.message == (
        f"User: {gate.arn('Maker')} is not authorized to perform: kms:TagResource because no identity-based "
        "policy allows the kms:TagResource action"
    )
    assert gate("kms:CreateKey", by="Maker")["KeyMetadata"]["KeyState"] == "Enabled"


@pytest.mark.parametrize(
    ("operation", "parameters", "name", "value"),
    [
        ("ScheduleKeyDeletion", {}, "kms:ScheduleKeyDeletionPendingWindowInDays", "30"),
        (
            "ScheduleKeyDeletion",
            {"PendingWindowInDays": 7},
            "kms:ScheduleKeyDeletionPendingWindowInDays",
            "7",
        ),
        ("PutKeyPolicy", {"Policy": "{}"}, "kms:BypassPolicyLockoutSafetyCheck", "false"),
        ("EnableKeyRotation", {}, "kms:RotationPeriodInDays", "365"),
        ("UntagResource", {"TagKeys": ["team"]}, "aws:TagKeys", ["team"]),
        ("DisableKey", {}, "kms:TrailingDaysWithoutKeyUsage", "0"),
        ("ScheduleKeyDeletion", {}, "kms:TrailingDaysWithoutKeyUsage", "0"),
    ],
)
def test_operations_have_condition_keys_of_their_own(
    gate: Any, operation: str, parameters: dict[str, Any], name: str, value: Any
) -> None:
    [access] = gate.checks(f"kms:{operation}", KeyId=gate.key(), **parameters)
    assert access.context[name] == value


@pytest.mark.parametrize("operation", ["ListKeys", "ListAliases", "GenerateRandom"])
def test_operations_on_nothing_in_particular(gate: Any, operation: str) -> None:
    assert gate.checks(f"kms:{operation}") == [PermissionCheck(f"kms:{operation}", "*")]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fake-key-id", "Invalid keyId 'fake-key-id'"),
        ("alias/nowhere", "Alias arn:aws:kms:us-east-1:123456789012:alias/nowhere is not found."),
        (
            "00000000-0000-0000-0000-000000000000",
            "Key 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000' does not exist",
        ),
        (
            "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000",
            "Invalid arn eu-west-1",
        ),
    ],
)
def test_keys_that_are_not_there(gate: Any, name: str, message: str) -> None:
    refusal = gate.refused("kms:DescribeKey", KeyId=name)
    assert (refusal.code, refusal.message) == ("NotFoundException", message)


def test_of_another_accounts_key_nothing_is_said(gate: Any) -> None:
    refusal = gate.refused(
        "kms:Decrypt", KeyId="arn:aws:kms:us-east-1:999999999999:key/x", CiphertextBlob="eA=="
    )
    assert refusal.code == "AccessDeniedException"
    assert refusal.message.startswith(
        f"User: {gate.arn(gate.main)} is not authorized to perform: kms:Decrypt on this resource because "
    )


@pytest.mark.parametrize("service", ["kms", "iam", "sts", "cloudtrail"])
def test_what_is_not_offered_is_refused_at_once(gate: Any, service: str) -> None:
    for operation in set(shapes.service_model(service).operation_names) - set(OFFERED[service]):
        refusal = gate.refused(f"{service}:{operation}")
        assert (refusal.code, refusal.status) == ("UnsupportedOperationException", 400)
        assert refusal.message.endswith("All that it offers is listed in the course's docs/differences.md.")


def test_a_refusal_of_what_is_not_offered_names_what_is_near(gate: Any) -> None:
    assert gate.refused("kms:CreateCustomKeyStore").message == (
        "The practice account does not offer kms:CreateCustomKeyStore. The nearest that it offers: "
        "CreateKey. All that it offers is listed in the course's docs/differences.md."
    )


@pytest.mark.parametrize(
    ("operation", "instead"),
    [
        ("ExecuteStatement", "GetItem, Query, Scan, PutItem, UpdateItem and DeleteItem"),
        ("BatchExecuteStatement", "BatchGetItem and BatchWriteItem"),
        ("ExecuteTransaction", "TransactGetItems and TransactWriteItems"),
    ],
)
def test_a_refusal_of_partiql_names_what_does_the_same(gate: Any, operation: str, instead: str) -> None:
    refusal = gate.refused(f"dynamodb:{operation}")
    assert refusal.message.startswith(
        f"The practice account does not offer dynamodb:{operation}. Use {instead}."
    )


@pytest.mark.parametrize(
    ("action", "code", "message"),
    [
        ("kms:Nonsense", "UnknownOperationException", "kms has no operation Nonsense."),
        ("iam:Nonsense", "InvalidAction", "Could not find operation Nonsense for version 2010-05-08"),
    ],
)
def test_what_aws_has_not_got_is_unknown(gate: Any, action: str, code: str, message: str) -> None:
    refusal = gate.refused(action)
    assert (refusal.code, refusal.message) == (code, message)
