"""The use of a KMS key as policies see it: the permission check, with the condition keys that go with it.

Source: AWS KMS Developer Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kmscourse.sandbox.kms.key import Key
from kmscourse.sandbox.kms.key_state import require_usable
from kmscourse.sandbox.kms.resolve import alias_in
from kmscourse.sandbox.operation import Context, PermissionCheck, ResolvedCall


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
    context: dict[str, str | Sequence[str]] = {
        "kms:CallerAccount": resolved.caller.account,
        "kms:KeySpec": key.spec,
        "kms:KeyUsage": key.usage,
        "kms:KeyOrigin": key.origin,
        "kms:MultiRegion": truth(key.multi_region),
        **{f"aws:ResourceTag/{tag}": value for tag, value in key.tags.items()},
        **encryption_condition_keys(encryption_context or {}),
        **(more or {}),
    }
    if key.aliases:
        context["kms:ResourceAliases"] = list(key.aliases)
    if name is not None and (request_alias := alias_in(name)):
        context["kms:RequestAlias"] = request_alias
    if via is not None:
        context["kms:ViaService"] = f"{via.partition('.')[0]}.{key.region}.amazonaws.com"
    check = PermissionCheck(
        action,
        key.arn,
        context,
        via,
        resource_policy=key.policy,
        grants=resolved.account.keys.grants_for(key, resolved.caller, action, _pairs_in(context)),
    )
    return replace(check, require_usable=lambda: require_usable(check, key, resolved.parameters))


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
