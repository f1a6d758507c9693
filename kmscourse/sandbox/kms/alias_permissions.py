"""The operations on aliases: permission is needed on the alias and on every key that it stands for or is to.

Source: AWS KMS Developer Guide, "Controlling access to aliases"; AWS KMS API Reference, "CreateAlias".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.kms.key_access import alias_in, key_access, resolve
from kmscourse.sandbox.kms.views import KeyView
from kmscourse.sandbox.operation import PermissionCheck
from kmscourse.sandbox.permission_checks import Reader, anywhere

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def create_alias(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """The alias, which identity policies speak of, and the key that it is to stand for."""
    yield _alias_access(call, account)
    yield key_access(call, account, call.action, _target(call, caller, account), caller)


def update_alias(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """The alias, the key that it leaves and the key that it goes to."""
    yield _alias_access(call, account)
    yield key_access(
        call, account, call.action, account.key(call.region, call.parameters["AliasName"]), caller
    )
    yield key_access(call, account, call.action, _target(call, caller, account), caller)


def delete_alias(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """The alias and the key that it stands for."""
    yield _alias_access(call, account)
    yield key_access(
        call, account, call.action, account.key(call.region, call.parameters["AliasName"]), caller
    )


def list_aliases(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """No resource in particular; a key whose aliases are wanted must be there."""
    key_id = call.parameters.get("KeyId")
    if key_id is not None:
        resolve(call, caller, account, key_id, alias=False)
    yield from anywhere(call, caller, account)


def _alias_access(call: Call, account: Account) -> PermissionCheck:
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
    if ":" in name:
        raise AwsError("ValidationException", f"{name} contains invalid characters for an alias")
    if name.startswith("alias/aws/"):
        raise AwsError("NotAuthorizedException", "")
    return PermissionCheck(call.action, f"arn:aws:kms:{call.region}:{account.account_id}:{name}")


def _target(call: Call, caller: Caller, account: Account) -> KeyView:
    """The key in TargetKeyId, which no alias can name."""
    target = call.parameters["TargetKeyId"]
    if alias_in(target):
        raise AwsError("ValidationException", "Aliases must refer to keys. Not aliases")
    return resolve(call, caller, account, target)


OPERATIONS: Mapping[str, Reader] = {
    "CreateAlias": create_alias,
    "UpdateAlias": update_alias,
    "DeleteAlias": delete_alias,
    "ListAliases": list_aliases,
}
