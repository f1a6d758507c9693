"""Passwords: what is kept of one, which ones the account's password policy takes, and signing in.

A login profile's password is kept as its scrypt hash (RFC 7914); moto never sees the password itself.

Source: IAM User Guide, "Set an account password policy for IAM users"; the refusals' texts as quoted by users of AWS.
"""

from __future__ import annotations

import base64
import hmac
import os
import string
from datetime import timedelta
from hashlib import scrypt
from typing import Any

from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam.principals import Principals

SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
DEFAULT_LENGTH, DEFAULT_KINDS = 8, 3  # Where the account has no policy of its own: three of the four kinds.

_NOTHING_KEPT = "scrypt$AAAAAAAAAAAAAAAAAAAAAA==$AAAA"
_KINDS = (
    ("require_uppercase_characters", "at least one uppercase letter", string.ascii_uppercase),
    ("require_lowercase_characters", "at least one lowercase letter", string.ascii_lowercase),
    ("require_symbols", "at least one symbol", SYMBOLS),
    ("require_numbers", "at least one number", string.digits),
)


def hashed(password: str) -> str:
    """What is kept of a password: ``scrypt$salt$hash``, in base64."""
    salt = os.urandom(16)
    return f"scrypt${_base64(salt)}${_base64(_scrypt(password, salt))}"


def matches(password: str, kept: str | None) -> bool:
    """True where ``kept`` was made from this password. Takes as long where nothing was kept."""
    _, salt, expected = (kept or _NOTHING_KEPT).split("$")
    found = _scrypt(password, base64.b64decode(salt))
    return hmac.compare_digest(found, base64.b64decode(expected)) and kept is not None


def check_strength(password: str, user_name: str, account: str, policy: Any) -> None:
    """Raises AwsError PasswordPolicyViolation for a password that ``policy`` does not take.

    ``policy`` is moto's, or None: then AWS's default holds, which asks for three of the four kinds of characters
    and refuses the user's name and the account's number as passwords.
    """
    least = DEFAULT_LENGTH if policy is None else policy.minimum_password_length
    if len(password) < least:
        raise violation(f"Password should have a minimum length of {least}")
    missing = [
        (asked_for, f"Password should have {kind}")
        for asked_for, kind, letters in _KINDS
        if not set(password) & set(letters)
    ]
    if policy is not None:
        for asked_for, sentence in missing:
            if getattr(policy, asked_for):
                raise violation(sentence)
        return
    too_few = len(missing) - (len(_KINDS) - DEFAULT_KINDS)
    if too_few > 0:
        sentences = ", ".join(sentence for _, sentence in missing)
        raise violation(f"Password should meet {too_few} more of the following requirements: {sentences}")
    if password in (user_name, account):
        raise violation("Password should not be the name of the user or the account")


def violation(sentence: str) -> AwsError:
    """IAM's refusal of a password."""
    return AwsError("PasswordPolicyViolation", sentence)


def _scrypt(password: str, salt: bytes) -> bytes:
    return scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=1 << 14, r=8, p=1)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


class Passwords(Principals):
    """The part of ``Account`` that a password opens, and that says which passwords may be."""

    def sign_in(self, user_name: str, password: str, new_password: str | None = None) -> Credentials:
        """What a user's name and password open. ``new_password`` takes the old one's place, where AWS asks for that.

        Raises AwsError SignInRefused (403): no such user, no console access or a wrong password, not said which;
        a password that has to be changed first, or that only the administrator can renew.
        """
        user = self._user(user_name)
        if not matches(password, user.password if user is not None else None):
            raise AwsError("SignInRefused", "Your user name or password is incorrect.", 403)
        expired = self._is_expired(user)
        if expired and getattr(self._password_policy, "hard_expiry", False):
            raise AwsError(
                "SignInRefused", "Your password has expired. Your administrator can reset it.", 403
            )
        if expired or user.password_reset_required:
            if new_password is None:
                sentence = (
                    "You must change your password before you can continue: sign in with a new one too."
                )
                raise AwsError("SignInRefused", sentence, 403)
            self.change_password(user_name, password, new_password)
        user.password_last_used = self.now().replace(tzinfo=None)
        self._iam.users.touch(user_name)
        return self.session_for(user_name)

    def change_password(self, user_name: str, old: str, new: str) -> None:
        """Let ``new`` take the place of ``old``.

        Raises AwsError NoSuchEntity (404) without a login profile, AccessDenied (403) where ``old`` is wrong (the text
        is an inference), PasswordPolicyViolation.
        """
        user = self._user(user_name)
        if user is None or not user.password:
            raise AwsError("NoSuchEntity", f"Login Profile for User {user_name} cannot be found.", 404)
        if not matches(old, user.password):
            raise AwsError("AccessDenied", "The old password was incorrect.", 403)
        self.check_password(user_name, new)
        self._iam.users.touch(user_name)
        self._iam.update_login_profile(user_name, hashed(new), password_reset_required=False)

    def check_password(self, user_name: str, password: str) -> None:
        """Raises AwsError PasswordPolicyViolation where the user may not have that password."""
        policy = self._password_policy
        check_strength(password, user_name, self.account_id, policy)
        remembered = getattr(policy, "password_reuse_prevention", None) or 0
        user = self._user(user_name)
        if remembered and user is not None and user.password:
            for kept in (user.password, *user.old_passwords[::-1])[:remembered]:
                if matches(password, kept):
                    raise violation(
                        "Policy constraint violation with password reuse prevention during password change."
                    )

    @property
    def users_change_passwords(self) -> bool:
        """May every user change its own password, whatever its policies say?"""
        return bool(getattr(self._password_policy, "allow_users_to_change_password", False))

    @property
    def _password_policy(self) -> Any:
        return dict.get(self._iam.settings, "password_policy")

    def _is_expired(self, user: Any) -> bool:
        days = getattr(self._password_policy, "max_password_age", None) or 0
        changed = user.password_changed or user.create_date
        return bool(days) and self.now().replace(tzinfo=None) - changed > timedelta(days=days)
