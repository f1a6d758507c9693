"""How AWS decides: one request, every policy that bears on it, one answer.

An explicit Deny anywhere refuses. Then somebody must have given the permission: the resource's own policy, a
grant, or an identity-based policy. And every policy that sets a limit must allow it too. IAM User Guide, "Policy
evaluation logic" and "Cross-account policy evaluation logic"; AWS KMS Developer Guide, "Troubleshooting key
access".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kmscourse.errors import PolicyError
from kmscourse.policy import kms
from kmscourse.policy.decision import Decision
from kmscourse.policy.document import Policy, compiled
from kmscourse.policy.findings import Finding, Layer, Question
from kmscourse.policy.principals import Kind, Named, Principal
from kmscourse.policy.request import Asked, Request
from kmscourse.policy.statement import Statement

Document = Mapping[str, Any]

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
        policies = Policies(
            asked.caller,
            identity=_read(Layer.IDENTITY, identity_policies),
            resource=[] if resource_policy is None else _read(Layer.RESOURCE, [resource_policy]),
            grants=list(grants),
            boundaries=_read(Layer.BOUNDARY, permissions_boundaries),
            sessions=[] if session_policy is None else _read(Layer.SESSION, [session_policy]),
            levels=[_read(Layer.SERVICE_CONTROL, level) for level in service_control_policies],
        )
        allowed = _decide(asked, policies, findings)
    except _UnreadableError as unreadable:
        findings.append(unreadable.finding)
        allowed = False
    return Decision(asked, findings, allowed=allowed)


class Policies:
    """Every policy that bears on the request, compiled.

    An account's root user has no policies of its own; a service, an identity provider or an anonymous caller
    belongs to no account; service-linked roles are outside service control policies.
    """

    __slots__ = ("boundaries", "grants", "identity", "levels", "resource", "sessions")

    def __init__(
        self,
        caller: Principal,
        identity: list[Policy],
        resource: list[Policy],
        grants: list[Document],
        boundaries: list[Policy],
        sessions: list[Policy],
        levels: list[list[Policy]],
    ) -> None:
        has_own = caller.account is not None and caller.kind is not Kind.ROOT
        self.identity = identity if has_own else []
        self.resource = resource
        self.grants = grants
        self.boundaries = boundaries if has_own else []
        self.sessions = sessions if has_own else []
        self.levels = levels if caller.account is not None and not caller.service_linked else []

    def by_layer(self) -> Iterator[tuple[Layer, list[Policy]]]:
        """The policies of each layer, in AWS's order."""
        for level in self.levels:
            yield Layer.SERVICE_CONTROL, level
        yield Layer.RESOURCE, self.resource
        yield Layer.IDENTITY, self.identity
        yield Layer.BOUNDARY, self.boundaries
        yield Layer.SESSION, self.sessions


def _decide(asked: Asked, policies: Policies, findings: list[Finding]) -> bool:
    caller = asked.caller
    if asked.action in FREE and caller.account is not None:
        findings.append(Finding(Question.FREE, True))
        return True

    if caller.kind is Kind.ANONYMOUS and asked.action.startswith("kms:"):
        findings.append(Finding(Question.SIGNED, False, Layer.RESOURCE))
        return False
    denied = _explicit_deny(asked, policies)
    findings.append(denied or _NOT_DENIED)
    if denied:
        return False
    if policies.levels:
        missing = next((n for n, level in enumerate(policies.levels, 1) if not _allow(level, asked)), None)
        level = None if missing is None else f"level {missing}"
        findings.append(Finding(Question.SERVICE_CONTROL, missing is None, Layer.SERVICE_CONTROL, level))
        if missing is not None:
            return False
    if asked.on_alias and not kms.alias_can_be_allowed(asked):
        findings.append(Finding(Question.ALIAS, False, Layer.IDENTITY))
        return False

    across = asked.across_accounts
    own_policy_decides = across or asked.policy_is_root_of_trust
    named, granted = Named.NO, Named.NO
    if own_policy_decides or policies.resource:
        named, statement = _named(asked, policies, across=across)
        direct = named >= Named.ROLE
        findings.append(Finding(Question.NAMED, direct, Layer.RESOURCE, statement if direct else None))
        if not direct and policies.grants:
            granted, grant = _granted(asked, policies.grants)
            findings.append(Finding(Question.GRANTED, granted >= Named.ROLE, Layer.RESOURCE, grant))
        if not direct and granted < Named.ROLE and own_policy_decides and caller.account is not None:
            handed_on = max(named, granted) is Named.ACCOUNT
            findings.append(Finding(Question.DELEGATED, handed_on, Layer.RESOURCE, statement))
        if own_policy_decides and max(named, granted) is Named.NO:
            return False
    if caller.account is None:
        return True
    # A grant is the whole permission; a resource-based policy is so only within the account.
    if (
        granted < Named.ROLE
        and (across or named < Named.ROLE)
        and not _own_permission(asked, policies, findings)
    ):
        return False
    if not across and max(named, granted) is Named.DIRECT:
        return True
    return _within_limits(asked, policies, findings)


_NOT_DENIED = Finding(Question.DENIED, False)


def _explicit_deny(asked: Asked, policies: Policies) -> Finding | None:
    """The first Deny that applies."""
    for layer, found in policies.by_layer():
        for policy in found:
            for statement in policy.denies:
                if statement.applies(asked) and _denies(statement, layer, asked, policies):
                    return Finding(Question.DENIED, True, layer, statement)
    return None


def _denies(statement: Statement, layer: Layer, asked: Asked, policies: Policies) -> bool:
    """Is the Deny meant for the caller?"""
    if layer is not Layer.RESOURCE:
        return statement.meant_for(asked)
    # IAM User Guide, "NotPrincipal": with Deny it spares nobody who has a permissions boundary.
    bounded = statement.not_principals is not None and bool(policies.boundaries)
    return bounded or statement.names(asked) is not Named.NO


def _named(asked: Asked, policies: Policies, *, across: bool) -> tuple[Named, Statement | None]:
    """How closely an Allow of the resource's own policy names the caller, and which does."""
    if asked.action == kms.RETIRE and asked.on_key:
        # Who may retire a grant, the grant says. A key policy has no part in it; the key's account may delegate.
        return (Named.NO if across else Named.ACCOUNT), None
    closest: tuple[Named, Statement | None] = (Named.NO, None)
    for statement in policies.resource[0].allows if policies.resource else ():
        if statement.applies(asked):
            found = statement.names(asked)
            if found > closest[0]:
                closest = (found, statement)
                if found is Named.DIRECT:
                    break
    return closest


def _granted(asked: Asked, grants: Sequence[Document]) -> tuple[Named, Document | None]:
    """How closely a grant names the caller for this call, and which does."""
    if not asked.on_key:
        return Named.NO, None
    found = [(kms.granted(grant, asked), grant) for grant in grants if isinstance(grant, Mapping)]
    closest = max(found, key=lambda pair: pair[0], default=(Named.NO, None))
    return closest if closest[0] is not Named.NO else (Named.NO, None)


def _own_permission(asked: Asked, policies: Policies, findings: list[Finding]) -> bool:
    """What the caller has of its own account: an identity-based Allow, or being the account's root user."""
    if asked.caller.kind is Kind.ROOT:
        findings.append(Finding(Question.ROOT, True, Layer.IDENTITY))
        return True
    statement = _allow(policies.identity, asked)
    findings.append(Finding(Question.IDENTITY, statement is not None, Layer.IDENTITY, statement))
    return statement is not None


def _within_limits(asked: Asked, policies: Policies, findings: list[Finding]) -> bool:
    """Permissions boundaries and the session policy give nothing, but each of them must allow."""
    limits = [(Question.BOUNDARY, Layer.BOUNDARY, limit) for limit in policies.boundaries]
    limits += [(Question.SESSION, Layer.SESSION, limit) for limit in policies.sessions]
    for question, layer, limit in limits:
        statement = _allow([limit], asked)
        findings.append(Finding(question, statement is not None, layer, statement))
        if statement is None:
            return False
    return True


def _allow(policies: Iterable[Policy], asked: Asked) -> Statement | None:
    """The first Allow that applies, in policies that hang on the caller."""
    for policy in policies:
        for statement in policy.allows:
            if statement.applies(asked) and statement.meant_for(asked):
                return statement
    return None


class _UnreadableError(Exception):
    """A policy that can't be read, and what that finds."""

    def __init__(self, layer: Layer, error: PolicyError) -> None:
        super().__init__(str(error))
        self.finding = Finding(Question.READABLE, False, layer, str(error))


def _read(layer: Layer, documents: Iterable[Document]) -> list[Policy]:
    if not documents:
        return []
    try:
        return [compiled(document) for document in documents]
    except PolicyError as error:
        raise _UnreadableError(layer, error) from None
