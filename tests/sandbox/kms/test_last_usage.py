"""When a key was last used, as the trail tells it, and the condition key that goes by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from kmscourse.sandbox.cloudtrail import history

WORD = "aGVsbG8="
DAY = 86_400


def usage(gate: Any, key: str, **details: Any) -> dict[str, Any]:
    return dict(gate("kms:GetKeyLastUsage", KeyId=key, **details))


def sealed(gate: Any, key: str) -> str:
    return str(gate("kms:Encrypt", KeyId=key, Plaintext=WORD)["CiphertextBlob"])


def test_a_key_that_was_never_used_is_tracked_from_its_beginning(gate: Any) -> None:
    """As the example in the developer guide has it, "Determine past usage of a KMS key"."""
    key = gate.key()
    created = gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]["CreationDate"]
    assert usage(gate, key) == {
        "KeyId": key.rpartition("/")[2],
        "KeyLastUsage": {},
        "TrackingStartDate": created,
        "KeyCreationDate": created,
    }


USES: dict[str, Callable[[Any, str, str], Any]] = {
    "Encrypt": lambda gate, key, blob: sealed(gate, key),
    "Decrypt": lambda gate, key, blob: gate("kms:Decrypt", CiphertextBlob=blob),
    "GenerateDataKey": lambda gate, key, blob: gate("kms:GenerateDataKey", KeyId=key, KeySpec="AES_256"),
    "GenerateDataKeyWithoutPlaintext": lambda gate, key, blob: gate(
        "kms:GenerateDataKeyWithoutPlaintext", KeyId=key, KeySpec="AES_256"
    ),
    "GenerateDataKeyPair": lambda gate, key, blob: gate(
        "kms:GenerateDataKeyPair", KeyId=key, KeyPairSpec="ECC_NIST_P256"
    ),
    "GenerateDataKeyPairWithoutPlaintext": lambda gate, key, blob: gate(
        "kms:GenerateDataKeyPairWithoutPlaintext", KeyId=key, KeyPairSpec="ECC_NIST_P256"
    ),
}


@pytest.mark.parametrize("operation", USES)
def test_a_cryptographic_operation_is_a_use(gate: Any, operation: str) -> None:
    key = gate.key()
    blob = sealed(gate, key)
    gate.later(hours=1)
    USES[operation](gate, key, blob)
    event = gate.events(EventName=operation)[0]
    gate("kms:DescribeKey", KeyId=key)  # This is none.
    assert usage(gate, key)["KeyLastUsage"] == {
        "Operation": operation,
        "Timestamp": datetime.fromisoformat(event["eventTime"]).timestamp(),
        "CloudTrailEventId": event["eventID"],
        "KmsRequestId": event["requestID"],
    }


def test_a_reencrypt_is_a_use_of_both_keys(gate: Any) -> None:
    source, destination = gate.key(), gate.key()
    gate("kms:ReEncrypt", CiphertextBlob=sealed(gate, source), DestinationKeyId=destination)
    [event] = gate.events(EventName="ReEncrypt")
    for key in (source, destination):
        last = usage(gate, key)["KeyLastUsage"]
        assert (last["Operation"], last["CloudTrailEventId"]) == ("ReEncrypt", event["eventID"])


def test_what_was_refused_is_no_use(gate: Any) -> None:
    key = gate.key()
    assert (
        gate.refused("kms:Encrypt", by="IAMLabUser", KeyId=key, Plaintext=WORD).code
        == "AccessDeniedException"
    )
    assert (
        gate.refused("kms:Encrypt", KeyId=key, Plaintext=WORD, DryRun=True).code == "DryRunOperationException"
    )
    gate("kms:DisableKey", KeyId=key)
    assert gate.refused("kms:Encrypt", KeyId=key, Plaintext=WORD).code == "DisabledException"
    assert usage(gate, key)["KeyLastUsage"] == {}


def test_a_scan_is_a_use_of_the_tables_key(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    gate("dynamodb:Scan", TableName="Books")
    event = gate.events(EventName="Decrypt")[0]
    assert usage(gate, key)["KeyLastUsage"]["CloudTrailEventId"] == event["eventID"]


def test_a_key_is_named_by_its_id_or_arn_and_its_use_is_told_where_the_policy_allows(gate: Any) -> None:
    key = gate.key()
    assert usage(gate, key.rpartition("/")[2]) == usage(gate, key)
    refusal = gate.refused("kms:GetKeyLastUsage", by="IAMLabUser", KeyId=key)
    assert refusal.message == (
        f"User: {gate.arn('IAMLabUser')} is not authorized to perform: kms:GetKeyLastUsage on resource: {key} because "
        "no identity-based policy allows the kms:GetKeyLastUsage action"
    )
    gate.allow(key, "IAMLabUser", "kms:GetKeyLastUsage")
    assert usage(gate, key, by="IAMLabUser")["KeyLastUsage"] == {}
    event = gate.events(EventName="GetKeyLastUsage")[0]
    assert (event["readOnly"], event["requestParameters"], event["resources"][0]["ARN"]) == (
        True,
        {"keyId": key},
        key,
    )


def test_what_the_trail_has_forgotten_is_not_known(gate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS remembers each key's last use for good; here tracking starts with the oldest event that is kept."""
    monkeypatch.setattr(history, "EVENTS_KEPT", 5)
    key = gate.key()
    sealed(gate, key)
    gate.later(days=2)
    for _ in range(6):
        gate("kms:DescribeKey", KeyId=key)
    told = usage(gate, key)
    assert told["KeyLastUsage"] == {}
    assert 2 * DAY - 1 <= told["TrackingStartDate"] - told["KeyCreationDate"] <= 2 * DAY + 60


PROTECTING = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": ["kms:DisableKey", "kms:ScheduleKeyDeletion"],
    "Resource": "*",
    "Condition": {"NumericLessThan": {"kms:TrailingDaysWithoutKeyUsage": "30"}},
}


@pytest.mark.parametrize("operation", ["DisableKey", "ScheduleKeyDeletion"])
def test_a_key_policy_may_protect_a_key_that_was_used_lately(gate: Any, operation: str) -> None:
    """The developer guide's own example; the days count from the last use, or from the key's beginning."""
    key = gate.key()
    policy = json.loads(gate("kms:GetKeyPolicy", KeyId=key)["Policy"])
    policy["Statement"].append(PROTECTING)
    gate("kms:PutKeyPolicy", KeyId=key, Policy=json.dumps(policy))
    gate.later(days=29, hours=23)
    assert gate.refused(f"kms:{operation}", KeyId=key).code == "AccessDeniedException"
    sealed(gate, key)
    gate.later(days=29, hours=23)
    assert gate.refused(f"kms:{operation}", KeyId=key).message.endswith(
        "with an explicit deny in a resource-based policy"
    )
    gate.later(hours=2)
    gate(f"kms:{operation}", KeyId=key)
