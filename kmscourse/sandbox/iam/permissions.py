"""What an operation of IAM needs allowed, on which users, groups, roles and policies, with which condition keys.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access
Management (IAM)"; IAM User Guide, "IAM ARNs".
"""

from __future__ import annotations

from collections.abc import Iterable

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam.resolve import IamCall
from kmscourse.sandbox.iam.store import Entity
from kmscourse.sandbox.operation import PermissionCheck, anywhere, tag_context

Checks = Iterable[PermissionCheck]


def on_user(resolved: IamCall) -> Checks:
    """An operation on one user."""
    yield _check(resolved, "user", resolved.parameters["UserName"], resolved.user)


def on_bounded_user(resolved: IamCall) -> Checks:
    """An operation on one user, which can be allowed by the boundary that the user has or is to have."""
    yield _check(resolved, "user", resolved.parameters["UserName"], resolved.user, bounded=True)


def on_new_user(resolved: IamCall) -> Checks:
    """A user is made, perhaps with a boundary, perhaps with tags."""
    yield from _new(resolved, "user", resolved.parameters["UserName"])


def on_group(resolved: IamCall) -> Checks:
    """An operation on one group."""
    yield _check(resolved, "group", resolved.parameters["GroupName"], resolved.group)


def on_new_group(resolved: IamCall) -> Checks:
    """A group is made."""
    yield _check(resolved, "group", resolved.parameters["GroupName"], None)


def on_role(resolved: IamCall) -> Checks:
    """An operation on one role."""
    yield _check(resolved, "role", resolved.parameters["RoleName"], resolved.role)


def on_bounded_role(resolved: IamCall) -> Checks:
    """An operation on one role, which can be allowed by the boundary that the role has or is to have."""
    yield _check(resolved, "role", resolved.parameters["RoleName"], resolved.role, bounded=True)


def on_new_role(resolved: IamCall) -> Checks:
    """A role is made, perhaps with a boundary, perhaps with tags."""
    yield from _new(resolved, "role", resolved.parameters["RoleName"])


def on_policy(resolved: IamCall) -> Checks:
    """An operation on one managed policy, which its ARN names."""
    arn = resolved.policy.arn if resolved.policy else resolved.parameters["PolicyArn"]
    yield PermissionCheck(resolved.action, arn, _context(resolved, resolved.policy))


def on_new_policy(resolved: IamCall) -> Checks:
    """A managed policy is made, perhaps with tags."""
    yield from _new(resolved, "policy", resolved.parameters["PolicyName"])


def on_policy_source(resolved: IamCall) -> Checks:
    """A question about what a user, group or role may do."""
    yield PermissionCheck(resolved.action, resolved.parameters["PolicySourceArn"])


def on_own_password(resolved: IamCall) -> Checks:
    """ChangePassword is about the caller, and needs no permission where the password policy gives it to all."""
    name = resolved.caller.user_name
    if not name:
        # The code is an inference.
        raise AwsError("InvalidUserType", "Only IAM Users can change their own password")
    if not resolved.identities.users_may_change_passwords:
        yield _check(resolved, "user", name, resolved.calling_user)


def on_password_policy(resolved: IamCall) -> Checks:
    """Who may change its own password by the password policy may see that policy."""
    may_see = resolved.caller.user_name and resolved.identities.users_may_change_passwords
    return () if may_see else anywhere(resolved)


def on_access_key_owner(resolved: IamCall) -> Checks:
    """The user to whom an access key belongs; of keys that are nobody's nothing is said."""
    owner = resolved.access_key_owner
    if owner is None:
        raise AwsError(
            "AccessDenied",
            f"User: {resolved.caller.arn} is not authorized to perform {resolved.action} on resource: access key "
            f"{resolved.parameters['AccessKeyId']}",
            403,
        )
    yield _check(resolved, "user", owner.name, owner)


def _new(resolved: IamCall, kind: str, name: str) -> Checks:
    """The permission to make something; tags in the request need that to tag it as well."""
    check = _check(resolved, kind, name, None, bounded=True)
    yield check
    if resolved.tags:
        yield PermissionCheck(f"iam:Tag{kind.capitalize()}", check.resource, tag_context(resolved.tags))


def _check(
    resolved: IamCall, kind: str, name: str, entity: Entity | None, *, bounded: bool = False
) -> PermissionCheck:
    """The permission on an entity: with the path that it has, or is to be made with."""
    path = resolved.parameters.get("Path", "/")
    arn = f"arn:aws:iam::{resolved.account.account_id}:{kind}{path}{name}"
    context = _context(resolved, entity, bounded=bounded)
    return PermissionCheck(resolved.action, entity.arn if entity else arn, context)


def _context(
    resolved: IamCall, entity: Entity | None, *, bounded: bool = False
) -> dict[str, str | list[str]]:
    """The condition keys of an IAM call: the policy and the boundary in it, the tags in it, those of the entity."""
    context = tag_context(resolved.tags)
    if "TagKeys" in resolved.parameters:
        context["aws:TagKeys"] = resolved.parameters["TagKeys"]
    if "PolicyArn" in resolved.parameters:
        context["iam:PolicyARN"] = resolved.parameters["PolicyArn"]
    boundary = resolved.parameters.get("PermissionsBoundary") or (entity.boundary if entity else None)
    if bounded and boundary:
        context["iam:PermissionsBoundary"] = boundary
    for key, value in entity.tags.items() if entity else ():
        context[f"aws:ResourceTag/{key}"] = context[f"iam:ResourceTag/{key}"] = value
    return context
