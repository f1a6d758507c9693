"""What a KMS key of its kind can be used for. The practice account encrypts under symmetric keys only.

Source: AWS KMS Developer Guide, "Key type reference", "Key states of AWS KMS keys" (footnotes on imported material);
recorded answers of AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.views import KeyView
from kmscourse.sandbox.operation import PermissionCheck

SYMMETRIC = "SYMMETRIC_DEFAULT"

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


def check_origin(action: str, key: KeyView) -> None:
    """Raises AwsError UnsupportedOperationException where ``key``'s material can't be rotated, or imported, so.

    Asked before the key's state: while it waits for an import, AWS says this of it and not its state.
    """
    if action in (_AUTOMATIC if key.origin == "EXTERNAL" else _IMPORT):
        raise AwsError(
            "UnsupportedOperationException",
            f"{key.arn} origin is {key.origin} which is not valid for this operation.",
        )


def check_usage(access: PermissionCheck, key: KeyView, parameters: Mapping[str, Any]) -> None:
    """Raises AwsError InvalidKeyUsageException or UnsupportedOperationException where ``key`` is of another kind.

    A table's key is asked for no algorithm: ``parameters`` are then DynamoDB's own.
    """
    if access.action in _ROTATION and key.spec != SYMMETRIC:
        raise AwsError("UnsupportedOperationException", "")
    if (
        access.action == "kms:CreateGrant"
        and "kms:GrantConstraintType" in access.context
        and key.spec != SYMMETRIC
    ):
        raise AwsError(
            "ValidationException",
            "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
        )
    if access.action not in _CRYPTOGRAPHY:
        return
    operation, parameter = _CRYPTOGRAPHY[access.action]
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
