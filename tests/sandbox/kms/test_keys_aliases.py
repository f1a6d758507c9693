"""Aliases made, moved, listed and removed."""

from __future__ import annotations

from typing import Any

import pytest


def refusal(gate: Any, action: str, **details: Any) -> tuple[str, str]:
    error = gate.refused(action, **details)
    return error.code, error.message


def test_an_alias_is_taken_once(gate: Any) -> None:
    key = gate.key()
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    for target in (key, gate.key()):
        assert refusal(gate, "kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=target) == (
            "AlreadyExistsException",
            "An alias with the name arn:aws:kms:us-east-1:123456789012:alias/myKey already exists",
        )
    gate("kms:CreateAlias", AliasName="alias/mykey", TargetKeyId=key)
    elsewhere = gate("kms:CreateKey", region="eu-west-1")["KeyMetadata"]["Arn"]
    gate("kms:CreateAlias", region="eu-west-1", AliasName="alias/myKey", TargetKeyId=elsewhere)


def test_an_alias_moves_between_keys_of_one_kind(gate: Any) -> None:
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=gate.key())
    other = gate.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    hmac = gate.key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    code, _ = refusal(gate, "kms:UpdateAlias", AliasName="alias/myKey", TargetKeyId=other)
    assert code == "ValidationException"
    assert refusal(gate, "kms:UpdateAlias", AliasName="alias/myKey", TargetKeyId=hmac) == (
        "ValidationException",
        "Alias alias/myKey cannot be changed from a CMK with key usage ENCRYPT_DECRYPT to a CMK with key usage "
        "GENERATE_VERIFY_MAC. The key usage of the current CMK and the new CMK must be the same.",
    )
    same = gate.key()
    gate("kms:UpdateAlias", AliasName="alias/myKey", TargetKeyId=same)
    assert gate("kms:DescribeKey", KeyId="alias/myKey")["KeyMetadata"]["Arn"] == same


def test_asymmetric_keys_of_one_usage_are_of_one_kind(gate: Any) -> None:
    signing = [gate.key(KeySpec=spec, KeyUsage="SIGN_VERIFY") for spec in ("RSA_2048", "ECC_NIST_P256")]
    gate("kms:CreateAlias", AliasName="alias/sign", TargetKeyId=signing[0])
    gate("kms:UpdateAlias", AliasName="alias/sign", TargetKeyId=signing[1])
    assert gate("kms:DescribeKey", KeyId="alias/sign")["KeyMetadata"]["Arn"] == signing[1]


def test_an_alias_leaves_a_key_that_is_about_to_go_but_does_not_come_to_it(gate: Any) -> None:
    going, staying = gate.key(), gate.key()
    gate("kms:CreateAlias", AliasName="alias/a", TargetKeyId=going)
    gate("kms:ScheduleKeyDeletion", KeyId=going)
    pending = ("KMSInvalidStateException", f"{going} is pending deletion.")
    assert refusal(gate, "kms:CreateAlias", AliasName="alias/b", TargetKeyId=going) == pending
    assert refusal(gate, "kms:UpdateAlias", AliasName="alias/a", TargetKeyId=going) == pending
    gate("kms:UpdateAlias", AliasName="alias/a", TargetKeyId=staying)
    assert refusal(gate, "kms:UpdateAlias", AliasName="alias/a", TargetKeyId=going) == pending
    gate("kms:DeleteAlias", AliasName="alias/a")


@pytest.mark.parametrize("operation", ["UpdateAlias", "DeleteAlias"])
def test_an_alias_that_is_not_there(gate: Any, operation: str) -> None:
    target = {"TargetKeyId": gate.key()} if operation == "UpdateAlias" else {}
    assert refusal(gate, f"kms:{operation}", AliasName="alias/none", **target) == (
        "NotFoundException",
        "Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found.",
    )


@pytest.mark.parametrize(
    "target", ["alias/myKey", "arn:aws:kms:us-east-1:123456789012:alias/myKey", "alias/none"]
)
@pytest.mark.parametrize("operation", ["CreateAlias", "UpdateAlias"])
def test_an_alias_stands_for_a_key_not_for_another_alias(gate: Any, operation: str, target: str) -> None:
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=gate.key())
    assert refusal(gate, f"kms:{operation}", AliasName="alias/myKey", TargetKeyId=target) == (
        "ValidationException",
        "Aliases must refer to keys. Not aliases",
    )


def test_the_aliases_of_one_key(gate: Any) -> None:
    key = gate.key()
    for name, target in (("b", key), ("a", key), ("c", gate.key())):
        gate("kms:CreateAlias", AliasName=f"alias/{name}", TargetKeyId=target)
    for named in (key, key.rpartition("/")[2]):
        aliases = gate("kms:ListAliases", KeyId=named)["Aliases"]
        assert [alias["AliasName"] for alias in aliases] == ["alias/a", "alias/b"]
        assert {alias["TargetKeyId"] for alias in aliases} == {key.rpartition("/")[2]}


def test_awss_own_aliases_are_listed_beside_ones_own(gate: Any) -> None:
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=gate.key())
    aliases = {alias["AliasName"]: alias for alias in gate("kms:ListAliases")["Aliases"]}
    assert list(aliases) == sorted(aliases)
    assert aliases["alias/myKey"].keys() == {
        "AliasName", "AliasArn", "TargetKeyId", "CreationDate", "LastUpdatedDate",
    }  # fmt: skip
    assert aliases["alias/aws/dynamodb"].keys() == {"AliasName", "AliasArn"}
    key = gate("kms:DescribeKey", KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert key["KeyManager"] == "AWS"
    assert key["Description"] == "Default key that protects my DynamoDB data when no other key is defined"
    [alias] = gate("kms:ListAliases", KeyId=key["KeyId"])["Aliases"]
    assert (alias["AliasName"], alias["TargetKeyId"]) == ("alias/aws/dynamodb", key["KeyId"])


def test_nobody_names_a_key_that_aws_manages(gate: Any) -> None:
    managed = gate("kms:DescribeKey", KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
    code, _ = refusal(gate, "kms:CreateAlias", AliasName="alias/mine", TargetKeyId=managed)
    assert code == "AccessDeniedException"


def test_the_trail_tells_the_alias_and_the_key(gate: Any) -> None:
    key = gate.key()
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    [event] = gate.events(EventName="CreateAlias")
    assert {resource["ARN"] for resource in event["resources"]} == {
        key,
        f"arn:aws:kms:us-east-1:{gate.account_id}:alias/myKey",
    }
