"""What only KMS has: grants, aliases, and a key policy that is the root of trust.

AWS KMS Developer Guide, "Key policies", "Grants in AWS KMS", "Creating grants", "Retiring and revoking grants",
"Controlling access to aliases"; "Quotas" for what a constraint holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.language.principals import NOT_NAMED, Naming, PrincipalElement

CONTEXT_PREFIX = "kms:encryptioncontext:"
ALIAS_ACTIONS = ("kms:createalias", "kms:updatealias", "kms:deletealias")
RETIRE_GRANT = "kms:retiregrant"
CREATE_GRANT = "kms:creategrant"
# These have no encryption context, so a constraint on it does not hold them back.
UNCONSTRAINED_ACTIONS = ("kms:describekey", RETIRE_GRANT)
GRANTEE_FIELDS = ("GranteePrincipal", "GranteeServicePrincipal")
RETIRING_FIELDS = ("RetiringPrincipal", "RetiringServicePrincipal")
MAX_CONSTRAINT_PAIRS = 8
MAX_CONSTRAINT_VALUE_LENGTH = 384


def can_be_allowed_on_alias(request: Request) -> bool:
    """Permission on an alias is for naming keys only, never for using one; the names alias/aws/… are AWS's own."""
    return request.lowercase_action in ALIAS_ACTIONS and not request.path.startswith("alias/aws/")


def encryption_context(request: Request) -> dict[str, str]:
    """The call's encryption context, read back from its condition keys, with the case of the names kept."""
    return {
        key[len(CONTEXT_PREFIX) :]: value
        for key, value in request.context.items()
        if key.lower().startswith(CONTEXT_PREFIX) and isinstance(value, str)
    }


def gives(grant: Mapping[str, Any], request: Request) -> Naming:
    """How closely a grant, as ListGrants prints it, gives the caller this call. It never denies anything."""
    naming = NOT_NAMED
    if operation_of(request) in operations_of(grant) and holds_constraints(grant, request):
        naming = names_in_grant(grant, GRANTEE_FIELDS, request)
    if request.lowercase_action == RETIRE_GRANT:
        naming = max(naming, names_in_grant(grant, RETIRING_FIELDS, request))
    return naming


def operation_of(request: Request) -> str:
    """The call as a grant's Operations name it, in lower case."""
    return request.lowercase_action.removeprefix("kms:")


def operations_of(grant: Mapping[str, Any]) -> frozenset[str]:
    """The operations that a grant gives, in lower case."""
    operations = grant.get("Operations")
    if not isinstance(operations, list | tuple):
        return frozenset()
    return frozenset(str(name).lower() for name in operations)


def names_in_grant(grant: Mapping[str, Any], fields: Iterable[str], request: Request) -> Naming:
    """How closely those fields of a grant name the caller."""
    # ListGrants puts a service in either field; a grant is never for everyone.
    names = [grant[field] for field in fields if isinstance(grant.get(field), str) and grant[field] != "*"]
    return PrincipalElement({"AWS": names, "Service": names}).names(request.caller)


def holds_constraints(grant: Mapping[str, Any], request: Request) -> bool:
    """Does the request satisfy every constraint of the grant, and pass on no more than it gives?"""
    constraints = grant.get("Constraints") or {}
    if not isinstance(constraints, Mapping) or not passes_on_own_operations(grant, request):
        return False
    return all(holds_constraint(name, value, request) for name, value in constraints.items())


def holds_constraint(constraint: str, value: object, request: Request) -> bool:
    """Does the request satisfy the constraint? In the encryption context case matters, order does not.

    For CreateGrant the context is that of the new grant's constraint, which must be at least as strict. A
    constraint that is not known never holds.
    """
    if constraint == "SourceArn":
        return _comes_from(value, request)
    if request.lowercase_action in UNCONSTRAINED_ACTIONS:
        return True
    if not isinstance(value, Mapping):
        return False
    context = encryption_context(request)
    if constraint == "EncryptionContextSubset":
        return all(context.get(key) == text for key, text in value.items())
    if constraint == "EncryptionContextEquals":
        strict = request.values.get("kms:grantconstrainttype") == ("EncryptionContextEquals",)
        return context == dict(value) and (request.lowercase_action != CREATE_GRANT or strict)
    return False


def passes_on_own_operations(grant: Mapping[str, Any], request: Request) -> bool:
    """Who may create grants by a grant can only pass on operations of that grant."""
    if request.lowercase_action != CREATE_GRANT:
        return True
    own, passed_on = operations_of(grant), request.values.get("kms:grantoperations", ())
    return bool(passed_on) and all(name.lower() in own for name in passed_on)


def _comes_from(source_arn: object, request: Request) -> bool:
    """The SourceArn constraint, which is checked only where an AWS service makes the call."""
    values = request.values.get("aws:sourcearn", ())
    return values == (source_arn,) if request.caller.account is None or values else True
