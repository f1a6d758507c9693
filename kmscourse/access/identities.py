"""The users and roles of an account, each with every policy that hangs on it: read in one go.

IAM API Reference, "GetAccountAuthorizationDetails".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kmscourse.account.denials import is_denied
from kmscourse.errors import KmsCourseError

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

Document = dict[str, Any]


class NamedPolicies(Mapping[str, Document]):
    """Policies by what to call them; those of AWS are read when they are first looked at, each once."""

    def __init__(
        self, policies: Iterable[tuple[str, Document | str]], read: Callable[[str], Document]
    ) -> None:
        """``policies``: (label, document or ARN). One of AWS's and one's own can have the same name: none is lost."""
        self._policies: dict[str, Document | str] = {}
        self._read = read
        for label, policy in policies:
            count = 1
            while (name := label if count == 1 else f"{label} ({count})") in self._policies:
                count += 1
            self._policies[name] = policy

    def __getitem__(self, label: str) -> Document:
        policy = self._policies[label]
        return self._read(policy) if isinstance(policy, str) else policy

    def __iter__(self) -> Iterator[str]:
        return iter(self._policies)

    def __len__(self) -> int:
        return len(self._policies)


@dataclass(frozen=True)
class Identity:
    """A user or a role. ``policies`` are its own and those of a user's groups, by what to call them: "Reader, inline".

    ``boundaries`` has its permissions boundary, if there is one; ``trust`` is a role's trust policy.
    """

    arn: str
    name: str
    id: str
    policies: Mapping[str, Document] = field(repr=False)
    boundaries: Mapping[str, Document] = field(repr=False)
    trust: Document | None = field(default=None, repr=False)
    tags: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def of_a_service(self) -> bool:
        """Is it a role that a service of AWS has made for itself?"""
        return ":role/aws-service-role/" in self.arn


def read_identities(iam: IAMClient) -> dict[str, Identity]:
    """Users, then roles, by ARN; each of the two in the order of their names.

    Raises KmsCourseError where the caller may not read them, ClientError for any other answer of IAM.
    """
    with _permission_needed():
        return {identity.arn: identity for identity in _read(iam)}


def find_identity(by_arn: Mapping[str, Identity], name: str) -> Identity:
    """The user of that name, whatever its path; by its ARN, a role too. Raises KmsCourseError where there is none."""
    for arn, identity in by_arn.items():
        if arn == name or (identity.name == name and ":user/" in arn):
            return identity
    raise KmsCourseError(f"There is no user or role {name} in this account.")


def managed_document(iam: IAMClient, arn: str) -> Document:
    """The version in force of a managed policy; one that allows nothing, where it is gone.

    Raises as ``read_identities``.
    """
    with _permission_needed():
        try:
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            in_force: Any = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        except iam.exceptions.NoSuchEntityException:
            return {"Version": "2012-10-17", "Statement": []}
    return dict(in_force["Document"])


@contextmanager
def _permission_needed() -> Iterator[None]:
    """What AWS doesn't show for lack of a permission is said in a sentence that names it."""
    try:
        yield
    except ClientError as error:
        if not is_denied(error):
            raise
        raise KmsCourseError(
            "Who may do what can't be told without the policies of the account's users and roles. AWS doesn't show "
            f"them, as this permission is missing: {error.response['Error']['Message']}"
        ) from error


def _read(iam: Any) -> Iterator[Identity]:
    kinds = ["User", "Role", "Group", "LocalManagedPolicy"]
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(Filter=kinds))
    documents = {
        policy["Arn"]: version["Document"]
        for page in pages
        for policy in page["Policies"]
        for version in policy["PolicyVersionList"]
        if version["IsDefaultVersion"]
    }

    def read(arn: str) -> Document:
        if arn not in documents:
            documents[arn] = managed_document(iam, arn)
        return dict(documents[arn])

    groups = {group["GroupName"]: group for page in pages for group in page["GroupDetailList"]}
    users = [user for page in pages for user in page["UserDetailList"]]
    for user in sorted(users, key=lambda user: str(user["UserName"])):
        of_user = [groups[name] for name in user.get("GroupList", []) if name in groups]
        policies: list[tuple[str, Document | str]] = [
            *_inline(user, "UserPolicyList"),
            *(policy for group in of_user for policy in _inline(group, "GroupPolicyList", _of(group))),
            *_attached(user),
            *(policy for group in of_user for policy in _attached(group, _of(group))),
        ]
        limits = NamedPolicies(_boundary(user), read)
        yield Identity(
            user["Arn"],
            user["UserName"],
            user["UserId"],
            NamedPolicies(policies, read),
            limits,
            tags=_tags(user),
        )
    roles = [role for page in pages for role in page["RoleDetailList"]]
    for role in sorted(roles, key=lambda role: str(role["RoleName"])):
        yield Identity(
            role["Arn"],
            role["RoleName"],
            role["RoleId"],
            NamedPolicies([*_inline(role, "RolePolicyList"), *_attached(role)], read),
            NamedPolicies(_boundary(role), read),
            role.get("AssumeRolePolicyDocument"),
            _tags(role),
        )


def _of(group: Mapping[str, Any]) -> str:
    return f"of the group {group['GroupName']}"


def _inline(owner: Mapping[str, Any], element: str, how: str = "inline") -> Iterator[tuple[str, Document]]:
    for policy in owner.get(element, []):
        yield f"{policy['PolicyName']}, {how}", policy["PolicyDocument"]


def _attached(owner: Mapping[str, Any], how: str = "attached") -> Iterator[tuple[str, str]]:
    for policy in owner.get("AttachedManagedPolicies", []):
        yield f"{policy['PolicyName']}, {how}", policy["PolicyArn"]


def _boundary(owner: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if arn := owner.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"):
        yield arn, arn


def _tags(owner: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in owner.get("Tags", [])}
