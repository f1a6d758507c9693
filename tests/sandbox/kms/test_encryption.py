"""Encrypting and decrypting, without the stages that decide whether one may."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.call import AwsError

PLAINTEXT = base64.b64encode(b"attack at dawn").decode()


def refusal(practice: Any, action: str, **parameters: Any) -> AwsError:
    """What a call is refused with."""
    with pytest.raises(AwsError) as caught:
        practice(action, **parameters)
    return caught.value


def test_encrypt_then_decrypt(practice: Any) -> None:
    arn = practice.key()
    sealed = practice("kms:Encrypt", KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext={"a": "b"})
    assert sealed.keys() == {"CiphertextBlob", "KeyId", "EncryptionAlgorithm"}
    opened = practice("kms:Decrypt", CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == PLAINTEXT
    assert opened["KeyId"] == sealed["KeyId"] == arn
    assert opened["EncryptionAlgorithm"] == sealed["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert len(bytes.fromhex(opened["KeyMaterialId"])) == 32


@pytest.mark.parametrize("context", [{}, {"a": "c"}, {"ab": ""}, {"A": "b"}])
def test_another_context_is_refused_without_a_word(practice: Any, context: dict[str, str]) -> None:
    blob = practice("kms:Encrypt", KeyId=practice.key(), Plaintext=PLAINTEXT, EncryptionContext={"a": "b"})
    error = refusal(practice, "kms:Decrypt", CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=context)
    assert (error.code, error.message, error.status) == ("InvalidCiphertextException", "", 400)


def test_a_blob_of_nobody_is_refused_without_a_word(practice: Any) -> None:
    practice.key()
    error = refusal(practice, "kms:Decrypt", CiphertextBlob=PLAINTEXT)
    assert (error.code, error.message) == ("InvalidCiphertextException", "")


def test_the_key_named_must_be_the_one_that_encrypted(gate: Any) -> None:
    arn, other = gate.key(), gate.key()
    blob = gate("kms:Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["CiphertextBlob"]
    assert gate("kms:Decrypt", CiphertextBlob=blob, KeyId=arn.rpartition("/")[2])["Plaintext"] == PLAINTEXT
    for action, name in (("kms:Decrypt", "KeyId"), ("kms:ReEncrypt", "SourceKeyId")):
        error = gate.refused(action, CiphertextBlob=blob, DestinationKeyId=arn, **{name: other})
        assert error.code == "IncorrectKeyException"
        assert (
            error.message
            == "The key ID in the request does not identify a CMK that can perform this operation."
        )


def test_re_encrypt_moves_to_another_key_and_context(practice: Any) -> None:
    source, destination = practice.key(), practice.key()
    blob = practice("kms:Encrypt", KeyId=source, Plaintext=PLAINTEXT, EncryptionContext={"old": "1"})
    moved = practice(
        "kms:ReEncrypt",
        CiphertextBlob=blob["CiphertextBlob"],
        SourceEncryptionContext={"old": "1"},
        DestinationKeyId=destination,
        DestinationEncryptionContext={"new": "1"},
    )
    assert (moved["SourceKeyId"], moved["KeyId"]) == (source, destination)
    assert (
        moved["SourceEncryptionAlgorithm"] == moved["DestinationEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    )
    opened = practice("kms:Decrypt", CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"new": "1"})
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (PLAINTEXT, moved["DestinationKeyMaterialId"])


def test_random_bytes(practice: Any) -> None:
    made = practice("kms:GenerateRandom", NumberOfBytes=40)
    assert len(base64.b64decode(made["Plaintext"])) == 40


def test_a_dry_run_does_all_but_answer(practice: Any) -> None:
    arn = practice.key()
    error = refusal(practice, "kms:Encrypt", KeyId=arn, Plaintext=PLAINTEXT, DryRun=True)
    assert (error.code, error.status) == ("DryRunOperationException", 400)
    assert error.message == "The request would have succeeded, but the DryRun option is set."
    error = refusal(practice, "kms:Decrypt", CiphertextBlob=PLAINTEXT, DryRun=True)
    assert error.code == "InvalidCiphertextException", (
        "a dry run fails for the reason for which the call would"
    )


def test_a_dry_run_may_ask_for_the_permission_alone(gate: Any) -> None:
    key, other = gate.key(), gate.key()
    modified = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
    for action, parameters in (
        ("kms:Decrypt", {"KeyId": key}),
        ("kms:Decrypt", {"KeyId": key, "CiphertextBlob": PLAINTEXT}),
        ("kms:ReEncrypt", {"SourceKeyId": key, "DestinationKeyId": other}),
    ):
        assert gate.refused(action, **parameters, **modified).code == "DryRunOperationException"
        denied = gate.refused(action, by="IAMLabUser", **parameters, **modified)
        assert denied.code == "AccessDeniedException"
    for action, parameters in (
        ("kms:Decrypt", modified),
        ("kms:Decrypt", {"KeyId": key, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}),
        ("kms:ReEncrypt", {"DestinationKeyId": other, **modified}),
    ):
        assert gate.refused(action, **parameters).code == "ValidationException"


def test_a_change_of_any_byte_of_a_ciphertext_is_refused_without_a_word(gate: Any) -> None:
    key, _ = gate.key(), gate.key()
    context = {"purpose": "test"}
    blob = base64.b64decode(
        gate("kms:Encrypt", KeyId=key, Plaintext=PLAINTEXT, EncryptionContext=context)["CiphertextBlob"]
    )

    @settings(max_examples=150, deadline=None)
    @given(st.integers(0, len(blob) - 1), st.integers(1, 255), st.booleans())
    def changed(place: int, difference: int, named: bool) -> None:
        other = bytearray(blob)
        other[place] ^= difference
        error = gate.refused(
            "kms:Decrypt",
            CiphertextBlob=base64.b64encode(other).decode(),
            EncryptionContext=context,
            **({"KeyId": key} if named else {}),
        )
        assert (error.code, error.message, error.status) == ("InvalidCiphertextException", "", 400)

    changed()
