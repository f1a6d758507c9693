"""Secrets that two parties come to share: DeriveSharedSecret (ECDH), Encapsulate and Decapsulate (ML-KEM).

Source: AWS KMS API Reference, each operation; NIST SP 800-56A, section 5.7.1.2 (the secret is the x coordinate); FIPS
203. The text about a public key of another curve is the practice account's own.
"""

from __future__ import annotations

import base64

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, mlkem
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import private_keys
from kmscourse.sandbox.kms.key import to_base64
from kmscourse.sandbox.kms.resolve import KmsCall
from kmscourse.sandbox.operation import Answer


def derive_shared_secret(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html

    Raises AwsError ValidationException for what is no public key on the key's curve.
    """
    key, private_key = resolved.key_by_any_name, private_keys.of_bytes(resolved.secret)
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise TypeError("only keys on an elliptic curve have a key agreement")
    try:
        public_key = load_der_public_key(base64.b64decode(resolved.parameters["PublicKey"]))
    except (ValueError, UnsupportedAlgorithm):
        public_key = None
    if (
        not isinstance(public_key, ec.EllipticCurvePublicKey)
        or public_key.curve.name != private_key.curve.name
    ):
        raise AwsError(
            "ValidationException", f"PublicKey is no DER-encoded X.509 public key of key spec {key.spec}."
        )
    return {
        "KeyId": key.arn,
        "SharedSecret": to_base64(private_key.exchange(ec.ECDH(), public_key)),
        "KeyAgreementAlgorithm": resolved.parameters["KeyAgreementAlgorithm"],
        "KeyOrigin": key.origin,
    }


def encapsulate(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Encapsulate.html"""
    secret, encapsulated = _ml_kem(resolved).public_key().encapsulate()
    return {
        "KeyId": resolved.key_by_any_name.arn,
        "SharedSecret": to_base64(secret),
        "SharedSecretCiphertextBlob": to_base64(encapsulated),
        "EncapsulationAlgorithm": resolved.parameters["EncapsulationAlgorithm"],
    }


def decapsulate(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Decapsulate.html

    Whatever was not encapsulated for the key gives another secret, and no refusal; but for its length: Raises AwsError
    InvalidCiphertextException.
    """
    encapsulated = base64.b64decode(resolved.parameters["SharedSecretCiphertextBlob"])
    try:
        secret = _ml_kem(resolved).decapsulate(encapsulated)
    except ValueError:
        raise AwsError("InvalidCiphertextException", "") from None
    return {
        "KeyId": resolved.key_by_any_name.arn,
        "SharedSecret": to_base64(secret),
        "EncapsulationAlgorithm": resolved.parameters["EncapsulationAlgorithm"],
    }


def _ml_kem(resolved: KmsCall) -> mlkem.MLKEM768PrivateKey | mlkem.MLKEM1024PrivateKey:
    private_key = private_keys.of_bytes(resolved.secret)
    if not isinstance(private_key, mlkem.MLKEM768PrivateKey | mlkem.MLKEM1024PrivateKey):
        raise TypeError("only ML-KEM keys encapsulate")
    return private_key
