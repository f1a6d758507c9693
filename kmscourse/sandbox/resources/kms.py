"""The KMS operations that the practice account offers, and the keys and aliases that each of them touches.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS Key Management
Service"; AWS KMS Developer Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Access, AwsError, Call, Caller, Context
from kmscourse.sandbox.resources.keys import key_access, resolve, truth
from kmscourse.sandbox.resources.reading import Reader, anywhere, tag_context
from kmscourse.sandbox.views import KeyView

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend

More = Callable[[Mapping[str, Any]], Context]


def _nothing(parameters: Mapping[str, Any]) -> Context:
    return {}


def on_key(more: More = _nothing, *, alias: bool = False) -> Reader:
    """An operation on the key in KeyId, which an alias may name only where ``alias``.

    ``more`` gives the condition keys of its own.
    """

    def read(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
        named = call.parameters["KeyId"]
        key = resolve(call, caller, backend, named, alias=alias)
        yield key_access(call.action, key, caller, named=named, more=more(call.parameters))

    return read


def with_key(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """A cryptographic operation on the key in KeyId, under an encryption context."""
    named = call.parameters["KeyId"]
    yield key_access(
        call.action,
        resolve(call, caller, backend, named),
        caller,
        named=named,
        encryption_context=call.parameters.get("EncryptionContext"),
        more=_algorithm(call.parameters, "EncryptionAlgorithm"),
    )


def decrypt(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """The key is read from the ciphertext; one that the caller names as well must exist."""
    named = call.parameters.get("KeyId")
    if named is not None:
        resolve(call, caller, backend, named)
    yield key_access(
        call.action,
        _key_of_ciphertext(call, backend),
        caller,
        named=named,
        encryption_context=call.parameters.get("EncryptionContext"),
        more=_algorithm(call.parameters, "EncryptionAlgorithm"),
    )


def re_encrypt(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """Two keys, two permissions: from the one that opens the ciphertext, to the one that seals it again."""
    parameters = call.parameters
    source_name, destination_name = parameters.get("SourceKeyId"), parameters["DestinationKeyId"]
    if source_name is not None:
        resolve(call, caller, backend, source_name)
    source = _key_of_ciphertext(call, backend)
    destination = resolve(call, caller, backend, destination_name)
    same = {"kms:ReEncryptOnSameKey": truth(source.id == destination.id)}
    yield key_access(
        "kms:ReEncryptFrom",
        source,
        caller,
        named=source_name,
        encryption_context=parameters.get("SourceEncryptionContext"),
        more={**_algorithm(parameters, "SourceEncryptionAlgorithm"), **same},
    )
    yield key_access(
        "kms:ReEncryptTo",
        destination,
        caller,
        named=destination_name,
        encryption_context=parameters.get("DestinationEncryptionContext"),
        more={**_algorithm(parameters, "DestinationEncryptionAlgorithm"), **same},
    )


def retire_grant(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """The grant itself says who may; it is found by its key and its id."""
    if not call.parameters.get("KeyId") or not call.parameters.get("GrantId"):
        raise AwsError(
            "UnsupportedOperationException",
            "The practice account finds a grant to retire by its KeyId and GrantId, not by a token.",
        )
    yield from on_key()(call, caller, backend)


def create_key(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
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
    yield Access(call.action, "*", context)
    if tags:
        yield Access("kms:TagResource", "*", {"kms:CallerAccount": caller.account, **tags})


def create_alias(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """The alias, which identity policies speak of, and the key that it is to stand for."""
    yield _alias_access(call, backend)
    yield key_access(call.action, _target(call, caller, backend), caller)


def update_alias(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """The alias, the key that it leaves and the key that it goes to."""
    yield _alias_access(call, backend)
    yield key_access(call.action, backend.key(call.region, call.parameters["AliasName"]), caller)
    yield key_access(call.action, _target(call, caller, backend), caller)


def delete_alias(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """The alias and the key that it stands for."""
    yield _alias_access(call, backend)
    yield key_access(call.action, backend.key(call.region, call.parameters["AliasName"]), caller)


def _alias_access(call: Call, backend: Backend) -> Access:
    """The alias in AliasName; names under ``alias/aws/`` are AWS's own."""
    name = call.parameters["AliasName"]
    if not name.startswith("alias/"):
        raise AwsError(
            "ValidationException",
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        )
    if name == "alias/":
        raise AwsError("ValidationException", "An alias has a name after its prefix alias/.")
    if name.startswith("alias/aws/"):
        raise AwsError("NotAuthorizedException", "")
    return Access(call.action, f"arn:aws:kms:{call.region}:{backend.account_id}:{name}")


def _target(call: Call, caller: Caller, backend: Backend) -> KeyView:
    return resolve(call, caller, backend, call.parameters["TargetKeyId"], alias=False)


def _key_of_ciphertext(call: Call, backend: Backend) -> KeyView:
    return backend.key_of_ciphertext(call.region, base64.b64decode(call.parameters["CiphertextBlob"]))


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


def _own_grant(parameters: Mapping[str, Any]) -> Context:
    """True only where a service makes the grant for the caller (``dynamodb.py``)."""
    return {"kms:GrantIsForAWSResource": "false"}


def _grant(parameters: Mapping[str, Any]) -> Context:
    constraints = parameters.get("Constraints") or {}
    context: dict[str, str | list[str]] = {
        "kms:GrantIsForAWSResource": "false",
        "kms:GrantOperations": parameters["Operations"],
    }
    for name in ("GranteePrincipal", "RetiringPrincipal"):
        if parameters.get(name):
            context[f"kms:{name}"] = parameters[name]
    for kind, pairs in constraints.items():
        context["kms:GrantConstraintType"] = kind
        context.update({f"kms:EncryptionContext:{key}": value for key, value in pairs.items()})
    return context


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
    "TagResource": on_key(_new_tags),
    "UntagResource": on_key(_old_tags),
    "ListResourceTags": on_key(),
    "CreateAlias": create_alias,
    "UpdateAlias": update_alias,
    "DeleteAlias": delete_alias,
    "ListAliases": anywhere,
    "CreateGrant": on_key(_grant),
    "ListGrants": on_key(_own_grant),
    "RevokeGrant": on_key(_own_grant),
    "RetireGrant": retire_grant,
    "ListRetirableGrants": anywhere,
    "Encrypt": with_key,
    "Decrypt": decrypt,
    "ReEncrypt": re_encrypt,
    "GenerateDataKey": with_key,
    "GenerateDataKeyWithoutPlaintext": with_key,
    "GenerateRandom": anywhere,
}
