"""moto's IAM with AWS's kind of identifiers and secrets, and nothing left behind by what is renamed or deleted.

Source: IAM API Reference; texts of DeleteConflict as quoted by users of AWS.
"""

from __future__ import annotations

import secrets
import string
from typing import Any

from moto.iam.exceptions import DeleteConflictException, EntityAlreadyExists
from moto.iam.models import AccessKey, Group, IAMBackend, User

from kmscourse.sandbox.backend.models import identifier

_SECRET_LETTERS = string.ascii_letters + string.digits + "+/"


class Iam(IAMBackend):
    """The account's users, groups, roles and policies."""

    def index(self) -> None:
        """Find all access keys anew, after users came from elsewhere than through this class."""
        self.access_keys = {
            key.access_key_id: key for user in dict.values(self.users) for key in user.access_keys
        }

    def create_user(
        self, region_name: str, user_name: str, path: str = "/", tags: list[dict[str, str]] | None = None
    ) -> User:
        user = super().create_user(region_name, user_name, path, tags)
        user.id = identifier("AIDA")
        return user

    def create_group(self, group_name: str, path: str = "/") -> Group:
        group = super().create_group(group_name, path)
        group.id = identifier("AGPA")
        return group

    def create_access_key(self, user_name: str, prefix: str = "AKIA", status: str = "Active") -> AccessKey:
        key = super().create_access_key(user_name, prefix, status)
        key.secret_access_key = "".join(secrets.choice(_SECRET_LETTERS) for _ in range(40))
        return key

    def update_login_profile(
        self, user_name: str, password: str | None, password_reset_required: bool
    ) -> User:
        kept = self.get_user(user_name).password
        return super().update_login_profile(user_name, password or kept or "", password_reset_required)

    def update_user(
        self, user_name: str, new_path: str | None = None, new_user_name: str | None = None
    ) -> None:
        if new_user_name in self.users and new_user_name != user_name:
            raise EntityAlreadyExists(f"User with name {new_user_name} already exists.")
        old_arn = self.get_user(user_name).arn
        super().update_user(user_name, new_path, new_user_name)
        user = self.get_user(new_user_name or user_name)
        if self.tagger.has_tags(old_arn):
            self.tagger.tags[user.arn] = self.tagger.tags.pop(old_arn)
        for key in user.access_keys:
            key.user_name = user.name
        for group in self.get_groups_for_user(user.name):
            self.groups[group.name] = group  # it names its users, so it is written too

    def get_groups_for_user(self, user_name: str) -> list[Group]:
        user = self.get_user(user_name)
        return [group for group in dict.values(self.groups) if user in group.users]

    def delete_user(self, user_name: str) -> None:
        user = self.get_user(user_name)
        _refuse(user.password, "delete login profile")
        _refuse(user.access_keys, "delete access keys")
        _refuse(self.get_groups_for_user(user_name), "remove users from group")
        super().delete_user(user_name)

    def delete_group(self, group_name: str) -> None:
        group = self.get_group(group_name)
        _refuse(group.users, "remove users from group")
        _refuse(group.managed_policies, "detach all policies")
        _refuse(group.policies, "delete policies")
        super().delete_group(group_name)

    def delete_policy(self, policy_arn: str) -> None:
        all_holders: list[Any] = [self.users, self.groups, self.roles]
        holders = [holder for holders in all_holders for holder in dict.values(holders)]
        if any(policy_arn in holder.managed_policies for holder in holders):
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        super().delete_policy(policy_arn)


def _refuse(hindrance: object, remedy: str) -> None:
    if hindrance:
        raise DeleteConflictException(f"Cannot delete entity, must {remedy} first.")
