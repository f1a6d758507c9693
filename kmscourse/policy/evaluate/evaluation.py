"""How AWS decides: one request, every policy that bears on it, one answer.

An explicit Deny anywhere refuses. Then somebody must have given the permission: the resource's own policy, a
grant, or an identity-based policy. And every policy that sets a limit must allow it too. IAM User Guide, "Policy
evaluation logic" and "Cross-account policy evaluation logic"; AWS KMS Developer Guide, "Troubleshooting key
access".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kmscourse.errors import PolicyError
from kmscourse.policy.evaluate import kms
from kmscourse.policy.evaluate.findings import Finding, Layer, Question
from kmscourse.policy.evaluate.match import find_allow, matches, name_caller
from kmscourse.policy.evaluate.policies import Document, Policies
from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.language.document import compile_policy
from kmscourse.policy.language.principals import Naming, PrincipalKind
from kmscourse.policy.language.statement import Statement

# AWS STS API Reference: whoever signs may call these, and no policy can refuse them.
FREE_ACTIONS = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})


class Verdict(NamedTuple):
    """The answer, what was found on the way, and the policies: None where one of them can't be read."""

    allowed: bool
    findings: Sequence[Finding]
    policies: Policies | None


def decide(
    request: Request,
    *,
    identity_policies: Iterable[Document] = (),
    resource_policy: Document | None = None,
    grants: Iterable[Document] = (),
    permissions_boundaries: Iterable[Document] = (),
    session_policy: Document | None = None,
    service_control_policies: Iterable[Iterable[Document]] = (),
) -> Verdict:
    """Decide a request as AWS would, by the policies and grants of ``Layers``."""
    try:
        layer = Layer.IDENTITY
        identity = [compile_policy(policy) for policy in identity_policies]
        layer = Layer.RESOURCE
        resource = [] if resource_policy is None else [compile_policy(resource_policy)]
        layer = Layer.BOUNDARY
        boundaries = [compile_policy(policy) for policy in permissions_boundaries]
        layer = Layer.SESSION
        sessions = [] if session_policy is None else [compile_policy(session_policy)]
        layer = Layer.SERVICE_CONTROL
        levels = [[compile_policy(policy) for policy in level] for level in service_control_policies]
    except PolicyError as error:
        return Verdict(False, [Finding(Question.READABLE, False, layer, str(error))], None)
    policies = Policies(request.caller, identity, resource, list(grants), boundaries, sessions, levels)
    findings: list[Finding] = []
    return Verdict(_answer(request, policies, findings), findings, policies)


def _answer(request: Request, policies: Policies, findings: list[Finding]) -> bool:
    """Put AWS's questions in AWS's order, until one of them settles it."""
    caller, across = request.caller, request.across_accounts
    if request.lowercase_action in FREE_ACTIONS and caller.account is not None:
        findings.append(Finding(Question.FREE, True))
        return True
    if caller.kind is PrincipalKind.ANONYMOUS and request.lowercase_action.startswith("kms:"):
        findings.append(Finding(Question.SIGNED, False, Layer.RESOURCE))
        return False
    denied = _find_deny(request, policies)
    findings.append(denied or _NOT_DENIED)
    if denied or not _is_within_organisation(request, policies, findings):
        return False
    if request.on_alias and not kms.can_be_allowed_on_alias(request):
        findings.append(Finding(Question.ALIAS, False, Layer.IDENTITY))
        return False

    must_name = across or request.policy_is_root_of_trust
    naming, is_enough = Naming.NONE, False
    if must_name or policies.resource:
        naming, is_enough = _ask_resource(request, policies, findings, must_name=must_name)
    if must_name and naming is Naming.NONE:
        return False
    if caller.account is None:
        return True
    if not is_enough and not _is_allowed_by_own_account(request, policies, findings):
        return False
    is_above_limits = naming is Naming.DIRECT and not across
    return is_above_limits or _is_within_limits(request, policies, findings)


_NOT_DENIED = Finding(Question.DENIED, False)


def _find_deny(request: Request, policies: Policies) -> Finding | None:
    """The first Deny that applies."""
    action = request.lowercase_action
    for layer, policies_of_layer in policies.by_layer():
        for policy in policies_of_layer:
            for statement in policy.about(action)[1]:
                if matches(statement, request) and policies.mean_caller(statement, layer, request):
                    return Finding(Question.DENIED, True, layer, statement)
    return None


def _is_within_organisation(request: Request, policies: Policies, findings: list[Finding]) -> bool:
    """Service control policies give nothing, but at every level one of them must allow."""
    if not policies.levels:
        return True
    closed = next((n for n, level in enumerate(policies.levels, 1) if not find_allow(level, request)), None)
    where = None if closed is None else f"level {closed}"
    findings.append(Finding(Question.SERVICE_CONTROL, closed is None, Layer.SERVICE_CONTROL, where))
    return closed is None


def _ask_resource(
    request: Request, policies: Policies, findings: list[Finding], *, must_name: bool
) -> tuple[Naming, bool]:
    """How closely the resource's own policy, or a grant, names the caller, and whether that is enough.

    A grant is the whole permission; a resource-based policy is so only within the account. Where it names the
    caller's account alone, that account's IAM must allow too.
    """
    naming, statement = _ask_resource_policy(request, policies)
    is_named = naming >= Naming.ROLE
    findings.append(Finding(Question.NAMED, is_named, Layer.RESOURCE, statement if is_named else None))
    if is_named:
        return naming, not request.across_accounts
    by_grant, grant = Naming.NONE, None
    if policies.grants and request.on_key:
        by_grant, grant = _ask_grants(request, policies.grants)
        is_named = by_grant >= Naming.ROLE
        findings.append(Finding(Question.GRANTED, is_named, Layer.RESOURCE, grant if is_named else None))
        if is_named:
            return by_grant, True
    naming = max(naming, by_grant)
    if must_name and request.caller.account is not None:
        retires = request.lowercase_action == kms.RETIRE_GRANT
        question = Question.ACCOUNT if retires else Question.DELEGATED
        findings.append(Finding(question, naming is Naming.ACCOUNT, Layer.RESOURCE, statement or grant))
    return naming, False


def _ask_resource_policy(request: Request, policies: Policies) -> tuple[Naming, Statement | None]:
    """How closely an Allow of the resource's own policy names the caller, and which does."""
    if request.lowercase_action == kms.RETIRE_GRANT and request.on_key:
        # Who may retire a grant, the grant says. A key policy has no part in it; the key's account may delegate.
        return (Naming.NONE if request.across_accounts else Naming.ACCOUNT), None
    closest: tuple[Naming, Statement | None] = (Naming.NONE, None)
    for policy in policies.resource:
        for statement in policy.about(request.lowercase_action)[0]:
            if matches(statement, request) and (naming := name_caller(statement, request)) > closest[0]:
                closest = naming, statement
                if naming is Naming.DIRECT:
                    break
    return closest


def _ask_grants(request: Request, grants: Sequence[Document]) -> tuple[Naming, Document | None]:
    """How closely a grant names the caller for this call, and which does."""
    namings = [(kms.gives(grant, request), grant) for grant in grants if isinstance(grant, Mapping)]
    closest, grant = max(namings, key=lambda pair: pair[0], default=(Naming.NONE, None))
    return closest, grant if closest is not Naming.NONE else None


def _is_allowed_by_own_account(request: Request, policies: Policies, findings: list[Finding]) -> bool:
    """What the caller has of its own account: an identity-based Allow, or being the account's root user."""
    if request.caller.kind is PrincipalKind.ROOT:
        findings.append(Finding(Question.ROOT, True, Layer.IDENTITY))
        return True
    statement = find_allow(policies.identity, request)
    findings.append(Finding(Question.IDENTITY, statement is not None, Layer.IDENTITY, statement))
    return statement is not None


def _is_within_limits(request: Request, policies: Policies, findings: list[Finding]) -> bool:
    """Permissions boundaries and the session policy give nothing, but each of them must allow.

    A federated user has what its session policy allows, and without one nothing.
    """
    federated = request.caller.kind is PrincipalKind.FEDERATED_USER
    if not policies.boundaries and not policies.sessions and not federated:
        return True
    limits = [(Question.BOUNDARY, Layer.BOUNDARY, limit) for limit in policies.boundaries]
    limits += [(Question.SESSION, Layer.SESSION, limit) for limit in policies.sessions]
    for question, layer, limit in limits:
        statement = find_allow([limit], request)
        findings.append(Finding(question, statement is not None, layer, statement))
        if statement is None:
            return False
    if federated and not policies.sessions:
        findings.append(Finding(Question.SESSION, False, Layer.SESSION))
        return False
    return True
