"""Which operations a KMS key allows: by where its material comes from, by its state, and by its kind.

The practice account encrypts under symmetric keys only.

Source: AWS KMS Developer Guide, "Key states of AWS KMS keys", the table there and its footnotes, "Key type reference";
recorded answers of AWS. RotateKeyOnDemand of a key that waits for imported material is refused as any use of it is; the
table is older than such rotations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.key import SYMMETRIC, Key
from kmscourse.sandbox.operation import PermissionCheck

# Only with an enabled key. (What is not in these sets works in every state.)
_NEEDS_ENABLED = {
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:CreateGrant",
    "kms:EnableKeyRotation",
    "kms:DisableKeyRotation",
    "kms:RotateKeyOnDemand",
}
# Neither without key material nor before a deletion.
_NEEDS_MATERIAL = {"kms:EnableKey", "kms:DisableKey"}
# In every state but PendingDeletion. (UpdateAlias asks it of the key that the alias goes to.)
_NOT_WHILE_PENDING = {
    "kms:CreateAlias",
    "kms:GetParametersForImport",
    "kms:ImportKeyMaterial",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
}

_AUTOMATIC = {"kms:EnableKeyRotation", "kms:DisableKeyRotation", "kms:GetKeyRotationStatus"}
_ROTATION = _AUTOMATIC | {"kms:RotateKeyOnDemand", "kms:ListKeyRotations"}
_IMPORT = {"kms:GetParametersForImport", "kms:ImportKeyMaterial", "kms:DeleteImportedKeyMaterial"}

# Each cryptographic permission: the operation that AWS's text names, and the parameter with the algorithm.
_CRYPTOGRAPHY = {
    "kms:Encrypt": ("Encrypt", "EncryptionAlgorithm"),
    "kms:Decrypt": ("Decrypt", "EncryptionAlgorithm"),
    "kms:ReEncryptFrom": ("ReEncrypt", "SourceEncryptionAlgorithm"),
    "kms:ReEncryptTo": ("ReEncrypt", "DestinationEncryptionAlgorithm"),
    "kms:GenerateDataKey": ("GenerateDataKey", ""),
    "kms:GenerateDataKeyWithoutPlaintext": ("GenerateDataKeyWithoutPlaintext", ""),
    "kms:GenerateDataKeyPair": ("GenerateDataKeyPair", ""),
    "kms:GenerateDataKeyPairWithoutPlaintext": ("GenerateDataKeyPairWithoutPlaintext", ""),
}


def require_usable(check: PermissionCheck, key: Key, parameters: Mapping[str, Any]) -> None:
    """Raises AwsError where a key's origin, state or kind does not allow what is checked."""
    check_origin(check.action, key)
    check_state(check.action, key)
    check_kind(check, key, parameters)


def check_origin(action: str, key: Key) -> None:
    """Raises AwsError UnsupportedOperationException where ``key``'s material can't be rotated, or imported, so.

    Asked before the key's state: while it waits for an import, AWS says this of it and not its state.
    """
    if action in (_AUTOMATIC if key.origin == "EXTERNAL" else _IMPORT):
        raise AwsError(
            "UnsupportedOperationException",
            f"{key.arn} origin is {key.origin} which is not valid for this operation.",
        )


def check_state(action: str, key: Key) -> None:
    """Raises AwsError DisabledException or KMSInvalidStateException where ``key`` is in no state for ``action``."""
    if action == "kms:CancelKeyDeletion":
        if key.state != "PendingDeletion":
            raise _invalid(key, "not pending deletion")
        return
    if action in _NEEDS_ENABLED and key.state == "Disabled":
        raise AwsError("DisabledException", f"{key.arn} is disabled.")
    if action in _NEEDS_ENABLED | _NEEDS_MATERIAL and key.state == "PendingImport":
        raise _invalid(key, "pending import")
    if action in _NEEDS_ENABLED | _NEEDS_MATERIAL | _NOT_WHILE_PENDING:
        refuse_pending(key)


def refuse_pending(key: Key) -> None:
    """Raises AwsError KMSInvalidStateException where ``key`` waits for its deletion."""
    if key.state == "PendingDeletion":
        raise _invalid(key, "pending deletion")


def _invalid(key: Key, what: str) -> AwsError:
    return AwsError("KMSInvalidStateException", f"{key.arn} is {what}.")


def check_kind(check: PermissionCheck, key: Key, parameters: Mapping[str, Any]) -> None:
    """Raises AwsError InvalidKeyUsageException or UnsupportedOperationException where ``key`` is of another kind.

    A table's key is asked for no algorithm: ``parameters`` are then DynamoDB's own.
    """
    if check.action in _ROTATION and key.spec != SYMMETRIC:
        raise AwsError("UnsupportedOperationException", "")
    if (
        check.action == "kms:CreateGrant"
        and "kms:GrantConstraintType" in check.context
        and key.spec != SYMMETRIC
    ):
        raise AwsError(
            "ValidationException",
            "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
        )
    if check.action not in _CRYPTOGRAPHY:
        return
    operation, parameter = _CRYPTOGRAPHY[check.action]
    if key.usage != "ENCRYPT_DECRYPT" or (key.spec != SYMMETRIC and not parameter):
        raise AwsError(
            "InvalidKeyUsageException",
            f"{key.arn} key usage is {key.usage} which is not valid for {operation}.",
        )
    if key.spec != SYMMETRIC:
        raise AwsError(
            "UnsupportedOperationException",
            f"The practice account encrypts under symmetric keys only; {key.arn} is {key.spec}.",
        )
    algorithm = parameters.get(parameter, SYMMETRIC)
    if algorithm != SYMMETRIC:
        raise AwsError(
            "InvalidKeyUsageException", f"Algorithm {algorithm} is incompatible with key spec {key.spec}."
        )
