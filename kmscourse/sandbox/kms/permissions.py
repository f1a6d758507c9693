"""The KMS operations that the practice account offers, and the keys and aliases that each of them touches.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS Key Management
Service"; AWS KMS Developer Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Call, Caller
from kmscourse.sandbox.kms import alias_permissions as aliases
from kmscourse.sandbox.kms import grant_permissions as grants
from kmscourse.sandbox.kms.key_access import key_access, on_key, resolve, truth
from kmscourse.sandbox.kms.views import KeyView
from kmscourse.sandbox.model.shapes import ignores_ciphertext
from kmscourse.sandbox.operation import Context, PermissionCheck
from kmscourse.sandbox.permission_checks import Reader, anywhere, tag_context

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def with_key(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """A cryptographic operation on the key in KeyId, under an encryption context."""
    named = call.parameters["KeyId"]
    yield key_access(
        call,
        account,
        call.action,
        resolve(call, caller, account, named),
        caller,
        named=named,
        encryption_context=call.parameters.get("EncryptionContext"),
        more={**_algorithm(call.parameters, "EncryptionAlgorithm"), **_pair_spec(call.parameters)},
    )


def decrypt(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """The key is read from the ciphertext; one that the caller names as well must exist."""
    named = call.parameters.get("KeyId")
    yield key_access(
        call,
        account,
        call.action,
        _source(call, caller, account, named),
        caller,
        named=named,
        encryption_context=call.parameters.get("EncryptionContext"),
        more=_algorithm(call.parameters, "EncryptionAlgorithm"),
    )


def re_encrypt(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """Two keys, two permissions: from the one that opens the ciphertext, to the one that seals it again."""
    parameters = call.parameters
    source_name, destination_name = parameters.get("SourceKeyId"), parameters["DestinationKeyId"]
    source = _source(call, caller, account, source_name, "kms:ReEncryptFrom")
    destination = resolve(call, caller, account, destination_name, action="kms:ReEncryptTo")
    same = {"kms:ReEncryptOnSameKey": truth(source.id == destination.id)}
    yield key_access(
        call,
        account,
        "kms:ReEncryptFrom",
        source,
        caller,
        named=source_name,
        encryption_context=parameters.get("SourceEncryptionContext"),
        more={**_algorithm(parameters, "SourceEncryptionAlgorithm"), **same},
    )
    yield key_access(
        call,
        account,
        "kms:ReEncryptTo",
        destination,
        caller,
        named=destination_name,
        encryption_context=parameters.get("DestinationEncryptionContext"),
        more={**_algorithm(parameters, "DestinationEncryptionAlgorithm"), **same},
    )


def create_key(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """No key is there yet; tags in the request need kms:TagResource as well."""
    parameters = call.parameters
    tags = tag_context(_tags(parameters))
    context: Context = {
        "kms:CallerAccount": caller.account,
        "kms:KeySpec": parameters.get("KeySpec")
        or parameters.get("CustomerMasterKeySpec")
        or "SYMMETRIC_DEFAULT",
        "kms:KeyUsage": parameters.get("KeyUsage") or "ENCRYPT_DECRYPT",
        "kms:KeyOrigin": parameters.get("Origin") or "AWS_KMS",
        "kms:MultiRegion": truth(parameters.get("MultiRegion")),
        **_bypass(parameters),
        **tags,
    }
    yield PermissionCheck(call.action, "*", context)
    if tags:
        yield PermissionCheck("kms:TagResource", "*", {"kms:CallerAccount": caller.account, **tags})


def _source(call: Call, caller: Caller, account: Account, named: str | None, action: str = "") -> KeyView:
    """The key that opens the ciphertext; a dry run without one is about the key that is named."""
    if named is not None:
        key = resolve(call, caller, account, named, action=action)
        if ignores_ciphertext(call):
            return key
    return account.key_of_ciphertext(call.region, base64.b64decode(call.parameters["CiphertextBlob"]))


def _algorithm(parameters: Mapping[str, Any], name: str) -> dict[str, str]:
    return {"kms:EncryptionAlgorithm": parameters.get(name) or "SYMMETRIC_DEFAULT"}


def _bypass(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {"kms:BypassPolicyLockoutSafetyCheck": truth(parameters.get("BypassPolicyLockoutSafetyCheck"))}


def _tags(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(tag["TagKey"], tag["TagValue"]) for tag in parameters.get("Tags") or []]


def _new_tags(parameters: Mapping[str, Any]) -> Context:
    return tag_context(_tags(parameters))


def _old_tags(parameters: Mapping[str, Any]) -> Context:
    return {"aws:TagKeys": parameters["TagKeys"]}


def _window(parameters: Mapping[str, Any]) -> Context:
    return {"kms:ScheduleKeyDeletionPendingWindowInDays": str(parameters.get("PendingWindowInDays", 30))}


def _rotation_period(parameters: Mapping[str, Any]) -> Context:
    return {"kms:RotationPeriodInDays": str(parameters.get("RotationPeriodInDays", 365))}


def _pair_spec(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {"kms:DataKeyPairSpec": parameters["KeyPairSpec"]} if "KeyPairSpec" in parameters else {}


def _wrapping(parameters: Mapping[str, Any]) -> Context:
    return {f"kms:{name}": parameters[name] for name in ("WrappingAlgorithm", "WrappingKeySpec")}


def _expiry(parameters: Mapping[str, Any]) -> Context:
    context = {"kms:ExpirationModel": parameters.get("ExpirationModel") or "KEY_MATERIAL_EXPIRES"}
    valid_to = parameters.get("ValidTo")
    return context if valid_to is None else {**context, "kms:ValidTo": str(valid_to)}


OPERATIONS: Mapping[str, Reader] = {
    "CreateKey": create_key,
    "DescribeKey": on_key(alias=True),
    "ListKeys": anywhere,
    "EnableKey": on_key(),
    "DisableKey": on_key(),
    "ScheduleKeyDeletion": on_key(_window),
    "CancelKeyDeletion": on_key(),
    "UpdateKeyDescription": on_key(),
    "GetKeyPolicy": on_key(),
    "PutKeyPolicy": on_key(_bypass),
    "ListKeyPolicies": on_key(),
    "EnableKeyRotation": on_key(_rotation_period),
    "DisableKeyRotation": on_key(),
    "GetKeyRotationStatus": on_key(),
    "RotateKeyOnDemand": on_key(),
    "ListKeyRotations": on_key(),
    "GetParametersForImport": on_key(_wrapping),
    "ImportKeyMaterial": on_key(_expiry),
    "DeleteImportedKeyMaterial": on_key(),
    "TagResource": on_key(_new_tags),
    "UntagResource": on_key(_old_tags),
    "ListResourceTags": on_key(),
    "Encrypt": with_key,
    "Decrypt": decrypt,
    "ReEncrypt": re_encrypt,
    "GenerateDataKey": with_key,
    "GenerateDataKeyWithoutPlaintext": with_key,
    "GenerateDataKeyPair": with_key,
    "GenerateDataKeyPairWithoutPlaintext": with_key,
    "GenerateRandom": anywhere,
    **grants.OPERATIONS,
    **aliases.OPERATIONS,
}
