"""A key's metadata, as CreateKey and DescribeKey show it.

Source: AWS KMS API Reference, "KeyMetadata"; recorded answers of AWS.
"""

from __future__ import annotations

from typing import Any

Metadata = dict[str, Any]


def metadata(key: Any) -> Metadata:
    """KeyMetadata of moto's ``key``; times in seconds since 1970."""
    described = {
        "AWSAccountId": key.account_id,
        "KeyId": key.id,
        "Arn": key.arn,
        "CreationDate": key.creation_date,
        "Enabled": key.enabled,
        "Description": key.description,
        "KeyUsage": key.key_usage,
        "KeyState": key.key_state,
        "Origin": key.origin,
        "KeyManager": key.key_manager,
        "CustomerMasterKeySpec": key.key_spec,
        "KeySpec": key.key_spec,
        "MultiRegion": key.multi_region,
        **_algorithms(key),
        **_expiry(key),
    }
    if key.key_state == "PendingDeletion":
        described["DeletionDate"] = key.deletion_date.timestamp()
    if key.multi_region:
        described["MultiRegionConfiguration"] = key.multi_region_configuration
    if key.materials:
        described["CurrentKeyMaterialId"] = key.materials[-1].id
    return described


def _algorithms(key: Any) -> Metadata:
    """The algorithms that go with the key's usage, and no others."""
    match key.key_usage:
        case "ENCRYPT_DECRYPT":
            return {"EncryptionAlgorithms": key.encryption_algorithms}
        case "SIGN_VERIFY":
            return {"SigningAlgorithms": key.signing_algorithms}
        case "GENERATE_VERIFY_MAC":
            return {"MacAlgorithms": [f"HMAC_SHA_{key.key_spec.removeprefix('HMAC_')}"]}
        case _:
            return {"KeyAgreementAlgorithms": ["ECDH"]}


def _expiry(key: Any) -> Metadata:
    """Whether imported material expires, and the earliest day; nothing is said while some of it is missing."""
    if key.origin != "EXTERNAL" or not key.materials or any(piece.secret is None for piece in key.materials):
        return {}
    dates = [piece.expires.timestamp() for piece in key.materials if piece.expires is not None]
    if not dates:
        return {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    return {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": min(dates)}
