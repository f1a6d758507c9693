"""What encrypts and decrypts under a symmetric key; data keys and data key pairs, kept nowhere; random bytes.

Source: AWS KMS API Reference, each operation's parameters and errors.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import ciphertext
from kmscourse.sandbox.kms.key import SYMMETRIC, Key, KeyMaterial, to_base64
from kmscourse.sandbox.kms.resolve import KmsCall
from kmscourse.sandbox.operation import Answer

EncryptionContext = Mapping[str, str] | None


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


# Validation


def check_named_key(resolved: KmsCall) -> None:
    """The key that opens the ciphertext of Decrypt must be the one in KeyId, where there is one."""
    if resolved.parameters.get("KeyId") is not None:
        _require_same(resolved.key_by_any_name.arn, resolved.decryption_key.arn)


def check_named_source_key(resolved: KmsCall) -> None:
    """The key that opens the ciphertext of ReEncrypt must be the one in SourceKeyId, where there is one."""
    if resolved.named_source_key is not None:
        _require_same(resolved.named_source_key.arn, resolved.source_key.arn)


def _require_same(named: str, opening: str) -> None:
    if named != opening:
        raise AwsError(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        )


def check_data_key_size(resolved: KmsCall) -> None:
    """A data key has a spec or a number of bytes."""
    sizes = [name for name in ("KeySpec", "NumberOfBytes") if resolved.parameters.get(name) is not None]
    if len(sizes) != 1:
        raise AwsError("ValidationException", "Please specify either number of bytes or key spec.")


def check_random_size(resolved: KmsCall) -> None:
    """Random bytes need a number."""
    if resolved.parameters.get("NumberOfBytes") is None:
        raise AwsError("ValidationException", "NumberOfBytes is required.")


def check_pair_spec(resolved: KmsCall) -> None:
    """Raises AwsError UnsupportedOperationException for a data key pair that only AWS makes."""
    resolved.require_offered("KeyPairSpec", PAIRS)


# Operations


def encrypt(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html"""
    key, parameters = resolved.key_by_any_name, resolved.parameters
    blob = seal(key, base64.b64decode(parameters["Plaintext"]), parameters.get("EncryptionContext"))
    return {"CiphertextBlob": to_base64(blob), "KeyId": key.arn, "EncryptionAlgorithm": SYMMETRIC}


def decrypt(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html"""
    if resolved.ignores_ciphertext:
        resolved.end_dry_run()
    key, blob = resolved.decryption_key, resolved.ciphertext
    plaintext = unseal(key, blob, resolved.parameters.get("EncryptionContext"))
    return {
        "KeyId": key.arn,
        "Plaintext": to_base64(plaintext),
        "EncryptionAlgorithm": SYMMETRIC,
        "KeyMaterialId": material_of(key, blob).id,
    }


def re_encrypt(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html"""
    if resolved.ignores_ciphertext:
        resolved.end_dry_run()
    parameters, blob = resolved.parameters, resolved.ciphertext
    source, destination = resolved.source_key, resolved.destination_key
    plaintext = unseal(source, blob, parameters.get("SourceEncryptionContext"))
    sealed = seal(destination, plaintext, parameters.get("DestinationEncryptionContext"))
    return {
        "CiphertextBlob": to_base64(sealed),
        "SourceKeyId": source.arn,
        "KeyId": destination.arn,
        "SourceEncryptionAlgorithm": SYMMETRIC,
        "DestinationEncryptionAlgorithm": SYMMETRIC,
        "SourceKeyMaterialId": material_of(source, blob).id,
        "DestinationKeyMaterialId": destination.materials[-1].id,
    }


def generate_data_key(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html"""
    key, parameters = resolved.key_by_any_name, resolved.parameters
    spec = parameters.get("KeySpec")  # Exactly one of the two is given.
    plaintext = os.urandom(DATA_KEY_BYTES[spec] if spec is not None else int(parameters["NumberOfBytes"]))
    return {
        "CiphertextBlob": to_base64(seal(key, plaintext, parameters.get("EncryptionContext"))),
        "Plaintext": to_base64(plaintext),
        "KeyId": key.arn,
        "KeyMaterialId": key.materials[-1].id,
    }


def generate_data_key_without_plaintext(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html"""
    answer = generate_data_key(resolved)
    del answer["Plaintext"]
    return answer


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
        "PrivateKeyCiphertextBlob": to_base64(seal(key, private, parameters.get("EncryptionContext"))),
        "PrivateKeyPlaintext": to_base64(private),
        "PublicKey": to_base64(public),
        "KeyId": key.arn,
        "KeyPairSpec": spec,
        "KeyMaterialId": key.materials[-1].id,
    }


def generate_data_key_pair_without_plaintext(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPairWithoutPlaintext.html"""
    answer = generate_data_key_pair(resolved)
    del answer["PrivateKeyPlaintext"]
    return answer


def generate_random(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html"""
    return {"Plaintext": to_base64(os.urandom(resolved.parameters["NumberOfBytes"]))}


# Sealing


def seal(key: Key, plaintext: bytes, encryption_context: EncryptionContext) -> bytes:
    """A KMS ciphertext blob, under the key's current material."""
    return ciphertext.seal(_secret(key.materials[-1]), plaintext, encryption_context or {})


def unseal(key: Key, blob: bytes, encryption_context: EncryptionContext) -> bytes:
    """The plaintext of a blob. Raises AwsError InvalidCiphertextException, whatever is wrong with it."""
    try:
        return ciphertext.unseal(_secret(material_of(key, blob)), blob, encryption_context or {})
    except ciphertext.InvalidCiphertextError:
        raise AwsError("InvalidCiphertextException", "") from None


def material_of(key: Key, blob: bytes) -> KeyMaterial:
    """The material of a key that made a blob. Raises InvalidCiphertextError where none of it did."""
    token = ciphertext.token_of(blob)
    for material in key.materials:
        if material.token == token:
            return material
    raise ciphertext.InvalidCiphertextError


def _secret(material: KeyMaterial) -> bytes:
    if material.secret is None:
        raise LookupError("a key without its material is in no state to be used")
    return material.secret
