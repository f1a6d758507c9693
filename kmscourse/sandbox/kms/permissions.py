"""The permissions that the operations of KMS need: on which keys and aliases, with which condition keys.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS Key Management
Service"; AWS KMS Developer Guide, "AWS KMS condition keys", "Controlling access to aliases"; AWS KMS API Reference,
each operation. What is refused here of a call's parameters, AWS refuses before it decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import request_quota
from kmscourse.sandbox.kms.grants import CONTEXT_CONSTRAINTS
from kmscourse.sandbox.kms.key import Key, require_usable
from kmscourse.sandbox.kms.last_usage import days_without_usage
from kmscourse.sandbox.kms.resolve import KmsCall, alias_in, require_grant_id
from kmscourse.sandbox.operation import Context, PermissionCheck, ResolvedCall, anywhere, tag_context

Permissions = Callable[[KmsCall], Iterable[PermissionCheck]]
ContextOf = Callable[[KmsCall], Context]
"""The condition keys of an operation beside those that every call on a key has."""


# The use of a key


def key_check(
    resolved: ResolvedCall,
    action: str,
    key: Key,
    *,
    name: str | None = None,
    encryption_context: Mapping[str, str] | None = None,
    more: Context | None = None,
    via: str | None = None,
) -> PermissionCheck:
    """The use of ``key`` for ``action``, with every condition key that AWS documents for it.

    ``name`` is how the request names the key (for kms:RequestAlias); ``encryption_context`` is None for an operation
    that takes none; ``more`` are the condition keys of the operation; ``via`` is the service that uses the key for the
    caller, as in ``dynamodb.amazonaws.com``.
    """
    pairs = encryption_context or {}
    context: dict[str, str | Sequence[str]] = {
        "kms:CallerAccount": resolved.caller.account,
        "kms:KeySpec": key.spec,
        "kms:KeyUsage": key.usage,
        "kms:KeyOrigin": key.origin,
        "kms:MultiRegion": _truth(key.multi_region),
        **{f"aws:ResourceTag/{tag}": value for tag, value in key.tags.items()},
        **{f"kms:EncryptionContext:{name}": value for name, value in pairs.items()},
        **(more or {}),
    }
    if pairs:
        context["kms:EncryptionContextKeys"] = list(pairs)
    if key.aliases:
        context["kms:ResourceAliases"] = list(key.aliases)
    if name is not None and (request_alias := alias_in(name)):
        context["kms:RequestAlias"] = request_alias
    if via is not None:
        context["kms:ViaService"] = f"{via.partition('.')[0]}.{key.region}.amazonaws.com"
    keys = resolved.account.keys
    with_token = resolved.grants_with_token if isinstance(resolved, KmsCall) else frozenset()
    grants = keys.grants_for(key, resolved.caller, action, pairs, resolved.now, with_token)
    check = PermissionCheck(
        action,
        key.arn,
        context,
        via,
        resource_policy=key.policy,
        grants=grants,
        require_quota=None if key.has_public_key else quota_for(resolved, action),
    )
    return replace(check, require_usable=lambda: require_usable(check, key, resolved.parameters))


def quota_for(resolved: ResolvedCall, action: str) -> Callable[[], None] | None:
    """What counts a request for ``action`` and refuses one too many; None where it has no part in the shared quota."""
    if action not in request_quota.SHARED:
        return None
    return lambda: resolved.account.keys.quota.take(resolved.region, resolved.now)


def _truth(value: object) -> str:
    return "true" if value else "false"


# Keys


def on_key(context_of: ContextOf = lambda resolved: {}) -> Permissions:
    """An operation on the key in KeyId, which no alias can name."""

    def permissions(resolved: KmsCall) -> Iterable[PermissionCheck]:
        yield key_check(resolved, resolved.action, resolved.key, more=context_of(resolved))

    return permissions


def on_key_by_any_name(context_of: ContextOf = lambda resolved: {}) -> Permissions:
    """An operation on the key in KeyId, which an alias can name too."""

    def permissions(resolved: KmsCall) -> Iterable[PermissionCheck]:
        key, name = resolved.key_by_any_name, resolved.parameters["KeyId"]
        yield key_check(resolved, resolved.action, key, name=name, more=context_of(resolved))

    return permissions


def create_key(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """No key is there yet; tags in the request need kms:TagResource as well."""
    parameters = resolved.parameters
    tags = _new_tags(resolved)
    spec, usage, origin = resolved.kind_of_new_key
    context: Context = {
        "kms:CallerAccount": resolved.caller.account,
        "kms:KeySpec": spec,
        "kms:KeyUsage": usage,
        "kms:KeyOrigin": origin,
        "kms:MultiRegion": _truth(parameters.get("MultiRegion")),
        **_bypass(resolved),
        **tags,
    }
    yield PermissionCheck(resolved.action, "*", context)
    if tags:
        yield PermissionCheck("kms:TagResource", "*", {"kms:CallerAccount": resolved.caller.account, **tags})


def _bypass(resolved: KmsCall) -> Context:
    bypass = resolved.parameters.get("BypassPolicyLockoutSafetyCheck")
    return {"kms:BypassPolicyLockoutSafetyCheck": _truth(bypass)}


def _new_tags(resolved: KmsCall) -> Context:
    return tag_context((tag["TagKey"], tag["TagValue"]) for tag in resolved.parameters.get("Tags") or [])


def _expiry(resolved: KmsCall) -> Context:
    context = {"kms:ExpirationModel": resolved.parameters.get("ExpirationModel") or "KEY_MATERIAL_EXPIRES"}
    valid_to = resolved.parameters.get("ValidTo")
    return context if valid_to is None else {**context, "kms:ValidTo": str(valid_to)}


def _deletion(resolved: KmsCall) -> Context:
    days = resolved.parameters.get("PendingWindowInDays", 30)
    return {"kms:ScheduleKeyDeletionPendingWindowInDays": str(days), **days_without_usage(resolved)}


put_key_policy = on_key(_bypass)
disable_key = on_key(days_without_usage)
schedule_key_deletion = on_key(_deletion)
enable_key_rotation = on_key(
    lambda resolved: {"kms:RotationPeriodInDays": str(resolved.parameters.get("RotationPeriodInDays", 365))}
)
get_parameters_for_import = on_key(
    lambda resolved: {
        f"kms:{name}": resolved.parameters[name] for name in ("WrappingAlgorithm", "WrappingKeySpec")
    }
)
import_key_material = on_key(_expiry)
tag_resource = on_key(_new_tags)
untag_resource = on_key(lambda resolved: {"aws:TagKeys": resolved.parameters["TagKeys"]})


# Cryptography


def encrypt(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """A cryptographic operation on the key in KeyId, under an encryption context."""
    parameters = resolved.parameters
    pair = {"kms:DataKeyPairSpec": parameters["KeyPairSpec"]} if "KeyPairSpec" in parameters else {}
    yield _cryptography_check(resolved, resolved.action, resolved.key_by_any_name, parameters["KeyId"], pair)


sign = on_key_by_any_name(
    lambda resolved: {
        "kms:SigningAlgorithm": resolved.parameters["SigningAlgorithm"],
        "kms:MessageType": resolved.message_type,
    }
)
mac = on_key_by_any_name(lambda resolved: {"kms:MacAlgorithm": resolved.parameters["MacAlgorithm"]})
derive_shared_secret = on_key_by_any_name(
    lambda resolved: {"kms:KeyAgreementAlgorithm": resolved.parameters["KeyAgreementAlgorithm"]}
)


def decrypt(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """The key is read from the ciphertext; one that the caller names as well must exist."""
    name = resolved.parameters.get("KeyId")
    yield _cryptography_check(resolved, resolved.action, resolved.decryption_key, name)


def re_encrypt(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """Two keys, two permissions: from the one that opens the ciphertext, to the one that seals it again."""
    source, destination = resolved.source_key, resolved.destination_key
    same = {"kms:ReEncryptOnSameKey": _truth(source.id == destination.id)}
    for action, side, key in (
        ("ReEncryptFrom", "Source", source),
        ("ReEncryptTo", "Destination", destination),
    ):
        name = resolved.parameters.get(f"{side}KeyId")
        yield _cryptography_check(resolved, f"kms:{action}", key, name, same, side)


def _cryptography_check(
    resolved: KmsCall, action: str, key: Key, name: str | None, more: Context | None = None, side: str = ""
) -> PermissionCheck:
    """``side`` is Source or Destination, with which the parameters of ReEncrypt begin."""
    context = resolved.parameters.get(f"{side}EncryptionContext")
    more = {"kms:EncryptionAlgorithm": resolved.encryption_algorithm(side), **(more or {})}
    return key_check(resolved, action, key, name=name, encryption_context=context, more=more)


def generate_random(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """Random bytes, which come from no key; they count as a cryptographic operation."""
    for check in anywhere(resolved):
        yield replace(check, require_quota=quota_for(resolved, resolved.action))


# Aliases


def create_alias(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """The alias, which identity policies speak of, and the key that it is to stand for."""
    yield _alias_check(resolved)
    yield key_check(resolved, resolved.action, resolved.target_key)


def update_alias(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """The alias, the key that it leaves and the key that it goes to."""
    yield _alias_check(resolved)
    yield key_check(resolved, resolved.action, resolved.alias_key)
    yield key_check(resolved, resolved.action, resolved.target_key)


def delete_alias(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """The alias and the key that it stands for."""
    yield _alias_check(resolved)
    yield key_check(resolved, resolved.action, resolved.alias_key)


def list_aliases(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """No resource in particular; a key whose aliases are to be listed must be there."""
    if resolved.parameters.get("KeyId") is not None:
        _ = resolved.key
    return anywhere(resolved)


def _alias_check(resolved: KmsCall) -> PermissionCheck:
    """The alias in AliasName; names under ``alias/aws/`` are AWS's own."""
    name = resolved.parameters["AliasName"]
    if not name.startswith("alias/"):
        raise AwsError(
            "ValidationException",
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        )
    if name == "alias/":
        raise AwsError("ValidationException", "An alias has a name after its prefix alias/.")
    if ":" in name:
        raise AwsError("ValidationException", f"{name} contains invalid characters for an alias")
    if name.startswith("alias/aws/"):
        raise AwsError("NotAuthorizedException", "")
    return PermissionCheck(resolved.action, resolved.arn_of(name))


# Grants


def create_grant(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """The key, with the terms of the grant that is to be."""
    parameters = resolved.parameters
    _check_one_of(parameters, "GranteePrincipal", "GranteeServicePrincipal")
    _check_one_of(parameters, "RetiringPrincipal", "RetiringServicePrincipal", needed=False)
    constraints = parameters.get("Constraints") or {}
    kinds = [kind for kind in CONTEXT_CONSTRAINTS if constraints.get(kind)]
    context: dict[str, str | Sequence[str]] = {
        **_NOT_FOR_A_SERVICE,
        "kms:GrantOperations": parameters["Operations"],
    }
    if kinds:
        context["kms:GrantConstraintType"] = kinds if len(kinds) > 1 else kinds[0]
    for role in ("Grantee", "Retiring"):
        principal = parameters.get(f"{role}Principal") or parameters.get(f"{role}ServicePrincipal")
        if principal:
            context[f"kms:{role}Principal"] = principal
    # The context that it is constrained to counts as the request's.
    pairs = {name: value for kind in kinds for name, value in constraints[kind].items()}
    yield key_check(resolved, resolved.action, resolved.key, encryption_context=pairs, more=context)


def on_grant(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """The key, perhaps with the id of one of its grants."""
    require_grant_id(resolved.parameters.get("GrantId"))
    _check_one_of(resolved.parameters, "GranteePrincipal", "GranteeServicePrincipal", needed=False)
    yield key_check(resolved, resolved.action, resolved.key, more=_NOT_FOR_A_SERVICE)


def list_retirable_grants(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """The principal whose grants are listed, wherever they are: no permission on their keys is asked for."""
    _check_one_of(resolved.parameters, "RetiringPrincipal", "RetiringServicePrincipal")
    principal = resolved.parameters.get("RetiringPrincipal")
    if principal is None:
        raise AwsError("ValidationException", "Only an AWS service can list by RetiringServicePrincipal.")
    if not principal.startswith("arn:"):
        raise AwsError("InvalidArnException", f"Invalid Arn {principal}")
    yield PermissionCheck(resolved.action, principal, {"kms:CallerAccount": resolved.caller.account})


def retire_grant(resolved: KmsCall) -> Iterable[PermissionCheck]:
    """The key of the grant; who may retire it, the grant itself says."""
    retiring = resolved.retiring
    ids = [] if retiring.grant is None else [retiring.grant_id]
    entries = [resolved.account.keys.grant_entry(resolved.region, grant_id) for grant_id in ids]
    yield replace(key_check(resolved, resolved.action, retiring.key), grants=entries)


# True where a service calls for the caller.
_NOT_FOR_A_SERVICE: Context = {"kms:GrantIsForAWSResource": "false"}


def _check_one_of(parameters: Mapping[str, Any], one: str, other: str, *, needed: bool = True) -> None:
    given = [name for name in (one, other) if parameters.get(name) is not None]
    if len(given) > 1 or (needed and not given):
        raise AwsError("ValidationException", f"You must specify either {one} or {other}, but not both.")
