"""Rotation: new key material, while what the old material sealed still opens.

AWS rotates on demand in the background and shows OnDemandRotationStartDate meanwhile; here it is done at once.

Source: AWS KMS Developer Guide, "Rotate AWS KMS keys", "Quotas"; AWS KMS API Reference, each operation.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.key import Key, KeyMaterial
from kmscourse.sandbox.kms.pages import page

if TYPE_CHECKING:
    from kmscourse.sandbox.kms.resolve import KmsCall

DEFAULT_PERIOD = 365  # days between two rotations
MAX_ON_DEMAND = 25  # for the life of a key
TOO_CLOSE = timedelta(minutes=20)  # before an automatic rotation none can be had on demand


def enable_key_rotation(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.schedule_rotation(resolved.parameters.get("RotationPeriodInDays", DEFAULT_PERIOD), resolved.now)
    return {}


def disable_key_rotation(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.schedule_rotation(None, resolved.now)
    return {}


def rotate_key_on_demand(resolved: KmsCall) -> dict[str, Any]:
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
        raise AwsError("KMSInvalidStateException", f"{key.arn} has no key material to go over to.")
    scheduled = key.scheduled_rotation
    if scheduled is not None and scheduled - resolved.now <= TOO_CLOSE:
        raise AwsError("ConflictException", f"{key.arn} is about to be rotated automatically.")
    resolved.account.keys.rotate(key, resolved.now, "ON_DEMAND")
    return {"KeyId": key.id}


def get_key_rotation_status(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html"""
    key = resolved.key
    if key.scheduled_rotation is None:
        return {"KeyId": key.id, "KeyRotationEnabled": False}
    return {
        "KeyId": key.id,
        "KeyRotationEnabled": True,
        "RotationPeriodInDays": key.rotation_period,
        "NextRotationDate": key.scheduled_rotation.timestamp(),
    }


def list_key_rotations(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html"""
    key, everything = resolved.key, resolved.parameters.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    shown = [material for material in key.all_materials if everything or material.rotated is not None]
    names = [f"{number:06}" for number in range(len(shown))]
    return page(resolved.parameters, "Rotations", names, lambda name: _entry(key, shown[int(name)]))


def _entry(key: Key, material: KeyMaterial) -> dict[str, Any]:
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
