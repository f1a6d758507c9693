"""Whether the caller may do what the call does: every check decided by ``kmscourse.policy.evaluate``, and by it alone.

This stage gathers what AWS would look at (the caller's identity policies and boundaries, the key's policy and
grants, the condition keys of the request) and says no as AWS does. DynamoDB's own permission is decided
before the key's.

Source: IAM User Guide, "Policy evaluation logic", "AWS global condition context keys"; AWS KMS Developer Guide,
"Determining access to AWS KMS keys".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kmscourse.policy import Decision, Request, evaluate
from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.on_behalf import RelayedError
from kmscourse.sandbox.operation import PermissionCheck, ResolvedCall
from kmscourse.sandbox.protocol.services import PROTOCOLS

# What aws:PrincipalType says of temporary credentials, by the operation that gave them out.
_KINDS = {"AssumeRole": "AssumedRole", "GetFederationToken": "FederatedUser"}
# STS does not tell who should have allowed these.
_TERSE = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def permission_checks(
    resolved: ResolvedCall, permissions: Callable[[Any], Iterable[PermissionCheck]]
) -> list[PermissionCheck]:
    """The checks that a call needs, each once: its own permissions first, then those that a service uses for it."""
    checks: list[PermissionCheck] = []
    for check in permissions(resolved):
        if check not in checks:
            checks.append(check)
    return sorted(checks, key=lambda check: check.via is not None)


def authorize(resolved: ResolvedCall, checks: Sequence[PermissionCheck]) -> None:
    """Raises AwsError for the first check that is one request too many, or not allowed.

    ThrottlingException (400); AccessDeniedException (400), in IAM and STS AccessDenied (403); RelayedError where it was
    DynamoDB that met the refusal.
    """
    for check in checks:
        _ask(resolved, check, check.require_quota)
        if check.is_decided:
            decision = decide(resolved, check)
            if not decision.allowed:
                raise _denied(resolved.call, check, decision)


def require_usable(resolved: ResolvedCall, checks: Sequence[PermissionCheck]) -> None:
    """Raises AwsError where a resource is in no state for what is done to it; RelayedError where DynamoDB does it."""
    for check in checks:
        _ask(resolved, check, check.require_usable)


def _ask(resolved: ResolvedCall, check: PermissionCheck, require: Callable[[], None] | None) -> None:
    """Let ``require`` of a check refuse it, if there is one."""
    if require is None:
        return
    try:
        require()
    except AwsError as error:
        raise RelayedError(error, check, resolved.call.request_id) if check.via else error from None


def decide(resolved: ResolvedCall, check: PermissionCheck) -> Decision:
    """What the account's policies say to one check."""
    policies = resolved.caller_policies
    request = Request(
        principal=resolved.caller.arn,
        action=check.action,
        resource=check.resource,
        context={
            **principal_context(resolved.caller, policies.tags),
            **global_context(resolved.call, check, resolved.now),
            **check.context,
        },
        resource_account=_owner(check, resolved.account.account_id),
    )
    return evaluate(
        request,
        identity_policies=policies.identity,
        permissions_boundaries=policies.boundaries,
        session_policy=policies.session,
        resource_policy=check.resource_policy,
        grants=check.grants,
    )


def principal_context(caller: Caller, tags: Mapping[str, str]) -> dict[str, str | list[str]]:
    """The condition keys that tell who asks, ``aws:Principal…`` and the like; ``tags`` are the caller's."""
    kind = _KINDS.get(caller.made_by, "Account" if caller.arn.endswith(":root") else "User")
    context: dict[str, str | list[str]] = {
        "aws:PrincipalArn": caller.arn,
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalType": kind,
        "aws:userid": caller.user_id,
    }
    if caller.user_name:
        context["aws:username"] = caller.user_name
    if caller.temporary is not None:
        if kind == "AssumedRole":
            context["aws:PrincipalArn"] = caller.temporary.issuer.arn  # not the session's
        context["aws:TokenIssueTime"] = _moment(datetime.fromtimestamp(caller.temporary.since, UTC))
        # Only temporary credentials could have a second factor.
        context["aws:MultiFactorAuthPresent"] = "false"
        if caller.temporary.source_identity:
            context["aws:SourceIdentity"] = caller.temporary.source_identity
    for key, value in tags.items():
        context[f"aws:PrincipalTag/{key}"] = value
    return context


def global_context(call: Call, check: PermissionCheck, now: datetime) -> dict[str, str | list[str]]:
    """The condition keys of the request that every one carries, ``aws:…``; ``now`` is in UTC."""
    context: dict[str, str | list[str]] = {
        "aws:PrincipalIsAWSService": "false",
        "aws:CurrentTime": _moment(now),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": "true",  # Loopback stands in for TLS: nothing leaves the machine.
        "aws:ViaAWSService": "true" if check.via else "false",
    }
    if check.via:
        context.update(
            {"aws:CalledVia": [check.via], "aws:CalledViaFirst": check.via, "aws:CalledViaLast": check.via}
        )
    else:
        context["aws:SourceIp"] = call.source_ip
    if call.user_agent:
        context["aws:UserAgent"] = call.user_agent
    return context


def _owner(check: PermissionCheck, account_id: str) -> str:
    """The account that a resource belongs to: its ARN says so, unless it is AWS's own policy, which all may use."""
    named = check.resource.split(":", 5)[4] if check.resource.startswith("arn:") else "aws"
    return account_id if named == "aws" else named


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _denied(call: Call, check: PermissionCheck, decision: Decision) -> AwsError:
    sentence = decision.sentence()
    if check.resource == "*" and (check.action == "kms:TagResource" or call.service in ("sts", "tagging")):
        # AWS names no resource where there is none yet.
        sentence = sentence.replace(" on resource: *", "", 1)
    if check.action in _TERSE:
        sentence = sentence.partition(" because no ")[0]
    if not PROTOCOLS[call.service].is_json:
        return AwsError("AccessDenied", sentence, 403)
    error = AwsError("AccessDeniedException", sentence)
    return RelayedError(error, check, call.request_id) if check.via else error
