"""The operations on grants: the keys that they touch, and the condition keys of a grant's terms.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS Key Management
Service"; AWS KMS Developer Guide, "AWS KMS condition keys"; AWS KMS API Reference, "CreateGrant", "RetireGrant".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.kms.key_access import encryption_condition_keys, key_access, on_key, resolve
from kmscourse.sandbox.model.shapes import input_shape
from kmscourse.sandbox.operation import Context, PermissionCheck
from kmscourse.sandbox.permission_checks import Reader

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

CONTEXT_CONSTRAINTS = ("EncryptionContextEquals", "EncryptionContextSubset")

_GRANT_ID = re.compile(r"[0-9a-f]{64}")


def check_tokens(call: Call, account: Account) -> None:
    """Raises AwsError InvalidGrantTokenException for what is no grant token among a call's GrantTokens.

    Only that: here a grant counts from the moment it is made, and for nobody but its grantee.
    """
    shape = input_shape(call.service, call.operation)
    if shape is not None and "GrantTokens" in shape.members:
        for token in call.parameters.get("GrantTokens") or []:
            _of_token(call, token, account)


def create_grant(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """The key, with the terms of the grant that is to be."""
    parameters = call.parameters
    _check_one_of(parameters, "GranteePrincipal", "GranteeServicePrincipal")
    _check_one_of(parameters, "RetiringPrincipal", "RetiringServicePrincipal", needed=False)
    yield from on_key(_terms)(call, caller, account)


def of_grant(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """The key, perhaps with the id of one of its grants."""
    _check_id(call.parameters.get("GrantId"))
    _check_one_of(call.parameters, "GranteePrincipal", "GranteeServicePrincipal", needed=False)
    yield from on_key(_not_for_a_service)(call, caller, account)


def list_retirable_grants(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """The principal whose grants are listed, wherever they are: no permission on their keys is asked for."""
    _check_one_of(call.parameters, "RetiringPrincipal", "RetiringServicePrincipal")
    principal = call.parameters.get("RetiringPrincipal")
    if principal is None:
        raise AwsError("ValidationException", "Only an AWS service can list by RetiringServicePrincipal.")
    if not principal.startswith("arn:"):
        raise AwsError("InvalidArnException", f"Invalid Arn {principal}")
    yield PermissionCheck(call.action, principal, {"kms:CallerAccount": caller.account})


def retire_grant(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """The key of the grant; who may retire it, the grant itself says."""
    key_name, grant_id = named_grant(call, account)
    key = resolve(call, caller, account, key_name, alias=False)
    check = key_access(call, account, call.action, key, caller)
    grant = account.grant(key.region, grant_id)
    of_key = grant is not None and grant["KeyId"] == key.arn
    yield replace(check, grants=[grant] if grant is not None and of_key else [])  # It says who may retire it.


def named_grant(call: Call, account: Account) -> tuple[str, str]:
    """The key, as it is named, and the id of the grant that RetireGrant is to end: by a token, or by both of them.

    Raises AwsError: InvalidGrantTokenException, InvalidGrantIdException, ValidationException.
    """
    token, key_id, grant_id = (call.parameters.get(name) for name in ("GrantToken", "KeyId", "GrantId"))
    if token is not None and key_id is None and grant_id is None:
        return _of_token(call, token, account)
    if token is not None or key_id is None or grant_id is None:
        raise AwsError(
            "ValidationException",
            "A grant to retire is named by its GrantToken, or by its KeyId and GrantId.",
        )
    _check_id(grant_id)
    return key_id, grant_id


def _of_token(call: Call, token: str, account: Account) -> tuple[str, str]:
    found = account.grant_of_token(call.region, token)
    if found is None:
        raise AwsError("InvalidGrantTokenException", "The grant token stands for no grant in this Region.")
    return found


def _check_id(grant_id: str | None) -> None:
    if grant_id is not None and not _GRANT_ID.fullmatch(grant_id):
        raise AwsError("InvalidGrantIdException", f"Invalid grant ID '{grant_id}'")


def _check_one_of(parameters: Mapping[str, Any], one: str, other: str, *, needed: bool = True) -> None:
    given = [name for name in (one, other) if parameters.get(name) is not None]
    if len(given) > 1 or (needed and not given):
        raise AwsError("ValidationException", f"You must specify either {one} or {other}, but not both.")


def _not_for_a_service(parameters: Mapping[str, Any]) -> Context:
    """Only where a service asks for the caller it is (``dynamodb.py``)."""
    return {"kms:GrantIsForAWSResource": "false"}


def _terms(parameters: Mapping[str, Any]) -> Context:
    """The condition keys that tell of a new grant; the context that it is constrained to counts as the request's."""
    constraints = parameters.get("Constraints") or {}
    kinds = [kind for kind in CONTEXT_CONSTRAINTS if constraints.get(kind)]
    pairs = {name: value for kind in kinds for name, value in constraints[kind].items()}
    context: dict[str, str | Sequence[str]] = {
        **_not_for_a_service(parameters),
        "kms:GrantOperations": parameters["Operations"],
        **encryption_condition_keys(pairs),
    }
    if kinds:
        context["kms:GrantConstraintType"] = kinds if len(kinds) > 1 else kinds[0]
    for whom in ("Grantee", "Retiring"):
        principal = parameters.get(f"{whom}Principal") or parameters.get(f"{whom}ServicePrincipal")
        if principal:
            context[f"kms:{whom}Principal"] = principal
    return context


OPERATIONS: Mapping[str, Reader] = {
    "CreateGrant": create_grant,
    "ListGrants": of_grant,
    "RevokeGrant": of_grant,
    "RetireGrant": retire_grant,
    "ListRetirableGrants": list_retirable_grants,
}
