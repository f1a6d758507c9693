"""DeriveSharedSecret, Encapsulate and Decapsulate: both sides come to the same secret, also one without KMS."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey, MLKEM1024PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

CURVES = {"ECC_NIST_P256": ec.SECP256R1(), "ECC_NIST_P384": ec.SECP384R1(), "ECC_NIST_P521": ec.SECP521R1()}
ENCAPSULATED = {"EncapsulationAlgorithm": "ML_KEM"}


def agreement_key(gate: Any, spec: str) -> str:
    return str(gate.key(KeySpec=spec, KeyUsage="KEY_AGREEMENT"))


def encapsulation_key(gate: Any, spec: str) -> str:
    return str(gate.key(KeySpec=spec, KeyUsage="ENCAPSULATE_DECAPSULATE"))


def public_key(gate: Any, key: str) -> str:
    return str(gate("kms:GetPublicKey", KeyId=key)["PublicKey"])


def in_der(key: Any) -> str:
    """A public key as DeriveSharedSecret takes it."""
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def derived(gate: Any, key: str, public: str) -> Any:
    return gate("kms:DeriveSharedSecret", KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=public)


@pytest.mark.parametrize("spec", CURVES)
def test_two_keys_come_to_one_secret(gate: Any, spec: str) -> None:
    one, other = agreement_key(gate, spec), agreement_key(gate, spec)
    answer = derived(gate, one, public_key(gate, other))
    assert answer == {
        "KeyId": one,
        "SharedSecret": derived(gate, other, public_key(gate, one))["SharedSecret"],
        "KeyAgreementAlgorithm": "ECDH",
        "KeyOrigin": "AWS_KMS",
    }


@pytest.mark.parametrize("spec", CURVES)
def test_the_secret_is_that_of_a_peer_without_kms(gate: Any, spec: str) -> None:
    key, peer = agreement_key(gate, spec), ec.generate_private_key(CURVES[spec])
    public = load_der_public_key(base64.b64decode(public_key(gate, key)))
    assert isinstance(public, ec.EllipticCurvePublicKey)
    secret = derived(gate, key, in_der(peer.public_key()))["SharedSecret"]
    assert base64.b64decode(secret) == peer.exchange(ec.ECDH(), public)


@pytest.mark.parametrize("peer", ["no key", "ECC_NIST_P384", "ECC_SECG_P256K1", "X25519"])
def test_what_is_no_public_key_on_the_keys_curve(gate: Any, peer: str) -> None:
    public = {
        "no key": lambda: "AAAA",
        "ECC_NIST_P384": lambda: in_der(ec.generate_private_key(ec.SECP384R1()).public_key()),
        "ECC_SECG_P256K1": lambda: in_der(ec.generate_private_key(ec.SECP256K1()).public_key()),
        "X25519": lambda: in_der(x25519.X25519PrivateKey.generate().public_key()),
    }[peer]()
    refusal = gate.refused(
        "kms:DeriveSharedSecret",
        KeyId=agreement_key(gate, "ECC_NIST_P256"),
        KeyAgreementAlgorithm="ECDH",
        PublicKey=public,
    )
    text = "PublicKey is no DER-encoded X.509 public key of key spec ECC_NIST_P256."
    assert (refusal.code, refusal.message, refusal.status) == ("ValidationException", text, 400)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("DeriveSharedSecret", {"KeyAgreementAlgorithm": "ECDH", "PublicKey": "AAAA"}),
        ("Encapsulate", ENCAPSULATED),
        ("Decapsulate", {**ENCAPSULATED, "SharedSecretCiphertextBlob": "AAAA"}),
    ],
)
def test_a_key_of_another_usage(gate: Any, operation: str, parameters: dict[str, str]) -> None:
    key = gate.key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    refusal = gate.refused(f"kms:{operation}", KeyId=key, **parameters)
    text = f"{key} key usage is SIGN_VERIFY which is not valid for {operation}."
    assert (refusal.code, refusal.message) == ("InvalidKeyUsageException", text)


@pytest.mark.parametrize("spec", ["ML_KEM_768", "ML_KEM_1024"])
def test_what_is_encapsulated_comes_out_again(gate: Any, spec: str) -> None:
    key = encapsulation_key(gate, spec)
    made = gate("kms:Encapsulate", KeyId=key, **ENCAPSULATED)
    secret, encapsulated = made["SharedSecret"], made["SharedSecretCiphertextBlob"]
    opened = gate("kms:Decapsulate", KeyId=key, SharedSecretCiphertextBlob=encapsulated, **ENCAPSULATED)
    assert opened == {"KeyId": key, "SharedSecret": secret, **ENCAPSULATED}
    assert made.keys() == {*opened, "SharedSecretCiphertextBlob"}
    assert len(base64.b64decode(secret)) == 32
    public = load_der_public_key(base64.b64decode(public_key(gate, key)))
    assert isinstance(public, MLKEM768PublicKey | MLKEM1024PublicKey)
    here, sent = public.encapsulate()
    blob = base64.b64encode(sent).decode()
    opened = gate("kms:Decapsulate", KeyId=key, SharedSecretCiphertextBlob=blob, **ENCAPSULATED)
    assert base64.b64decode(opened["SharedSecret"]) == here


def test_what_was_encapsulated_for_another_key_is_another_secret(gate: Any) -> None:
    """FIPS 203's implicit rejection, as the API reference of Decapsulate has it; a wrong length is refused."""
    key, other = (encapsulation_key(gate, "ML_KEM_768") for _ in range(2))
    made = gate("kms:Encapsulate", KeyId=other, **ENCAPSULATED)
    blob = made["SharedSecretCiphertextBlob"]
    opened = gate("kms:Decapsulate", KeyId=key, SharedSecretCiphertextBlob=blob, **ENCAPSULATED)
    assert opened["SharedSecret"] != made["SharedSecret"]
    refusal = gate.refused("kms:Decapsulate", KeyId=key, SharedSecretCiphertextBlob="AAAA", **ENCAPSULATED)
    assert (refusal.code, refusal.message) == ("InvalidCiphertextException", "")


def test_a_dry_run_tells_no_secret(gate: Any) -> None:
    key = agreement_key(gate, "ECC_NIST_P256")
    asked = {"KeyAgreementAlgorithm": "ECDH", "PublicKey": public_key(gate, key)}
    refusal = gate.refused("kms:DeriveSharedSecret", KeyId=key, **asked, DryRun=True)
    assert refusal.code == "DryRunOperationException"
