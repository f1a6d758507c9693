"""What encrypts and decrypts under a key; data keys and data key pairs, kept nowhere; random bytes.

Source: AWS KMS API Reference, each operation's parameters and errors.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import ciphertext, private_keys, rsa_encryption
from kmscourse.sandbox.kms.key import Key, KeyMaterial, to_base64
from kmscourse.sandbox.kms.resolve import KmsCall
from kmscourse.sandbox.kms.specs import SYMMETRIC
from kmscourse.sandbox.operation import Answer

EncryptionContext = Mapping[str, str] | None


DATA_KEY_BYTES = {"AES_128": 16, "AES_256": 32}

# AWS has more: SM2 in its Chinese regions, ML-KEM.
PAIRS = (
    *("RSA_2048", "RSA_3072", "RSA_4096"),
    *("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"),
)


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
    key = resolved.key_by_any_name
    blob = _encrypted(resolved, key, base64.b64decode(resolved.parameters["Plaintext"]))
    algorithm = resolved.encryption_algorithm()
    return {"CiphertextBlob": to_base64(blob), "KeyId": key.arn, "EncryptionAlgorithm": algorithm}


def decrypt(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html"""
    if resolved.ignores_ciphertext:
        resolved.end_dry_run()
    key = resolved.decryption_key
    return {
        "KeyId": key.arn,
        "Plaintext": to_base64(_decrypted(resolved, key)),
        "EncryptionAlgorithm": resolved.encryption_algorithm(),
        **_opened_with("KeyMaterialId", key, resolved.ciphertext),
    }


def re_encrypt(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html"""
    if resolved.ignores_ciphertext:
        resolved.end_dry_run()
    source, destination = resolved.source_key, resolved.destination_key
    sealed = _encrypted(resolved, destination, _decrypted(resolved, source, "Source"), "Destination")
    return {
        "CiphertextBlob": to_base64(sealed),
        "SourceKeyId": source.arn,
        "KeyId": destination.arn,
        "SourceEncryptionAlgorithm": resolved.encryption_algorithm("Source"),
        "DestinationEncryptionAlgorithm": resolved.encryption_algorithm("Destination"),
        **_opened_with("SourceKeyMaterialId", source, resolved.ciphertext),
        **_opened_with("DestinationKeyMaterialId", destination, sealed),
    }


def _encrypted(resolved: KmsCall, key: Key, plaintext: bytes, side: str = "") -> bytes:
    """A plaintext under a key, by the algorithm and under the encryption context of ``side``."""
    context = resolved.parameters.get(f"{side}EncryptionContext")
    if key.spec == SYMMETRIC:
        return seal(key, plaintext, context)
    rsa_encryption.refuse_context(context)
    private_key = private_keys.of_bytes(resolved.account.keys.secret_of(key))
    return rsa_encryption.encrypt(private_key, key.spec, resolved.encryption_algorithm(side), plaintext)


def _decrypted(resolved: KmsCall, key: Key, side: str = "") -> bytes:
    """The plaintext of CiphertextBlob, which was made with a key by the algorithm of ``side``."""
    context = resolved.parameters.get(f"{side}EncryptionContext")
    if key.spec == SYMMETRIC:
        return unseal(key, resolved.ciphertext, context)
    rsa_encryption.refuse_context(context)
    private_key = private_keys.of_bytes(resolved.account.keys.secret_of(key))
    return rsa_encryption.decrypt(private_key, resolved.encryption_algorithm(side), resolved.ciphertext)


def _opened_with(member: str, key: Key, blob: bytes) -> dict[str, str]:
    """The member of an answer that tells which material opens a blob; only symmetric keys have several."""
    return {member: material_of(key, blob).id} if key.spec == SYMMETRIC else {}


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
    pair = private_keys.PRIVATE_KEYS[spec]()
    private = private_keys.to_bytes(pair)
    return {
        "PrivateKeyCiphertextBlob": to_base64(seal(key, private, parameters.get("EncryptionContext"))),
        "PrivateKeyPlaintext": to_base64(private),
        "PublicKey": to_base64(private_keys.public_bytes(pair)),
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
    return ciphertext.seal(key.materials[-1].present_secret, plaintext, encryption_context or {})


def unseal(key: Key, blob: bytes, encryption_context: EncryptionContext) -> bytes:
    """The plaintext of a blob. Raises AwsError InvalidCiphertextException, whatever is wrong with it."""
    try:
        return ciphertext.unseal(material_of(key, blob).present_secret, blob, encryption_context or {})
    except ciphertext.InvalidCiphertextError:
        raise AwsError("InvalidCiphertextException", "") from None


def material_of(key: Key, blob: bytes) -> KeyMaterial:
    """The material of a key that made a blob. Raises InvalidCiphertextError where none of it did."""
    token = ciphertext.token_of(blob)
    for material in key.materials:
        if material.token == token:
            return material
    raise ciphertext.InvalidCiphertextError
