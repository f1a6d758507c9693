"""Key material: rotation to new material, while what the old has sealed still opens; material from outside.

AWS rotates on demand in the background and shows OnDemandRotationStartDate meanwhile; here it is done at once.

The import token is the private half of the wrapping key, its algorithm and its last moment, sealed for the one key
that it was made for. So nothing need be kept until the token comes back, and any change to it is noticed.

Source: AWS KMS API Reference, each operation; AWS KMS Developer Guide, "Rotate AWS KMS keys", "Quotas", "Importing key
material"; recorded answers of AWS. Texts about ValidTo other than that for a missing
one are the practice account's own.
"""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import ciphertext, private_keys, rsa_encryption
from kmscourse.sandbox.kms.key import MATERIAL_BYTES, Key, KeyMaterial, to_base64
from kmscourse.sandbox.kms.keys import page
from kmscourse.sandbox.kms.resolve import KmsCall
from kmscourse.sandbox.kms.rsa_encryption import OAEP
from kmscourse.sandbox.kms.specs import SYMMETRIC
from kmscourse.sandbox.operation import Answer

DEFAULT_PERIOD = 365  # days between two rotations
MAX_ON_DEMAND = 25  # for the life of a key
TOO_CLOSE = timedelta(minutes=20)  # before an automatic rotation none can be had on demand
TOKEN_LIFETIME = timedelta(hours=24)
MAX_LIFETIME = timedelta(days=365)  # of imported key material that expires

WRAPPING = tuple(OAEP)  # AWS has more: RSA_AES_KEY_WRAP_… for private keys, SM2PKE in its Chinese regions.
WRAPPING_BITS = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}

_TOKEN_HEAD = struct.Struct(">dB")  # last moment in seconds since 1970, number of the algorithm


# Rotation


def enable_key_rotation(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.schedule_rotation(resolved.parameters.get("RotationPeriodInDays", DEFAULT_PERIOD), resolved.now)
    return {}


def disable_key_rotation(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.schedule_rotation(None, resolved.now)
    return {}


def rotate_key_on_demand(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html

    Raises AwsError: LimitExceededException, ConflictException shortly before an automatic rotation,
    KMSInvalidStateException for a key that imported no material to go over to.
    """
    key = resolved.key
    if sum(material.rotation_type == "ON_DEMAND" for material in key.materials) >= MAX_ON_DEMAND:
        raise AwsError(
            "LimitExceededException",
            "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
            f"performed for this key: {key.arn}",
        )
    if not key.materials or (key.origin == "EXTERNAL" and key.pending_material is None):
        raise AwsError(
            "KMSInvalidStateException",
            f"No available key material pending rotation for the key: {key.arn}.",
        )
    scheduled = key.scheduled_rotation
    if scheduled is not None and scheduled - resolved.now <= TOO_CLOSE:
        raise AwsError("ConflictException", f"{key.arn} is about to be rotated automatically.")
    resolved.account.keys.rotate(key, resolved.now, "ON_DEMAND")
    return {"KeyId": key.arn}


def get_key_rotation_status(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html"""
    key = resolved.key
    if key.scheduled_rotation is None:
        return {"KeyId": key.arn, "KeyRotationEnabled": False}
    return {
        "KeyId": key.arn,
        "KeyRotationEnabled": True,
        "RotationPeriodInDays": key.rotation_period,
        "NextRotationDate": key.scheduled_rotation.timestamp(),
    }


def list_key_rotations(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html"""
    key, everything = resolved.key, resolved.parameters.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    shown = [material for material in key.all_materials if everything or material.rotated is not None]
    names = [f"{number:06}" for number in range(len(shown))]
    return page(resolved.parameters, "Rotations", names, lambda name: _rotation_entry(key, shown[int(name)]))


def _rotation_entry(key: Key, material: KeyMaterial) -> dict[str, Any]:
    """A RotationsListEntry; the members on imports only for a key that was imported into."""
    entry: dict[str, Any] = {
        "KeyId": key.id,
        "KeyMaterialId": material.id,
        "KeyMaterialState": key.material_state(material),
    }
    if material.rotated is not None:
        entry |= {"RotationDate": material.rotated.timestamp(), "RotationType": material.rotation_type}
    if key.origin != "EXTERNAL":
        return entry
    if material.description:
        entry["KeyMaterialDescription"] = material.description
    if material.secret is None:
        return {**entry, "ImportState": "PENDING_IMPORT"}
    if material.expires is None:
        return {**entry, "ImportState": "IMPORTED", "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    expiry = {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": material.expires.timestamp()}
    return {**entry, "ImportState": "IMPORTED", **expiry}


# Import


def check_wrapping(resolved: KmsCall) -> None:
    """Raises AwsError UnsupportedOperationException for a wrapping that is not for symmetric keys, or only AWS's."""
    resolved.require_offered("WrappingAlgorithm", WRAPPING)
    resolved.require_offered("WrappingKeySpec", WRAPPING_BITS)


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


def get_parameters_for_import(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetParametersForImport.html"""
    parameters = resolved.parameters
    wrapping_key = rsa.generate_private_key(65537, WRAPPING_BITS[parameters["WrappingKeySpec"]])
    valid_to = (resolved.now + TOKEN_LIFETIME).timestamp()
    head = _TOKEN_HEAD.pack(valid_to, WRAPPING.index(parameters["WrappingAlgorithm"]))
    private = private_keys.to_bytes(wrapping_key)
    token = ciphertext.seal(_import_secret(resolved.key), head + private, {})
    return {
        "KeyId": resolved.key.arn,
        "ImportToken": to_base64(token),
        "PublicKey": to_base64(private_keys.public_bytes(wrapping_key)),
        "ParametersValidTo": valid_to,
    }


def import_key_material(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html

    Raises AwsError: InvalidImportTokenException, ExpiredImportTokenException, ValidationException (of another size
    than the token's key wraps to), InvalidCiphertextException (not wrapped with it), IncorrectKeyMaterialException
    (not the material that belongs there), KMSInvalidStateException (while other material waits for a rotation).
    """
    key, parameters = resolved.key, resolved.parameters
    imported = _unwrapped(base64.b64decode(parameters["EncryptedKeyMaterial"]), *_read_token(resolved))
    _check_size(key.spec, imported)
    is_symmetric = key.spec == SYMMETRIC
    material = KeyMaterial.imported(key.id, imported) if is_symmetric else KeyMaterial.of_secret(imported)
    _check_place(resolved, material.id)
    valid_to, description = parameters.get("ValidTo"), parameters.get("KeyMaterialDescription")
    material.expires = None if valid_to is None else datetime.fromtimestamp(valid_to, UTC)
    if description is None:  # It keeps the one that it had.
        description = "".join(known.description for known in key.all_materials if known.id == material.id)
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


def _import_secret(key: Key) -> bytes:
    if key.import_secret is None:
        raise LookupError("only a key of origin EXTERNAL is imported into")
    return key.import_secret


def _read_token(resolved: KmsCall) -> tuple[str, rsa.RSAPrivateKey]:
    """The algorithm and the private key that the material was wrapped with."""
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
    private_key = private_keys.of_bytes(content[_TOKEN_HEAD.size :])
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise _no_token(key)
    return WRAPPING[algorithm], private_key


def _no_token(key: Key) -> AwsError:
    return AwsError(
        "InvalidImportTokenException",
        f"The import token is none that GetParametersForImport gave for {key.arn}.",
    )


def _unwrapped(wrapped: bytes, algorithm: str, private_key: rsa.RSAPrivateKey) -> bytes:
    if len(wrapped) * 8 != private_key.key_size:
        raise _invalid("Invalid encrypted key size.")
    return rsa_encryption.decrypt(private_key, algorithm, wrapped)


def _check_size(spec: str, imported: bytes) -> None:
    size = private_keys.MAC_KEY_BYTES.get(spec, MATERIAL_BYTES)
    if len(imported) != size:
        kind = "a symmetric encryption key" if spec == SYMMETRIC else f"an {spec} key"
        raise AwsError("IncorrectKeyMaterialException", f"The key material of {kind} has {size} bytes.")


def _check_place(resolved: KmsCall, material_id: str) -> None:
    """The material is the one that is named, and it is new to the key, or known to it, as ImportType says.

    Left out, ImportType means new for the first material and known for any other; only symmetric encryption keys have
    any other.
    """
    key, parameters = resolved.key, resolved.parameters
    if key.spec != SYMMETRIC and (parameters.get("ImportType") or parameters.get("KeyMaterialId")):
        raise _invalid("ImportType and KeyMaterialId are for symmetric encryption keys only")
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
        raise AwsError(
            "KMSInvalidStateException",
            f"New key material (id: {material_id}) cannot be imported into KMS key {key.arn}, because another key "
            f"material (id: {key.pending_material.id}) is pending rotation.",
        )
