"""Key material from outside: a key to wrap it with, the import itself, and its deletion.

The import token is the private half of the wrapping key, its algorithm and its last moment, sealed for the one key
that it was made for. So nothing need be kept until the token comes back, and any change to it is noticed.

Source: AWS KMS API Reference, "GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial"; AWS KMS
Developer Guide, "Importing key material".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.kms import ciphertext
from kmscourse.sandbox.kms.request import Answer, Operation, decoded, encoded, key_in
from kmscourse.sandbox.kms.views import KeyView

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

TOKEN_LASTS = timedelta(hours=24)
MATERIAL_BYTES = 32  # of a symmetric encryption key

# AWS has more: RSA_AES_KEY_WRAP_… for private keys, SM2PKE in its Chinese regions.
WRAPPING: Mapping[str, hashes.HashAlgorithm] = {
    "RSAES_OAEP_SHA_256": hashes.SHA256(),
    "RSAES_OAEP_SHA_1": hashes.SHA1(),  # noqa: S303 - offered because AWS offers it
}
WRAPPING_BITS = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}

_ALGORITHMS = tuple(WRAPPING)
_TOKEN_HEAD = struct.Struct(">dB")  # last moment in seconds since 1970, number of the algorithm


def get_parameters_for_import(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetParametersForImport.html"""
    key = key_in(call, account)
    wrapping = rsa.generate_private_key(65537, WRAPPING_BITS[call.parameters["WrappingKeySpec"]])
    valid_to = account.now() + TOKEN_LASTS
    head = _TOKEN_HEAD.pack(valid_to.timestamp(), _ALGORITHMS.index(call.parameters["WrappingAlgorithm"]))
    private = wrapping.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = wrapping.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "KeyId": key.arn,
        "ImportToken": encoded(ciphertext.seal(account.import_secret(key), head + private, {})),
        "PublicKey": encoded(public),
        "ParametersValidTo": valid_to.timestamp(),
    }


def import_key_material(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html

    Raises AwsError: InvalidImportTokenException, ExpiredImportTokenException, InvalidCiphertextException (not
    wrapped with the token's key), IncorrectKeyMaterialException (not the material that belongs there).
    """
    key = key_in(call, account)
    token = _read_token(call, key, account)
    given = _unwrapped(decoded(call, "EncryptedKeyMaterial"), token)
    material_id = account.import_id(key, given)
    _check_place(call, key, material_id, account)
    valid_to = call.parameters.get("ValidTo")
    expires = None if valid_to is None else datetime.fromtimestamp(valid_to, UTC)
    account.import_material(key, given, expires, call.parameters.get("KeyMaterialDescription"))
    return {"KeyId": key.arn, "KeyMaterialId": material_id}


def delete_imported_key_material(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html"""
    key = key_in(call, account)
    materials = account.materials(key)
    wanted = call.parameters.get("KeyMaterialId")
    if wanted is None:
        wanted = next((piece.id for piece in materials if piece.state == "CURRENT"), None)
        if wanted is None:
            return {"KeyId": key.arn}
    elif wanted not in [piece.id for piece in materials]:
        raise AwsError("NotFoundException", f"{key.arn} has no key material {wanted}.")
    account.delete_material(key, wanted)
    return {"KeyId": key.arn, "KeyMaterialId": wanted}


OPERATIONS: Mapping[str, Operation] = {
    "GetParametersForImport": get_parameters_for_import,
    "ImportKeyMaterial": import_key_material,
    "DeleteImportedKeyMaterial": delete_imported_key_material,
}


class _Token(NamedTuple):
    """What an import token holds."""

    hash: hashes.HashAlgorithm
    private_key: rsa.RSAPrivateKey


def _read_token(call: Call, key: KeyView, account: Account) -> _Token:
    try:
        content = ciphertext.unseal(account.import_secret(key), decoded(call, "ImportToken"), {})
    except ciphertext.InvalidCiphertextError:
        raise _no_token(key) from None
    last_moment, algorithm = _TOKEN_HEAD.unpack_from(content)
    if account.now().timestamp() > last_moment:
        raise AwsError(
            "ExpiredImportTokenException",
            "The import token has expired: get another from GetParametersForImport.",
        )
    private_key = load_der_private_key(content[_TOKEN_HEAD.size :], None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise _no_token(key)
    return _Token(WRAPPING[_ALGORITHMS[algorithm]], private_key)


def _no_token(key: KeyView) -> AwsError:
    return AwsError(
        "InvalidImportTokenException",
        f"The import token is none that GetParametersForImport gave for {key.arn}.",
    )


def _unwrapped(wrapped: bytes, token: _Token) -> bytes:
    oaep = padding.OAEP(padding.MGF1(token.hash), token.hash, None)
    try:
        given = token.private_key.decrypt(wrapped, oaep)
    except ValueError:
        raise AwsError("InvalidCiphertextException", "") from None
    if len(given) != MATERIAL_BYTES:
        raise AwsError(
            "IncorrectKeyMaterialException",
            f"The key material of a symmetric encryption key has {MATERIAL_BYTES} bytes.",
        )
    return given


def _check_place(call: Call, key: KeyView, material_id: str, account: Account) -> None:
    """The material is the one that is named, and it is new to the key, or known to it, as ImportType says.

    Left out, ImportType means new for the first material and known for any other.
    """
    materials = {piece.id: piece for piece in account.materials(key)}
    kind = call.parameters.get("ImportType") or ("EXISTING_KEY_MATERIAL" if materials else "NEW_KEY_MATERIAL")
    if call.parameters.get("KeyMaterialId", material_id) != material_id:
        raise AwsError(
            "IncorrectKeyMaterialException", "The key material is not the one that KeyMaterialId names."
        )
    if kind == "EXISTING_KEY_MATERIAL" and material_id not in materials:
        raise AwsError(
            "IncorrectKeyMaterialException",
            f"{key.arn} takes back only the key material that was imported into it before.",
        )
    if kind == "NEW_KEY_MATERIAL" and material_id in materials:
        raise AwsError("IncorrectKeyMaterialException", f"{key.arn} has this key material already.")
    if kind == "NEW_KEY_MATERIAL" and any(piece.state == "PENDING_ROTATION" for piece in materials.values()):
        raise AwsError("KMSInvalidStateException", f"{key.arn} has key material that waits for its rotation.")
