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

from kmscourse.policy.evaluate import kms
from kmscourse.policy.evaluate.findings import Layer
from kmscourse.policy.evaluate.match import find_allow
from kmscourse.policy.evaluate.policies import Document, Layers
from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.explain.wording import Subject
from kmscourse.policy.language.build import statements_of, with_statement
from kmscourse.policy.language.document import compile_policy
from kmscourse.policy.language.principals import Principal, PrincipalKind

# AWS KMS API Reference, CreateGrant. RetireGrant is left out: who may retire a grant is laid down in that grant.
GRANTED_OPERATIONS = (
    "CreateGrant", "Decapsulate", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encapsulate", "Encrypt",
    "GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GetPublicKey", "ReEncryptFrom", "ReEncryptTo", "Sign",
    "Verify", "VerifyMac",
)  # fmt: skip
NARROWING = ("kms:ViaService", "aws:SourceArn", "aws:SourceAccount")


class EditKind(StrEnum):
    """What is edited; the order is that in which the ways are offered.

    The resource's own policy and a grant stand with the resource, where its owner sees them; an IAM policy stands
    with the caller. Limits come after what gives, and what opens more than the request needs comes last.
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

    kind: EditKind
    clause: str
    document: dict[str, Any]


def make_edit(kind: EditKind, request: Request, layers: Layers) -> tuple[Edit, Layers] | None:
    """The edit of that kind that helps the request, and the layers after it; None where there can be none."""
    match kind:
        case EditKind.RESOURCE if _has_a_policy(request, layers):
            return _edit_resource_policy(request, layers)
        # A grant for the account's root user would be one for the whole account.
        case EditKind.GRANT if request.on_key and request.caller.has_policies and _grant_operation(request):
            return _create_grant(request, layers)
        case EditKind.IDENTITY if request.caller.has_policies:
            return _edit_identity_policies(request, layers)
        case EditKind.SESSION if layers.get("session_policy") is not None:
            return _edit_session_policy(request, layers)
        case EditKind.BOUNDARY:
            return _edit_boundaries(request, layers)
        case EditKind.SERVICE_CONTROL:
            return _edit_levels(request, layers)
        case _:
            return None


def grant_is_looser(request: Request) -> bool:
    """Does the call carry what a statement can ask for, and a grant can't?"""
    return any(_single_value(request, key) for key in NARROWING)


def remove_deny(layer: Layer, deny: Document, request: Request, layers: Layers) -> tuple[Edit, Layers]:
    """The edit that takes a Deny statement out of every policy of its layer, and the layers after it."""

    def without_it(policies: Iterable[Document]) -> list[Document]:
        return [
            _without_statement(policy, deny) if deny in statements_of(policy) else policy
            for policy in policies
        ]

    fewer = layers.copy()
    match layer:
        case Layer.RESOURCE:
            (fewer["resource_policy"],) = without_it([layers["resource_policy"] or {}])
        case Layer.SESSION:
            (fewer["session_policy"],) = without_it([layers["session_policy"] or {}])
        case Layer.IDENTITY:
            fewer["identity_policies"] = without_it(layers["identity_policies"])
        case Layer.BOUNDARY:
            fewer["permissions_boundaries"] = without_it(layers["permissions_boundaries"])
        case Layer.SERVICE_CONTROL:
            fewer["service_control_policies"] = [
                without_it(level) for level in layers["service_control_policies"]
            ]
    name = f'the statement "{deny["Sid"]}"' if deny.get("Sid") else "the Deny statement"
    where = f"the {Subject(request).policy}" if layer is Layer.RESOURCE else layer.with_article
    warning = "it was put there to keep somebody out, so find out whom before you do"
    return Edit(EditKind.REMOVAL, f"take {name} out of {where} ({warning})", dict(deny)), fewer


def _without_statement(policy: Document, deny: Document) -> Document:
    return {**policy, "Statement": [each for each in statements_of(policy) if each != deny]}


def _has_a_policy(request: Request, layers: Layers) -> bool:
    """Has the resource a policy to which a statement can be added? An alias has none, nor has "*"."""
    if request.on_alias or len(request.segments) < 6:
        return False
    needed = request.policy_is_root_of_trust or request.across_accounts
    return needed or layers.get("resource_policy") is not None


def _edit_resource_policy(request: Request, layers: Layers) -> tuple[Edit, Layers]:
    policy = layers.get("resource_policy") or {"Version": "2012-10-17", "Statement": []}
    taken = {each.get("Sid") for each in statements_of(policy)}
    statement: dict[str, Any] = {
        "Sid": next(name for name in _sids(request) if name not in taken),
        "Effect": "Allow",
        "Principal": _principal_element(request.caller),
        "Action": request.action,
    }
    if not request.assumes_role:  # a trust policy speaks of the one role that it hangs on
        statement["Resource"] = "*" if request.on_key else _literally(request.resource)
    statement |= _condition_element(request)
    subject = Subject(request)
    conditions = _describe_conditions(request)
    clause = (
        f"add a statement to the {subject.policy} that lets {subject.who} call {subject.action}{conditions}"
    )
    return Edit(EditKind.RESOURCE, clause, statement), {
        **layers,
        "resource_policy": with_statement(policy, statement),
    }


def _sids(request: Request) -> Iterator[str]:
    """Names for the statement, in letters and digits as every service takes them: the plain one first."""
    words = re.findall("[A-Za-z0-9]+", f"let {request.caller.name} {request.action.partition(':')[2]}")
    plain = "".join(word[0].upper() + word[1:] for word in words)
    yield plain
    yield from (f"{plain}{number}" for number in count(2))


def _create_grant(request: Request, layers: Layers) -> tuple[Edit, Layers]:
    grant: dict[str, Any] = {
        "KeyId": request.resource,
        "GranteePrincipal": request.caller.id,
        "Operations": [_grant_operation(request)],
    }
    short = {
        name: value
        for name, value in kms.encryption_context(request).items()
        if len(value) <= kms.MAX_CONSTRAINT_VALUE_LENGTH
        and request.lowercase_action not in kms.UNCONSTRAINED_ACTIONS
    }
    if short:
        grant["Constraints"] = {
            "EncryptionContextSubset": dict(list(short.items())[: kms.MAX_CONSTRAINT_PAIRS])
        }
    narrow = ", but only with the encryption context of this call" if short else ""
    clause = f"create a grant on the key that lets {request.caller.name} call {request.action}{narrow}"
    return Edit(EditKind.GRANT, clause, grant), {**layers, "grants": [*layers.get("grants", ()), grant]}


def _grant_operation(request: Request) -> str | None:
    """The call, as a grant names it; None where no grant can give it."""
    return next(
        (name for name in GRANTED_OPERATIONS if f"kms:{name}".lower() == request.lowercase_action), None
    )


def _edit_identity_policies(request: Request, layers: Layers) -> tuple[Edit, Layers]:
    statement = _statement_for_caller(request)
    owner = f"the role {request.caller.role}" if request.caller.role else request.caller.name
    what = "key" if request.on_key else "resource"
    where = "" if request.resource == "*" else f" on this {what} alone"
    clause = f"give {owner} an IAM policy that allows {request.action}{where}{_describe_conditions(request)}"
    policies = [*layers.get("identity_policies", ()), _policy_of(statement)]
    return Edit(EditKind.IDENTITY, clause, statement), {**layers, "identity_policies": policies}


def _edit_session_policy(request: Request, layers: Layers) -> tuple[Edit, Layers]:
    statement = _statement_for_caller(request)
    policy = with_statement(layers["session_policy"] or {}, statement)
    clause = f"start the session with a session policy that allows {request.action} too"
    return Edit(EditKind.SESSION, clause, statement), {**layers, "session_policy": policy}


def _edit_boundaries(request: Request, layers: Layers) -> tuple[Edit, Layers]:
    statement = _statement_for_caller(request)
    policies = [
        policy if find_allow([compile_policy(policy)], request) else with_statement(policy, statement)
        for policy in layers.get("permissions_boundaries", ())
    ]
    clause = f"allow {request.action} in the permissions boundary of {request.caller.name} too"
    return Edit(EditKind.BOUNDARY, clause, statement), {**layers, "permissions_boundaries": policies}


def _edit_levels(request: Request, layers: Layers) -> tuple[Edit, Layers]:
    statement = _statement_for_caller(request)
    levels = [list(level) for level in layers.get("service_control_policies", ())]
    closed = [
        number
        for number, level in enumerate(levels, 1)
        if not find_allow(map(compile_policy, level), request)
    ]
    opened = [
        [*level, _policy_of(statement)] if number in closed else level
        for number, level in enumerate(levels, 1)
    ]
    where = f"level{'s' if len(closed) > 1 else ''} {' and '.join(map(str, closed))}"
    clause = (
        f"have the organisation, which stands above the account, allow {request.action} in a service control "
        f"policy at {where}"
    )
    return Edit(EditKind.SERVICE_CONTROL, clause, statement), {**layers, "service_control_policies": opened}


def _statement_for_caller(request: Request) -> dict[str, Any]:
    """The statement, for a policy that hangs on the caller and so names nobody."""
    resource = request.resource
    return {
        "Effect": "Allow",
        "Action": request.action,
        "Resource": resource if resource == "*" else _literally(resource),
        **_condition_element(request),
    }


def _policy_of(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [dict(statement)]}


def _principal_element(caller: Principal) -> str | dict[str, str]:
    if caller.kind is PrincipalKind.ANONYMOUS:
        return "*"
    if caller.account is not None:
        return {"AWS": caller.id}
    # IAM User Guide, "Principal": identity providers are Federated, and one of them is called as services are.
    is_service = caller.id.endswith(".amazonaws.com") and caller.id != "cognito-identity.amazonaws.com"
    return {"Service" if is_service else "Federated": caller.id}


def _condition_element(request: Request) -> dict[str, Any]:
    """The conditions that narrow a statement to calls such as this one, where the request carries any."""
    equal = {key: value for key in NARROWING if (value := _single_value(request, key))}
    equal |= {
        f"kms:EncryptionContext:{name}": value for name, value in kms.encryption_context(request).items()
    }
    literal = {key: value.replace("${", "${$}{") for key, value in equal.items()}
    return {"Condition": {"StringEquals": literal}} if literal else {}


def _describe_conditions(request: Request) -> str:
    """The conditions, as a sentence ends with them."""
    parts = []
    if service := _single_value(request, "kms:ViaService"):
        parts.append(f"through {service}")
    if source := _single_value(request, "aws:SourceArn") or _single_value(request, "aws:SourceAccount"):
        parts.append(f"on behalf of {source}")
    if kms.encryption_context(request):
        parts.append("with the encryption context of this call")
    return f", but only {' and '.join(parts)}" if parts else ""


def _single_value(request: Request, key: str) -> str | None:
    values = request.values.get(key.lower(), ())
    return values[0] if len(values) == 1 else None


def _literally(arn: str) -> str:
    """The ARN as a pattern that matches it alone."""
    return re.sub(r"[*?]|\$(?=\{)", r"${\g<0>}", arn)
