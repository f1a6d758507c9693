"""moto's users, groups, roles and managed policies with what they lack: boundaries, AWS's words for what isn't there.

Texts as recorded from AWS by localstack's tests.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.iam import models
from moto.iam.exceptions import NotFoundException


class Holder:
    """What policies hang on: inline by name, managed by ARN, and one that bounds it (never a group)."""

    kind = ""
    name: str
    policies: dict[str, str]
    permissions_boundary_arn: str | None = None

    @property
    def permissions_boundary(self) -> dict[str, str] | None:
        """As GetUser and GetRole print it. (AWS documents the type PermissionsBoundaryPolicy, and answers Policy.)"""
        arn = self.permissions_boundary_arn
        return (
            {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn is not None else None
        )

    @property
    def inline_policies(self) -> list[dict[str, str]]:
        """As GetAccountAuthorizationDetails lists them; the answer's documents are encoded when it is written."""
        return [{"PolicyName": name, "PolicyDocument": text} for name, text in self.policies.items()]

    # What moto calls them.
    user_policy_list = group_policy_list = role_policy_list = inline_policies

    def get_policy(self, policy_name: str) -> dict[str, str]:
        """An inline policy, in the words of moto's response classes."""
        document = self.policies.get(policy_name)
        if document is None:
            raise self._no_policy(policy_name)
        return {
            "policy_name": policy_name,
            "policy_document": document,
            f"{self.kind}_name": self.name,
        }

    def delete_policy(self, policy_name: str) -> None:
        """Drop an inline policy."""
        if self.policies.pop(policy_name, None) is None:
            raise self._no_policy(policy_name)

    def _no_policy(self, name: str) -> NotFoundException:
        return NotFoundException(f"The {self.kind} policy with name {name} cannot be found.")


class User(Holder, models.User):
    """A user; ``old_passwords`` are hashes, the latest last."""

    kind = "user"
    password_created: datetime | None = None
    password_changed: datetime | None = None
    old_passwords: tuple[str, ...] = ()

    def get_access_key_by_id(self, access_key_id: str) -> models.AccessKey:
        """One of the user's access keys."""
        for key in self.access_keys:
            if key.access_key_id == access_key_id:
                return key
        raise NotFoundException(f"The Access Key with id {access_key_id} cannot be found.")


class Group(Holder, models.Group):
    """A group."""

    kind = "group"


class Role(Holder, models.Role):
    """A role."""

    kind = "role"


class VersionedPolicy:
    """A policy with a text in several versions, one of which is in force."""

    kind = "policy"
    permissions_boundary_usage_count = 0
    versions: list[Any]

    @property
    def policy_version_list(self) -> list[Any]:
        """As GetAccountAuthorizationDetails lists them."""
        return self.versions

    @property
    def text(self) -> str:
        """The text of the version in force."""
        return next(str(version.document) for version in self.versions if version.is_default)


class ManagedPolicy(VersionedPolicy, models.ManagedPolicy):
    """A customer's policy."""

    def __hash__(self) -> int:
        return super().__hash__()


class AWSManagedPolicy(VersionedPolicy, models.AWSManagedPolicy):
    """A policy of AWS's own. An account keeps those that it uses."""

    def __hash__(self) -> int:
        return super().__hash__()


# moto's classes count as abstract for want of methods of CloudFormation's, though moto makes objects of them too.
new_user: Any = User
new_role: Any = Role
new_managed_policy: Any = ManagedPolicy
