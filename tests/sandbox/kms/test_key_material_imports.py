"""Key material from outside: wrapped, imported, expired, deleted, brought back; other material never."""

from __future__ import annotations

import base64
import json
import os
import re
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError

MATERIAL, OTHER = bytes(range(32)), bytes(32)
FOR_EVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
NEW = {**FOR_EVER, "ImportType": "NEW_KEY_MATERIAL"}
WORD = "aGVsbG8="
DAY = 86400


def external(gate: Any, given: bytes | None = MATERIAL, **more: Any) -> str:
    """A key for imported material, with some in it unless that is None."""
    key = str(gate.key(Origin="EXTERNAL", **more))
    if given is not None:
        gate.import_into(key, given, **FOR_EVER)
    return key


def metadata(gate: Any, key: str) -> dict[str, Any]:
    return dict(gate("kms:DescribeKey", KeyId=key)["KeyMetadata"])


def seal(gate: Any, key: str) -> str:
    return str(gate("kms:Encrypt", KeyId=key, Plaintext=WORD)["CiphertextBlob"])


def materials(gate: Any, key: str) -> list[dict[str, Any]]:
    answer = gate("kms:ListKeyRotations", KeyId=key, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    return list(answer["Rotations"])


def code(gate: Any, action: str, **parameters: Any) -> str:
    return str(gate.refused(action, **parameters).code)


@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
def test_the_parameters_for_an_import(gate: Any, spec: str) -> None:
    key = external(gate, None)
    answer = gate(
        "kms:GetParametersForImport",
        KeyId=key,
        WrappingAlgorithm="RSAES_OAEP_SHA_256",
        WrappingKeySpec=spec,
    )
    assert answer.keys() == {"KeyId", "ImportToken", "PublicKey", "ParametersValidTo"}
    assert answer["KeyId"] == key
    public = load_der_public_key(base64.b64decode(answer["PublicKey"]))
    assert f"RSA_{public.key_size}" == spec  # type: ignore[union-attr]
    assert len(base64.b64decode(answer["ImportToken"])) <= 6144, "what ImportKeyMaterial takes"
    assert abs(answer["ParametersValidTo"] - time.time() - DAY) < 60


@pytest.mark.parametrize("wrapping", ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"])
def test_a_key_is_enabled_by_its_material(gate: Any, wrapping: str) -> None:
    key = external(gate, None)
    wrapped = gate.wrapped_for(key, MATERIAL, wrapping)
    answer = gate("kms:ImportKeyMaterial", KeyId=key, **wrapped, **FOR_EVER)
    shown = metadata(gate, key)
    assert answer == {"KeyId": key, "KeyMaterialId": shown["CurrentKeyMaterialId"]}
    assert (shown["KeyState"], shown["Enabled"]) == ("Enabled", True)
    assert (shown["ExpirationModel"], shown.get("ValidTo")) == ("KEY_MATERIAL_DOES_NOT_EXPIRE", None)
    opened = gate("kms:Decrypt", CiphertextBlob=seal(gate, key))
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (WORD, answer["KeyMaterialId"])


def test_the_same_material_in_two_keys_is_not_the_same_key(gate: Any) -> None:
    one, other = external(gate), external(gate)
    assert metadata(gate, one)["CurrentKeyMaterialId"] != metadata(gate, other)["CurrentKeyMaterialId"]
    for key in (one, other):
        assert gate("kms:Decrypt", CiphertextBlob=seal(gate, key))["KeyId"] == key
    assert code(gate, "kms:Decrypt", CiphertextBlob=seal(gate, one), KeyId=other) == "IncorrectKeyException"


def test_material_expires_on_its_date(gate: Any) -> None:
    key = external(gate, None)
    valid_to = float(round(time.time()) + 10 * DAY)
    gate.import_into(key, MATERIAL, ValidTo=valid_to)
    shown = metadata(gate, key)
    assert (shown["ExpirationModel"], shown["ValidTo"]) == ("KEY_MATERIAL_EXPIRES", valid_to)
    blob = seal(gate, key)
    gate.later(days=11)
    shown = metadata(gate, key)
    assert (shown["KeyState"], shown["Enabled"]) == ("PendingImport", False)
    assert not {"ExpirationModel", "ValidTo"} & set(shown)
    refusal = gate.refused("kms:Decrypt", CiphertextBlob=blob)
    assert (refusal.code, refusal.message) == ("KMSInvalidStateException", f"{key} is pending import.")
    [event] = gate.events(EventName="DeleteExpiredKeyMaterial")
    assert event["eventTime"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(valid_to))
    assert event["serviceEventDetails"]["keyMaterialId"] == materials(gate, key)[0]["KeyMaterialId"]
    gate.import_into(key, MATERIAL, **FOR_EVER)
    assert gate("kms:Decrypt", CiphertextBlob=blob)["Plaintext"] == WORD


def test_deleted_material_comes_back_and_no_other_takes_its_place(gate: Any) -> None:
    key = external(gate)
    blob, material_id = seal(gate, key), metadata(gate, key)["CurrentKeyMaterialId"]
    answer = gate("kms:DeleteImportedKeyMaterial", KeyId=key)
    assert answer == {"KeyId": key, "KeyMaterialId": material_id}
    gate("kms:DeleteImportedKeyMaterial", KeyId=key)
    assert metadata(gate, key)["KeyState"] == "PendingImport"
    with pytest.raises(Exception, match="IncorrectKeyMaterialException"):
        gate.import_into(key, OTHER, **FOR_EVER)
    assert metadata(gate, key)["KeyState"] == "PendingImport"
    assert gate.import_into(key, MATERIAL, **FOR_EVER)["KeyMaterialId"] == material_id
    assert gate("kms:Decrypt", CiphertextBlob=blob)["Plaintext"] == WORD


def test_importing_again_changes_the_expiry(gate: Any) -> None:
    key = external(gate)
    gate.import_into(key, MATERIAL, ValidTo=time.time() + DAY, KeyMaterialDescription="in the safe")
    assert metadata(gate, key)["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"
    gate.import_into(key, MATERIAL, **FOR_EVER)
    [piece] = materials(gate, key)
    assert (piece["ExpirationModel"], piece["KeyMaterialDescription"]) == (
        FOR_EVER["ExpirationModel"],
        "in the safe",
    )
    gate.later(days=2)
    assert metadata(gate, key)["KeyState"] == "Enabled"


def test_rotation_goes_over_to_new_material(gate: Any) -> None:
    key = external(gate)
    assert code(gate, "kms:RotateKeyOnDemand", KeyId=key) == "KMSInvalidStateException"
    old, first = seal(gate, key), metadata(gate, key)["CurrentKeyMaterialId"]
    second = gate.import_into(key, OTHER, **NEW)["KeyMaterialId"]
    assert metadata(gate, key)["CurrentKeyMaterialId"] == first
    shown = [(piece["KeyMaterialId"], piece["KeyMaterialState"]) for piece in materials(gate, key)]
    assert shown == [(first, "CURRENT"), (second, "PENDING_ROTATION")]
    gate("kms:RotateKeyOnDemand", KeyId=key)
    assert metadata(gate, key)["CurrentKeyMaterialId"] == second
    for blob, material_id in ((old, first), (seal(gate, key), second)):
        opened = gate("kms:Decrypt", CiphertextBlob=blob)
        assert (opened["Plaintext"], opened["KeyMaterialId"]) == (WORD, material_id)
    gate("kms:DeleteImportedKeyMaterial", KeyId=key, KeyMaterialId=first)
    assert metadata(gate, key)["KeyState"] == "PendingImport", "a key needs all that it has ever used"
    assert [piece["ImportState"] for piece in materials(gate, key)] == ["PENDING_IMPORT", "IMPORTED"]
    gate.import_into(key, MATERIAL, KeyMaterialId=first, **FOR_EVER)
    assert gate("kms:Decrypt", CiphertextBlob=old)["Plaintext"] == WORD


def test_material_that_waits_can_be_deleted_and_is_forgotten(gate: Any) -> None:
    key = external(gate)
    second = gate.import_into(key, OTHER, **NEW)["KeyMaterialId"]
    with pytest.raises(AwsError) as refused:
        gate.import_into(key, os.urandom(32), **NEW)
    # Recorded from AWS by localstack's tests in November 2025.
    assert refused.value.code == "KMSInvalidStateException"
    assert re.fullmatch(
        rf"New key material \(id: [0-9a-f]{{64}}\) cannot be imported into KMS key {key}, because another key material "
        rf"\(id: {second}\) is pending rotation\.",
        refused.value.message,
    )
    gate("kms:DeleteImportedKeyMaterial", KeyId=key, KeyMaterialId=second)
    assert metadata(gate, key)["KeyState"] == "Enabled"
    assert [piece["KeyMaterialState"] for piece in materials(gate, key)] == ["CURRENT"]
    gate.import_into(key, os.urandom(32), **NEW)


@pytest.mark.parametrize(
    ("given_material", "more", "refused_with"),
    [
        (MATERIAL[:16], FOR_EVER, "IncorrectKeyMaterialException"),
        (MATERIAL + b"\0", FOR_EVER, "IncorrectKeyMaterialException"),
        (MATERIAL, NEW, "IncorrectKeyMaterialException"),
        (OTHER, {**FOR_EVER, "ImportType": "EXISTING_KEY_MATERIAL"}, "IncorrectKeyMaterialException"),
        (MATERIAL, {**FOR_EVER, "KeyMaterialId": "0" * 64}, "IncorrectKeyMaterialException"),
        (OTHER, {**NEW, "KeyMaterialId": "0" * 64}, "ValidationException"),
        (MATERIAL, {}, "ValidationException"),
        (MATERIAL, {**FOR_EVER, "ValidTo": time.time() + DAY}, "ValidationException"),
        (MATERIAL, {"ValidTo": 0}, "ValidationException"),
        (MATERIAL, {"ValidTo": time.time() + 366 * DAY}, "ValidationException"),
        (MATERIAL, {"ValidTo": 1e300}, "ValidationException"),
    ],
)
def test_imports_that_are_refused_change_nothing(
    gate: Any, given_material: bytes, more: dict[str, Any], refused_with: str
) -> None:
    key = external(gate)
    before, pieces = metadata(gate, key), materials(gate, key)
    wrapped = gate.wrapped_for(key, given_material)
    assert code(gate, "kms:ImportKeyMaterial", KeyId=key, **wrapped, **more) == refused_with
    assert (metadata(gate, key), materials(gate, key)) == (before, pieces)


def test_what_has_not_the_size_of_the_wrapping_key_was_not_wrapped_with_it(gate: Any) -> None:
    key = external(gate, None)
    wrapped = gate.wrapped_for(key, MATERIAL) | {
        "EncryptedKeyMaterial": base64.b64encode(bytes(255)).decode()
    }
    refusal = gate.refused("kms:ImportKeyMaterial", KeyId=key, **wrapped, **FOR_EVER)
    assert (refusal.code, refusal.message) == ("ValidationException", "Invalid encrypted key size.")


def test_there_must_be_material_to_rotate_to(gate: Any) -> None:
    """Recorded from AWS by localstack's tests in November 2025."""
    key = external(gate)
    refusal = gate.refused("kms:RotateKeyOnDemand", KeyId=key)
    assert (refusal.code, refusal.message) == (
        "KMSInvalidStateException",
        f"No available key material pending rotation for the key: {key}.",
    )


def test_a_date_is_needed_unless_material_never_expires(gate: Any) -> None:
    key = external(gate, None)
    wrapped = gate.wrapped_for(key, MATERIAL)
    refusal = gate.refused("kms:ImportKeyMaterial", KeyId=key, **wrapped)
    assert refusal.message == "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"


def test_a_token_lasts_a_day(gate: Any) -> None:
    key = external(gate, None)
    wrapped = gate.wrapped_for(key, MATERIAL)
    gate.later(hours=23.9)
    gate("kms:ImportKeyMaterial", KeyId=key, **wrapped, **FOR_EVER)
    gate("kms:ImportKeyMaterial", KeyId=key, **wrapped, **FOR_EVER)
    gate.later(hours=0.2)
    assert code(gate, "kms:ImportKeyMaterial", KeyId=key, **wrapped, **FOR_EVER) == (
        "ExpiredImportTokenException"
    )


def test_a_token_is_for_its_key_and_its_wrapping_only(gate: Any) -> None:
    key, other = external(gate, None), external(gate, None)
    wrapped, again = gate.wrapped_for(key, MATERIAL), gate.wrapped_for(key, MATERIAL)
    assert code(gate, "kms:ImportKeyMaterial", KeyId=other, **wrapped, **FOR_EVER) == (
        "InvalidImportTokenException"
    )
    mixed = {**wrapped, "EncryptedKeyMaterial": again["EncryptedKeyMaterial"]}
    assert code(gate, "kms:ImportKeyMaterial", KeyId=key, **mixed, **FOR_EVER) == "InvalidCiphertextException"
    assert metadata(gate, key)["KeyState"] == "PendingImport"


def test_any_change_to_a_token_is_noticed(gate: Any) -> None:
    key = external(gate, None)
    wrapped = gate.wrapped_for(key, MATERIAL)
    token = base64.b64decode(wrapped["ImportToken"])

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.integers(0, len(token) * 8 - 1))
    def flipped(bit: int) -> None:
        changed = bytearray(token)
        changed[bit // 8] ^= 1 << bit % 8
        parameters = {**wrapped, "ImportToken": base64.b64encode(changed).decode(), **FOR_EVER}
        assert code(gate, "kms:ImportKeyMaterial", KeyId=key, **parameters) == "InvalidImportTokenException"

    flipped()


@pytest.mark.parametrize(
    ("algorithm", "spec"),
    [
        ("RSAES_PKCS1_V1_5", "RSA_2048"),
        ("RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"),
        ("SM2PKE", "SM2"),
        ("RSAES_OAEP_SHA_256", "SM2"),
    ],
)
def test_wrappings_that_are_not_offered(gate: Any, algorithm: str, spec: str) -> None:
    refusal = gate.refused(
        "kms:GetParametersForImport",
        KeyId=external(gate, None),
        WrappingAlgorithm=algorithm,
        WrappingKeySpec=spec,
    )
    assert refusal.code == "UnsupportedOperationException"


def test_material_that_a_key_never_had_is_not_deleted(gate: Any) -> None:
    key = external(gate)
    assert (
        code(gate, "kms:DeleteImportedKeyMaterial", KeyId=key, KeyMaterialId="0" * 64) == "NotFoundException"
    )
    assert gate("kms:DeleteImportedKeyMaterial", KeyId=external(gate, None)).keys() == {"KeyId"}


def test_a_key_that_lacks_its_material_waits_for_it_after_a_deletion_is_cancelled(gate: Any) -> None:
    key = external(gate)
    gate("kms:ScheduleKeyDeletion", KeyId=key)
    gate("kms:DeleteImportedKeyMaterial", KeyId=key)
    assert metadata(gate, key)["KeyState"] == "PendingDeletion"
    gate("kms:CancelKeyDeletion", KeyId=key)
    assert metadata(gate, key)["KeyState"] == "PendingImport"


@pytest.mark.parametrize(
    ("operation", "condition", "allowed", "denied"),
    [
        (
            "GetParametersForImport",
            {"StringEquals": {"kms:WrappingAlgorithm": "RSAES_OAEP_SHA_256"}},
            {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
            {"WrappingAlgorithm": "RSAES_OAEP_SHA_1", "WrappingKeySpec": "RSA_2048"},
        ),
        (
            "ImportKeyMaterial",
            {"StringEquals": {"kms:ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}},
            FOR_EVER,
            {"ValidTo": time.time() + DAY},
        ),
    ],
)
def test_policies_limit_imports(
    gate: Any, operation: str, condition: dict[str, Any], allowed: Any, denied: Any
) -> None:
    key = external(gate, None)
    user = gate.user(
        "Importer",
        {"Effect": "Allow", "Action": f"kms:{operation}", "Resource": key, "Condition": condition},
    )
    wrapped = gate.wrapped_for(key, MATERIAL) if operation == "ImportKeyMaterial" else {}
    refusal = gate.refused(f"kms:{operation}", by=user, KeyId=key, **wrapped, **denied)
    assert refusal.code == "AccessDeniedException"
    gate(f"kms:{operation}", by=user, KeyId=key, **wrapped, **allowed)


def test_the_trail_tells_of_imports_and_nothing_of_material(gate: Any) -> None:
    key = external(gate, None)
    answer = gate.import_into(key, MATERIAL, **FOR_EVER)
    gate("kms:DeleteImportedKeyMaterial", KeyId=key)
    for name in ("ImportKeyMaterial", "DeleteImportedKeyMaterial"):
        [event] = gate.events(EventName=name)
        assert event["responseElements"] == {"keyId": key, "keyMaterialId": answer["KeyMaterialId"]}
    [event] = gate.events(EventName="ImportKeyMaterial")
    assert event["requestParameters"] == {
        "keyId": key,
        "expirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
    text = json.dumps(gate.events())
    assert base64.b64encode(MATERIAL).decode() not in text
    assert MATERIAL.hex() not in text


def test_imported_material_outlives_a_restart_and_lies_nowhere_as_it_came(
    kept: Any, tmp_path: Any, wrapped_with: Any
) -> None:
    given_material = os.urandom(32)
    key = kept.key(Origin="EXTERNAL")
    parameters = kept(
        "kms:GetParametersForImport",
        KeyId=key,
        WrappingAlgorithm="RSAES_OAEP_SHA_256",
        WrappingKeySpec="RSA_2048",
    )
    kept.restart()
    kept("kms:ImportKeyMaterial", KeyId=key, **wrapped_with(parameters, given_material), **FOR_EVER)
    blob = kept("kms:Encrypt", KeyId=key, Plaintext=WORD)["CiphertextBlob"]
    kept.restart()
    assert kept("kms:Decrypt", CiphertextBlob=blob)["Plaintext"] == WORD
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for form in (given_material, base64.b64encode(given_material), given_material.hex().encode()):
        assert form not in written
