"""The single edits that can help a refused request: one statement, one grant, or one Deny less.

Each says no more than the request does: this principal, this action, this resource, under the conditions that
the request itself fulfils. IAM User Guide, "Grant least privilege"; AWS KMS Developer Guide, "Creating grants"
and "Least-privilege permissions".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any

from kmscourse.policy import kms
from kmscourse.policy.document import compiled
from kmscourse.policy.edit import statements, with_statement
from kmscourse.policy.findings import Layer, Subject
from kmscourse.policy.layers import Document, Layers
from kmscourse.policy.policies import first_allow
from kmscourse.policy.principals import Kind as Caller
from kmscourse.policy.principals import Principal
from kmscourse.policy.request import Asked

# AWS KMS API Reference, CreateGrant. RetireGrant is left out: who may retire a grant is laid down in that grant.
GRANTED_OPERATIONS = (
    "CreateGrant", "Decapsulate", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encapsulate", "Encrypt",
    "GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GetPublicKey", "ReEncryptFrom", "ReEncryptTo", "Sign",
    "Verify", "VerifyMac",
)  # fmt: skip
MOST_PAIRS, LONGEST_VALUE = 8, 384  # of an encryption context in a grant's constraint: AWS KMS, "Quotas"
NARROWING = ("kms:ViaService", "aws:SourceArn", "aws:SourceAccount")


class Kind(StrEnum):
    """What is edited; the order is that in which the ways are offered.

    The resource's own policy and a grant stand with the resource, where its owner sees them; an IAM policy stands
    with the caller. Limits come after what gives, and what opens more than was asked comes last.
    """

    RESOURCE = "resource-based policy"
    GRANT = "grant"
    IDENTITY = "identity-based policy"
    SESSION = "session policy"
    BOUNDARY = "permissions boundary"
    SERVICE_CONTROL = "service control policy"
    REMOVAL = "removal of a Deny"


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit. ``document`` is the statement to add, the grant to create, or the Deny to take out."""

    kind: Kind
    clause: str
    document: dict[str, Any]


def added(kind: Kind, asked: Asked, layers: Layers) -> tuple[Edit, Layers] | None:
    """The edit of that kind that helps the request, and the layers after it; None where there can be none."""
    match kind:
        case Kind.RESOURCE if _has_a_policy(asked, layers):
            return _to_resource_policy(asked, layers)
        case Kind.GRANT if asked.on_key and _is_one_of_an_account(asked.caller) and _operation(asked):
            return _by_grant(asked, layers)
        case Kind.IDENTITY if _is_one_of_an_account(asked.caller):
            return _to_identity(asked, layers)
        case Kind.SESSION if layers.get("session_policy") is not None:
            return _to_session(asked, layers)
        case Kind.BOUNDARY:
            return _to_boundaries(asked, layers)
        case Kind.SERVICE_CONTROL:
            return _to_levels(asked, layers)
        case _:
            return None


def grant_is_looser(asked: Asked) -> bool:
    """Does the call carry what a statement can ask for, and a grant can't?"""
    return any(_single(asked, key) for key in NARROWING)


def without_deny(layer: Layer, deny: Document, asked: Asked, layers: Layers) -> tuple[Edit, Layers]:
    """The edit that takes a Deny statement out of every policy of its layer, and the layers after it."""

    def kept(policies: Iterable[Document]) -> list[Document]:
        return [_without(policy, deny) if deny in statements(policy) else policy for policy in policies]

    fewer = layers.copy()
    match layer:
        case Layer.RESOURCE:
            (fewer["resource_policy"],) = kept([layers["resource_policy"] or {}])
        case Layer.SESSION:
            (fewer["session_policy"],) = kept([layers["session_policy"] or {}])
        case Layer.IDENTITY:
            fewer["identity_policies"] = kept(layers["identity_policies"])
        case Layer.BOUNDARY:
            fewer["permissions_boundaries"] = kept(layers["permissions_boundaries"])
        case Layer.SERVICE_CONTROL:
            fewer["service_control_policies"] = [kept(level) for level in layers["service_control_policies"]]
    name = f'the statement "{deny["Sid"]}"' if deny.get("Sid") else "the Deny statement"
    where = f"the {Subject(asked).policy}" if layer is Layer.RESOURCE else layer.with_article
    warning = "it was put there to keep somebody out, so find out whom before you do"
    return Edit(Kind.REMOVAL, f"take {name} out of {where} ({warning})", dict(deny)), fewer


def _without(policy: Document, deny: Document) -> Document:
    return {**policy, "Statement": [kept for kept in statements(policy) if kept != deny]}


def _is_one_of_an_account(caller: Principal) -> bool:
    """A user, role or session. The root user has no policies, and a grant for it would be one for its account."""
    return caller.account is not None and caller.kind is not Caller.ROOT


def _has_a_policy(asked: Asked, layers: Layers) -> bool:
    """Has the resource a policy to which a statement can be added? An alias has none, nor has "*"."""
    if asked.on_alias or len(asked.segments) < 6:
        return False
    needed = asked.policy_is_root_of_trust or asked.across_accounts
    return needed or layers.get("resource_policy") is not None


def _to_resource_policy(asked: Asked, layers: Layers) -> tuple[Edit, Layers]:
    policy = layers.get("resource_policy") or {"Version": "2012-10-17", "Statement": []}
    taken = {each.get("Sid") for each in statements(policy)}
    statement: dict[str, Any] = {
        "Sid": next(name for name in _sids(asked) if name not in taken),
        "Effect": "Allow",
        "Principal": _principal(asked.caller),
        "Action": asked.request.action,
    }
    if not asked.assumes_role:  # a trust policy speaks of the one role that it hangs on
        statement["Resource"] = "*" if asked.on_key else _literally(asked.request.resource)
    statement |= _conditions(asked)
    subject = Subject(asked)
    clause = (
        f"add a statement to the {subject.policy} that lets {subject.who} call {subject.action}{_only(asked)}"
    )
    return Edit(Kind.RESOURCE, clause, statement), {
        **layers,
        "resource_policy": with_statement(policy, statement),
    }


def _sids(asked: Asked) -> Iterator[str]:
    """Names for the statement, in letters and digits as every service takes them: the plain one first."""
    words = re.findall("[A-Za-z0-9]+", f"let {asked.caller.name} {asked.request.action.partition(':')[2]}")
    plain = "".join(word[0].upper() + word[1:] for word in words)
    yield plain
    yield from (f"{plain}{number}" for number in count(2))


def _by_grant(asked: Asked, layers: Layers) -> tuple[Edit, Layers]:
    grant: dict[str, Any] = {
        "KeyId": asked.request.resource,
        "GranteePrincipal": asked.caller.id,
        "Operations": [_operation(asked)],
    }
    short = {
        name: value
        for name, value in kms.encryption_context(asked.request).items()
        if len(value) <= LONGEST_VALUE and asked.action not in kms.UNCONSTRAINED
    }
    if short:
        grant["Constraints"] = {"EncryptionContextSubset": dict(list(short.items())[:MOST_PAIRS])}
    narrow = ", but only with the encryption context of this call" if short else ""
    clause = f"create a grant on the key that lets {asked.caller.name} call {asked.request.action}{narrow}"
    return Edit(Kind.GRANT, clause, grant), {**layers, "grants": [*layers.get("grants", ()), grant]}


def _operation(asked: Asked) -> str | None:
    """The call, as a grant names it; None where no grant can give it."""
    return next((name for name in GRANTED_OPERATIONS if f"kms:{name}".lower() == asked.action), None)


def _to_identity(asked: Asked, layers: Layers) -> tuple[Edit, Layers]:
    statement = _of_the_caller(asked)
    owner = f"the role {asked.caller.role}" if asked.caller.role else asked.caller.name
    what = "key" if asked.on_key else "resource"
    where = "" if asked.request.resource == "*" else f" on this {what} alone"
    clause = f"give {owner} an IAM policy that allows {asked.request.action}{where}{_only(asked)}"
    policies = [*layers.get("identity_policies", ()), _policy(statement)]
    return Edit(Kind.IDENTITY, clause, statement), {**layers, "identity_policies": policies}


def _to_session(asked: Asked, layers: Layers) -> tuple[Edit, Layers]:
    statement = _of_the_caller(asked)
    policy = with_statement(layers["session_policy"] or {}, statement)
    clause = f"start the session with a session policy that allows {asked.request.action} too"
    return Edit(Kind.SESSION, clause, statement), {**layers, "session_policy": policy}


def _to_boundaries(asked: Asked, layers: Layers) -> tuple[Edit, Layers]:
    statement = _of_the_caller(asked)
    policies = [
        policy if first_allow([compiled(policy)], asked) else with_statement(policy, statement)
        for policy in layers.get("permissions_boundaries", ())
    ]
    clause = f"allow {asked.request.action} in the permissions boundary of {asked.caller.name} too"
    return Edit(Kind.BOUNDARY, clause, statement), {**layers, "permissions_boundaries": policies}


def _to_levels(asked: Asked, layers: Layers) -> tuple[Edit, Layers]:
    statement = _of_the_caller(asked)
    levels = [list(level) for level in layers.get("service_control_policies", ())]
    closed = [
        number for number, level in enumerate(levels, 1) if not first_allow(map(compiled, level), asked)
    ]
    opened = [
        [*level, _policy(statement)] if number in closed else level for number, level in enumerate(levels, 1)
    ]
    where = f"level{'s' if len(closed) > 1 else ''} {' and '.join(map(str, closed))}"
    clause = (
        f"have the organisation, which stands above the account, allow {asked.request.action} in a service control "
        f"policy at {where}"
    )
    return Edit(Kind.SERVICE_CONTROL, clause, statement), {**layers, "service_control_policies": opened}


def _of_the_caller(asked: Asked) -> dict[str, Any]:
    """The statement, for a policy that hangs on the caller and so names nobody."""
    resource = asked.request.resource
    return {
        "Effect": "Allow",
        "Action": asked.request.action,
        "Resource": resource if resource == "*" else _literally(resource),
        **_conditions(asked),
    }


def _policy(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [dict(statement)]}


def _principal(caller: Principal) -> str | dict[str, str]:
    if caller.kind is Caller.ANONYMOUS:
        return "*"
    if caller.account is not None:
        return {"AWS": caller.id}
    # IAM User Guide, "Principal": identity providers are Federated, and one of them is called as services are.
    is_service = caller.id.endswith(".amazonaws.com") and caller.id != "cognito-identity.amazonaws.com"
    return {"Service" if is_service else "Federated": caller.id}


def _conditions(asked: Asked) -> dict[str, Any]:
    """The conditions that narrow a statement to calls such as this one, where the request carries any."""
    equal = {key: value for key in NARROWING if (value := _single(asked, key))}
    equal |= {
        f"kms:EncryptionContext:{name}": value
        for name, value in kms.encryption_context(asked.request).items()
    }
    literal = {key: value.replace("${", "${$}{") for key, value in equal.items()}
    return {"Condition": {"StringEquals": literal}} if literal else {}


def _only(asked: Asked) -> str:
    """The conditions, as a sentence ends with them."""
    parts = []
    if service := _single(asked, "kms:ViaService"):
        parts.append(f"through {service}")
    if source := _single(asked, "aws:SourceArn") or _single(asked, "aws:SourceAccount"):
        parts.append(f"on behalf of {source}")
    if kms.encryption_context(asked.request):
        parts.append("with the encryption context of this call")
    return f", but only {' and '.join(parts)}" if parts else ""


def _single(asked: Asked, key: str) -> str | None:
    values = asked.values.get(key.lower(), ())
    return values[0] if len(values) == 1 else None


def _literally(arn: str) -> str:
    """The ARN as a pattern that matches it alone."""
    return re.sub(r"[*?]|\$(?=\{)", r"${\g<0>}", arn)
