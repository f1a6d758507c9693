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
from kmscourse.policy.document import Policy, Statement, compiled
from kmscourse.policy.findings import Finding, Layer, Question, Subject
from kmscourse.policy.principals import Kind, Named
from kmscourse.policy.request import Asked, Request

Document = Mapping[str, Any]

# AWS STS API Reference: whoever signs may call these, and no policy can refuse them.
FREE = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
# Calls that a role's trust policy decides about.
ASSUMING = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


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
            identity=_read(Layer.IDENTITY, identity_policies),
            resource=None if resource_policy is None else _read(Layer.RESOURCE, [resource_policy])[0],
            grants=list(grants),
            boundaries=_read(Layer.BOUNDARY, permissions_boundaries),
            sessions=[] if session_policy is None else _read(Layer.SESSION, [session_policy]),
            levels=[_read(Layer.SERVICE_CONTROL, level) for level in service_control_policies],
        )
        allowed = _decide(asked, policies.bearing_on(asked), findings)
    except _UnreadableError as unreadable:
        findings.append(unreadable.finding)
        allowed = False
    return Decision(request, _subject(asked), findings, allowed=allowed)


class Policies:
    """Every policy that was handed in, compiled."""

    __slots__ = ("boundaries", "grants", "identity", "levels", "resource", "sessions")

    def __init__(
        self,
        identity: Sequence[Policy],
        resource: Policy | None,
        grants: Sequence[Document],
        boundaries: Sequence[Policy],
        sessions: Sequence[Policy],
        levels: Sequence[Sequence[Policy]],
    ) -> None:
        self.identity = identity
        self.resource = resource
        self.grants = grants
        self.boundaries = boundaries
        self.sessions = sessions
        self.levels = levels

    def bearing_on(self, asked: Asked) -> Policies:
        """Without those that the caller is not subject to.

        An account's root user has no policies of its own; a service, an identity provider or an anonymous
        caller belongs to no account; service-linked roles are outside service control policies.
        """
        caller = asked.principal
        if caller.account is None:
            return Policies([], self.resource, self.grants, [], [], [])
        levels = [] if caller.service_linked else self.levels
        if caller.kind is Kind.ROOT:
            return Policies([], self.resource, self.grants, [], [], levels)
        return self if levels is self.levels else Policies(
            self.identity, self.resource, self.grants, self.boundaries, self.sessions, levels
        )  # fmt: skip

    def by_layer(self) -> Iterator[tuple[Layer, Policy]]:
        """Every policy with its layer, in AWS's order."""
        for level in self.levels:
            for policy in level:
                yield Layer.SERVICE_CONTROL, policy
        if self.resource is not None:
            yield Layer.RESOURCE, self.resource
        for layer, found in (
            (Layer.IDENTITY, self.identity), (Layer.BOUNDARY, self.boundaries), (Layer.SESSION, self.sessions),
        ):  # fmt: skip
            for policy in found:
                yield layer, policy


def _decide(asked: Asked, policies: Policies, findings: list[Finding]) -> bool:
    caller = asked.principal
    if asked.action in FREE and caller.account is not None:
        findings.append(Finding(Question.FREE, True))
        return True

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
    if kms.is_alias(asked) and not kms.alias_can_be_allowed(asked):
        findings.append(Finding(Question.ALIAS, False, Layer.IDENTITY))
        return False

    across = caller.account is None or not asked.within_account()
    own_policy_decides = across or _is_root_of_trust(asked)
    named, granted = Named.NO, Named.NO
    if own_policy_decides or policies.resource is not None:
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
    for layer, policy in policies.by_layer():
        for statement in policy.denies:
            if not statement.applies(asked):
                continue
            if layer is Layer.RESOURCE:
                # AWS: a Deny with NotPrincipal spares nobody who has a permissions boundary.
                bounded = statement.not_principals is not None and policies.boundaries
                if not bounded and statement.names(asked) is Named.NO:
                    continue
            elif not statement.meant_for(asked):
                continue
            return Finding(Question.DENIED, True, layer, statement)
    return None


def _is_root_of_trust(asked: Asked) -> bool:
    """A KMS key, or a role to be assumed: without a word in its own policy nobody gets in."""
    role = len(asked.segments) == 6 and asked.segments[2] == "iam" and asked.segments[5].startswith("role/")
    return kms.is_key(asked) or (role and asked.action.startswith(ASSUMING))


def _named(asked: Asked, policies: Policies, *, across: bool) -> tuple[Named, Statement | None]:
    """How closely an Allow of the resource's own policy names the caller, and which does."""
    if asked.action == kms.RETIRE and kms.is_key(asked):
        # Who may retire a grant, the grant says. A key policy has no part in it; the key's account may delegate.
        return (Named.NO if across else Named.ACCOUNT), None
    closest: tuple[Named, Statement | None] = (Named.NO, None)
    for statement in policies.resource.allows if policies.resource else ():
        if statement.applies(asked):
            found = statement.names(asked)
            if found > closest[0]:
                closest = (found, statement)
                if found is Named.DIRECT:
                    break
    return closest


def _granted(asked: Asked, grants: Sequence[Document]) -> tuple[Named, Document | None]:
    """How closely a grant names the caller for this call, and which does."""
    if not kms.is_key(asked):
        return Named.NO, None
    found = [(kms.granted(grant, asked), grant) for grant in grants if isinstance(grant, Mapping)]
    closest = max(found, key=lambda pair: pair[0], default=(Named.NO, None))
    return closest if closest[0] is not Named.NO else (Named.NO, None)


def _own_permission(asked: Asked, policies: Policies, findings: list[Finding]) -> bool:
    """What the caller has of its own account: an identity-based Allow, or being the account's root user."""
    if asked.principal.kind is Kind.ROOT:
        findings.append(Finding(Question.ROOT, True, Layer.IDENTITY))
        return True
    statement = _allow(policies.identity, asked)
    findings.append(Finding(Question.IDENTITY, statement is not None, Layer.IDENTITY, statement))
    return statement is not None


def _within_limits(asked: Asked, policies: Policies, findings: list[Finding]) -> bool:
    """Permissions boundaries and the session policy give nothing, but each of them must allow."""
    for question, layer, limits in (
        (Question.BOUNDARY, Layer.BOUNDARY, policies.boundaries),
        (Question.SESSION, Layer.SESSION, policies.sessions),
    ):
        for limit in limits:
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
    try:
        return [compiled(document) for document in documents]
    except PolicyError as error:
        raise _UnreadableError(layer, error) from None


def _subject(asked: Asked) -> Subject:
    is_key = kms.is_key(asked)
    own = "key policy" if is_key else "trust policy" if _is_root_of_trust(asked) else "resource-based policy"
    foreign = is_key and asked.principal.account is not None and not asked.within_account()
    return Subject(asked.principal, asked.request.action, own, foreign)
