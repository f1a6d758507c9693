"""The users and roles of an account, each with every policy that hangs on it: read in one go.

IAM API Reference, "GetAccountAuthorizationDetails".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kmscourse.errors import KmsCourseError

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

Document = dict[str, Any]


@dataclass(frozen=True)
class Identity:
    """A user or a role. ``policies`` are its own and those of a user's groups, by what to call them: "Reader, inline".

    ``boundary`` is its permissions boundary, ``trust`` a role's trust policy; None where there is none.
    """

    arn: str
    name: str
    id: str
    policies: Mapping[str, Document] = field(repr=False)
    boundary: Document | None = field(default=None, repr=False)
    trust: Document | None = field(default=None, repr=False)
    tags: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def of_a_service(self) -> bool:
        """Is it a role that a service of AWS has made for itself?"""
        return ":role/aws-service-role/" in self.arn


def identities(iam: IAMClient) -> dict[str, Identity]:
    """Users, then roles, by ARN; each of the two in the order of their names.

    Raises KmsCourseError where the caller may not read them, ClientError for any other answer of IAM.
    """
    try:
        return {found.arn: found for found in _read(iam)}
    except ClientError as error:
        if not error.response["Error"]["Code"].startswith("AccessDenied"):
            raise
        raise KmsCourseError(
            "Who may do what can't be told without the policies of the account's users and roles. AWS doesn't show "
            f"them, as this permission is missing: {error.response['Error']['Message']}"
        ) from error


def identity_named(known: Mapping[str, Identity], name: str) -> Identity:
    """The user of that name, whatever its path; by its ARN, a role too. Raises KmsCourseError where there is none."""
    for arn, found in known.items():
        if arn == name or (found.name == name and ":user/" in arn):
            return found
    raise KmsCourseError(f"There is no user or role {name} in this account.")


def managed_document(iam: IAMClient, arn: str) -> Document:
    """The version in force of a managed policy. Raises ClientError where IAM doesn't show it."""
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document: Any = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return dict(document)


def _read(iam: Any) -> Iterator[Identity]:
    asked = ["User", "Role", "Group", "LocalManagedPolicy"]
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(Filter=asked))
    managed = _Managed(iam, [policy for page in pages for policy in page["Policies"]])
    groups = {group["GroupName"]: group for page in pages for group in page["GroupDetailList"]}
    users = [user for page in pages for user in page["UserDetailList"]]
    for user in sorted(users, key=lambda user: str(user["UserName"])):
        of_user = [(name, groups[name]) for name in user.get("GroupList", []) if name in groups]
        policies = _labelled(
            [
                *((f"{name}, inline", document) for name, document in _inline(user, "UserPolicyList")),
                *(
                    (f"{name}, of the group {group_name}", document)
                    for group_name, group in of_user
                    for name, document in _inline(group, "GroupPolicyList")
                ),
                *((f"{name}, attached", document) for name, document in managed.attached_to(user)),
                *(
                    (f"{name}, of the group {group_name}", document)
                    for group_name, group in of_user
                    for name, document in managed.attached_to(group)
                ),
            ]
        )
        yield Identity(
            user["Arn"], user["UserName"], user["UserId"], policies, managed.boundary(user), None, _tags(user)
        )
    roles = [role for page in pages for role in page["RoleDetailList"]]
    for role in sorted(roles, key=lambda role: str(role["RoleName"])):
        policies = _labelled(
            [
                *((f"{name}, inline", document) for name, document in _inline(role, "RolePolicyList")),
                *((f"{name}, attached", document) for name, document in managed.attached_to(role)),
            ]
        )
        trust = role.get("AssumeRolePolicyDocument")
        yield Identity(
            role["Arn"],
            role["RoleName"],
            role["RoleId"],
            policies,
            managed.boundary(role),
            trust,
            _tags(role),
        )


class _Managed:
    """The documents of managed policies. Those of AWS are asked for one by one, each once."""

    def __init__(self, iam: IAMClient, local: list[Any]) -> None:
        self._iam = iam
        self._known: dict[str, Document] = {
            policy["Arn"]: version["Document"]
            for policy in local
            for version in policy["PolicyVersionList"]
            if version["IsDefaultVersion"]
        }

    def attached_to(self, owner: Mapping[str, Any]) -> Iterator[tuple[str, Document]]:
        for policy in owner.get("AttachedManagedPolicies", []):
            yield policy["PolicyName"], self._document(policy["PolicyArn"])

    def boundary(self, owner: Mapping[str, Any]) -> Document | None:
        arn = owner.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return self._document(arn) if arn else None

    def _document(self, arn: str) -> Document:
        if arn not in self._known:
            self._known[arn] = managed_document(self._iam, arn)
        return self._known[arn]


def _inline(owner: Mapping[str, Any], element: str) -> Iterator[tuple[str, Document]]:
    for policy in owner.get(element, []):
        yield policy["PolicyName"], policy["PolicyDocument"]


def _labelled(policies: list[tuple[str, Document]]) -> dict[str, Document]:
    """The policies by label. One of AWS's and one of the account's can have the same name: none is lost."""
    found: dict[str, Document] = {}
    for label, document in policies:
        count = 1
        while (name := label if count == 1 else f"{label} ({count})") in found:
            count += 1
        found[name] = document
    return found


def _tags(owner: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in owner.get("Tags", [])}
