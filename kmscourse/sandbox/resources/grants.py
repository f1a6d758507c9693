"""The operations on grants: the keys that they touch, and the condition keys of a grant's terms.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS Key Management
Service"; AWS KMS Developer Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Access, AwsError, Call, Caller, Context
from kmscourse.sandbox.resources.keys import on_key
from kmscourse.sandbox.resources.reading import Reader, anywhere

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend


def retire_grant(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """The grant itself says who may; it is found by its key and its id."""
    if not call.parameters.get("KeyId") or not call.parameters.get("GrantId"):
        raise AwsError(
            "UnsupportedOperationException",
            "The practice account finds a grant to retire by its KeyId and GrantId, not by a token.",
        )
    yield from on_key()(call, caller, backend)


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
    "CreateGrant": on_key(_grant),
    "ListGrants": on_key(_own_grant),
    "RevokeGrant": on_key(_own_grant),
    "RetireGrant": retire_grant,
    "ListRetirableGrants": anywhere,
}
