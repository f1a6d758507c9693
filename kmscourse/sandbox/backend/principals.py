"""Users and sessions: whose an access key is, which policies apply, and signing in with a password.

A login profile's password is kept as its scrypt hash (RFC 7914); moto never sees the password itself.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import scrypt
from typing import Any

from kmscourse.sandbox.backend.journal import Tracked
from kmscourse.sandbox.backend.models import Part, identifier
from kmscourse.sandbox.call import AwsError, Caller
from kmscourse.sandbox.views import Credentials

SESSION_SECONDS = 12 * 60 * 60  # as long as a console's sign-in lasts
_NOTHING_KEPT = "scrypt$AAAAAAAAAAAAAAAAAAAAAA==$AAAA"


@dataclass
class Session:
    """The temporary credentials of a sign-in; ``expires`` in seconds since 1970."""

    access_key_id: str
    secret: str
    token: str
    user_id: str
    expires: float

    def __repr__(self) -> str:
        return f"Session({self.access_key_id}, user_id={self.user_id!r})"


def new_session(user_id: str, now: datetime) -> Session:
    """Credentials that last ``SESSION_SECONDS`` from ``now``."""
    key_id, secret, token = identifier("ASIA", 20), secrets.token_urlsafe(30), secrets.token_urlsafe(180)
    return Session(key_id, secret, token, user_id, now.timestamp() + SESSION_SECONDS)


def hashed(password: str) -> str:
    """What is kept of a password: ``scrypt$salt$hash``, in base64."""
    salt = os.urandom(16)
    return f"scrypt${_base64(salt)}${_base64(_scrypt(password, salt))}"


def matches(password: str, kept: str | None) -> bool:
    """True where ``kept`` was made from this password. Takes as long where nothing was kept."""
    _, salt, expected = (kept or _NOTHING_KEPT).split("$")
    found = _scrypt(password, base64.b64decode(salt))
    return hmac.compare_digest(found, base64.b64decode(expected)) and kept is not None


def _scrypt(password: str, salt: bytes) -> bytes:
    return scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=1 << 14, r=8, p=1)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


class Principals(Part):
    """The part of ``Backend`` that knows users, roles and sessions, for authentication and authorization."""

    _sessions: Tracked

    @property
    def _iam(self) -> Any:
        return self._models("iam", "aws")

    def add_user(self, name: str, policies: Mapping[str, Mapping[str, Any]]) -> None:
        """Create a user, if need be, and give it these inline policies."""
        if self._user(name) is None:
            self._iam.create_user("us-east-1", name)
        self._iam.users.touch(name)
        for policy_name, document in policies.items():
            self._iam.put_user_policy(name, policy_name, json.dumps(document))

    def add_access_key(
        self, user_name: str, key_id: str | None = None, secret: str | None = None
    ) -> Credentials:
        """Give a user an access key, a new one where none is named."""
        key = self._iam.create_access_key(user_name)
        if key_id is not None and secret is not None:
            key.access_key_id, key.secret_access_key = key_id, secret
            self._iam.index()
        self._iam.users.touch(user_name)
        return self._of_access_key(self._user(user_name), key)

    def credentials(self, access_key_id: str) -> Credentials | None:
        """What an access key id stands for. Raises AwsError ExpiredTokenException for a session that is over."""
        session = dict.get(self._sessions, access_key_id)
        if session is not None:
            if session.expires < self.now().timestamp():
                raise AwsError(
                    "ExpiredTokenException", "The security token included in the request is expired"
                )
            return self._of_session(session)
        key = self._iam.access_keys.get(access_key_id)
        user = self._user(key.user_name) if key is not None else None
        return self._of_access_key(user, key) if user is not None and key in user.access_keys else None

    def access_keys(self, user_name: str) -> list[Credentials]:
        """A user's access keys, the oldest first."""
        user = self._user(user_name)
        return [] if user is None else [self._of_access_key(user, key) for key in user.access_keys]

    def user_named(self, name: str) -> Caller | None:
        """A user as an identity without an access key; None where there is no such user."""
        user = self._user(name)
        return None if user is None else self._caller(user, "")

    def sign_in(self, user_name: str, password: str) -> Credentials:
        """What a user's name and password open.

        Raises AwsError SignInRefused (403): no such user, no console access or a wrong password, not said which.
        """
        user = self._user(user_name)
        if not matches(password, user.password if user is not None else None):
            raise AwsError("SignInRefused", "Your user name or password is incorrect.", 403)
        return self.session_for(user_name)

    def session_for(self, user_name: str) -> Credentials:
        """A new session of a user. Raises AwsError NoSuchEntity (404)."""
        user = self._user(user_name)
        if user is None:
            raise AwsError("NoSuchEntity", f"The user with name {user_name} cannot be found.", 404)
        now = self.now()
        for session in [s for s in self._sessions.values() if s.expires < now.timestamp()]:
            del self._sessions[session.access_key_id]
        session = new_session(user.id, now)
        self._sessions[session.access_key_id] = session
        return Credentials(
            self._caller(user, session.access_key_id), session.secret, session.token, active=True
        )

    def identity_policies(self, caller: Caller) -> list[dict[str, Any]]:
        """The documents of all identity policies of a user: inline and attached ones, its own and its groups'."""
        user = self._user(caller.user_name)
        if user is None:
            return []
        holders = [user, *self._iam.get_groups_for_user(user.name)]
        texts = [text for holder in holders for text in holder.policies.values()]
        texts += [_document(policy) for holder in holders for policy in holder.managed_policies.values()]
        return [parsed(text) for text in texts]

    def permissions_boundaries(self, caller: Caller) -> list[dict[str, Any]]:
        """The documents that bound what a user's identity policies can allow."""
        user = self._user(caller.user_name)
        arn = getattr(user, "permissions_boundary_arn", None)
        policy = dict.get(self._iam.managed_policies, arn)
        return [] if policy is None else [parsed(_document(policy))]

    def principal_exists(self, arn: str) -> bool:
        """True for the account itself (its root ARN or its number) and for its users and roles."""
        if arn in (self.account_id, f"arn:aws:iam::{self.account_id}:root"):
            return True
        principals = [*dict.values(self._iam.users), *dict.values(self._iam.roles)]
        return any(principal.arn == arn for principal in principals)

    def _user(self, name: str | None) -> Any:
        return dict.get(self._iam.users, name)

    def _of_access_key(self, user: Any, key: Any) -> Credentials:
        caller = self._caller(user, key.access_key_id)
        return Credentials(caller, key.secret_access_key, None, key.status == "Active")

    def _of_session(self, session: Session) -> Credentials | None:
        """A session belongs to the very user who signed in: not to another who has got the same name."""
        for user in dict.values(self._iam.users):
            if user.id == session.user_id:
                caller = self._caller(user, session.access_key_id)
                return Credentials(caller, session.secret, session.token, active=True)
        return None

    def _caller(self, user: Any, access_key_id: str) -> Caller:
        return Caller(user.arn, self.account_id, user.id, user.name, access_key_id)


def _document(managed_policy: Any) -> str:
    """The text of the version in force."""
    return next(str(version.document) for version in managed_policy.versions if version.is_default)


@lru_cache(maxsize=1024)
def parsed(document: str) -> dict[str, Any]:
    """A policy's text as the dict that it stands for, an empty one where it is not JSON. Not to be changed."""
    try:
        loaded = json.loads(document)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}
