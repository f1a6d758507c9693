"""How AWS decides: one request, every policy that bears on it, one answer.

An explicit Deny anywhere refuses. Then somebody must have given the permission: the resource's own policy, a
grant, or an identity-based policy. And every policy that sets a limit must allow it too. IAM User Guide, "Policy
evaluation logic" and "Cross-account policy evaluation logic"; AWS KMS Developer Guide, "Troubleshooting key
access".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kmscourse.errors import PolicyError
from kmscourse.policy.evaluate import kms
from kmscourse.policy.evaluate.findings import Finding, Layer, Question
from kmscourse.policy.evaluate.match import find_allow, matches, name_caller
from kmscourse.policy.evaluate.policies import Document, Policies
from kmscourse.policy.evaluate.request import Request
from kmscourse.policy.language.document import Policy, compile_policies, compile_policy
from kmscourse.policy.language.principals import ACCOUNT_NAMED, NAMED, NOT_NAMED, Naming, PrincipalKind
from kmscourse.policy.language.statement import Statement

# AWS STS API Reference: whoever signs may call these, and no policy can refuse them.
FREE_ACTIONS = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})

# The findings without evidence are made once. A decision only reads them.
_IS_FREE = Finding(Question.FREE, True)
_IS_UNSIGNED = Finding(Question.SIGNED, False, Layer.RESOURCE)
_IS_NOT_DENIED = Finding(Question.DENIED, False)
_IS_ON_ALIAS = Finding(Question.ALIAS, False, Layer.IDENTITY)
_IS_NOT_NAMED = Finding(Question.NAMED, False, Layer.RESOURCE)
_IS_NOT_GRANTED = Finding(Question.GRANTED, False, Layer.RESOURCE)
_IS_ROOT = Finding(Question.ROOT, True, Layer.IDENTITY)
_HAS_NO_IDENTITY_ALLOW = Finding(Question.IDENTITY, False, Layer.IDENTITY)
_HAS_NO_SESSION_ALLOW = Finding(Question.SESSION, False, Layer.SESSION)

# The answer, what was found on the way, and the policies: None where one of them can't be read.
Verdict = tuple[bool, Sequence[Finding], Policies | None]


def decide(
    request: Request,
    identity_policies: Iterable[Document],
    resource_policy: Document | None,
    grants: Iterable[Document],
    permissions_boundaries: Iterable[Document],
    session_policy: Document | None,
    service_control_policies: Iterable[Iterable[Document]],
) -> Verdict:
    """Decide a request as AWS would, by the policies and grants of ``Layers``."""
    resource = session = None
    boundaries: Sequence[Policy] = ()
    levels: Sequence[Sequence[Policy]] = ()
    layer = Layer.IDENTITY
    try:
        identity = compile_policies(identity_policies)
        if resource_policy is not None:
            layer = Layer.RESOURCE
            resource = compile_policy(resource_policy)
        if permissions_boundaries:
            layer = Layer.BOUNDARY
            boundaries = compile_policies(permissions_boundaries)
        if session_policy is not None:
            layer = Layer.SESSION
            session = compile_policy(session_policy)
        if service_control_policies:
            layer = Layer.SERVICE_CONTROL
            levels = [compile_policies(level) for level in service_control_policies]
    except PolicyError as error:
        return False, [Finding(Question.READABLE, False, layer, str(error))], None
    policies = Policies(request.caller, identity, resource, list(grants), boundaries, session, levels)
    findings: list[Finding] = []
    return _answer(request, policies, findings), findings, policies


def _answer(request: Request, policies: Policies, findings: list[Finding]) -> bool:
    """Ask AWS's questions in AWS's order, until one of them settles it."""
    caller = request.caller
    if caller.account is None:
        if caller.kind is PrincipalKind.ANONYMOUS and request.lowercase_action.startswith("kms:"):
            findings.append(_IS_UNSIGNED)
            return False
    elif request.lowercase_action in FREE_ACTIONS:
        findings.append(_IS_FREE)
        return True
    deny = _find_deny(request, policies)
    findings.append(deny or _IS_NOT_DENIED)
    if deny or (policies.levels and not _is_within_organisation(request, policies, findings)):
        return False
    if request.on_alias and not kms.can_be_allowed_on_alias(request):
        findings.append(_IS_ON_ALIAS)
        return False

    across = request.across_accounts
    must_name = across or request.policy_is_root_of_trust
    is_enough = is_above_limits = False
    if must_name or policies.resource:
        naming, is_enough = _ask_resource(request, policies, findings, across=across, must_name=must_name)
        if must_name and naming is NOT_NAMED:
            return False
        is_above_limits = naming is NAMED and not across
    if caller.account is None:
        return True
    if not is_enough and not _is_allowed_by_own_account(request, policies, findings):
        return False
    return is_above_limits or _is_within_limits(request, policies, findings)


def _find_deny(request: Request, policies: Policies) -> Finding | None:
    """The first Deny that applies."""
    action = request.lowercase_action
    for layer, policies_of_layer in policies.by_layer():
        for policy in policies_of_layer:
            _, denies = policy.about(action)
            for statement in denies:
                if matches(statement, request) and policies.mean_caller(statement, layer, request):
                    return Finding(Question.DENIED, True, layer, statement)
    return None


def _is_within_organisation(request: Request, policies: Policies, findings: list[Finding]) -> bool:
    """Service control policies give nothing, but at every level one of them must allow."""
    closed = next((n for n, level in enumerate(policies.levels, 1) if not find_allow(level, request)), None)
    where = None if closed is None else f"level {closed}"
    findings.append(Finding(Question.SERVICE_CONTROL, closed is None, Layer.SERVICE_CONTROL, where))
    return closed is None


def _ask_resource(
    request: Request, policies: Policies, findings: list[Finding], *, across: bool, must_name: bool
) -> tuple[Naming, bool]:
    """How closely the resource's own policy, or a grant, names the caller, and whether that is enough.

    A grant is the whole permission; a resource-based policy is so only within the account. Where it names the
    caller's account alone, that account's IAM must allow too.
    """
    naming, statement = _ask_resource_policy(request, policies, across=across)
    if naming > ACCOUNT_NAMED:
        findings.append(Finding(Question.NAMED, True, Layer.RESOURCE, statement))
        return naming, not across
    findings.append(_IS_NOT_NAMED)
    grant = None
    if policies.grants and request.on_key:
        by_grant, grant = _ask_grants(request, policies.grants)
        if by_grant > ACCOUNT_NAMED:
            findings.append(Finding(Question.GRANTED, True, Layer.RESOURCE, grant))
            return by_grant, True
        findings.append(_IS_NOT_GRANTED)
        naming = max(naming, by_grant)
    if must_name and request.caller.account is not None:
        retires = request.lowercase_action == kms.RETIRE_GRANT
        question = Question.ACCOUNT if retires else Question.DELEGATED
        findings.append(Finding(question, naming is ACCOUNT_NAMED, Layer.RESOURCE, statement or grant))
    return naming, False


def _ask_resource_policy(
    request: Request, policies: Policies, *, across: bool
) -> tuple[Naming, Statement | None]:
    """How closely an Allow of the resource's own policy names the caller, and which does."""
    closest, named_by = NOT_NAMED, None
    action = request.lowercase_action
    if action == kms.RETIRE_GRANT and request.on_key:
        # Who may retire a grant, the grant says. A key policy has no part in it; the key's account may delegate.
        return (closest if across else ACCOUNT_NAMED), None
    allows, _ = policies.resource.about(action) if policies.resource else ((), ())
    for statement in allows:
        if matches(statement, request) and (naming := name_caller(statement, request)) > closest:
            closest, named_by = naming, statement
            if naming is NAMED:
                break
    return closest, named_by


def _ask_grants(request: Request, grants: Sequence[Document]) -> tuple[Naming, Document | None]:
    """How closely a grant names the caller for this call, and which does."""
    namings = [(kms.gives(grant, request), grant) for grant in grants if isinstance(grant, Mapping)]
    closest, grant = max(namings, key=lambda pair: pair[0], default=(NOT_NAMED, None))
    return closest, grant if closest is not NOT_NAMED else None


def _is_allowed_by_own_account(request: Request, policies: Policies, findings: list[Finding]) -> bool:
    """What the caller has of its own account: an identity-based Allow, or being the account's root user."""
    statement = find_allow(policies.identity, request)
    if statement is not None:
        findings.append(Finding(Question.IDENTITY, True, Layer.IDENTITY, statement))
        return True
    is_root = request.caller.kind is PrincipalKind.ROOT
    findings.append(_IS_ROOT if is_root else _HAS_NO_IDENTITY_ALLOW)
    return is_root


def _is_within_limits(request: Request, policies: Policies, findings: list[Finding]) -> bool:
    """Permissions boundaries and the session policy give nothing, but each of them must allow.

    A federated user has what its session policy allows, and without one nothing.
    """
    for boundary in policies.boundaries:
        statement = find_allow([boundary], request)
        findings.append(Finding(Question.BOUNDARY, statement is not None, Layer.BOUNDARY, statement))
        if statement is None:
            return False
    if policies.session:
        statement = find_allow([policies.session], request)
        findings.append(Finding(Question.SESSION, statement is not None, Layer.SESSION, statement))
        return statement is not None
    if request.caller.needs_session_policy:
        findings.append(_HAS_NO_SESSION_ALLOW)
        return False
    return True
