"""Data keys and data key pairs: what they are, and that KMS keeps and tells nothing of them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from kmscourse.sandbox.kms.encryption import PAIRS
from kmscourse.sandbox.kms.private_keys import PRIVATE_KEYS


@pytest.mark.parametrize(
    ("size", "length"),
    [
        ({"KeySpec": "AES_256"}, 32),
        ({"KeySpec": "AES_128"}, 16),
        ({"NumberOfBytes": 1}, 1),
        ({"NumberOfBytes": 1024}, 1024),
    ],
)
def test_data_keys_have_the_size_that_was_asked_for(practice: Any, size: dict[str, Any], length: int) -> None:
    arn = practice.key()
    made = practice("kms:GenerateDataKey", KeyId=arn, **size)
    assert len(base64.b64decode(made["Plaintext"])) == length
    assert made["KeyId"] == arn
    opened = practice("kms:Decrypt", CiphertextBlob=made["CiphertextBlob"])
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (made["Plaintext"], made["KeyMaterialId"])


def test_an_encrypted_data_key_has_the_size_that_it_has_on_aws(practice: Any) -> None:
    made = practice("kms:GenerateDataKey", KeyId=practice.key(), KeySpec="AES_256")
    assert len(base64.b64decode(made["CiphertextBlob"])) == 184


def test_a_data_key_without_its_plaintext(practice: Any) -> None:
    made = practice("kms:GenerateDataKeyWithoutPlaintext", KeyId=practice.key(), KeySpec="AES_256")
    assert made.keys() == {"CiphertextBlob", "KeyId", "KeyMaterialId"}
    assert (
        len(base64.b64decode(practice("kms:Decrypt", CiphertextBlob=made["CiphertextBlob"])["Plaintext"]))
        == 32
    )


def test_two_data_keys_differ(practice: Any) -> None:
    arn = practice.key()
    one, other = (practice("kms:GenerateDataKey", KeyId=arn, KeySpec="AES_256") for _ in range(2))
    assert one["Plaintext"] != other["Plaintext"]


def bytes_of(answer: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(answer[name], validate=True)


def described(key: Any) -> str:
    """A private or public key's spec, as KMS names it."""
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return f"RSA_{key.key_size}"
    if isinstance(key, ed25519.Ed25519PrivateKey | ed25519.Ed25519PublicKey):
        return "ECC_NIST_EDWARDS25519"
    assert isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey)
    return {
        "secp256r1": "ECC_NIST_P256",
        "secp384r1": "ECC_NIST_P384",
        "secp521r1": "ECC_NIST_P521",
        "secp256k1": "ECC_SECG_P256K1",
    }[key.curve.name]


@pytest.mark.parametrize("spec", PAIRS)
def test_a_data_key_pair_is_two_halves_in_der(practice: Any, spec: str) -> None:
    arn = practice.key()
    made = practice("kms:GenerateDataKeyPair", KeyId=arn, KeyPairSpec=spec, EncryptionContext={"a": "b"})
    assert made.keys() == {
        "PrivateKeyCiphertextBlob",
        "PrivateKeyPlaintext",
        "PublicKey",
        "KeyId",
        "KeyPairSpec",
        "KeyMaterialId",
    }
    assert (made["KeyId"], made["KeyPairSpec"]) == (arn, spec)
    private = load_der_private_key(bytes_of(made, "PrivateKeyPlaintext"), None)
    public = load_der_public_key(bytes_of(made, "PublicKey"))
    assert described(private) == described(public) == spec
    halves = [
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for key in (private.public_key(), public)
    ]
    assert halves[0] == halves[1], "the halves belong together"
    opened = practice(
        "kms:Decrypt", CiphertextBlob=made["PrivateKeyCiphertextBlob"], EncryptionContext={"a": "b"}
    )
    assert opened["Plaintext"] == made["PrivateKeyPlaintext"]
    assert opened["KeyMaterialId"] == made["KeyMaterialId"]


def test_a_data_key_pair_without_its_plaintext(practice: Any) -> None:
    made = practice(
        "kms:GenerateDataKeyPairWithoutPlaintext", KeyId=practice.key(), KeyPairSpec="ECC_NIST_P256"
    )
    assert made.keys() == {"PrivateKeyCiphertextBlob", "PublicKey", "KeyId", "KeyPairSpec", "KeyMaterialId"}
    opened = practice("kms:Decrypt", CiphertextBlob=made["PrivateKeyCiphertextBlob"])
    private = load_der_private_key(bytes_of(opened, "Plaintext"), None)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert public == bytes_of(made, "PublicKey")


def test_a_pair_opens_for_its_encryption_context_only(gate: Any) -> None:
    pair = gate(
        "kms:GenerateDataKeyPair",
        KeyId=gate.key(),
        KeyPairSpec="ECC_NIST_P256",
        EncryptionContext={"a": "b"},
    )
    refusal = gate.refused("kms:Decrypt", CiphertextBlob=pair["PrivateKeyCiphertextBlob"])
    assert (refusal.code, refusal.message) == ("InvalidCiphertextException", "")


@pytest.mark.parametrize("operation", ["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"])
def test_a_dry_run_of_a_pair_makes_none(gate: Any, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> Any:
        raise AssertionError("a key pair was made")

    monkeypatch.setitem(PRIVATE_KEYS, "RSA_4096", never)  # type: ignore[arg-type]
    refusal = gate.refused(f"kms:{operation}", KeyId=gate.key(), KeyPairSpec="RSA_4096", DryRun=True)
    assert (refusal.code, refusal.status) == ("DryRunOperationException", 400)


@pytest.mark.parametrize("operation", ["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"])
def test_a_pair_has_a_permission_of_its_own(gate: Any, operation: str) -> None:
    key = gate.key()
    wanted = {"KeyId": key, "KeyPairSpec": "ECC_NIST_P256"}
    gate.allow(key, "IAMLabUser", "kms:GenerateDataKey", "kms:Decrypt")
    refusal = gate.refused(f"kms:{operation}", by="IAMLabUser", **wanted)
    assert refusal.code == "AccessDeniedException"
    assert f"is not authorized to perform: kms:{operation} on resource: {key}" in refusal.message
    gate.allow(key, "IAMLabUser", f"kms:{operation}")
    gate(f"kms:{operation}", by="IAMLabUser", **wanted)


@pytest.mark.parametrize("spec", ["SM2", "ML_KEM_768"])
def test_pairs_that_only_aws_makes(gate: Any, spec: str) -> None:
    refusal = gate.refused("kms:GenerateDataKeyPair", KeyId=gate.key(), KeyPairSpec=spec)
    assert refusal.code == "UnsupportedOperationException"
    assert spec in refusal.message


def test_the_trail_tells_of_a_pair_but_nothing_of_its_halves(gate: Any) -> None:
    key = gate.key()
    context = {"purpose": "signing"}
    pair = gate("kms:GenerateDataKeyPair", KeyId=key, KeyPairSpec="ECC_NIST_P256", EncryptionContext=context)
    [event] = gate.events(EventName="GenerateDataKeyPair")
    assert event["requestParameters"] == {
        "keyId": key,
        "keyPairSpec": "ECC_NIST_P256",
        "encryptionContext": context,
    }
    assert (event["responseElements"], event["readOnly"]) == (None, True)
    for name in ("PrivateKeyPlaintext", "PrivateKeyCiphertextBlob"):
        assert pair[name] not in json.dumps(gate.events())
