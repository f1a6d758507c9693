"""What only KMS has: grants, aliases, and a key policy that is the root of trust.

AWS KMS Developer Guide, "Key policies", "Grants in AWS KMS", "Creating grants", "Retiring and revoking grants",
"Controlling access to aliases".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kmscourse.policy.principals import Named, PrincipalElement
from kmscourse.policy.request import Asked, Request

CONTEXT_PREFIX = "kms:encryptioncontext:"
ALIAS_ACTIONS = ("kms:createalias", "kms:updatealias", "kms:deletealias")
RETIRE = "kms:retiregrant"
CREATE = "kms:creategrant"
GRANTEE = ("GranteePrincipal", "GranteeServicePrincipal")
RETIRING = ("RetiringPrincipal", "RetiringServicePrincipal")
# These have no encryption context, so a constraint on it does not hold them back.
UNCONSTRAINED = ("kms:describekey", RETIRE)


def alias_can_be_allowed(asked: Asked) -> bool:
    """Permission on an alias is for naming keys only, never for using one; the names alias/aws/… are AWS's own."""
    return asked.action in ALIAS_ACTIONS and not asked.path.startswith("alias/aws/")


def encryption_context(request: Request) -> dict[str, str]:
    """The call's encryption context, read back from its condition keys, with the case of the names kept."""
    return {
        key[len(CONTEXT_PREFIX) :]: value
        for key, value in request.context.items()
        if key.lower().startswith(CONTEXT_PREFIX) and isinstance(value, str)
    }


def granted(grant: Mapping[str, Any], asked: Asked) -> Named:
    """How closely a grant, as ListGrants prints it, gives the caller this call. It never denies anything."""
    found = Named.NO
    if operation_of(asked) in operations(grant) and within_constraints(grant, asked):
        found = named(grant, GRANTEE, asked)
    if asked.action == RETIRE:
        found = max(found, named(grant, RETIRING, asked))
    return found


def operation_of(asked: Asked) -> str:
    """The call as a grant's Operations name it, in lower case."""
    return asked.action.removeprefix("kms:")


def operations(grant: Mapping[str, Any]) -> frozenset[str]:
    """The operations that a grant gives, in lower case."""
    found = grant.get("Operations")
    return frozenset(str(name).lower() for name in found) if isinstance(found, list | tuple) else frozenset()


def named(grant: Mapping[str, Any], fields: Iterable[str], asked: Asked) -> Named:
    """How closely those fields of a grant name the caller."""
    # ListGrants puts a service in either field; a grant is never for everyone.
    found = [grant[field] for field in fields if isinstance(grant.get(field), str) and grant[field] != "*"]
    return PrincipalElement({"AWS": found, "Service": found}).names(asked.caller)


def within_constraints(grant: Mapping[str, Any], asked: Asked) -> bool:
    """Does the request satisfy every constraint of the grant, and pass on no more than it gives?"""
    constraints = grant.get("Constraints") or {}
    if not isinstance(constraints, Mapping) or not passes_on_what_it_has(grant, asked):
        return False
    return all(holds(name, wanted, asked) for name, wanted in constraints.items())


def holds(constraint: str, wanted: object, asked: Asked) -> bool:
    """Does the request satisfy the constraint? In the encryption context case matters, order does not.

    For CreateGrant the context is that of the new grant's constraint, which must be at least as strict. A
    constraint that is not known never holds.
    """
    if constraint == "SourceArn":
        return _from_source(wanted, asked)
    if asked.action in UNCONSTRAINED:
        return True
    if not isinstance(wanted, Mapping):
        return False
    given = encryption_context(asked.request)
    if constraint == "EncryptionContextSubset":
        return all(given.get(key) == value for key, value in wanted.items())
    if constraint == "EncryptionContextEquals":
        strict = asked.values.get("kms:grantconstrainttype") == ("EncryptionContextEquals",)
        return given == dict(wanted) and (asked.action != CREATE or strict)
    return False


def passes_on_what_it_has(grant: Mapping[str, Any], asked: Asked) -> bool:
    """Who may create grants by a grant can only pass on operations of that grant."""
    if asked.action != CREATE:
        return True
    has, passed_on = operations(grant), asked.values.get("kms:grantoperations", ())
    return bool(passed_on) and all(name.lower() in has for name in passed_on)


def _from_source(wanted: object, asked: Asked) -> bool:
    """The SourceArn constraint, asked about only where an AWS service makes the call."""
    found = asked.values.get("aws:sourcearn", ())
    return found == (wanted,) if asked.caller.account is None or found else True
