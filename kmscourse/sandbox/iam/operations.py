"""The operations of IAM that the practice account offers: what each needs allowed, what it refuses, who performs it.

moto performs them, but for the policy simulator, ChangePassword, and the lists that are always empty. A policy that
could not be evaluated later is refused after moto has taken it, as moto's texts for AWS's own refusals are the finer
ones; what is refused after its performance is undone like any other refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from kmscourse.sandbox.iam import passwords
from kmscourse.sandbox.iam.empty_lists import none_of_account, none_of_role, none_of_user
from kmscourse.sandbox.iam.members import MEMBERS
from kmscourse.sandbox.iam.permissions import (
    on_access_key_owner,
    on_bounded_role,
    on_bounded_user,
    on_group,
    on_new_group,
    on_new_policy,
    on_new_role,
    on_new_user,
    on_own_password,
    on_password_policy,
    on_policy,
    on_policy_source,
    on_role,
    on_user,
)
from kmscourse.sandbox.iam.policy_documents import present_trust_policy, require_identity_policy
from kmscourse.sandbox.iam.policy_simulator import (
    list_context_keys_of_custom_policies,
    list_context_keys_of_principal,
    simulate_custom_policies,
    simulate_principal_policies,
)
from kmscourse.sandbox.iam.resolve import IamCall, resolve
from kmscourse.sandbox.iam.validation import (
    require_acceptable_password,
    require_changed_trust_policy,
    require_customer_policy,
    require_new_trust_policy,
    require_policy_tags,
    require_principal_tags,
    require_readable,
)
from kmscourse.sandbox.operation import Answer, Operation, PermissionCheck, Service, anywhere

Permissions = Callable[[IamCall], Iterable[PermissionCheck]]
Rule = Callable[[IamCall], None]
Perform = Callable[[IamCall], Answer]


def perform_in_moto(resolved: IamCall) -> Answer:
    """The answer of moto, as XML."""
    return resolved.identities.perform(resolved.call, resolved.changes)


def put_policy(resolved: IamCall) -> Answer:
    """An identity policy is taken by moto, and refused where it could not be evaluated."""
    answer = perform_in_moto(resolved)
    require_identity_policy(resolved.parameters["PolicyDocument"])
    return answer


def put_trust_policy(resolved: IamCall) -> Answer:
    """moto is given the trust policy as IAM shows it from then on."""
    parameters = dict(resolved.parameters)
    for name in ("AssumeRolePolicyDocument", "PolicyDocument"):
        if name in parameters:
            parameters[name] = present_trust_policy(parameters[name], resolved.identities)
    return resolved.identities.perform(replace(resolved.call, parameters=parameters), resolved.changes)


def change_principal(resolved: IamCall) -> Answer:
    """A user or role gets another ARN, or goes: the policies that name it go on naming it, and nobody else."""
    principal = resolved.user if "UserName" in resolved.parameters else resolved.role
    answer = perform_in_moto(resolved)
    if principal is not None:
        resolved.identities.follow_principal(principal.arn, principal.id)
    return answer


def put_login_profile(resolved: IamCall) -> Answer:
    """moto is given the hash of the password, and never sees the password itself."""
    parameters = dict(resolved.parameters)
    if "Password" in parameters:
        parameters["Password"] = passwords.hashed(parameters["Password"])
    return resolved.identities.perform(replace(resolved.call, parameters=parameters), resolved.changes)


def change_password(resolved: IamCall) -> Answer:
    """The caller's own password."""
    old, new = resolved.parameters["OldPassword"], resolved.parameters["NewPassword"]
    passwords.change_password(resolved.identities, resolved.caller.user_name, old, new)
    return {}


def _operation(
    permissions: Permissions, rules: tuple[Rule, ...], perform: Perform, *, changes: bool
) -> Operation[IamCall]:
    def validate(resolved: IamCall) -> None:
        for rule in (require_readable, *rules):
            rule(resolved)

    return Operation(permissions, perform, validate, changes)


def _read(permissions: Permissions, *rules: Rule, perform: Perform = perform_in_moto) -> Operation[IamCall]:
    return _operation(permissions, rules, perform, changes=False)


def _change(permissions: Permissions, *rules: Rule, perform: Perform = perform_in_moto) -> Operation[IamCall]:
    return _operation(permissions, rules, perform, changes=True)


OPERATIONS: Mapping[str, Operation[IamCall]] = {
    # Users
    "CreateUser": _change(on_new_user, require_principal_tags),
    "GetUser": _read(on_user),
    "UpdateUser": _change(on_user, perform=change_principal),
    "DeleteUser": _change(on_user, perform=change_principal),
    "ListUsers": _read(anywhere),
    "TagUser": _change(on_user, require_principal_tags),
    "UntagUser": _change(on_user),
    "ListUserTags": _read(on_user),
    "PutUserPolicy": _change(on_bounded_user, perform=put_policy),
    "GetUserPolicy": _read(on_user),
    "DeleteUserPolicy": _change(on_bounded_user),
    "ListUserPolicies": _read(on_user),
    "AttachUserPolicy": _change(on_bounded_user),
    "DetachUserPolicy": _change(on_bounded_user),
    "ListAttachedUserPolicies": _read(on_user),
    "PutUserPermissionsBoundary": _change(on_bounded_user),
    "DeleteUserPermissionsBoundary": _change(on_bounded_user),
    # Access keys and passwords
    "CreateAccessKey": _change(on_user),
    "UpdateAccessKey": _change(on_user),
    "DeleteAccessKey": _change(on_user),
    "ListAccessKeys": _read(on_user),
    "GetAccessKeyLastUsed": _read(on_access_key_owner),
    "CreateLoginProfile": _change(on_user, require_acceptable_password, perform=put_login_profile),
    "GetLoginProfile": _read(on_user),
    "UpdateLoginProfile": _change(on_user, require_acceptable_password, perform=put_login_profile),
    "DeleteLoginProfile": _change(on_user),
    "ChangePassword": _change(on_own_password, perform=change_password),
    "UpdateAccountPasswordPolicy": _change(anywhere),
    "GetAccountPasswordPolicy": _read(on_password_policy),
    "DeleteAccountPasswordPolicy": _change(anywhere),
    # What nobody has
    "ListMFADevices": _read(on_user, perform=none_of_user("MFADevices")),
    "ListVirtualMFADevices": _read(anywhere, perform=none_of_account("VirtualMFADevices")),
    "ListSigningCertificates": _read(on_user, perform=none_of_user("Certificates")),
    "ListSSHPublicKeys": _read(on_user, perform=none_of_user("SSHPublicKeys")),
    "ListServiceSpecificCredentials": _read(on_user, perform=none_of_user("ServiceSpecificCredentials")),
    "ListInstanceProfilesForRole": _read(on_role, perform=none_of_role("InstanceProfiles")),
    # Groups
    "CreateGroup": _change(on_new_group),
    "GetGroup": _read(on_group),
    "UpdateGroup": _change(on_group),
    "DeleteGroup": _change(on_group),
    "ListGroups": _read(anywhere),
    "ListGroupsForUser": _read(on_user),
    "AddUserToGroup": _change(on_group),
    "RemoveUserFromGroup": _change(on_group),
    "PutGroupPolicy": _change(on_group, perform=put_policy),
    "GetGroupPolicy": _read(on_group),
    "DeleteGroupPolicy": _change(on_group),
    "ListGroupPolicies": _read(on_group),
    "AttachGroupPolicy": _change(on_group),
    "DetachGroupPolicy": _change(on_group),
    "ListAttachedGroupPolicies": _read(on_group),
    # Roles
    "CreateRole": _change(
        on_new_role, require_principal_tags, require_new_trust_policy, perform=put_trust_policy
    ),
    "GetRole": _read(on_role),
    "UpdateRole": _change(on_role),
    "UpdateRoleDescription": _change(on_role),
    "UpdateAssumeRolePolicy": _change(on_role, require_changed_trust_policy, perform=put_trust_policy),
    "DeleteRole": _change(on_role, perform=change_principal),
    "ListRoles": _read(anywhere),
    "TagRole": _change(on_role, require_principal_tags),
    "UntagRole": _change(on_role),
    "ListRoleTags": _read(on_role),
    "PutRolePolicy": _change(on_bounded_role, perform=put_policy),
    "GetRolePolicy": _read(on_role),
    "DeleteRolePolicy": _change(on_bounded_role),
    "ListRolePolicies": _read(on_role),
    "AttachRolePolicy": _change(on_bounded_role),
    "DetachRolePolicy": _change(on_bounded_role),
    "ListAttachedRolePolicies": _read(on_role),
    "PutRolePermissionsBoundary": _change(on_bounded_role),
    "DeleteRolePermissionsBoundary": _change(on_bounded_role),
    # Managed policies
    "CreatePolicy": _change(on_new_policy, require_policy_tags, perform=put_policy),
    "GetPolicy": _read(on_policy),
    "DeletePolicy": _change(on_policy, require_customer_policy),
    "ListPolicies": _read(anywhere),
    "TagPolicy": _change(on_policy, require_customer_policy, require_policy_tags),
    "UntagPolicy": _change(on_policy, require_customer_policy),
    "ListPolicyTags": _read(on_policy),
    "ListEntitiesForPolicy": _read(on_policy),
    "CreatePolicyVersion": _change(on_policy, require_customer_policy, perform=put_policy),
    "GetPolicyVersion": _read(on_policy),
    "SetDefaultPolicyVersion": _change(on_policy, require_customer_policy),
    "DeletePolicyVersion": _change(on_policy, require_customer_policy),
    "ListPolicyVersions": _read(on_policy),
    "SimulateCustomPolicy": _read(anywhere, perform=simulate_custom_policies),
    "SimulatePrincipalPolicy": _read(on_policy_source, perform=simulate_principal_policies),
    "GetContextKeysForCustomPolicy": _read(anywhere, perform=list_context_keys_of_custom_policies),
    "GetContextKeysForPrincipalPolicy": _read(on_policy_source, perform=list_context_keys_of_principal),
    # The account
    "GetAccountSummary": _read(anywhere),
    "GetAccountAuthorizationDetails": _read(anywhere),
    "CreateAccountAlias": _change(anywhere),
    "DeleteAccountAlias": _change(anywhere),
    "ListAccountAliases": _read(anywhere),
}

SERVICE = Service("iam", resolve, OPERATIONS, MEMBERS)
