"""Keys as CreateKey makes them and DescribeKey shows them, disabled, and given a date for their end."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from kmscourse.sandbox.kms.specs import SPECS


def test_a_symmetric_keys_metadata(gate: Any) -> None:
    created = gate("kms:CreateKey", Description="mine")["KeyMetadata"]
    assert gate("kms:DescribeKey", KeyId=created["Arn"])["KeyMetadata"] == created
    assert abs(created.pop("CreationDate") - time.time()) < 60
    assert len(created.pop("CurrentKeyMaterialId")) == 64
    key_id = created["KeyId"]
    assert created == {
        "AWSAccountId": gate.account_id,
        "Arn": f"arn:aws:kms:us-east-1:{gate.account_id}:key/{key_id}",
        "KeyId": key_id,
        "Description": "mine",
        "Enabled": True,
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "KeyManager": "CUSTOMER",
        "Origin": "AWS_KMS",
        "MultiRegion": False,
    }


@pytest.mark.parametrize(
    ("spec", "usage", "algorithms"),
    [
        ("RSA_2048", "SIGN_VERIFY", {"SigningAlgorithms"}),
        ("RSA_2048", "ENCRYPT_DECRYPT", {"EncryptionAlgorithms"}),
        ("ECC_NIST_P256", "SIGN_VERIFY", {"SigningAlgorithms"}),
        ("ECC_NIST_P256", "KEY_AGREEMENT", {"KeyAgreementAlgorithms"}),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", {"SigningAlgorithms"}),
        ("ML_DSA_65", "SIGN_VERIFY", {"SigningAlgorithms"}),
        ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", {"EncapsulationAlgorithms"}),
        ("HMAC_512", "GENERATE_VERIFY_MAC", {"MacAlgorithms"}),
    ],
)
def test_a_key_has_the_algorithms_of_its_usage(
    gate: Any, spec: str, usage: str, algorithms: set[str]
) -> None:
    metadata = gate("kms:CreateKey", KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
    assert {name for name in metadata if name.endswith("Algorithms")} == algorithms
    assert (metadata["KeyUsage"], metadata["KeySpec"]) == (usage, spec)
    assert "CurrentKeyMaterialId" not in metadata


def test_a_key_for_imported_material_waits_for_it(gate: Any) -> None:
    created = gate("kms:CreateKey", Origin="EXTERNAL")["KeyMetadata"]
    assert gate("kms:DescribeKey", KeyId=created["Arn"])["KeyMetadata"] == created
    shown = {name: created.get(name) for name in ("Origin", "KeyState", "Enabled", "EncryptionAlgorithms")}
    assert shown == {
        "Origin": "EXTERNAL",
        "KeyState": "PendingImport",
        "Enabled": False,
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
    }
    assert not {"ExpirationModel", "ValidTo", "CurrentKeyMaterialId"} & set(created)


def test_a_multi_region_key_is_a_primary_without_replicas(gate: Any) -> None:
    created = gate("kms:CreateKey", MultiRegion=True)["KeyMetadata"]
    assert re.fullmatch("mrk-[0-9a-f]{32}", created["KeyId"])
    assert created["Arn"] == f"arn:aws:kms:us-east-1:{gate.account_id}:key/{created['KeyId']}"
    assert created["MultiRegion"] is True
    assert created["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "PRIMARY",
        "PrimaryKey": {"Arn": created["Arn"], "Region": "us-east-1"},
        "ReplicaKeys": [],
    }


def test_a_multi_region_key_does_what_other_keys_do(gate: Any) -> None:
    key = gate.key(MultiRegion=True, Tags=[{"TagKey": "team", "TagValue": "blue"}])
    key_id = key.rpartition("/")[2]
    gate("kms:CreateAlias", AliasName="alias/everywhere", TargetKeyId=key_id)
    blob = gate("kms:Encrypt", KeyId="alias/everywhere", Plaintext="aGVsbG8=")["CiphertextBlob"]
    for operation in ("DisableKey", "EnableKey", "EnableKeyRotation", "RotateKeyOnDemand"):
        gate(f"kms:{operation}", KeyId=key_id)
    gate("kms:UpdateKeyDescription", KeyId=key_id, Description="here and there")
    gate("kms:PutKeyPolicy", KeyId=key_id, Policy=gate("kms:GetKeyPolicy", KeyId=key_id)["Policy"])
    opened = gate("kms:Decrypt", CiphertextBlob=blob)
    assert (opened["Plaintext"], opened["KeyId"]) == ("aGVsbG8=", key)
    tags = gate("kms:ListResourceTags", KeyId=key_id)["Tags"]
    assert tags == [{"TagKey": "team", "TagValue": "blue"}]
    gate("kms:ScheduleKeyDeletion", KeyId=key_id)
    gate("kms:CancelKeyDeletion", KeyId=key_id)
    metadata = gate("kms:DescribeKey", KeyId="alias/everywhere")["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Description"]) == ("Disabled", "here and there")


@pytest.mark.parametrize("operation", ["ReplicateKey", "UpdatePrimaryRegion"])
def test_other_regions_are_not_reached_and_it_is_said(gate: Any, operation: str) -> None:
    refusal = gate.refused(f"kms:{operation}", KeyId=gate.key(MultiRegion=True))
    assert (refusal.code, refusal.status) == ("UnsupportedOperationException", 400)
    assert "practice account" in refusal.message


def test_a_key_policy_that_denies_another_hides_a_key_from_nobody_else(gate: Any) -> None:
    key = gate.key()
    policy = gate("kms:GetKeyPolicy", KeyId=key)["Policy"]
    deny = '{"Effect": "Deny", "Principal": {"AWS": "%s"}, "Action": "kms:*", "Resource": "*"}'
    gate(
        "kms:PutKeyPolicy",
        KeyId=key,
        Policy=policy.replace("[ {", f"[ {deny % gate.arn('IAMLabUser')}, {{", 1),
    )
    assert gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]["Arn"] == key
    assert gate.refused("kms:DescribeKey", by="IAMLabUser", KeyId=key).code == "AccessDeniedException"


def test_scheduling_a_deletion_says_all(gate: Any) -> None:
    key = gate.key()
    answer = gate("kms:ScheduleKeyDeletion", KeyId=key.split("/")[1], PendingWindowInDays=7)
    assert abs(answer.pop("DeletionDate") - time.time() - 7 * 86400) < 60
    assert answer == {"KeyId": key, "KeyState": "PendingDeletion", "PendingWindowInDays": 7}


def test_a_key_waits_thirty_days_unless_told_otherwise(gate: Any) -> None:
    answer = gate("kms:ScheduleKeyDeletion", KeyId=gate.key())
    assert abs(answer["DeletionDate"] - time.time() - 30 * 86400) < 60
    assert answer["PendingWindowInDays"] == 30


def test_a_deletion_date_is_shown_while_it_stands(gate: Any) -> None:
    key = gate.key()
    date = gate("kms:ScheduleKeyDeletion", KeyId=key)["DeletionDate"]
    assert gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]["DeletionDate"] == date
    assert gate("kms:CancelKeyDeletion", KeyId=key) == {"KeyId": key}
    assert "DeletionDate" not in gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]


def test_no_key_has_a_private_key_before_it_is_needed(practice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a private key was made")

    monkeypatch.setattr("cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key", never)
    monkeypatch.setattr("cryptography.hazmat.primitives.asymmetric.ec.generate_private_key", never)
    for spec, usages in SPECS.items():
        for usage in usages:
            made = practice("kms:CreateKey", KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
            assert (made["KeySpec"], made["KeyUsage"], made["MultiRegion"]) == (spec, usage, False)


def test_nobody_shares_keys_with_the_account(gate: Any) -> None:
    key = gate.key()
    for owners, shown in ((["SELF"], [key]), (["OTHER_ACCOUNTS_VIA_RAM"], [])):
        keys = gate("kms:ListKeys", ResourceOwners=owners)["Keys"]
        assert [entry["KeyArn"] for entry in keys] == shown
