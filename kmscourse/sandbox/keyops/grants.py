"""Grants made, listed and ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.keyops.request import Answer, Operation, key_in
from kmscourse.sandbox.pages import page
from kmscourse.sandbox.resources.grants import named_grant

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend


def create_grant(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html"""
    key = key_in(call, backend)
    grant_id, token = backend.add_grant(key, call.parameters)
    return {"GrantId": grant_id, "GrantToken": token}


def list_grants(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html"""
    grants = key_in(call, backend).grants
    return _listed(call, grants, ("GrantId", "GranteePrincipal", "GranteeServicePrincipal"))


def list_retirable_grants(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html"""
    grants = [grant for key in backend.keys(call.region) for grant in key.grants]
    return _listed(call, grants, ("RetiringPrincipal",))


def retire_grant(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html"""
    return _end(call, *named_grant(call, backend), backend)


def revoke_grant(call: Call, backend: Backend) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html"""
    return _end(call, call.parameters["KeyId"], call.parameters["GrantId"], backend)


OPERATIONS: Mapping[str, Operation] = {
    "CreateGrant": create_grant,
    "ListGrants": list_grants,
    "ListRetirableGrants": list_retirable_grants,
    "RetireGrant": retire_grant,
    "RevokeGrant": revoke_grant,
}


def _listed(call: Call, grants: Any, filters: tuple[str, ...]) -> Answer:
    """A page of the grants that have what the call's ``filters`` ask for."""
    wanted = {name: call.parameters[name] for name in filters if call.parameters.get(name)}
    found = [grant for grant in grants if all(grant.get(name) == value for name, value in wanted.items())]
    return page(call, {"Grants": found}, "Grants", lambda grant: str(grant["GrantId"]))


def _end(call: Call, key_id: str, grant_id: str, backend: Backend) -> Answer:
    """Take a grant from its key. Raises AwsError NotFoundException."""
    key = backend.key(call.region, key_id)
    if not backend.remove_grants(key, lambda grant: bool(grant["GrantId"] == grant_id)):
        raise AwsError("NotFoundException", f"Grant ID {grant_id} not found")
    return {}
