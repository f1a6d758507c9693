"""What works with a key in which state: the table of AWS's developer guide, row by row."""

from __future__ import annotations

from typing import Any

import pytest

OK, DISABLED, PENDING, NOT_PENDING = "ok", "is disabled.", "is pending deletion.", "is not pending deletion."
CODES = {
    DISABLED: "DisabledException",
    PENDING: "KMSInvalidStateException",
    NOT_PENDING: "KMSInvalidStateException",
}
POLICY = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": '
    '"arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}}'
)

# Operation, its parameters, and what it answers with an enabled, a disabled and a pending key.
TABLE: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("Encrypt", {"Plaintext": "aGVsbG8="}, OK, DISABLED, PENDING),
    ("Decrypt", {"CiphertextBlob": ""}, OK, DISABLED, PENDING),
    ("ReEncrypt", {"CiphertextBlob": "", "DestinationKeyId": ""}, OK, DISABLED, PENDING),
    ("GenerateDataKey", {"KeySpec": "AES_256"}, OK, DISABLED, PENDING),
    ("GenerateDataKeyWithoutPlaintext", {"KeySpec": "AES_256"}, OK, DISABLED, PENDING),
    ("CreateGrant", {"GranteePrincipal": "", "Operations": ["Decrypt"]}, OK, DISABLED, PENDING),
    ("EnableKeyRotation", {}, OK, DISABLED, PENDING),
    ("DisableKeyRotation", {}, OK, DISABLED, PENDING),
    ("RotateKeyOnDemand", {}, OK, DISABLED, PENDING),
    ("ListKeyRotations", {}, OK, OK, OK),
    ("DescribeKey", {}, OK, OK, OK),
    ("GetKeyPolicy", {}, OK, OK, OK),
    ("PutKeyPolicy", {"Policy": POLICY}, OK, OK, OK),
    ("ListGrants", {}, OK, OK, OK),
    ("ListKeyPolicies", {}, OK, OK, OK),
    ("ListResourceTags", {}, OK, OK, OK),
    ("ListAliases", {}, OK, OK, OK),
    ("DeleteAlias", {"AliasName": "alias/old"}, OK, OK, OK),
    ("CreateAlias", {"AliasName": "alias/new", "TargetKeyId": ""}, OK, OK, PENDING),
    ("EnableKey", {}, OK, OK, PENDING),
    ("DisableKey", {}, OK, OK, PENDING),
    ("TagResource", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}, OK, OK, PENDING),
    ("UntagResource", {"TagKeys": ["a"]}, OK, OK, PENDING),
    ("UpdateKeyDescription", {"Description": "x"}, OK, OK, PENDING),
    ("ScheduleKeyDeletion", {}, OK, OK, PENDING),
    ("CancelKeyDeletion", {}, NOT_PENDING, NOT_PENDING, OK),
]


def filled(gate: Any, key: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The row's parameters with the key, a ciphertext of it and a principal put in."""
    values = {
        "CiphertextBlob": lambda: gate("kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"],
        "DestinationKeyId": lambda: key,
        "TargetKeyId": lambda: key,
        "GranteePrincipal": lambda: gate.arn("IAMLabUser"),
    }
    found = {name: values[name]() if value == "" else value for name, value in parameters.items()}
    takes_key = operation not in ("ReEncrypt", "CreateAlias", "DeleteAlias")
    return {**found, "KeyId": key} if takes_key else found


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingDeletion"])
@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_the_table_of_key_states(
    gate: Any, row: tuple[str, dict[str, Any], str, str, str], state: str
) -> None:
    operation, parameters, *expected = row
    key = gate.key()
    gate("kms:CreateAlias", AliasName="alias/old", TargetKeyId=key)
    ready = filled(gate, key, operation, parameters)
    if state == "Disabled":
        gate("kms:DisableKey", KeyId=key)
    elif state == "PendingDeletion":
        gate("kms:ScheduleKeyDeletion", KeyId=key)
    wanted = expected[["Enabled", "Disabled", "PendingDeletion"].index(state)]
    if wanted == OK:
        gate(f"kms:{operation}", **ready)
    else:
        refusal = gate.refused(f"kms:{operation}", **ready)
        assert (refusal.code, refusal.message, refusal.status) == (CODES[wanted], f"{key} {wanted}", 400)


def test_an_alias_goes_to_no_key_that_waits_for_its_deletion(gate: Any) -> None:
    old, new = gate.key(), gate.key()
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=old)
    gate("kms:ScheduleKeyDeletion", KeyId=old)
    gate("kms:UpdateAlias", AliasName="alias/myKey", TargetKeyId=new)
    refusal = gate.refused("kms:UpdateAlias", AliasName="alias/myKey", TargetKeyId=old)
    assert (refusal.code, refusal.message) == ("KMSInvalidStateException", f"{old} {PENDING}")


def test_cancelling_leaves_the_key_disabled(gate: Any) -> None:
    key = gate.key()
    gate("kms:ScheduleKeyDeletion", KeyId=key)
    assert gate("kms:CancelKeyDeletion", KeyId=key) == {"KeyId": key}
    metadata = gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"]) == ("Disabled", False)
    gate("kms:EnableKey", KeyId=key)
    assert gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]["Enabled"] is True
