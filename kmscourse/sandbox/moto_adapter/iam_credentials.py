"""Access keys and login profiles of moto's IAM, as AWS keeps them.

Source: IAM API Reference; texts as recorded from AWS by localstack's tests.
"""

from __future__ import annotations

import secrets
import string
from datetime import datetime, timedelta
from typing import Any

from moto.iam.exceptions import EntityAlreadyExists, NotFoundException
from moto.iam.models import AccessKey, AccessKeyLastUsed

from kmscourse.sandbox.call import Call
from kmscourse.sandbox.moto_adapter.iam_policies import IamPolicies

MAX_OLD_PASSWORDS = 24  # As many as a password policy can forbid to use again.
_SECRET_LETTERS = string.ascii_letters + string.digits + "+/"
_RECORDED_EACH = timedelta(minutes=15)


class IamCredentials(IamPolicies):
    """Access keys, login profiles, and when a key or role was last used."""

    def create_access_key(self, user_name: str, prefix: str = "AKIA", status: str = "Active") -> AccessKey:
        key = super().create_access_key(user_name, prefix, status)
        key.create_date = self._now()
        key.secret_access_key = "".join(secrets.choice(_SECRET_LETTERS) for _ in range(40))
        return key

    def record_use_of_key(self, access_key_id: str, call: Call, now: datetime) -> str | None:
        """Record an access key's use, to a quarter of an hour. The name of its user, where that changed anything."""
        key: Any = self.access_keys.get(access_key_id)
        if key is None or not _is_due(key.last_used and key.last_used.timestamp, now):
            return None
        key.last_used = AccessKeyLastUsed(now, call.service, call.region)
        return str(key.user_name)

    def record_use_of_role(self, role: Any, call: Call, now: datetime) -> bool:
        """Record a role's use, likewise. True where that changed anything."""
        if not _is_due(role.last_used, now):
            return False
        role.last_used, role.last_used_region = now, call.region
        return True

    def create_login_profile(self, user_name: str, password: str) -> Any:
        user: Any = self.get_user(user_name)
        if user.password:
            raise EntityAlreadyExists(f"Login Profile for user {user_name} already exists.")
        user.password = password
        user.password_created = user.password_changed = self._now()
        return user

    def get_login_profile(self, user_name: str) -> Any:
        user: Any = self.get_user(user_name)
        if not user.password:
            raise NotFoundException(f"Login Profile for User {user_name} cannot be found.")
        return user

    def update_login_profile(
        self, user_name: str, password: str | None, password_reset_required: bool | None
    ) -> Any:
        """Change what is given. (IAM remembers as many passwords as a policy can forbid to use again.)"""
        user = self.get_login_profile(user_name)
        if password is not None:
            user.old_passwords = (*user.old_passwords, str(user.password))[-MAX_OLD_PASSWORDS:]
            user.password, user.password_changed = password, self._now()
        if password_reset_required is not None:
            user.password_reset_required = password_reset_required
        return user

    def delete_login_profile(self, user_name: str) -> None:
        user = self.get_login_profile(user_name)
        user.password, user.old_passwords, user.password_reset_required = None, (), False


def _is_due(last: datetime | None, now: datetime) -> bool:
    return last is None or not timedelta() <= now - last < _RECORDED_EACH
