"""Keys made, described, listed, tagged, enabled and disabled, and deleted after a time; their aliases; pages of lists.

Source: AWS KMS API Reference, "CreateKey", "KeyMetadata", "TagResource", "Tag", "UpdateAlias", "AliasListEntry",
"ListKeys" and the other lists, each with its limits; AWS KMS Developer Guide, "Key spec reference", "Aliases in AWS
KMS"; recorded answers of AWS.
"""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import private_keys
from kmscourse.sandbox.kms.key import Key, refuse_pending, to_base64
from kmscourse.sandbox.kms.specs import SPECS, SYMMETRIC
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import Answer

if TYPE_CHECKING:
    from kmscourse.sandbox.kms.resolve import KmsCall

DEFAULT_WAITING_PERIOD = 30  # days that a key waits for its deletion
MAX_TAGS = 50

# How many entries a page has where the caller does not say, and how many it can have.
LIMITS: Mapping[str, tuple[int, int]] = {
    "Keys": (100, 1000),
    "Aliases": (50, 100),
    "Grants": (50, 100),
    "Tags": (50, 50),
    "Rotations": (100, 1000),
    "PolicyNames": (100, 1000),
}


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
            "ValidationException",
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is "
            "deprecated.",
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
    if origin == "EXTERNAL" and spec != SYMMETRIC and spec not in private_keys.MAC_KEY_BYTES:
        raise AwsError(
            "UnsupportedOperationException",
            "The practice account imports key material into symmetric encryption and HMAC keys only, not into "
            f"{spec}.",
        )


def check_added_tags(resolved: KmsCall) -> None:
    """Raises AwsError TagException where the key can't have the tags of TagResource."""
    check_tags(resolved.parameters["Tags"], resolved.key.tags)


def check_tags(tags: Sequence[Mapping[str, str]], present: Mapping[str, str]) -> None:
    """Raises AwsError TagException where ``tags`` can't be put on a key that has those in ``present``."""
    names = [tag["TagKey"] for tag in tags]
    if len(set(names)) < len(names):
        raise AwsError("TagException", "Duplicate tag keys")
    if len({*names, *present}) > MAX_TAGS:
        raise AwsError("TagException", "Too many tags")
    _check_tag_keys(names)
    texts = (*names, *(tag["TagValue"] for tag in tags))
    if not all(shapes.matches(shapes.TAG_CHARACTERS, text) for text in texts):
        raise AwsError("TagException", "Invalid tag")


def check_removed_tags(resolved: KmsCall) -> None:
    """Raises AwsError TagException for tags that are AWS's own."""
    _check_tag_keys(resolved.parameters["TagKeys"])


def _check_tag_keys(names: Sequence[str]) -> None:
    if any(name.lower().startswith("aws:") for name in names):
        raise AwsError("TagException", "Tags beginning with aws: are reserved")


def check_waiting_period(resolved: KmsCall) -> None:
    """A key waits for its deletion for 7 to 30 days."""
    days = resolved.parameters.get("PendingWindowInDays")
    if days is not None and not 7 <= days <= 30:
        limit = "greater than or equal to 7" if days < 7 else "less than or equal to 30"
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: "
            f"Member must have value {limit}",
        )


# Operations


def create_key(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html"""
    parameters = resolved.parameters
    spec, usage, origin = resolved.kind_of_new_key
    key = resolved.account.keys.create(
        resolved.region,
        spec=spec,
        usage=usage,
        origin=origin,
        policy=parameters.get("Policy"),
        description=parameters.get("Description") or "",
        tags=_tags_of(parameters.get("Tags") or ()),
        multi_region=bool(parameters.get("MultiRegion")),
    )
    return {"KeyMetadata": metadata(key)}


def describe_key(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html"""
    return {"KeyMetadata": metadata(resolved.key_by_any_name)}


def get_public_key(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html"""
    key = resolved.key_by_any_name
    algorithms = SPECS[key.spec][key.usage]
    return {
        "KeyId": key.arn,
        "PublicKey": to_base64(private_keys.public_bytes(private_keys.of_bytes(resolved.secret))),
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        "KeyUsage": key.usage,
        algorithms.member: list(algorithms.names),
    }


def list_keys(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html"""
    parameters = resolved.parameters
    own = "SELF" in parameters.get("ResourceOwners", ["SELF"])  # Nobody shares a key with the account.
    key_ids = resolved.account.keys.key_ids(resolved.region) if own else []
    arn = resolved.arn_of("key/")
    return page(parameters, "Keys", key_ids, lambda key_id: {"KeyId": key_id, "KeyArn": arn + key_id})


def update_key_description(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.description = resolved.parameters["Description"]
    return {}


def enable_key(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.enable(resolved.now)
    return {}


def disable_key(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.state = "Disabled"
    return {}


def schedule_key_deletion(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html"""
    days = resolved.parameters.get("PendingWindowInDays", DEFAULT_WAITING_PERIOD)
    date = resolved.now + timedelta(days=days)
    with resolved.account.keys.changing(resolved.key) as key:
        key.state, key.deletion_date = "PendingDeletion", date
    return {
        "KeyId": key.arn,
        "DeletionDate": date.timestamp(),
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": days,
    }


def cancel_key_deletion(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.cancel_deletion()
    return {"KeyId": key.arn}


def tag_resource(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        key.tags.update(_tags_of(resolved.parameters["Tags"]))
    return {}


def untag_resource(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html"""
    with resolved.account.keys.changing(resolved.key) as key:
        for name in resolved.parameters["TagKeys"]:
            key.tags.pop(name, None)
    return {}


def list_resource_tags(resolved: KmsCall) -> Answer:
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
    if key.spec == SYMMETRIC and key.materials:
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


# Aliases


def check_target_of_alias(resolved: KmsCall) -> None:
    """An alias moves between keys of one kind: what was encrypted under it must stay within its reach."""
    old, new = resolved.alias_key, resolved.target_key
    refuse_pending(new)
    if old.usage != new.usage:
        # As another emulator of KMS quotes it.
        raise AwsError(
            "ValidationException",
            f"Alias {resolved.parameters['AliasName']} cannot be changed from a CMK with key usage {old.usage} to a "
            f"CMK with key usage {new.usage}. The key usage of the current CMK and the new CMK must be the same.",
        )
    if (old.spec == SYMMETRIC) != (new.spec == SYMMETRIC):
        raise AwsError(
            "ValidationException",
            f"The alias stands for a key of spec {old.spec}; it can't stand for one of spec {new.spec}.",
        )


def create_alias(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html

    Raises AwsError AlreadyExistsException, LimitExceededException.
    """
    name = resolved.parameters["AliasName"]
    if resolved.account.keys.key_of_alias(resolved.region, name) is not None:
        text = f"An alias with the name {resolved.arn_of(name)} already exists"
        raise AwsError("AlreadyExistsException", text)
    return update_alias(resolved)


def update_alias(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html"""
    resolved.account.keys.set_alias(resolved.parameters["AliasName"], resolved.target_key)
    return {}


def delete_alias(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html"""
    resolved.account.keys.remove_alias(resolved.region, resolved.parameters["AliasName"])
    return {}


def list_aliases(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html"""
    of_key = resolved.parameters.get("KeyId")
    names = sorted(resolved.key.aliases) if of_key else resolved.account.keys.alias_names(resolved.region)
    return page(resolved.parameters, "Aliases", names, lambda name: _alias_entry(resolved, name))


def _alias_entry(resolved: KmsCall, name: str) -> Answer:
    """An AliasListEntry; one of AWS's own without a key has a name alone."""
    entry = {"AliasName": name, "AliasArn": resolved.arn_of(name)}
    key = resolved.account.keys.key_of_alias(resolved.region, name)
    if key is None:
        return entry
    dates = {"CreationDate": key.aliases[name].created, "LastUpdatedDate": key.aliases[name].updated}
    return {**entry, "TargetKeyId": key.id, **dates}


# Lists in pages


def page(
    parameters: Mapping[str, Any], member: str, names: Sequence[str], entry: Callable[[str], Any]
) -> dict[str, Any]:
    """A page of the list ``member``: the entries for those of ``names`` that follow the Marker, at most Limit of them.

    ``names`` are in their order. A marker keeps its place when entries come and go, so that one may delete what a page
    shows before asking for the next. Raises AwsError InvalidMarkerException, ValidationException.
    """
    default_limit, max_limit = LIMITS[member]
    limit = parameters.get("Limit") or default_limit
    if limit > max_limit:
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have "
            f"value less than or equal to {max_limit}",
        )
    marker = parameters.get("Marker")
    start = 0 if marker is None else bisect_right(names, _last_shown(marker, member))
    shown = names[start : start + limit]
    is_truncated = start + limit < len(names)
    answer = {member: [entry(name) for name in shown], "Truncated": is_truncated}
    if is_truncated:
        answer["NextMarker"] = to_base64(json.dumps([member, shown[-1]]).encode())
    return answer


def _last_shown(marker: str, member: str) -> str:
    """The name of the last entry of the page that a marker came with."""
    try:
        list_name, last = json.loads(base64.b64decode(marker, validate=True))
    except (binascii.Error, ValueError, TypeError):
        list_name, last = None, None
    if list_name != member or not isinstance(last, str):
        raise AwsError("InvalidMarkerException", "Could not deserialize marker")
    return last
