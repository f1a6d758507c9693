"""A key whose date has come is gone: with its material, its aliases, its grants and its tags, and the trail says so."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta
from typing import Any

WORD = "aGVsbG8="


def doomed(gate: Any, days: int = 7) -> tuple[str, str]:
    """The ARN of a key with an alias, a grant and a tag that has so many days left, and a ciphertext of it."""
    key = gate.key(Tags=[{"TagKey": "team", "TagValue": "blue"}])
    gate("kms:CreateAlias", AliasName="alias/doomed", TargetKeyId=key)
    gate(
        "kms:CreateGrant",
        KeyId=key,
        GranteePrincipal=gate.arn("IAMLabUser"),
        RetiringPrincipal=gate.arn(gate.main),
        Operations=["Decrypt"],
    )
    blob = gate("kms:Encrypt", KeyId=key, Plaintext=WORD)["CiphertextBlob"]
    gate("kms:ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=days)
    return key, blob


def test_a_key_is_there_until_its_date(gate: Any) -> None:
    key, blob = doomed(gate)
    gate.later(days=6.9)
    assert gate("kms:DescribeKey", KeyId="alias/doomed")["KeyMetadata"]["KeyState"] == "PendingDeletion"
    gate("kms:CancelKeyDeletion", KeyId=key)
    gate.later(days=30)
    gate("kms:EnableKey", KeyId=key)
    assert gate("kms:Decrypt", CiphertextBlob=blob)["Plaintext"] == WORD


def test_a_key_is_gone_on_its_date(gate: Any) -> None:
    other = gate.key()
    key, blob = doomed(gate)
    gate.later(days=7.1)
    assert [entry["KeyArn"] for entry in gate("kms:ListKeys")["Keys"]] == [other]
    for operation, parameters in (
        ("DescribeKey", {}),
        ("CancelKeyDeletion", {}),
        ("ListGrants", {}),
        ("ListResourceTags", {}),
        ("Decrypt", {"CiphertextBlob": blob}),
    ):
        refusal = gate.refused(f"kms:{operation}", KeyId=key, **parameters)
        assert (refusal.code, refusal.message) == ("NotFoundException", f"Key '{key}' does not exist"), (
            operation
        )
    refusal = gate.refused("kms:Encrypt", KeyId="alias/doomed", Plaintext=WORD)
    assert refusal.message == f"Alias arn:aws:kms:us-east-1:{gate.account_id}:alias/doomed is not found."
    assert gate("kms:ListRetirableGrants", RetiringPrincipal=gate.arn(gate.main))["Grants"] == []


def test_its_ciphertexts_open_no_more(gate: Any) -> None:
    _, blob = doomed(gate)
    gate.later(days=8)
    refusal = gate.refused("kms:Decrypt", CiphertextBlob=blob)
    assert (refusal.code, refusal.message) == ("InvalidCiphertextException", "")
    refusal = gate.refused("kms:ReEncrypt", CiphertextBlob=blob, DestinationKeyId=gate.key())
    assert refusal.code == "InvalidCiphertextException"


def test_its_alias_is_free_again(gate: Any) -> None:
    doomed(gate)
    gate.later(days=8)
    new = gate.key()
    gate("kms:CreateAlias", AliasName="alias/doomed", TargetKeyId=new)
    assert gate("kms:DescribeKey", KeyId="alias/doomed")["KeyMetadata"]["Arn"] == new


def test_the_trail_says_that_kms_deleted_it(gate: Any) -> None:
    key, _ = doomed(gate)
    date = gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]["DeletionDate"]
    gate.later(days=20)
    [event] = gate.events(EventName="DeleteKey")
    event_id = event.pop("eventID")
    assert len(event_id) == 36
    assert event == {
        "eventVersion": "1.11",
        "userIdentity": {"accountId": gate.account_id, "invokedBy": "AWS Internal"},
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(date)),
        "eventSource": "kms.amazonaws.com",
        "eventName": "DeleteKey",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "AWS Internal",
        "userAgent": "AWS Internal",
        "requestParameters": None,
        "responseElements": {"keyId": key},
        "readOnly": False,
        "resources": [{"accountId": gate.account_id, "type": "AWS::KMS::Key", "ARN": key}],
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": gate.account_id,
        "serviceEventDetails": {"keyId": key.rpartition("/")[2]},
        "eventCategory": "Management",
    }
    assert gate.events(ResourceName=key)[0]["eventName"] == "DeleteKey"


def test_a_key_goes_in_its_own_region(gate: Any) -> None:
    key = gate("kms:CreateKey", region="eu-west-1")["KeyMetadata"]["Arn"]
    gate("kms:ScheduleKeyDeletion", region="eu-west-1", KeyId=key, PendingWindowInDays=7)
    gate.later(days=8)
    assert gate.refused("kms:DescribeKey", region="eu-west-1", KeyId=key).code == "NotFoundException"
    assert gate.events(EventName="DeleteKey") == []
    events = gate("cloudtrail:LookupEvents", region="eu-west-1", LookupAttributes=[])["Events"]
    assert "DeleteKey" in [event["EventName"] for event in events]


def test_a_refused_call_undoes_none_of_it(gate: Any) -> None:
    key, _ = doomed(gate)
    gate.later(days=8)
    gate.refused("kms:ListKeys", by="IAMLabUser")
    assert gate.account.keys.find(key) is None
    assert len(gate.events(EventName="DeleteKey")) == 1


def test_a_table_under_a_deleted_key_says_which_key_it_misses(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    gate("kms:ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    gate.later(days=8)
    refusal = gate.refused("dynamodb:Scan", TableName="Books")
    assert refusal.code == "ValidationException"
    assert f"NotFoundException: Key '{key}' does not exist" in refusal.message


def test_what_time_did_is_kept_and_what_was_not_kept_is_done_again(kept: Any) -> None:
    key = kept.key()
    kept("kms:ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    kept.restart()
    for keep in ("rollback", "commit"):
        kept.account.now = lambda: datetime.now(UTC) + timedelta(days=8)
        kept.account.keys.apply_due_changes()
        assert kept.account.keys.find(key) is None
        getattr(kept.account, keep)()
        told = [happening.name for happening in kept.account.keys.take_service_events()]
        assert told == ([] if keep == "rollback" else ["DeleteKey"])
        kept.restart()
        assert (kept.account.keys.find(key) is None) == (keep == "commit")


def test_a_ciphertext_has_no_name_of_its_key_in_it(gate: Any) -> None:
    key, blob = doomed(gate)
    raw = base64.b64decode(blob)
    key_id = key.rpartition("/")[2]
    for name in (key_id.encode(), bytes.fromhex(key_id.replace("-", "")), b"arn:", b"doomed"):
        assert name not in raw
