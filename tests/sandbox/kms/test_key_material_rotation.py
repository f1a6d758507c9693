"""Rotation: new material on a date or on demand, a history of it, and old ciphertexts that still open."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

DAY = 86400
WORD = "aGVsbG8="


def seal(gate: Any, key: str) -> str:
    return str(gate("kms:Encrypt", KeyId=key, Plaintext=WORD)["CiphertextBlob"])


def current(gate: Any, key: str) -> str:
    return str(gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"])


def rotations(gate: Any, key: str, **more: Any) -> list[dict[str, Any]]:
    return list(gate("kms:ListKeyRotations", KeyId=key, **more)["Rotations"])


def status(gate: Any, key: str) -> dict[str, Any]:
    return dict(gate("kms:GetKeyRotationStatus", KeyId=key))


def id_of(key: str) -> str:
    return key.rpartition("/")[2]


def test_after_a_rotation_old_ciphertexts_still_open(practice: Any) -> None:
    arn = practice.key()
    before = practice("kms:GenerateDataKey", KeyId=arn, KeySpec="AES_256")
    practice("kms:RotateKeyOnDemand", KeyId=arn)
    after = practice("kms:GenerateDataKey", KeyId=arn, KeySpec="AES_256")
    assert before["KeyMaterialId"] != after["KeyMaterialId"]
    assert base64.b64decode(before["CiphertextBlob"])[5:37] != base64.b64decode(after["CiphertextBlob"])[5:37]
    for made in (before, after):
        opened = practice("kms:Decrypt", CiphertextBlob=made["CiphertextBlob"])
        assert (opened["Plaintext"], opened["KeyMaterialId"]) == (made["Plaintext"], made["KeyMaterialId"])


def test_rotation_is_off_until_it_is_asked_for(gate: Any) -> None:
    key = gate.key()
    assert status(gate, key) == {"KeyId": key, "KeyRotationEnabled": False}
    gate("kms:EnableKeyRotation", KeyId=key)
    gate("kms:DisableKeyRotation", KeyId=key)
    assert status(gate, key) == {"KeyId": key, "KeyRotationEnabled": False}


@pytest.mark.parametrize(
    ("spec", "usage"),
    [("RSA_2048", "SIGN_VERIFY"), ("ECC_NIST_P256", "KEY_AGREEMENT"), ("HMAC_256", "GENERATE_VERIFY_MAC")],
)
def test_the_status_of_a_key_that_can_not_rotate_is_false(gate: Any, spec: str, usage: str) -> None:
    """Terraform reads it of every key. ("The key rotation status of these KMS keys is always false", AWS's docs.)"""
    key = gate.key(KeySpec=spec, KeyUsage=usage)
    assert status(gate, key) == {"KeyId": key, "KeyRotationEnabled": False}
    for operation in ("EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand", "ListKeyRotations"):
        assert gate.refused(f"kms:{operation}", KeyId=key).code == "UnsupportedOperationException"


@pytest.mark.parametrize(("asked", "days"), [({}, 365), ({"RotationPeriodInDays": 90}, 90)])
def test_rotation_has_a_period_and_a_next_date_while_it_is_on(
    gate: Any, asked: dict[str, int], days: int
) -> None:
    key = gate.key()
    gate("kms:EnableKeyRotation", KeyId=key, **asked)
    shown = status(gate, key)
    assert abs(shown.pop("NextRotationDate") - time.time() - days * DAY) < 60
    assert shown == {"KeyId": key, "KeyRotationEnabled": True, "RotationPeriodInDays": days}


@pytest.mark.parametrize("days", [89, 2561])
def test_a_period_lies_between_90_and_2560_days(gate: Any, days: int) -> None:
    key = gate.key()
    refusal = gate.refused("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=days)
    limit = "greater than or equal to 90" if days < 90 else "less than or equal to 2560"
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        f"1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy constraint: "
        f"Member must have value {limit}",
    )
    assert status(gate, key)["KeyRotationEnabled"] is False


def test_a_policy_may_limit_the_period(gate: Any) -> None:
    key = gate.key()
    policy = """{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "kms:EnableKeyRotation", "Resource": "*",
         "Condition": {"NumericGreaterThan": {"kms:RotationPeriodInDays": "180"}}}]}"""
    gate("kms:PutKeyPolicy", KeyId=key, Policy=policy)
    gate("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=180)
    for asked in ({}, {"RotationPeriodInDays": 181}):
        refusal = gate.refused("kms:EnableKeyRotation", KeyId=key, **asked)
        assert refusal.message.endswith("with an explicit deny in a resource-based policy")


def test_a_key_rotates_when_its_date_has_come(gate: Any) -> None:
    key = gate.key()
    gate("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    first, old = current(gate, key), seal(gate, key)
    due = status(gate, key)["NextRotationDate"]
    gate.later(days=89.9)
    assert current(gate, key) == first
    gate.later(days=0.2)
    second = current(gate, key)
    assert second != first
    opened = gate("kms:Decrypt", CiphertextBlob=old)
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (WORD, first)
    opened = gate("kms:Decrypt", CiphertextBlob=seal(gate, key))
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (WORD, second)
    assert rotations(gate, key) == [
        {
            "KeyId": id_of(key),
            "KeyMaterialId": second,
            "KeyMaterialState": "CURRENT",
            "RotationDate": due,
            "RotationType": "AUTOMATIC",
        }
    ]
    assert status(gate, key)["NextRotationDate"] == due + 90 * DAY


def test_rotations_that_nobody_saw_are_made_up_for_each_at_its_date(gate: Any) -> None:
    key = gate.key()
    gate("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=100)
    first = status(gate, key)["NextRotationDate"]
    gate.later(days=350)
    dates = [rotation["RotationDate"] for rotation in rotations(gate, key)]
    assert dates == [first, first + 100 * DAY, first + 200 * DAY]
    assert len({rotation["KeyMaterialId"] for rotation in rotations(gate, key)}) == 3
    dated = [(event["eventName"], event["eventTime"][:10]) for event in gate.events(EventName="RotateKey")]
    assert dated == [("RotateKey", time.strftime("%Y-%m-%d", time.gmtime(date))) for date in reversed(dates)]


def test_a_disabled_key_rotates_when_it_is_enabled_again(gate: Any) -> None:
    key = gate.key()
    gate("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    gate("kms:DisableKey", KeyId=key)
    gate.later(days=200)
    assert rotations(gate, key) == []
    assert status(gate, key)["KeyRotationEnabled"] is True
    gate("kms:EnableKey", KeyId=key)
    [rotation] = rotations(gate, key)
    assert abs(rotation["RotationDate"] - time.time() - 200 * DAY) < 60
    assert status(gate, key)["NextRotationDate"] == rotation["RotationDate"] + 90 * DAY


def test_a_key_enabled_in_time_keeps_its_date(gate: Any) -> None:
    key = gate.key()
    gate("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    due = status(gate, key)["NextRotationDate"]
    gate("kms:DisableKey", KeyId=key)
    gate.later(days=30)
    gate("kms:EnableKey", KeyId=key)
    assert status(gate, key)["NextRotationDate"] == due


def test_rotation_rests_while_a_key_waits_for_its_deletion(gate: Any) -> None:
    key = gate.key()
    gate("kms:EnableKeyRotation", KeyId=key)
    gate("kms:ScheduleKeyDeletion", KeyId=key)
    assert status(gate, key) == {"KeyId": key, "KeyRotationEnabled": False}
    gate("kms:CancelKeyDeletion", KeyId=key)
    assert status(gate, key)["KeyRotationEnabled"] is True


def test_another_period_counts_from_now_and_the_same_changes_nothing(gate: Any) -> None:
    key = gate.key()
    gate("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    due = status(gate, key)["NextRotationDate"]
    gate.later(days=30)
    gate("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    assert status(gate, key)["NextRotationDate"] == due
    gate("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=120)
    assert abs(status(gate, key)["NextRotationDate"] - due - 60 * DAY) < 60


def test_rotation_on_demand_leaves_the_schedule_as_it_is(gate: Any) -> None:
    key = gate.key()
    gate("kms:EnableKeyRotation", KeyId=key)
    before, material, old = status(gate, key), current(gate, key), seal(gate, key)
    assert gate("kms:RotateKeyOnDemand", KeyId=key) == {"KeyId": key}
    assert status(gate, key) == before
    assert current(gate, key) != material
    assert gate("kms:Decrypt", CiphertextBlob=old)["KeyMaterialId"] == material
    [rotation] = rotations(gate, key)
    assert (rotation["RotationType"], rotation["KeyMaterialId"]) == ("ON_DEMAND", current(gate, key))


def test_a_key_rotates_on_demand_twenty_five_times_at_most(gate: Any) -> None:
    key = gate.key()
    for _ in range(25):
        gate("kms:RotateKeyOnDemand", KeyId=key)
    refusal = gate.refused("kms:RotateKeyOnDemand", KeyId=key)
    assert (refusal.code, refusal.message) == (
        "LimitExceededException",
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
        f"performed for this key: {key}",
    )
    gate("kms:EnableKeyRotation", KeyId=key)
    gate.later(days=366)
    assert len(rotations(gate, key)) == 26, "the limit is on demand only"


def test_no_rotation_on_demand_just_before_an_automatic_one(gate: Any) -> None:
    key = gate.key()
    gate("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    gate.later(days=90, minutes=-19)
    assert gate.refused("kms:RotateKeyOnDemand", KeyId=key).code == "ConflictException"
    gate.later(minutes=20)
    gate("kms:RotateKeyOnDemand", KeyId=key)


def test_a_state_comes_before_a_kind(gate: Any) -> None:
    key = gate.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    assert gate.refused("kms:RotateKeyOnDemand", KeyId=key).code == "UnsupportedOperationException"
    gate("kms:DisableKey", KeyId=key)
    refusal = gate.refused("kms:RotateKeyOnDemand", KeyId=key)
    assert (refusal.code, refusal.message) == ("DisabledException", f"{key} is disabled.")


def test_all_material_is_listed_in_pages(gate: Any) -> None:
    key = gate.key()
    first = current(gate, key)
    for _ in range(4):
        gate("kms:RotateKeyOnDemand", KeyId=key)
    assert rotations(gate, key) == rotations(gate, key, IncludeKeyMaterial="ROTATIONS_ONLY")
    everything = rotations(gate, key, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    assert everything[0] == {"KeyId": id_of(key), "KeyMaterialId": first, "KeyMaterialState": "NON_CURRENT"}
    assert everything[1:] == rotations(gate, key)
    assert [piece["KeyMaterialState"] for piece in everything] == ["NON_CURRENT"] * 4 + ["CURRENT"]
    pages, marker = [], {}
    while True:
        page = gate(
            "kms:ListKeyRotations", KeyId=key, IncludeKeyMaterial="ALL_KEY_MATERIAL", Limit=2, **marker
        )
        pages.append(page["Rotations"])
        assert page["Truncated"] == ("NextMarker" in page)
        if not page["Truncated"]:
            break
        marker = {"Marker": page["NextMarker"]}
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [piece for page in pages for piece in page] == everything


def test_an_aws_managed_key_rotates_every_year(gate: Any) -> None:
    key = gate("kms:DescribeKey", KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
    shown = status(gate, key)
    assert (shown["KeyRotationEnabled"], shown["RotationPeriodInDays"]) == (True, 365)
    before = current(gate, key)
    gate.later(days=366)
    assert current(gate, key) != before
    refusal = gate.refused("kms:DisableKeyRotation", KeyId=key)
    assert refusal.code == "AccessDeniedException", "its policy is AWS's"


def test_the_trail_tells_of_rotations(gate: Any) -> None:
    key = gate.key()
    before = current(gate, key)
    gate("kms:RotateKeyOnDemand", KeyId=key)
    [event] = gate.events(EventName="RotateKey")
    assert event["eventType"] == "AwsServiceEvent"
    assert event["userIdentity"] == {"accountId": gate.account_id, "invokedBy": "AWS Internal"}
    assert event["serviceEventDetails"] == {
        "keyId": id_of(key),
        "rotationType": "ON_DEMAND",
        "keyOrigin": "AWS_KMS",
        "previousKeyMaterialId": before,
        "currentKeyMaterialId": current(gate, key),
    }
    [called] = gate.events(EventName="RotateKeyOnDemand")
    assert called["responseElements"] == {"keyId": key}


def test_the_schedule_outlives_a_restart(kept: Any) -> None:
    key = kept.key()
    kept("kms:EnableKeyRotation", KeyId=key, RotationPeriodInDays=90)
    before = kept("kms:GetKeyRotationStatus", KeyId=key)
    kept.restart()
    assert kept("kms:GetKeyRotationStatus", KeyId=key) == before
