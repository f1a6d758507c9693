"""A KMS key as policies see it: its name in a request, and the condition keys that go with its use.

Source: AWS KMS Developer Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.kms.key_state import check_state
from kmscourse.sandbox.kms.key_usage import check_origin, check_usage
from kmscourse.sandbox.kms.views import KeyView
from kmscourse.sandbox.operation import Context, PermissionCheck
from kmscourse.sandbox.permission_checks import Reader

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

KEY_ARN = re.compile(r"arn:aws:kms:[a-z0-9-]+:(\d{12}):(key|alias)/.+")
DYNAMODB = "dynamodb.amazonaws.com"
More = Callable[[Mapping[str, Any]], Context]


def resolve(
    call: Call, caller: Caller, account: Account, key_id: str, *, alias: bool = True, action: str = ""
) -> KeyView:
    """The key that a request names by id, ARN, alias name or alias ARN; the last two only where ``alias``.

    ``action`` is what it is named for, where that is not the call's own.

    Raises AwsError: NotFoundException; InvalidArnException for an alias where none is taken, as users of AWS quote
    it; AccessDeniedException for a key of another account, of which AWS does not say whether it exists.
    """
    arn = KEY_ARN.fullmatch(key_id)
    if arn and arn[1] != account.account_id:
        raise AwsError(
            "AccessDeniedException",
            f"User: {caller.arn} is not authorized to perform: {action or call.action} on this resource because the "
            "resource does not exist in this Region, no resource-based policies allow access, or a "
            "resource-based policy explicitly denies access",
        )
    if not alias and alias_in(key_id):
        raise AwsError("InvalidArnException", "Key Aliases are not supported for this operation.")
    return account.key(call.region, key_id)


def _nothing(parameters: Mapping[str, Any]) -> Context:
    return {}


def on_key(more: More = _nothing, *, alias: bool = False) -> Reader:
    """An operation on the key in KeyId, which an alias may name only where ``alias``.

    ``more`` gives the condition keys of its own.
    """

    def read(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
        named = call.parameters["KeyId"]
        key = resolve(call, caller, account, named, alias=alias)
        yield key_access(call, account, call.action, key, caller, named=named, more=more(call.parameters))

    return read


def is_key(resource: str) -> bool:
    """Whether an access is to a KMS key, whose policy and state then count."""
    return resource.startswith("arn:aws:kms:") and ":key/" in resource


def is_alias(resource: str) -> bool:
    """Whether an access is to the alias of a KMS key."""
    return resource.startswith("arn:aws:kms:") and ":alias/" in resource


def alias_in(key_id: str) -> str | None:
    """The alias name in an alias name or alias ARN, as in ``alias/myKey``."""
    if key_id.startswith("alias/"):
        return key_id
    return (
        "alias/" + key_id.split(":alias/", 1)[1]
        if key_id.startswith("arn:") and ":alias/" in key_id
        else None
    )


def key_access(
    call: Call,
    account: Account,
    action: str,
    key: KeyView,
    caller: Caller,
    *,
    named: str | None = None,
    encryption_context: Mapping[str, str] | None = None,
    more: Context | None = None,
    via_dynamodb: bool = False,
) -> PermissionCheck:
    """The use of ``key`` for ``action``, with every condition key that AWS documents for it.

    ``named`` is how the request named the key (for kms:RequestAlias); ``encryption_context`` is None for an
    operation that takes none.
    """
    context: dict[str, str | Sequence[str]] = {
        "kms:CallerAccount": caller.account,
        "kms:KeySpec": key.spec,
        "kms:KeyUsage": key.usage,
        "kms:KeyOrigin": key.origin,
        "kms:MultiRegion": truth(key.multi_region),
        **{f"aws:ResourceTag/{name}": value for name, value in key.tags.items()},
        **encryption_condition_keys(encryption_context or {}),
        **(more or {}),
    }
    if key.aliases:
        context["kms:ResourceAliases"] = list(key.aliases)
    if named is not None and (request_alias := alias_in(named)):
        context["kms:RequestAlias"] = request_alias
    if via_dynamodb:
        context["kms:ViaService"] = f"dynamodb.{key.region}.amazonaws.com"
    check = PermissionCheck(
        action,
        key.arn,
        context,
        DYNAMODB if via_dynamodb else None,
        resource_policy=key.policy,
        grants=account.grants_for(key, caller, action, _pairs_in(context)),
    )
    return replace(check, require_usable=lambda: require_usable(check, key, call.parameters))


def require_usable(check: PermissionCheck, key: KeyView, parameters: Mapping[str, Any]) -> None:
    """Raises AwsError where a key's origin, state or usage does not allow what is checked."""
    check_origin(check.action, key)
    check_state(check.action, key)
    check_usage(check, key, parameters)


def _pairs_in(context: Context) -> dict[str, str]:
    """The encryption context that condition keys tell of."""
    prefix = "kms:EncryptionContext:"
    return {
        name.removeprefix(prefix): str(value) for name, value in context.items() if name.startswith(prefix)
    }


def encryption_condition_keys(encryption_context: Mapping[str, str]) -> dict[str, str | list[str]]:
    """``kms:EncryptionContext:<name>`` for each pair, and their names in ``kms:EncryptionContextKeys``."""
    pairs: dict[str, str | list[str]] = {
        f"kms:EncryptionContext:{name}": value for name, value in encryption_context.items()
    }
    return {**pairs, "kms:EncryptionContextKeys": list(encryption_context)} if pairs else {}


def truth(value: object) -> str:
    """A condition key's boolean."""
    return "true" if value else "false"
