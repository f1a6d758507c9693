"""Aliases made, moved, listed and removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.kms.pages import page_of
from kmscourse.sandbox.kms.request import Answer, Operation, key_in

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def create_alias(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html

    Raises AwsError AlreadyExistsException, LimitExceededException.
    """
    name = call.parameters["AliasName"]
    if account.alias_exists(call.region, name):
        arn = f"arn:aws:kms:{call.region}:{account.account_id}:{name}"
        raise AwsError("AlreadyExistsException", f"An alias with the name {arn} already exists")
    return update_alias(call, account)


def update_alias(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html"""
    account.set_alias(call.parameters["AliasName"], key_in(call, account, "TargetKeyId"))
    return {}


def delete_alias(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html"""
    account.remove_alias(call.region, call.parameters["AliasName"])
    return {}


def list_aliases(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html"""
    named = call.parameters.get("KeyId")
    names = sorted(key_in(call, account).aliases) if named else account.alias_names(call.region)
    return page_of(call, "Aliases", names, lambda name: account.alias(call.region, name))


OPERATIONS: Mapping[str, Operation] = {
    "CreateAlias": create_alias,
    "UpdateAlias": update_alias,
    "DeleteAlias": delete_alias,
    "ListAliases": list_aliases,
}
