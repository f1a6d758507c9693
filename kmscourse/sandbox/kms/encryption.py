"""What encrypts and decrypts under a symmetric key, and random bytes."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import ciphertext
from kmscourse.sandbox.kms.key import SYMMETRIC, Key, KeyMaterial
from kmscourse.sandbox.kms.resolve import KmsCall
from kmscourse.sandbox.operation import Answer

EncryptionContext = Mapping[str, str] | None


def encrypt(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html"""
    key, parameters = resolved.key_by_any_name, resolved.parameters
    blob = seal(key, base64.b64decode(parameters["Plaintext"]), parameters.get("EncryptionContext"))
    return {"CiphertextBlob": encoded(blob), "KeyId": key.arn, "EncryptionAlgorithm": SYMMETRIC}


def decrypt(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html"""
    if resolved.ignores_ciphertext:
        resolved.end_dry_run()
    key, blob = resolved.decryption_key, resolved.ciphertext
    plaintext = unseal(key, blob, resolved.parameters.get("EncryptionContext"))
    return {
        "KeyId": key.arn,
        "Plaintext": encoded(plaintext),
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
        "CiphertextBlob": encoded(sealed),
        "SourceKeyId": source.arn,
        "KeyId": destination.arn,
        "SourceEncryptionAlgorithm": SYMMETRIC,
        "DestinationEncryptionAlgorithm": SYMMETRIC,
        "SourceKeyMaterialId": material_of(source, blob).id,
        "DestinationKeyMaterialId": destination.materials[-1].id,
    }


def generate_random(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html"""
    return {"Plaintext": encoded(os.urandom(resolved.parameters["NumberOfBytes"]))}


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


def encoded(data: bytes) -> str:
    """Bytes as an answer carries them."""
    return base64.b64encode(data).decode("ascii")


def _secret(material: KeyMaterial) -> bytes:
    if material.secret is None:
        raise LookupError("a key without its material is in no state to be used")
    return material.secret
