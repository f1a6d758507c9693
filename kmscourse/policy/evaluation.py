"""How AWS decides: one request, every policy that bears on it, one answer.

An explicit Deny anywhere refuses. Then somebody must have given the permission: the resource's own policy, a
grant, or an identity-based policy. And every policy that sets a limit must allow it too. IAM User Guide, "Policy
evaluation logic" and "Cross-account policy evaluation logic"; AWS KMS Developer Guide, "Troubleshooting key
access".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kmscourse.errors import PolicyError
from kmscourse.policy import kms
from kmscourse.policy.decision import Decision
from kmscourse.policy.document import compiled
from kmscourse.policy.findings import Finding, Layer, Question
from kmscourse.policy.policies import Document, Policies, first_allow
from kmscourse.policy.principals import Kind, Named
from kmscourse.policy.request import Asked, Request
from kmscourse.policy.statement import Statement

# AWS STS API Reference: whoever signs may call these, and no policy can refuse them.
FREE = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})


def evaluate(
    request: Request,
    *,
    identity_policies: Iterable[Document] = (),
    resource_policy: Document | None = None,
    grants: Iterable[Document] = (),
    permissions_boundaries: Iterable[Document] = (),
    session_policy: Document | None = None,
    service_control_policies: Iterable[Iterable[Document]] = (),
) -> Decision:
    """Decide a request as AWS would.

    Policies and grants are dicts as AWS prints them; ``service_control_policies`` is one list of policies for
    each level of the organisation. A policy that can't be read refuses everything, and the reason says so.
    """
    asked = Asked(request)
    findings: list[Finding] = []
    try:
        layer = Layer.IDENTITY
        identity = [compiled(policy) for policy in identity_policies]
        layer = Layer.RESOURCE
        resource = [] if resource_policy is None else [compiled(resource_policy)]
        layer = Layer.BOUNDARY
        boundaries = [compiled(policy) for policy in permissions_boundaries]
        layer = Layer.SESSION
        sessions = [] if session_policy is None else [compiled(session_policy)]
        layer = Layer.SERVICE_CONTROL
        levels = [[compiled(policy) for policy in level] for level in service_control_policies]
    except PolicyError as error:
        return Decision(asked, [Finding(Question.READABLE, False, layer, str(error))], None, allowed=False)
    policies = Policies(asked.caller, identity, resource, list(grants), boundaries, sessions, levels)
    allowed = _decide(asked, policies, findings)
    return Decision(asked, findings, policies, allowed=allowed)


def _decide(asked: Asked, policies: Policies, findings: list[Finding]) -> bool:
    """Ask AWS's questions in AWS's order, until one of them settles it."""
    caller, across = asked.caller, asked.across_accounts
    if asked.action in FREE and caller.account is not None:
        findings.append(Finding(Question.FREE, True))
        return True
    if caller.kind is Kind.ANONYMOUS and asked.action.startswith("kms:"):
        findings.append(Finding(Question.SIGNED, False, Layer.RESOURCE))
        return False
    denied = _explicit_deny(asked, policies)
    findings.append(denied or _NOT_DENIED)
    if denied or not _within_organisation(asked, policies, findings):
        return False
    if asked.on_alias and not kms.alias_can_be_allowed(asked):
        findings.append(Finding(Question.ALIAS, False, Layer.IDENTITY))
        return False

    must_name = across or asked.policy_is_root_of_trust
    named, is_enough = Named.NO, False
    if must_name or policies.resource:
        named, is_enough = _by_resource(asked, policies, findings, must_name=must_name)
    if must_name and named is Named.NO:
        return False
    if caller.account is None:
        return True
    if not is_enough and not _by_own_account(asked, policies, findings):
        return False
    is_above_limits = named is Named.DIRECT and not across
    return is_above_limits or _within_limits(asked, policies, findings)


_NOT_DENIED = Finding(Question.DENIED, False)


def _explicit_deny(asked: Asked, policies: Policies) -> Finding | None:
    """The first Deny that applies."""
    for layer, found in policies.by_layer():
        for policy in found:
            for statement in policy.denies:
                if statement.applies(asked) and policies.mean(statement, layer, asked):
                    return Finding(Question.DENIED, True, layer, statement)
    return None


def _within_organisation(asked: Asked, policies: Policies, findings: list[Finding]) -> bool:
    """Service control policies give nothing, but at every level one of them must allow."""
    if not policies.levels:
        return True
    closed = next((n for n, level in enumerate(policies.levels, 1) if not first_allow(level, asked)), None)
    where = None if closed is None else f"level {closed}"
    findings.append(Finding(Question.SERVICE_CONTROL, closed is None, Layer.SERVICE_CONTROL, where))
    return closed is None


def _by_resource(
    asked: Asked, policies: Policies, findings: list[Finding], *, must_name: bool
) -> tuple[Named, bool]:
    """How closely the resource's own policy, or a grant, names the caller, and whether that is enough.

    A grant is the whole permission; a resource-based policy is so only within the account. Where it names the
    caller's account alone, that account's IAM must allow too.
    """
    named, evidence = _named_by_policy(asked, policies)
    found = named >= Named.ROLE
    findings.append(Finding(Question.NAMED, found, Layer.RESOURCE, evidence if found else None))
    if found:
        return named, not asked.across_accounts
    granted, grant = Named.NO, None
    if policies.grants and asked.on_key:
        granted, grant = _named_by_grant(asked, policies.grants)
        found = granted >= Named.ROLE
        findings.append(Finding(Question.GRANTED, found, Layer.RESOURCE, grant if found else None))
        if found:
            return granted, True
    named = max(named, granted)
    if must_name and asked.caller.account is not None:
        question = Question.ACCOUNT if asked.action == kms.RETIRE else Question.DELEGATED
        findings.append(Finding(question, named is Named.ACCOUNT, Layer.RESOURCE, evidence or grant))
    return named, False


def _named_by_policy(asked: Asked, policies: Policies) -> tuple[Named, Statement | None]:
    """How closely an Allow of the resource's own policy names the caller, and which does."""
    if asked.on_key and asked.action == kms.RETIRE:
        # Who may retire a grant, the grant says. A key policy has no part in it; the key's account may delegate.
        return (Named.NO if asked.across_accounts else Named.ACCOUNT), None
    closest: tuple[Named, Statement | None] = (Named.NO, None)
    for statement in policies.resource[0].allows if policies.resource else ():
        if statement.applies(asked) and (named := statement.names(asked)) > closest[0]:
            closest = named, statement
            if named is Named.DIRECT:
                break
    return closest


def _named_by_grant(asked: Asked, grants: Sequence[Document]) -> tuple[Named, Document | None]:
    """How closely a grant names the caller for this call, and which does."""
    found = [(kms.granted(grant, asked), grant) for grant in grants if isinstance(grant, Mapping)]
    closest, grant = max(found, key=lambda pair: pair[0], default=(Named.NO, None))
    return closest, grant if closest is not Named.NO else None


def _by_own_account(asked: Asked, policies: Policies, findings: list[Finding]) -> bool:
    """What the caller has of its own account: an identity-based Allow, or being the account's root user."""
    if asked.caller.kind is Kind.ROOT:
        findings.append(Finding(Question.ROOT, True, Layer.IDENTITY))
        return True
    statement = first_allow(policies.identity, asked)
    findings.append(Finding(Question.IDENTITY, statement is not None, Layer.IDENTITY, statement))
    return statement is not None


def _within_limits(asked: Asked, policies: Policies, findings: list[Finding]) -> bool:
    """Permissions boundaries and the session policy give nothing, but each of them must allow.

    A federated user has what its session policy allows, and without one nothing.
    """
    federated = asked.caller.kind is Kind.FEDERATED_USER
    if not policies.boundaries and not policies.sessions and not federated:
        return True
    limits = [(Question.BOUNDARY, Layer.BOUNDARY, limit) for limit in policies.boundaries]
    limits += [(Question.SESSION, Layer.SESSION, limit) for limit in policies.sessions]
    for question, layer, limit in limits:
        statement = first_allow([limit], asked)
        findings.append(Finding(question, statement is not None, layer, statement))
        if statement is None:
            return False
    if federated and not policies.sessions:
        findings.append(Finding(Question.SESSION, False, Layer.SESSION))
        return False
    return True
