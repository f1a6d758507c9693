"""Keys made, described, tagged, enabled and disabled, and deleted after a time.

Source: AWS KMS API Reference, "CreateKey", "KeyMetadata", "TagResource", "Tag"; AWS KMS Developer Guide, "Key spec
reference"; recorded answers of AWS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.key import SYMMETRIC, Key
from kmscourse.sandbox.kms.pages import page

if TYPE_CHECKING:
    from kmscourse.sandbox.kms.resolve import KmsCall

DEFAULT_WAITING_PERIOD = 30  # days that a key waits for its deletion
MAX_TAGS = 50


class Algorithms(NamedTuple):
    """The algorithms of a key of some spec and usage: the member of KeyMetadata that shows them, and which they are."""

    member: str
    names: tuple[str, ...]


_RSA_ENCRYPTION = Algorithms("EncryptionAlgorithms", ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"))
_RSA_SIGNING = Algorithms(
    "SigningAlgorithms",
    (
        "RSASSA_PKCS1_V1_5_SHA_256",
        "RSASSA_PKCS1_V1_5_SHA_384",
        "RSASSA_PKCS1_V1_5_SHA_512",
        "RSASSA_PSS_SHA_256",
        "RSASSA_PSS_SHA_384",
        "RSASSA_PSS_SHA_512",
    ),
)
_RSA = {"ENCRYPT_DECRYPT": _RSA_ENCRYPTION, "SIGN_VERIFY": _RSA_SIGNING}
_AGREEMENT = {"KEY_AGREEMENT": Algorithms("KeyAgreementAlgorithms", ("ECDH",))}


def _ecdsa(hash_name: str) -> dict[str, Algorithms]:
    return {"SIGN_VERIFY": Algorithms("SigningAlgorithms", (f"ECDSA_{hash_name}",))}


def _hmac(bits: int) -> dict[str, Algorithms]:
    return {"GENERATE_VERIFY_MAC": Algorithms("MacAlgorithms", (f"HMAC_SHA_{bits}",))}


SPECS: Mapping[str, Mapping[str, Algorithms]] = {
    SYMMETRIC: {"ENCRYPT_DECRYPT": Algorithms("EncryptionAlgorithms", (SYMMETRIC,))},
    "RSA_2048": _RSA,
    "RSA_3072": _RSA,
    "RSA_4096": _RSA,
    "ECC_NIST_P256": {**_ecdsa("SHA_256"), **_AGREEMENT},
    "ECC_NIST_P384": {**_ecdsa("SHA_384"), **_AGREEMENT},
    "ECC_NIST_P521": {**_ecdsa("SHA_512"), **_AGREEMENT},
    "ECC_SECG_P256K1": _ecdsa("SHA_256"),
    "HMAC_224": _hmac(224),
    "HMAC_256": _hmac(256),
    "HMAC_384": _hmac(384),
    "HMAC_512": _hmac(512),
}
"""The specs of keys that CreateKey makes, and for each its usages."""


# Validation


def check_new_key(resolved: KmsCall) -> None:
    """Raises AwsError where there can be no such key, or it can't have such tags."""
    check_key_spec(resolved.parameters)
    check_tags(resolved.parameters.get("Tags") or [], {})


def check_key_spec(parameters: Mapping[str, Any]) -> None:
    """Raises AwsError ValidationException, or UnsupportedOperationException for what only AWS offers."""
    spec, older = parameters.get("KeySpec"), parameters.get("CustomerMasterKeySpec")
    if spec is not None and older is not None:
        raise AwsError(
            "ValidationException", "You cannot specify KeySpec and CustomerMasterKeySpec in the same request."
        )
    spec = spec or older or SYMMETRIC
    if spec not in SPECS:
        raise AwsError("UnsupportedOperationException", f"The practice account makes no keys of spec {spec}.")
    usage = parameters.get("KeyUsage")
    if usage is None and spec != SYMMETRIC:
        raise AwsError(
            "ValidationException",
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
        )
    if usage is not None and usage not in SPECS[spec]:
        raise AwsError("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}")
    origin = parameters.get("Origin") or "AWS_KMS"
    if origin not in ("AWS_KMS", "EXTERNAL"):
        raise AwsError(
            "UnsupportedOperationException", f"The practice account has no key store for Origin {origin}."
        )
    if origin == "EXTERNAL" and spec != SYMMETRIC:
        raise AwsError(
            "UnsupportedOperationException",
            f"The practice account imports key material into symmetric encryption keys only, not into {spec}.",
        )


def check_added_tags(resolved: KmsCall) -> None:
    """Raises AwsError TagException where the key can't have the tags of TagResource."""
    check_tags(resolved.parameters["Tags"], resolved.key.tags)


def check_removed_tags(resolved: KmsCall) -> None:
    """Raises AwsError TagException for tags that are AWS's own."""
    check_tag_keys(resolved.parameters["TagKeys"])


def check_tags(tags: Sequence[Mapping[str, str]], present: Mapping[str, str]) -> None:
    """Raises AwsError TagException where ``tags`` can't be put on a key that has those in ``present``."""
    names = [tag["TagKey"] for tag in tags]
    if len(set(names)) < len(names):
        raise AwsError("TagException", "Duplicate tag keys")
    if len({*names, *present}) > MAX_TAGS:
        raise AwsError("TagException", "Too many tags")
    check_tag_keys(names)


def check_tag_keys(names: Sequence[str]) -> None:
    """Raises AwsError TagException for names that are AWS's own to give and to take away."""
    if any(name.lower().startswith("aws:") for name in names):
        raise AwsError("TagException", "Tags beginning with aws: are reserved")


# Operations


def create_key(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html"""
    parameters = resolved.parameters
    key = resolved.account.keys.create(
        resolved.region,
        spec=parameters.get("KeySpec") or parameters.get("CustomerMasterKeySpec") or SYMMETRIC,
        usage=parameters.get("KeyUsage") or "ENCRYPT_DECRYPT",
        origin=parameters.get("Origin") or "AWS_KMS",
        policy=parameters.get("Policy"),
        description=parameters.get("Description") or "",
        tags=_tags_of(parameters.get("Tags") or ()),
        multi_region=bool(parameters.get("MultiRegion")),
    )
    return {"KeyMetadata": metadata(key)}


def describe_key(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html"""
    return {"KeyMetadata": metadata(resolved.key_by_any_name)}


def list_keys(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html"""
    parameters, region = resolved.parameters, resolved.region
    own = "SELF" in parameters.get("ResourceOwners", ["SELF"])  # Nobody shares a key with the account.
    arn = f"arn:aws:kms:{region}:{resolved.account.account_id}:key/"
    key_ids = resolved.account.keys.key_ids(region) if own else []
    return page(parameters, "Keys", key_ids, lambda key_id: {"KeyId": key_id, "KeyArn": arn + key_id})


def update_key_description(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.description = resolved.parameters["Description"]
    return {}


def enable_key(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.enable(resolved.now)
    return {}


def disable_key(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.disable()
    return {}


def schedule_key_deletion(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html"""
    days = resolved.parameters.get("PendingWindowInDays", DEFAULT_WAITING_PERIOD)
    date = resolved.now + timedelta(days=days)
    with resolved.account.keys.changing(resolved.key) as key:
        key.schedule_deletion(date)
    return {
        "KeyId": key.arn,
        "DeletionDate": date.timestamp(),
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": days,
    }


def cancel_key_deletion(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.cancel_deletion()
    return {"KeyId": key.arn}


def tag_resource(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.tags.update(_tags_of(resolved.parameters["Tags"]))
    return {}


def untag_resource(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        for name in resolved.parameters["TagKeys"]:
            key.tags.pop(name, None)
    return {}


def list_resource_tags(resolved: KmsCall) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html"""
    tags = resolved.key.tags
    return page(
        resolved.parameters, "Tags", sorted(tags), lambda name: {"TagKey": name, "TagValue": tags[name]}
    )


def _tags_of(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {tag["TagKey"]: tag["TagValue"] for tag in tags}


def metadata(key: Key) -> dict[str, Any]:
    """KeyMetadata, as CreateKey and DescribeKey show it; times in seconds since 1970."""
    algorithms = SPECS[key.spec][key.usage]
    shown = {
        "AWSAccountId": key.account_id,
        "KeyId": key.id,
        "Arn": key.arn,
        "CreationDate": key.created,
        "Enabled": key.state == "Enabled",
        "Description": key.description,
        "KeyUsage": key.usage,
        "KeyState": key.state,
        "Origin": key.origin,
        "KeyManager": key.manager,
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        "MultiRegion": key.multi_region,
        algorithms.member: list(algorithms.names),
        **_expiry(key),
    }
    if key.state == "PendingDeletion" and key.deletion_date is not None:
        shown["DeletionDate"] = key.deletion_date.timestamp()
    if key.multi_region:
        shown["MultiRegionConfiguration"] = {
            "MultiRegionKeyType": "PRIMARY",
            "PrimaryKey": {"Arn": key.arn, "Region": key.region},
            "ReplicaKeys": [],
        }
    if key.materials:
        shown["CurrentKeyMaterialId"] = key.materials[-1].id
    return shown


def _expiry(key: Key) -> dict[str, Any]:
    """Whether imported material expires, and the earliest day; nothing is said while some of it is missing."""
    if key.origin != "EXTERNAL" or not key.is_complete:
        return {}
    dates = [material.expires.timestamp() for material in key.materials if material.expires is not None]
    if not dates:
        return {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    return {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": min(dates)}
