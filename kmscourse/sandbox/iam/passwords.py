"""Passwords: what is kept of one, which ones the account's password policy takes, signing in, and changing one.

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
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError

if TYPE_CHECKING:
    from kmscourse.sandbox.iam.store import Identities

SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
DEFAULT_LENGTH, DEFAULT_KINDS = 8, 3  # Where the account has no policy of its own: three of the four kinds.

_DERIVED_FROM_NOTHING = "scrypt$AAAAAAAAAAAAAAAAAAAAAA==$AAAA"
# The password policy's rule, its words, and the characters of which it wants one.
_KINDS = (
    ("require_uppercase_characters", "at least one uppercase letter", string.ascii_uppercase),
    ("require_lowercase_characters", "at least one lowercase letter", string.ascii_lowercase),
    ("require_symbols", "at least one symbol", SYMBOLS),
    ("require_numbers", "at least one number", string.digits),
)


def sign_in(
    identities: Identities, user_name: str, password: str, new_password: str | None = None
) -> Credentials:
    """What a user's name and password open. ``new_password`` replaces the password where AWS asks for a new one.

    Raises AwsError SignInRefused (403): no such user, no console access or a wrong password, not said which;
    a password that has to be changed first, or that only the administrator can renew.
    """
    user = identities.iam.user(user_name)
    if not matches(password, user.password if user is not None else None):
        raise AwsError("SignInRefused", "Your user name or password is incorrect.", 403)
    policy = identities.iam.account_password_policy
    expired = _is_expired(user, policy, identities)
    if expired and getattr(policy, "hard_expiry", False):
        raise AwsError("SignInRefused", "Your password has expired. Your administrator can reset it.", 403)
    if expired or user.password_reset_required:
        if new_password is None:
            sentence = "You must change your password before you can continue: sign in with a new one too."
            raise AwsError("SignInRefused", sentence, 403)
        change_password(identities, user_name, password, new_password)
    user.password_last_used = identities.now().replace(tzinfo=None)
    identities.iam.users.touch(user_name)
    return identities.session_for(user_name)


def change_password(identities: Identities, user_name: str, old: str, new: str) -> None:
    """Let ``new`` replace ``old``.

    Raises AwsError NoSuchEntity (404) without a login profile, AccessDenied (403) where ``old`` is wrong (the text
    is an inference), PasswordPolicyViolation.
    """
    user = identities.iam.user(user_name)
    if user is None or not user.password:
        raise AwsError("NoSuchEntity", f"Login Profile for User {user_name} cannot be found.", 404)
    if not matches(old, user.password):
        raise AwsError("AccessDenied", "The old password was incorrect.", 403)
    require_acceptable(identities, user_name, new)
    identities.iam.users.touch(user_name)
    identities.iam.update_login_profile(user_name, hashed(new), password_reset_required=False)


def require_acceptable(identities: Identities, user_name: str, password: str) -> None:
    """Raises AwsError PasswordPolicyViolation where the user may not have that password."""
    policy = identities.iam.account_password_policy
    require_strength(password, user_name, identities.account_id, policy)
    remembered = getattr(policy, "password_reuse_prevention", None) or 0
    user = identities.iam.user(user_name)
    if remembered and user is not None and user.password:
        for earlier in (user.password, *user.old_passwords[::-1])[:remembered]:
            if matches(password, earlier):
                raise _violation(
                    "Policy constraint violation with password reuse prevention during password change."
                )


def require_strength(password: str, user_name: str, account_id: str, policy: Any) -> None:
    """Raises AwsError PasswordPolicyViolation for a password that ``policy`` does not take.

    ``policy`` is moto's, or None: then AWS's default holds, which asks for three of the four kinds of characters
    and refuses the user's name and the account's number as passwords.
    """
    min_length = DEFAULT_LENGTH if policy is None else policy.minimum_password_length
    if len(password) < min_length:
        raise _violation(f"Password should have a minimum length of {min_length}")
    missing = [
        (rule, f"Password should have {words}")
        for rule, words, characters in _KINDS
        if not set(password) & set(characters)
    ]
    if policy is not None:
        for rule, sentence in missing:
            if getattr(policy, rule):
                raise _violation(sentence)
        return
    too_few = len(missing) - (len(_KINDS) - DEFAULT_KINDS)
    if too_few > 0:
        sentences = ", ".join(sentence for _, sentence in missing)
        raise _violation(f"Password should meet {too_few} more of the following requirements: {sentences}")
    if password in (user_name, account_id):
        raise _violation("Password should not be the name of the user or the account")


def hashed(password: str) -> str:
    """What is kept of a password: ``scrypt$salt$hash``, in base64."""
    salt = os.urandom(16)
    return f"scrypt${_base64(salt)}${_base64(_scrypt(password, salt))}"


def matches(password: str, stored: str | None) -> bool:
    """True where ``stored`` was made from this password. Takes as long where nothing was stored."""
    _, salt, expected = (stored or _DERIVED_FROM_NOTHING).split("$")
    derived = _scrypt(password, base64.b64decode(salt))
    return hmac.compare_digest(derived, base64.b64decode(expected)) and stored is not None


def _is_expired(user: Any, policy: Any, identities: Identities) -> bool:
    days = getattr(policy, "max_password_age", None) or 0
    changed = user.password_changed or user.create_date
    return bool(days) and identities.now().replace(tzinfo=None) - changed > timedelta(days=days)


def _violation(sentence: str) -> AwsError:
    return AwsError("PasswordPolicyViolation", sentence)


def _scrypt(password: str, salt: bytes) -> bytes:
    return scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=1 << 14, r=8, p=1)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
