"""Data keys and data key pairs: made here, sealed under a symmetric key, and kept nowhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kmscourse.sandbox.kms.encryption import encoded, seal
from kmscourse.sandbox.kms.resolve import KmsCall
from kmscourse.sandbox.kms.validation import require_offered

DATA_KEY_BYTES = {"AES_128": 16, "AES_256": 32}

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def _rsa(bits: int) -> Callable[[], PrivateKey]:
    return lambda: rsa.generate_private_key(65537, bits)


def _elliptic(curve: ec.EllipticCurve) -> Callable[[], PrivateKey]:
    return lambda: ec.generate_private_key(curve)


# AWS has more: SM2 in its Chinese regions, ML-KEM.
PAIRS: Mapping[str, Callable[[], PrivateKey]] = {
    "RSA_2048": _rsa(2048),
    "RSA_3072": _rsa(3072),
    "RSA_4096": _rsa(4096),
    "ECC_NIST_P256": _elliptic(ec.SECP256R1()),
    "ECC_NIST_P384": _elliptic(ec.SECP384R1()),
    "ECC_NIST_P521": _elliptic(ec.SECP521R1()),
    "ECC_SECG_P256K1": _elliptic(ec.SECP256K1()),
    "ECC_NIST_EDWARDS25519": ed25519.Ed25519PrivateKey.generate,
}


def check_pair_spec(resolved: KmsCall) -> None:
    """Raises AwsError UnsupportedOperationException for a data key pair that only AWS makes."""
    require_offered(resolved, "KeyPairSpec", PAIRS)


def generate_data_key(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html"""
    key, parameters = resolved.key_by_any_name, resolved.parameters
    spec = parameters.get("KeySpec")  # Exactly one of the two is given.
    plaintext = os.urandom(DATA_KEY_BYTES[spec] if spec is not None else int(parameters["NumberOfBytes"]))
    return {
        "CiphertextBlob": encoded(seal(key, plaintext, parameters.get("EncryptionContext"))),
        "Plaintext": encoded(plaintext),
        "KeyId": key.arn,
        "KeyMaterialId": key.materials[-1].id,
    }


def generate_data_key_without_plaintext(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html"""
    return _without("Plaintext", generate_data_key(resolved))


def generate_data_key_pair(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html

    The private key as PKCS #8, the public key as SubjectPublicKeyInfo, both in DER.
    """
    resolved.end_dry_run()  # An RSA key takes long.
    key, parameters = resolved.key_by_any_name, resolved.parameters
    spec = parameters["KeyPairSpec"]
    pair = PAIRS[spec]()
    private = pair.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = pair.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "PrivateKeyCiphertextBlob": encoded(seal(key, private, parameters.get("EncryptionContext"))),
        "PrivateKeyPlaintext": encoded(private),
        "PublicKey": encoded(public),
        "KeyId": key.arn,
        "KeyPairSpec": spec,
        "KeyMaterialId": key.materials[-1].id,
    }


def generate_data_key_pair_without_plaintext(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPairWithoutPlaintext.html"""
    return _without("PrivateKeyPlaintext", generate_data_key_pair(resolved))


def _without(member: str, answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != member}
