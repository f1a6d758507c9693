"""Key material from outside: a key to wrap it with, the import itself, and its deletion.

The import token is the private half of the wrapping key, its algorithm and its last moment, sealed for the one key
that it was made for. So nothing need be kept until the token comes back, and any change to it is noticed.

Source: AWS KMS API Reference, "GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial"; AWS KMS
Developer Guide, "Importing key material"; recorded answers of AWS. Texts about ValidTo other than that for a missing
one are the practice account's own.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import ciphertext
from kmscourse.sandbox.kms.key import MATERIAL_BYTES, Key, KeyMaterial
from kmscourse.sandbox.kms.resolve import KmsCall
from kmscourse.sandbox.kms.validation import require_offered
from kmscourse.sandbox.operation import Answer

TOKEN_LIFETIME = timedelta(hours=24)
MAX_LIFETIME = timedelta(days=365)  # of imported key material that expires

# AWS has more: RSA_AES_KEY_WRAP_… for private keys, SM2PKE in its Chinese regions.
WRAPPING: Mapping[str, hashes.HashAlgorithm] = {
    "RSAES_OAEP_SHA_256": hashes.SHA256(),
    "RSAES_OAEP_SHA_1": hashes.SHA1(),  # noqa: S303 - offered because AWS offers it
}
WRAPPING_BITS = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}

_ALGORITHMS = tuple(WRAPPING)
_TOKEN_HEAD = struct.Struct(">dB")  # last moment in seconds since 1970, number of the algorithm


# Validation


def check_wrapping(resolved: KmsCall) -> None:
    """Raises AwsError UnsupportedOperationException for a wrapping that is not for symmetric keys, or only AWS's."""
    require_offered(resolved, "WrappingAlgorithm", WRAPPING)
    require_offered(resolved, "WrappingKeySpec", WRAPPING_BITS)


def check_import(resolved: KmsCall) -> None:
    """Raises AwsError ValidationException where expiry, kind and id of imported material contradict one another."""
    parameters, now = resolved.parameters, resolved.now
    valid_to = parameters.get("ValidTo")
    expires = (parameters.get("ExpirationModel") or "KEY_MATERIAL_EXPIRES") == "KEY_MATERIAL_EXPIRES"
    if expires and valid_to is None:
        raise _invalid("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES")
    if not expires and valid_to is not None:
        raise _invalid("A validTo date can't be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE")
    if valid_to is not None and not now.timestamp() < valid_to <= (now + MAX_LIFETIME).timestamp():
        raise _invalid(f"The validTo date must be in the future, and at most {MAX_LIFETIME.days} days away")
    if parameters.get("ImportType") == "NEW_KEY_MATERIAL" and parameters.get("KeyMaterialId"):
        raise _invalid("A keyMaterialId can't be given for an ImportType of NEW_KEY_MATERIAL")


def _invalid(text: str) -> AwsError:
    return AwsError("ValidationException", text)


# Operations


def get_parameters_for_import(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetParametersForImport.html"""
    parameters = resolved.parameters
    wrapping_key = rsa.generate_private_key(65537, WRAPPING_BITS[parameters["WrappingKeySpec"]])
    valid_to = (resolved.now + TOKEN_LIFETIME).timestamp()
    head = _TOKEN_HEAD.pack(valid_to, _ALGORITHMS.index(parameters["WrappingAlgorithm"]))
    private = wrapping_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = wrapping_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    token = ciphertext.seal(_import_secret(resolved.key), head + private, {})
    return {
        "KeyId": resolved.key.arn,
        "ImportToken": base64.b64encode(token).decode(),
        "PublicKey": base64.b64encode(public).decode(),
        "ParametersValidTo": valid_to,
    }


def import_key_material(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html

    Raises AwsError: InvalidImportTokenException, ExpiredImportTokenException, InvalidCiphertextException (not
    wrapped with the token's key), IncorrectKeyMaterialException (not the material that belongs there).
    """
    key, parameters = resolved.key, resolved.parameters
    token = _read_token(resolved)
    imported = _unwrapped(base64.b64decode(parameters["EncryptedKeyMaterial"]), token)
    material = KeyMaterial.imported(key.id, imported)
    _check_place(resolved, material.id)
    valid_to, description = parameters.get("ValidTo"), parameters.get("KeyMaterialDescription")
    material.expires = None if valid_to is None else datetime.fromtimestamp(valid_to, UTC)
    if description is None:  # It keeps the one that it had.
        before = [known.description for known in key.all_materials if known.id == material.id]
        description = "".join(before)
    material.description = description
    with resolved.account.keys.changing(key):
        key.put_material(material)
    return {"KeyId": key.arn, "KeyMaterialId": material.id}


def delete_imported_key_material(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html"""
    key, material_id = resolved.key, resolved.parameters.get("KeyMaterialId")
    if material_id is None:
        if not key.materials:
            return {"KeyId": key.arn}
        material = key.materials[-1]
    else:
        known = [material for material in key.all_materials if material.id == material_id]
        if not known:
            raise AwsError("NotFoundException", f"{key.arn} has no key material {material_id}.")
        material = known[0]
    with resolved.account.keys.changing(key):
        key.drop_material(material)
    return {"KeyId": key.arn, "KeyMaterialId": material.id}


class _Token(NamedTuple):
    """What an import token holds."""

    hash: hashes.HashAlgorithm
    private_key: rsa.RSAPrivateKey


def _import_secret(key: Key) -> bytes:
    if key.import_secret is None:
        raise LookupError("only a key of origin EXTERNAL is imported into")
    return key.import_secret


def _read_token(resolved: KmsCall) -> _Token:
    key, token = resolved.key, base64.b64decode(resolved.parameters["ImportToken"])
    try:
        content = ciphertext.unseal(_import_secret(key), token, {})
    except ciphertext.InvalidCiphertextError:
        raise _no_token(key) from None
    last_moment, algorithm = _TOKEN_HEAD.unpack_from(content)
    if resolved.now.timestamp() > last_moment:
        raise AwsError(
            "ExpiredImportTokenException",
            "The import token has expired: get another from GetParametersForImport.",
        )
    private_key = load_der_private_key(content[_TOKEN_HEAD.size :], None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise _no_token(key)
    return _Token(WRAPPING[_ALGORITHMS[algorithm]], private_key)


def _no_token(key: Key) -> AwsError:
    return AwsError(
        "InvalidImportTokenException",
        f"The import token is none that GetParametersForImport gave for {key.arn}.",
    )


def _unwrapped(wrapped: bytes, token: _Token) -> bytes:
    oaep = padding.OAEP(padding.MGF1(token.hash), token.hash, None)
    try:
        imported = token.private_key.decrypt(wrapped, oaep)
    except ValueError:
        raise AwsError("InvalidCiphertextException", "") from None
    if len(imported) != MATERIAL_BYTES:
        raise AwsError(
            "IncorrectKeyMaterialException",
            f"The key material of a symmetric encryption key has {MATERIAL_BYTES} bytes.",
        )
    return imported


def _check_place(resolved: KmsCall, material_id: str) -> None:
    """The material is the one that is named, and it is new to the key, or known to it, as ImportType says.

    Left out, ImportType means new for the first material and known for any other.
    """
    key, parameters = resolved.key, resolved.parameters
    known = [material.id for material in key.all_materials]
    kind = parameters.get("ImportType") or ("EXISTING_KEY_MATERIAL" if known else "NEW_KEY_MATERIAL")
    if parameters.get("KeyMaterialId", material_id) != material_id:
        raise AwsError(
            "IncorrectKeyMaterialException", "The key material is not the one that KeyMaterialId names."
        )
    if kind == "EXISTING_KEY_MATERIAL" and material_id not in known:
        raise AwsError(
            "IncorrectKeyMaterialException",
            f"{key.arn} takes back only the key material that was imported into it before.",
        )
    if kind == "NEW_KEY_MATERIAL" and material_id in known:
        raise AwsError("IncorrectKeyMaterialException", f"{key.arn} has this key material already.")
    if kind == "NEW_KEY_MATERIAL" and key.pending_material is not None:
        raise AwsError("KMSInvalidStateException", f"{key.arn} has key material that waits for its rotation.")
