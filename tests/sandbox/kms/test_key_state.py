"""What works with a key in which state: the table of AWS's developer guide, row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kmscourse.sandbox.kms.operations import OPERATIONS
from tests.sandbox.kms.other_kinds import OTHER_KINDS, parameters_for

OK, DISABLED, PENDING, NOT_PENDING = "ok", "is disabled.", "is pending deletion.", "is not pending deletion."
IMPORT, ORIGIN = "is pending import.", "origin is EXTERNAL which is not valid for this operation."
CODES = {
    DISABLED: "DisabledException",
    PENDING: "KMSInvalidStateException",
    NOT_PENDING: "KMSInvalidStateException",
    IMPORT: "KMSInvalidStateException",
    ORIGIN: "UnsupportedOperationException",
}
POLICY = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": '
    '"arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}}'
)
STATES = ["Enabled", "Disabled", "PendingImport", "PendingDeletion"]
MATERIAL = bytes(range(32))
FOR_EVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
PAIR = {"KeyPairSpec": "ECC_NIST_P256"}
WRAPPING = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
OF_EXTERNAL_KEYS = ("GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial")

# Operation, its parameters, and what it answers with an enabled key, a disabled one, one that waits for imported
# material and one that waits for its deletion. "$…" is filled in by ``filled``.
TABLE: list[tuple[str, dict[str, Any], str, str, str, str]] = [
    ("Encrypt", {"Plaintext": "aGVsbG8="}, OK, DISABLED, IMPORT, PENDING),
    ("Decrypt", {"CiphertextBlob": "$blob"}, OK, DISABLED, IMPORT, PENDING),
    ("ReEncrypt", {"CiphertextBlob": "$blob", "DestinationKeyId": "$key"}, OK, DISABLED, IMPORT, PENDING),
    ("GenerateDataKey", {"KeySpec": "AES_256"}, OK, DISABLED, IMPORT, PENDING),
    ("GenerateDataKeyWithoutPlaintext", {"KeySpec": "AES_256"}, OK, DISABLED, IMPORT, PENDING),
    ("GenerateDataKeyPair", PAIR, OK, DISABLED, IMPORT, PENDING),
    ("GenerateDataKeyPairWithoutPlaintext", PAIR, OK, DISABLED, IMPORT, PENDING),
    ("CreateGrant", {"GranteePrincipal": "$user", "Operations": ["Decrypt"]}, OK, DISABLED, IMPORT, PENDING),
    ("EnableKeyRotation", {}, OK, DISABLED, ORIGIN, PENDING),
    ("DisableKeyRotation", {}, OK, DISABLED, ORIGIN, PENDING),
    ("GetKeyRotationStatus", {}, OK, OK, ORIGIN, OK),
    ("RotateKeyOnDemand", {}, OK, DISABLED, IMPORT, PENDING),
    ("ListKeyRotations", {}, OK, OK, OK, OK),
    ("GetParametersForImport", WRAPPING, OK, OK, OK, PENDING),
    ("ImportKeyMaterial", FOR_EVER, OK, OK, OK, PENDING),
    ("DeleteImportedKeyMaterial", {}, OK, OK, OK, OK),
    ("DescribeKey", {}, OK, OK, OK, OK),
    ("GetKeyLastUsage", {}, OK, OK, OK, OK),
    ("GetKeyPolicy", {}, OK, OK, OK, OK),
    ("PutKeyPolicy", {"Policy": POLICY}, OK, OK, OK, OK),
    ("ListGrants", {}, OK, OK, OK, OK),
    ("RevokeGrant", {"GrantId": "$grant"}, OK, OK, OK, OK),
    ("RetireGrant", {"GrantId": "$grant"}, OK, OK, OK, OK),
    ("ListKeyPolicies", {}, OK, OK, OK, OK),
    ("ListResourceTags", {}, OK, OK, OK, OK),
    ("ListAliases", {}, OK, OK, OK, OK),
    ("DeleteAlias", {"AliasName": "alias/old"}, OK, OK, OK, OK),
    ("UpdateAlias", {"AliasName": "alias/other", "TargetKeyId": "$key"}, OK, OK, OK, PENDING),
    ("CreateAlias", {"AliasName": "alias/new", "TargetKeyId": "$key"}, OK, OK, OK, PENDING),
    ("EnableKey", {}, OK, OK, IMPORT, PENDING),
    ("DisableKey", {}, OK, OK, IMPORT, PENDING),
    ("TagResource", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}, OK, OK, OK, PENDING),
    ("UntagResource", {"TagKeys": ["a"]}, OK, OK, OK, PENDING),
    ("UpdateKeyDescription", {"Description": "x"}, OK, OK, OK, PENDING),
    ("ScheduleKeyDeletion", {}, OK, OK, OK, PENDING),
    ("CancelKeyDeletion", {}, NOT_PENDING, NOT_PENDING, NOT_PENDING, OK),
]
OF_NO_KEY = {"CreateKey", "ListKeys", "GenerateRandom", "ListRetirableGrants"}


def filled(gate: Any, key: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The row's parameters with what only this key has put in."""
    values: dict[str, Callable[[], Any]] = {
        "$blob": lambda: gate("kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"],
        "$key": lambda: key,
        "$user": lambda: gate.arn("IAMLabUser"),
        "$grant": lambda: gate(
            "kms:CreateGrant",
            KeyId=key,
            GranteePrincipal=gate.arn(gate.main),
            RetiringPrincipal=gate.arn(gate.main),
            Operations=["Decrypt", "RetireGrant"],
        )["GrantId"],
    }
    found = {
        name: values[value]() if isinstance(value, str) and value in values else value
        for name, value in parameters.items()
    }
    if operation == "ImportKeyMaterial":
        found |= gate.wrapped_for(key, MATERIAL)
    takes_key = operation not in ("ReEncrypt", "CreateAlias", "UpdateAlias", "DeleteAlias")
    return {**found, "KeyId": key} if takes_key else found


def key_for(gate: Any, operation: str, state: str) -> str:
    """An enabled key on which the operation can be tried in ``state``."""
    if state != "PendingImport" and operation not in OF_EXTERNAL_KEYS:
        return str(gate.key())
    key = gate.key(Origin="EXTERNAL")
    gate.import_into(key, MATERIAL, **FOR_EVER)
    return str(key)


def bring(gate: Any, key: str, state: str) -> None:
    """Put a key into a state."""
    operation = {
        "Disabled": "DisableKey",
        "PendingImport": "DeleteImportedKeyMaterial",
        "PendingDeletion": "ScheduleKeyDeletion",
    }.get(state)
    if operation:
        gate(f"kms:{operation}", KeyId=key)
    assert gate("kms:DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"] == state


def test_the_table_has_every_operation_on_a_key() -> None:
    assert {*OTHER_KINDS, *(row[0] for row in TABLE)} == set(OPERATIONS) - OF_NO_KEY


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_the_table_of_key_states(
    gate: Any, row: tuple[str, dict[str, Any], str, str, str, str], state: str
) -> None:
    operation, parameters, *expected = row
    key = key_for(gate, operation, state)
    for name, target in (("old", key), ("other", gate.key())):
        gate("kms:CreateAlias", AliasName=f"alias/{name}", TargetKeyId=target)
    ready = filled(gate, key, operation, parameters)
    bring(gate, key, state)
    wanted = expected[STATES.index(state)]
    if wanted == OK:
        gate(f"kms:{operation}", **ready)
    else:
        refusal = gate.refused(f"kms:{operation}", **ready)
        assert (refusal.code, refusal.message, refusal.status) == (CODES[wanted], f"{key} {wanted}", 400)


@pytest.mark.parametrize(
    ("state", "wanted"), [("Enabled", OK), ("Disabled", DISABLED), ("PendingDeletion", PENDING)]
)
@pytest.mark.parametrize("operation", OTHER_KINDS)
def test_keys_of_other_kinds_work_only_while_they_are_enabled(
    gate: Any, operation: str, state: str, wanted: str
) -> None:
    key = gate.key(**OTHER_KINDS[operation][0])
    ready = {"KeyId": key, **parameters_for(gate, operation, key)}
    bring(gate, key, state)
    if wanted == OK:
        assert gate(f"kms:{operation}", **ready)["KeyId"] == key
    else:
        refusal = gate.refused(f"kms:{operation}", **ready)
        assert (refusal.code, refusal.message, refusal.status) == (CODES[wanted], f"{key} {wanted}", 400)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("operation", ["EnableKeyRotation", "DisableKeyRotation", "GetKeyRotationStatus"])
def test_imported_material_does_not_rotate_by_itself(gate: Any, operation: str, state: str) -> None:
    key = gate.key(Origin="EXTERNAL")
    gate.import_into(key, MATERIAL, **FOR_EVER)
    bring(gate, key, state)
    refusal = gate.refused(f"kms:{operation}", KeyId=key)
    assert (refusal.code, refusal.message) == (CODES[ORIGIN], f"{key} {ORIGIN}")


@pytest.mark.parametrize("operation", OF_EXTERNAL_KEYS)
def test_nothing_is_imported_into_a_key_with_material_of_its_own(gate: Any, operation: str) -> None:
    key = gate.key()
    parameters = {
        "GetParametersForImport": WRAPPING,
        "ImportKeyMaterial": {"ImportToken": "eA==", "EncryptedKeyMaterial": "eA==", **FOR_EVER},
    }
    refusal = gate.refused(f"kms:{operation}", KeyId=key, **parameters.get(operation, {}))
    assert (refusal.code, refusal.message) == (
        "UnsupportedOperationException",
        f"{key} origin is AWS_KMS which is not valid for this operation.",
    )


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
