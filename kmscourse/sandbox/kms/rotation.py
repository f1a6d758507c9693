"""Rotation: new key material, while what the old material sealed still opens.

AWS rotates on demand in the background and shows OnDemandRotationStartDate meanwhile; here it is done at once.

Source: AWS KMS Developer Guide, "Rotate AWS KMS keys", "Quotas"; AWS KMS API Reference, each operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.kms.pages import page
from kmscourse.sandbox.kms.request import Answer, Operation, key_in
from kmscourse.sandbox.kms.views import KeyView, MaterialView

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

DEFAULT_PERIOD = 365  # Days between two rotations.
MOST_ON_DEMAND = 25  # For the life of a key.
TOO_CLOSE = timedelta(minutes=20)  # Before an automatic rotation none can be had on demand.


def enable_key_rotation(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html"""
    days = call.parameters.get("RotationPeriodInDays", DEFAULT_PERIOD)
    account.schedule_rotation(key_in(call, account), days)
    return {}


def disable_key_rotation(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html"""
    account.schedule_rotation(key_in(call, account), None)
    return {}


def rotate_key_on_demand(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html

    Raises AwsError: LimitExceededException, ConflictException shortly before an automatic rotation,
    KMSInvalidStateException for a key that imported no material to go over to.
    """
    key = key_in(call, account)
    materials = account.materials(key)
    if sum(piece.rotation == "ON_DEMAND" for piece in materials) >= MOST_ON_DEMAND:
        raise AwsError(
            "LimitExceededException",
            "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
            f"performed for this key: {key.arn}",
        )
    if not materials or (key.origin == "EXTERNAL" and materials[-1].state != "PENDING_ROTATION"):
        raise AwsError("KMSInvalidStateException", f"{key.arn} has no key material to go over to.")
    following = account.rotation(key).next
    if following is not None and following - account.now() <= TOO_CLOSE:
        raise AwsError("ConflictException", f"{key.arn} is about to be rotated automatically.")
    account.rotate(key)
    return {"KeyId": key.id}


def get_key_rotation_status(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html"""
    key = key_in(call, account)
    rotation = account.rotation(key)
    if rotation.next is None:
        return {"KeyId": key.id, "KeyRotationEnabled": False}
    return {
        "KeyId": key.id,
        "KeyRotationEnabled": True,
        "RotationPeriodInDays": rotation.period,
        "NextRotationDate": rotation.next.timestamp(),
    }


def list_key_rotations(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html"""
    key = key_in(call, account)
    everything = call.parameters.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    shown = [piece for piece in account.materials(key) if everything or piece.rotated is not None]
    answer = {"Rotations": [_entry(key, piece) for piece in shown]}
    order = {piece.id: f"{number:06}" for number, piece in enumerate(shown)}
    return page(call, answer, "Rotations", lambda entry: order[entry["KeyMaterialId"]])


OPERATIONS: Mapping[str, Operation] = {
    "EnableKeyRotation": enable_key_rotation,
    "DisableKeyRotation": disable_key_rotation,
    "RotateKeyOnDemand": rotate_key_on_demand,
    "GetKeyRotationStatus": get_key_rotation_status,
    "ListKeyRotations": list_key_rotations,
}


def _entry(key: KeyView, piece: MaterialView) -> Answer:
    """A RotationsListEntry; the members on imports only for a key that was imported into."""
    entry: Answer = {"KeyId": key.id, "KeyMaterialId": piece.id, "KeyMaterialState": piece.state}
    if piece.rotated is not None:
        entry |= {"RotationDate": piece.rotated.timestamp(), "RotationType": piece.rotation}
    if key.origin != "EXTERNAL":
        return entry
    if piece.description:
        entry["KeyMaterialDescription"] = piece.description
    if not piece.is_imported:
        return {**entry, "ImportState": "PENDING_IMPORT"}
    if piece.expires is None:
        return {**entry, "ImportState": "IMPORTED", "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    expiry = {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": piece.expires.timestamp()}
    return {**entry, "ImportState": "IMPORTED", **expiry}
