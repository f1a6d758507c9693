"""The IAM and STS operations that the practice account offers, and the users, groups, roles and policies they touch.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access
Management (IAM)"; IAM User Guide, "IAM ARNs".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import Access, AwsError, Call, Caller, HttpResponse
from kmscourse.sandbox.resources.reading import Reader, anywhere, tag_context

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend

# Without a UserName these are about the caller (rules/iam.py writes the name in).
ABOUT_ONESELF = frozenset(
    {
        "GetUser",
        "ListAccessKeys",
        "CreateAccessKey",
        "UpdateAccessKey",
        "DeleteAccessKey",
        "GetLoginProfile",
        "CreateLoginProfile",
        "DeleteLoginProfile",
    }
)


def user_name(call: Call, caller: Caller) -> str:
    """The user that a call is about. Raises AwsError where it says none and the caller is no user."""
    name = call.parameters.get("UserName") or (caller.user_name if call.operation in ABOUT_ONESELF else "")
    if not name:
        raise AwsError("ValidationError", "Must specify userName when calling with non-User credentials")
    return str(name)


def on_user(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """An operation on one user, perhaps the caller's own."""
    yield Access(call.action, _arn(backend, "user", call, user_name(call, caller)), _context(call))


def on_group(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """An operation on one group."""
    yield Access(call.action, _arn(backend, "group", call, call.parameters["GroupName"]), _context(call))


def on_role(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """An operation on one role."""
    yield Access(call.action, _arn(backend, "role", call, call.parameters["RoleName"]), _context(call))


def on_policy(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """An operation on one managed policy, which is named by its ARN or, when new, by its name."""
    arn = call.parameters.get("PolicyArn") or _arn(backend, "policy", call, call.parameters["PolicyName"])
    yield Access(call.action, arn, _context(call))


def key_last_used(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """GetAccessKeyLastUsed is about the user to whom the access key belongs."""
    found = backend.credentials(call.parameters["AccessKeyId"])
    name = found.caller.user_name if found else "*"
    yield Access(call.action, f"arn:aws:iam::{backend.account_id}:user/{name}")


def nothing_needed(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """sts:GetCallerIdentity answers everybody, and no policy can forbid it."""
    return ()


def _arn(backend: Backend, kind: str, call: Call, name: str) -> str:
    """The ARN of a user, group, role or policy: with the path that it has, or is to be made with."""
    if not call.operation.startswith("Create") or call.operation in ABOUT_ONESELF:
        found = _found(backend, kind, call, name)
        if found is not None:
            return found
    path = call.parameters.get("Path") or "/"
    return f"arn:aws:iam::{backend.account_id}:{kind}{path}{name}"


def _found(backend: Backend, kind: str, call: Call, name: str) -> str | None:
    reading = replace(
        call, operation=f"Get{kind.capitalize()}", parameters={f"{kind.capitalize()}Name": name}
    )
    try:
        answer = backend.perform(reading)
    except AwsError:
        return None
    body = answer.body.decode() if isinstance(answer, HttpResponse) else ""
    arn = re.search(rf"<Arn>(arn:aws:iam::\d+:{kind}/[^<]*)</Arn>", body)
    return unescape(arn[1]) if arn else None


def _context(call: Call) -> dict[str, str | list[str]]:
    """The condition keys of an IAM call: the policy it is about, the boundary it sets, its tags."""
    form: Mapping[str, str] = call.parameters
    context = tag_context(_form_tags(form))
    tag_keys = [value for name, value in form.items() if name.startswith("TagKeys.member.")]
    if tag_keys:
        context["aws:TagKeys"] = tag_keys
    if form.get("PolicyArn"):
        context["iam:PolicyARN"] = form["PolicyArn"]
    if form.get("PermissionsBoundary"):
        context["iam:PermissionsBoundary"] = form["PermissionsBoundary"]
    return context


def _form_tags(form: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for name, value in form.items():
        if name.startswith("Tags.member.") and name.endswith(".Key"):
            yield value, form.get(name.removesuffix("Key") + "Value", "")


def _table(reader: Reader, operations: str) -> dict[str, Reader]:
    return dict.fromkeys(operations.split(), reader)


OPERATIONS: Mapping[str, Reader] = {
    **_table(
        on_user,
        """CreateUser GetUser UpdateUser DeleteUser TagUser UntagUser ListUserTags ListGroupsForUser
        PutUserPolicy GetUserPolicy DeleteUserPolicy ListUserPolicies
        AttachUserPolicy DetachUserPolicy ListAttachedUserPolicies
        CreateAccessKey UpdateAccessKey DeleteAccessKey ListAccessKeys
        CreateLoginProfile GetLoginProfile UpdateLoginProfile DeleteLoginProfile""",
    ),
    **_table(
        on_group,
        """CreateGroup GetGroup UpdateGroup DeleteGroup AddUserToGroup RemoveUserFromGroup
        PutGroupPolicy GetGroupPolicy DeleteGroupPolicy ListGroupPolicies
        AttachGroupPolicy DetachGroupPolicy ListAttachedGroupPolicies""",
    ),
    **_table(
        on_role,
        """CreateRole GetRole UpdateRole UpdateRoleDescription DeleteRole UpdateAssumeRolePolicy
        TagRole UntagRole ListRoleTags PutRolePolicy GetRolePolicy DeleteRolePolicy ListRolePolicies
        AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies""",
    ),
    **_table(
        on_policy,
        """CreatePolicy GetPolicy DeletePolicy TagPolicy UntagPolicy ListPolicyTags ListEntitiesForPolicy
        CreatePolicyVersion GetPolicyVersion ListPolicyVersions DeletePolicyVersion SetDefaultPolicyVersion""",
    ),
    **_table(
        anywhere,
        """ListUsers ListGroups ListRoles ListPolicies GetAccountSummary GetAccountAuthorizationDetails
        ListAccountAliases CreateAccountAlias DeleteAccountAlias
        GetAccountPasswordPolicy UpdateAccountPasswordPolicy DeleteAccountPasswordPolicy""",
    ),
    "GetAccessKeyLastUsed": key_last_used,
}

STS_OPERATIONS: Mapping[str, Reader] = {"GetCallerIdentity": nothing_needed}
