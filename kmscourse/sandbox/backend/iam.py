"""moto's IAM with AWS's kind of identifiers, secrets from the system's random source, and renames that hold."""

from __future__ import annotations

import secrets
import string
from typing import Any

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
        super().update_user(user_name, new_path, new_user_name)
        if new_user_name:
            user: Any = self.users[new_user_name]
            for key in user.access_keys:
                key.user_name = new_user_name
            for group in self.get_groups_for_user(new_user_name):
                self.groups[group.name] = group  # it names its users, so it is written too
