"""Data keys and data key pairs: made here, sealed under a symmetric key, and kept nowhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.kms.request import Answer, Operation, context, encoded, end_dry_run, key_in

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

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


def generate_data_key(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html"""
    key = key_in(call, account)
    plaintext = os.urandom(_size(call))
    return {
        "CiphertextBlob": encoded(account.seal(key, plaintext, context(call))),
        "Plaintext": encoded(plaintext),
        "KeyId": key.arn,
        "KeyMaterialId": account.material_id(key),
    }


def generate_data_key_pair(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html

    The private key as PKCS #8, the public key as SubjectPublicKeyInfo, both in DER.
    """
    key = key_in(call, account)
    end_dry_run(call)  # An RSA key takes long.
    spec = call.parameters["KeyPairSpec"]
    pair = PAIRS[spec]()
    private = pair.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = pair.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "PrivateKeyCiphertextBlob": encoded(account.seal(key, private, context(call))),
        "PrivateKeyPlaintext": encoded(private),
        "PublicKey": encoded(public),
        "KeyId": key.arn,
        "KeyPairSpec": spec,
        "KeyMaterialId": account.material_id(key),
    }


def _without(plaintext: str, operation: Operation) -> Operation:
    """The same operation, whose answer leaves the plaintext out."""

    def perform(call: Call, account: Account) -> Answer:
        answer = operation(call, account)
        del answer[plaintext]
        return answer

    return perform


OPERATIONS: Mapping[str, Operation] = {
    "GenerateDataKey": generate_data_key,
    "GenerateDataKeyWithoutPlaintext": _without("Plaintext", generate_data_key),
    "GenerateDataKeyPair": generate_data_key_pair,
    "GenerateDataKeyPairWithoutPlaintext": _without("PrivateKeyPlaintext", generate_data_key_pair),
}


def _size(call: Call) -> int:
    """Bytes of the data key that is wanted; the rules have seen to it that exactly one of the two is given."""
    spec = call.parameters.get("KeySpec")
    return DATA_KEY_BYTES[spec] if spec is not None else int(call.parameters["NumberOfBytes"])
