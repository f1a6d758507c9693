"""The IAM operations that the practice account offers, and the users, groups, roles and policies that they touch.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access
Management (IAM)"; IAM User Guide, "IAM ARNs".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.operation import PermissionCheck
from kmscourse.sandbox.permission_checks import Reader, anywhere, form_list, form_tags, tag_context

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account
    from kmscourse.sandbox.iam.views import EntityView

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
# Those whose decision can depend on what bounds the user or role.
_BOUNDED = frozenset({
    "CreateUser", "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary", "PutUserPolicy", "DeleteUserPolicy",
    "AttachUserPolicy", "DetachUserPolicy", "CreateRole", "PutRolePermissionsBoundary", "PutRolePolicy",
    "DeleteRolePermissionsBoundary", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy",
})  # fmt: skip


def user_name(call: Call, caller: Caller) -> str:
    """The user that a call is about. Raises AwsError where it says none and the caller is no user."""
    name = call.parameters.get("UserName") or (caller.user_name if call.operation in ABOUT_ONESELF else "")
    if not name:
        raise AwsError("ValidationError", "Must specify userName when calling with non-User credentials")
    return str(name)


def on_user(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """An operation on one user, perhaps the caller's own."""
    yield _access(call, "user", user_name(call, caller), account)


def on_group(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """An operation on one group."""
    yield _access(call, "group", call.parameters["GroupName"], account)


def on_role(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """An operation on one role."""
    yield _access(call, "role", call.parameters["RoleName"], account)


def on_policy(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """An operation on one managed policy, which is named by its ARN or, when new, by its name."""
    yield _access(call, "policy", call.parameters.get("PolicyArn") or call.parameters["PolicyName"], account)


def on_source(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """A question about what a user, group or role may do."""
    yield PermissionCheck(call.action, call.parameters["PolicySourceArn"])


def own_password(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """ChangePassword is about the caller, and needs no permission where the password policy gives it to all."""
    if not caller.user_name:
        raise AwsError("InvalidUserType", "Only IAM Users can change their own password")  # inference
    if not account.users_change_passwords:
        yield _access(call, "user", caller.user_name, account)


def password_policy(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """Who may change its own password by the password policy may see that policy."""
    return () if caller.user_name and account.users_change_passwords else anywhere(call, caller, account)


def key_last_used(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """GetAccessKeyLastUsed is about the user to whom the access key belongs; of unknown ones nothing is said."""
    key_id = call.parameters["AccessKeyId"]
    owner = account.owner_of(key_id)
    if owner is None:
        raise AwsError(
            "AccessDenied",
            f"User: {caller.arn} is not authorized to perform {call.action} on resource: access key {key_id}",
            403,
        )
    yield _access(call, "user", owner, account)


def _access(call: Call, kind: str, name: str, account: Account) -> PermissionCheck:
    """The access to a user, group, role or policy: with the path that it has, or is to be made with."""
    makes = call.operation.startswith("Create") and call.operation not in ABOUT_ONESELF
    known = None if makes and ":" not in name else account.entity(kind, name)
    path = call.parameters.get("Path") or "/"
    arn = name if ":" in name else f"arn:aws:iam::{account.account_id}:{kind}{path}{name}"
    return PermissionCheck(call.action, known.arn if known else arn, _context(call, known))


def _context(call: Call, known: EntityView | None) -> dict[str, str | list[str]]:
    """The condition keys of an IAM call: the policy it is about, what bounds whom it is about, tags."""
    form: Mapping[str, str] = call.parameters
    context = tag_context(form_tags(form))
    tag_keys = form_list(form, "TagKeys")
    if tag_keys:
        context["aws:TagKeys"] = tag_keys
    if form.get("PolicyArn"):
        context["iam:PolicyARN"] = form["PolicyArn"]
    boundary = form.get("PermissionsBoundary") or (known.boundary if known else None)
    if boundary and call.operation in _BOUNDED:
        context["iam:PermissionsBoundary"] = boundary
    for key, value in known.tags.items() if known else ():
        context[f"aws:ResourceTag/{key}"] = context[f"iam:ResourceTag/{key}"] = value
    return context


def _table(reader: Reader, operations: str) -> dict[str, Reader]:
    return dict.fromkeys(operations.split(), reader)


OPERATIONS: Mapping[str, Reader] = {
    **_table(
        on_user,
        """CreateUser GetUser UpdateUser DeleteUser TagUser UntagUser ListUserTags ListGroupsForUser
        PutUserPolicy GetUserPolicy DeleteUserPolicy ListUserPolicies
        AttachUserPolicy DetachUserPolicy ListAttachedUserPolicies
        PutUserPermissionsBoundary DeleteUserPermissionsBoundary
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
        AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies
        PutRolePermissionsBoundary DeleteRolePermissionsBoundary""",
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
        UpdateAccountPasswordPolicy DeleteAccountPasswordPolicy
        SimulateCustomPolicy GetContextKeysForCustomPolicy""",
    ),
    **_table(on_source, "SimulatePrincipalPolicy GetContextKeysForPrincipalPolicy"),
    "ChangePassword": own_password,
    "GetAccountPasswordPolicy": password_policy,
    "GetAccessKeyLastUsed": key_last_used,
}
