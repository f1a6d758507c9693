"""Grants made, listed and ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.kms.grant_permissions import named_grant
from kmscourse.sandbox.kms.pages import page_of
from kmscourse.sandbox.kms.request import Answer, Operation, key_in

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account


def create_grant(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html"""
    key = key_in(call, account)
    grant_id, token = account.add_grant(key, call.parameters)
    return {"GrantId": grant_id, "GrantToken": token}


def list_grants(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html"""
    key, asked = key_in(call, account), call.parameters
    member = next((name for name in ("GranteePrincipal", "GranteeServicePrincipal") if asked.get(name)), "")
    if not asked.get("GrantId"):
        return _listed(call, account, account.grant_ids(key, member, asked.get(member, "")))
    grant = account.grant(call.region, asked["GrantId"]) or {}
    is_asked = grant.get("KeyId") == key.arn and grant.get(member) == asked.get(member)
    return _listed(call, account, [asked["GrantId"]] if is_asked else [])


def list_retirable_grants(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html"""
    return _listed(
        call, account, account.retirable_grant_ids(call.region, call.parameters["RetiringPrincipal"])
    )


def retire_grant(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html"""
    return _end(call, *named_grant(call, account), account)


def revoke_grant(call: Call, account: Account) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html"""
    return _end(call, call.parameters["KeyId"], call.parameters["GrantId"], account)


OPERATIONS: Mapping[str, Operation] = {
    "CreateGrant": create_grant,
    "ListGrants": list_grants,
    "ListRetirableGrants": list_retirable_grants,
    "RetireGrant": retire_grant,
    "RevokeGrant": revoke_grant,
}


def _listed(call: Call, account: Account, ids: Sequence[str]) -> Answer:
    """A page of these grants, which are in their order."""
    return page_of(call, "Grants", ids, lambda grant_id: account.grant(call.region, grant_id))


def _end(call: Call, key_id: str, grant_id: str, account: Account) -> Answer:
    """Take a grant from its key. Raises AwsError NotFoundException."""
    key = account.key(call.region, key_id)
    if not account.remove_grants(key, among=[grant_id]):
        raise AwsError("NotFoundException", f"Grant ID {grant_id} not found")
    return {}
