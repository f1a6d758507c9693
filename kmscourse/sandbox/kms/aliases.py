"""Aliases made, moved, listed and removed.

Source: AWS KMS Developer Guide, "Aliases in AWS KMS"; AWS KMS API Reference, "UpdateAlias", "AliasListEntry".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.key import SYMMETRIC
from kmscourse.sandbox.kms.key_state import refuse_pending
from kmscourse.sandbox.kms.pages import page
from kmscourse.sandbox.operation import Answer

if TYPE_CHECKING:
    from kmscourse.sandbox.kms.resolve import KmsCall


def check_target(resolved: KmsCall) -> None:
    """An alias moves between keys of one kind: what was encrypted under it must stay within its reach."""
    old, new = resolved.alias_key, resolved.target_key
    refuse_pending(new)
    if (old.usage, old.spec == SYMMETRIC) != (new.usage, new.spec == SYMMETRIC):
        raise AwsError(
            "ValidationException",
            f"The alias stands for a key of {old.spec} for {old.usage}; it can't stand for one of {new.spec} "
            f"for {new.usage}.",
        )


def create_alias(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html

    Raises AwsError AlreadyExistsException, LimitExceededException.
    """
    name = resolved.parameters["AliasName"]
    if resolved.account.keys.key_of_alias(resolved.region, name) is not None:
        arn = f"arn:aws:kms:{resolved.region}:{resolved.account.account_id}:{name}"
        raise AwsError("AlreadyExistsException", f"An alias with the name {arn} already exists")
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
    keys, region = resolved.account.keys, resolved.region
    of_key = resolved.parameters.get("KeyId")
    names = sorted(resolved.key.aliases) if of_key else keys.alias_names(region)
    return page(resolved.parameters, "Aliases", names, lambda name: _entry(resolved, name))


def _entry(resolved: KmsCall, name: str) -> Answer:
    """An AliasListEntry; one of AWS's own without a key has a name alone."""
    arn = f"arn:aws:kms:{resolved.region}:{resolved.account.account_id}:{name}"
    entry = {"AliasName": name, "AliasArn": arn}
    key = resolved.account.keys.key_of_alias(resolved.region, name)
    if key is None:
        return entry
    alias = key.aliases[name]
    return {
        **entry,
        "TargetKeyId": key.id,
        "CreationDate": alias.created,
        "LastUpdatedDate": alias.updated,
    }
