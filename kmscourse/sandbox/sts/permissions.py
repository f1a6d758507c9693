"""What an operation of STS needs allowed, on which role or federated user, with which condition keys.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS Security Token
Service"; IAM User Guide, "Compare AWS STS credentials" (who may call what), "Pass session tags in AWS STS".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.operation import PermissionCheck, tag_context
from kmscourse.sandbox.sts.resolve import StsCall

_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)


def of_long_term_credentials(resolved: StsCall) -> Iterable[PermissionCheck]:
    """sts:GetSessionToken needs no permission, but a user's access key."""
    _refuse_sessions(resolved)
    return ()


def on_role(resolved: StsCall) -> Iterable[PermissionCheck]:
    """A role is assumed, and perhaps its session tagged, its source identity set: each is decided."""
    arn = resolved.parameters["RoleArn"]
    if not _ARN.fullmatch(arn):
        raise AwsError("ValidationError", f"{arn} is invalid")
    if resolved.caller.made_by == "GetFederationToken":
        _refuse_sessions(resolved)
    context, role = _context(resolved), resolved.role
    for key, value in role.tags.items() if role else ():
        context[f"aws:ResourceTag/{key}"] = context[f"iam:ResourceTag/{key}"] = value
    trust_policy = role.trust_policy if role else None
    yield PermissionCheck("sts:AssumeRole", arn, context, resource_policy=trust_policy)
    if resolved.session_tags.tags:
        yield PermissionCheck("sts:TagSession", arn, context, resource_policy=trust_policy)
    if resolved.session_tags.source_identity:
        yield PermissionCheck("sts:SetSourceIdentity", arn, context, resource_policy=trust_policy)


def on_federated_user(resolved: StsCall) -> Iterable[PermissionCheck]:
    """A user makes credentials for somebody, whom it calls by any name."""
    _refuse_sessions(resolved)
    context = _context(resolved)
    arn = f"arn:aws:sts::{resolved.account.account_id}:federated-user/{resolved.parameters['Name']}"
    yield PermissionCheck("sts:GetFederationToken", arn, context)
    if resolved.session_tags.tags:
        yield PermissionCheck("sts:TagSession", arn, context)


def _refuse_sessions(resolved: StsCall) -> None:
    if resolved.caller.temporary is not None:
        operation = resolved.call.operation
        raise AwsError("AccessDenied", f"Cannot call {operation} with session credentials", 403)


def _context(resolved: StsCall) -> dict[str, str | list[str]]:
    session = resolved.session_tags
    context = tag_context(session.tags.items())
    for name in ("ExternalId", "RoleSessionName"):
        if resolved.parameters.get(name):
            context[f"sts:{name}"] = resolved.parameters[name]
    if session.source_identity:
        context["sts:SourceIdentity"] = session.source_identity
    if session.transitive:
        context["sts:TransitiveTagKeys"] = list(session.transitive)
    return context
