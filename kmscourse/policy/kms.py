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
    operation = asked.action.removeprefix("kms:")
    operations = {str(name).lower() for name in _listed(grant.get("Operations"))}
    found = Named.NO
    if operation in operations and _within_constraints(grant, operations, asked):
        found = _named(grant, ("GranteePrincipal", "GranteeServicePrincipal"), asked)
    if asked.action == RETIRE:
        found = max(found, _named(grant, ("RetiringPrincipal", "RetiringServicePrincipal"), asked))
    return found


def _named(grant: Mapping[str, Any], fields: Iterable[str], asked: Asked) -> Named:
    names = [grant[field] for field in fields if isinstance(grant.get(field), str)]
    # ListGrants puts a service in either field; a grant is never for everyone.
    named = [name for name in names if name != "*"]
    return PrincipalElement({"AWS": named, "Service": named}).names(asked.caller)


def _within_constraints(grant: Mapping[str, Any], operations: set[str], asked: Asked) -> bool:
    constraints = grant.get("Constraints") or {}
    if not isinstance(constraints, Mapping):
        return False
    if asked.action == CREATE and not _passes_on_what_it_has(operations, asked):
        return False
    return all(_holds(name, wanted, asked) for name, wanted in constraints.items())


def _holds(constraint: str, wanted: object, asked: Asked) -> bool:
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


def _passes_on_what_it_has(operations: set[str], asked: Asked) -> bool:
    """Who may create grants by a grant can only pass on operations of that grant."""
    passed_on = asked.values.get("kms:grantoperations", ())
    return bool(passed_on) and all(name.lower() in operations for name in passed_on)


def _from_source(wanted: object, asked: Asked) -> bool:
    """The SourceArn constraint, asked about only where an AWS service makes the call."""
    found = asked.values.get("aws:sourcearn", ())
    return found == (wanted,) if asked.caller.account is None or found else True


def _listed(found: object) -> list[object]:
    return list(found) if isinstance(found, list | tuple) else []
