"""Whether the caller may do what the call does: every access decided by ``kmscourse.policy.evaluate``, and by it alone.

This stage gathers what AWS would look at (the caller's identity policies and boundaries, the key's policy and
grants, the condition keys of the request) and says no as AWS does. DynamoDB's own permission is decided
before the key's (``resources.touched`` has put them in that order).

Source: IAM User Guide, "Policy evaluation logic", "AWS global condition context keys"; AWS KMS Developer Guide,
"Determining access to AWS KMS keys".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kmscourse.policy import Decision, Request, encryption_context, evaluate
from kmscourse.sandbox.call import Access, AwsError, Call, Caller
from kmscourse.sandbox.relay import RelayedError
from kmscourse.sandbox.resources.grants import named_grant
from kmscourse.sandbox.resources.keys import is_key
from kmscourse.sandbox.services import SERVICES
from kmscourse.sandbox.views import KeyView

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend


# What aws:PrincipalType says of temporary credentials, by the operation that gave them out.
_KINDS = {"AssumeRole": "AssumedRole", "GetFederationToken": "FederatedUser"}
_TERSE = (
    "sts:AssumeRole",
    "sts:TagSession",
    "sts:SetSourceIdentity",
)  # STS doesn't tell who should have allowed


def authorize(call: Call, caller: Caller, accesses: Sequence[Access], backend: Backend) -> list[Decision]:
    """The decision for each access, all of them in the caller's favour.

    Raises AwsError for the first that is not: AccessDeniedException (400), in IAM and STS AccessDenied (403);
    RelayedError where it was DynamoDB that met the refusal.
    """
    decisions = []
    for access in accesses:
        if access.via and is_key(access.resource) and _key(access, backend) is None:
            continue  # A key that is no more has no policy to ask; the rules refuse its use.
        decision = decide(call, caller, access, backend)
        if not decision.allowed:
            raise _denied(call, access, decision)
        decisions.append(decision)
    return decisions


def decide(
    call: Call, caller: Caller, access: Access, backend: Backend, key_policy: Mapping[str, Any] | None = None
) -> Decision:
    """What the account's policies say to one access; ``key_policy`` takes the place of the key's own."""
    key = _key(access, backend)
    request = Request(
        principal=caller.arn,
        action=access.action,
        resource=access.resource,
        context={
            **principal_context(caller, backend.principal_tags(caller)),
            **global_context(call, caller, access, backend.now()),
            **access.context,
        },
        resource_account=_owner(access, backend),
    )
    return evaluate(
        request,
        identity_policies=backend.identity_policies(caller),
        permissions_boundaries=backend.permissions_boundaries(caller),
        session_policy=backend.session_policy(caller),
        resource_policy=key_policy or (key.policy if key else _trust_policy(access, backend)),
        grants=_grants(call, caller, request, key, backend) if key else (),
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
        context["aws:MultiFactorAuthPresent"] = (
            "false"  # only temporary credentials could have a second factor
        )
        if caller.temporary.source_identity:
            context["aws:SourceIdentity"] = caller.temporary.source_identity
    for key, value in tags.items():
        context[f"aws:PrincipalTag/{key}"] = value
    return context


def global_context(call: Call, caller: Caller, access: Access, now: datetime) -> dict[str, str | list[str]]:
    """The condition keys of the request that every one carries, ``aws:…``; ``now`` is in UTC."""
    context: dict[str, str | list[str]] = {
        "aws:PrincipalIsAWSService": "false",
        "aws:CurrentTime": _moment(now),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": "true",  # Loopback stands in for TLS: nothing leaves the machine.
        "aws:ViaAWSService": "true" if access.via else "false",
    }
    if access.via:
        context.update(
            {"aws:CalledVia": [access.via], "aws:CalledViaFirst": access.via, "aws:CalledViaLast": access.via}
        )
    else:
        context["aws:SourceIp"] = call.source_ip
    if call.user_agent:
        context["aws:UserAgent"] = call.user_agent
    return context


def _key(access: Access, backend: Backend) -> KeyView | None:
    return backend.find_key(access.resource) if is_key(access.resource) else None


def _grants(
    call: Call, caller: Caller, request: Request, key: KeyView, backend: Backend
) -> Sequence[Mapping[str, Any]]:
    """The grants that bear on an access to a key; who may retire one, that grant alone says."""
    if request.action != "kms:RetireGrant":
        return backend.grants_for(key, caller, request.action, encryption_context(request))
    _, wanted = named_grant(call, backend)
    grant = backend.grant(key.region, wanted)
    return [grant] if grant is not None and grant["KeyId"] == key.arn else []


def _trust_policy(access: Access, backend: Backend) -> Mapping[str, Any] | None:
    """The policy of a role that is to be assumed says who may."""
    return backend.trust_policy(access.resource) if access.action.startswith("sts:") else None


def _owner(access: Access, backend: Backend) -> str:
    """The account that a resource belongs to: its ARN says so, unless it is AWS's own policy, which all may use."""
    named = access.resource.split(":", 5)[4] if access.resource.startswith("arn:") else "aws"
    return backend.account_id if named == "aws" else named


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _denied(call: Call, access: Access, decision: Decision) -> AwsError:
    sentence = decision.sentence()
    if access.resource == "*" and (access.action == "kms:TagResource" or call.service == "sts"):
        sentence = sentence.replace(
            " on resource: *", "", 1
        )  # AWS names no resource where there is none yet.
    if access.action in _TERSE:
        sentence = sentence.partition(" because no ")[0]
    if not SERVICES[call.service].is_json:
        return AwsError("AccessDenied", sentence, 403)
    error = AwsError("AccessDeniedException", sentence)
    return RelayedError(error, access, call.request_id) if access.via else error
