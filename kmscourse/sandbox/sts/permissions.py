"""The STS operations that the practice account offers, and the roles and federated users that they touch.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS Security Token
Service"; IAM User Guide, "Compare AWS STS credentials" (who may call what), "Pass session tags in AWS STS".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.operation import PermissionCheck
from kmscourse.sandbox.permission_checks import Reader, anywhere, form_list, form_tags, tag_context

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)


@dataclass(frozen=True)
class Marks:
    """The tags and the source identity of a new session: what is asked for, and what a role hands on to the next."""

    tags: Mapping[str, str]
    transitive: Sequence[str]
    source_identity: str


def marks(call: Call, caller: Caller) -> Marks:
    """Raises AwsError InvalidParameterValue where what is asked for contradicts itself or the calling session."""
    asked, keys = form_tags(call.parameters), form_list(call.parameters, "TransitiveTagKeys")
    names = [key.lower() for key, _ in asked]
    if len(set(names)) < len(names):
        raise _invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(name.startswith("aws:") for name in names):  # its code and words are an inference
        raise _invalid("aws: prefixed tag key names are not allowed for external use.")
    if any(key.lower() not in names for key in keys):
        raise _invalid("The specified transitive tag key must be included in the requested tags.")
    inherited: dict[str, str] = {}
    source_identity = call.parameters.get("SourceIdentity", "")
    if caller.temporary is not None and caller.made_by == "AssumeRole":
        earlier = caller.temporary
        inherited = {key: earlier.tags[key] for key in earlier.transitive}
        if {key.lower() for key in inherited} & set(names):
            raise _invalid(
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag "
                "key from the calling session."
            )
        if source_identity not in ("", earlier.source_identity or source_identity):
            raise _invalid("The source identity of the calling session can't be changed.")
        source_identity = source_identity or earlier.source_identity
    return Marks(inherited | dict(asked), [*inherited, *keys], source_identity)


def nothing_needed(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """sts:GetCallerIdentity answers everybody, and no policy can forbid it."""
    return ()


def of_a_user(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """sts:GetSessionToken needs no permission either, but a user's access key."""
    _refuse_sessions(call, caller)
    return ()


def assume_role(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """A role is assumed, and perhaps its session tagged, its source identity set: each is decided."""
    arn = call.parameters["RoleArn"]
    if not _ARN.fullmatch(arn):
        raise AwsError("ValidationError", f"{arn} is invalid")
    if caller.made_by == "GetFederationToken":
        _refuse_sessions(call, caller)
    wanted = marks(call, caller)
    context = _context(call, wanted)
    role, trust = account.entity_of(arn), account.trust_policy(arn)
    for key, value in role.tags.items() if role else ():
        context[f"aws:ResourceTag/{key}"] = context[f"iam:ResourceTag/{key}"] = value
    yield PermissionCheck("sts:AssumeRole", arn, context, resource_policy=trust)
    if wanted.tags:
        yield PermissionCheck("sts:TagSession", arn, context, resource_policy=trust)
    if wanted.source_identity:
        yield PermissionCheck("sts:SetSourceIdentity", arn, context, resource_policy=trust)


def federated_user(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """A user makes credentials for somebody, whom it calls by any name."""
    _refuse_sessions(call, caller)
    wanted = marks(call, caller)
    arn = f"arn:aws:sts::{account.account_id}:federated-user/{call.parameters['Name']}"
    yield PermissionCheck("sts:GetFederationToken", arn, _context(call, wanted))
    if wanted.tags:
        yield PermissionCheck("sts:TagSession", arn, _context(call, wanted))


def _refuse_sessions(call: Call, caller: Caller) -> None:
    if caller.temporary is not None:
        raise AwsError("AccessDenied", f"Cannot call {call.operation} with session credentials", 403)


def _context(call: Call, wanted: Marks) -> dict[str, str | list[str]]:
    context = tag_context(wanted.tags.items())
    for name in ("ExternalId", "RoleSessionName"):
        if call.parameters.get(name):
            context[f"sts:{name}"] = call.parameters[name]
    if wanted.source_identity:
        context["sts:SourceIdentity"] = wanted.source_identity
    if wanted.transitive:
        context["sts:TransitiveTagKeys"] = list(wanted.transitive)
    return context


def _invalid(sentence: str) -> AwsError:
    return AwsError("InvalidParameterValue", sentence)


OPERATIONS: Mapping[str, Reader] = {
    "GetCallerIdentity": nothing_needed,
    "GetSessionToken": of_a_user,
    "AssumeRole": assume_role,
    "GetFederationToken": federated_user,
    "GetAccessKeyInfo": anywhere,
}
