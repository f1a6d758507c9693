"""Temporary credentials as they are kept: a row each, until they are over.

Source: AWS STS API Reference, "Credentials"; IAM User Guide, "IAM identifiers" (the prefixes of access key ids).
"""

from __future__ import annotations

import base64
import heapq
import secrets
from dataclasses import dataclass
from datetime import datetime

from kmscourse.sandbox.iam.views import Terms
from kmscourse.sandbox.moto_adapter.models import LETTERS
from kmscourse.sandbox.storage.journal import Journal, Tracked

SIGN_IN_SECONDS = 12 * 60 * 60  # as long as a console's sign-in lasts

_FIRST_ACCOUNT = 1 << 39  # so much is added to half of an account's number before it is written into a key id


_SIGN_IN = Terms()


@dataclass
class Session:
    """Temporary credentials; ``user_id`` is the id of the user or role behind them, times are seconds since 1970."""

    access_key_id: str
    secret: str
    token: str
    user_id: str
    expires: float
    since: float = 0.0
    terms: Terms = _SIGN_IN

    def __repr__(self) -> str:
        return f"Session({self.access_key_id}, user_id={self.user_id!r}, made_by={self.terms.made_by!r})"


class Sessions(Tracked):
    """The sessions by their access key ids; which are over is found without going through those that are not."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, "account/sessions")
        self._ends: list[tuple[float, str]] = []  # a heap; what is gone by other ways is passed over

    def __setitem__(self, key_id: str, session: Session) -> None:
        super().__setitem__(key_id, session)
        heapq.heappush(self._ends, (session.expires, key_id))

    def forget(self, now: float) -> None:
        """Let go of the sessions that were over before ``now``, in seconds since 1970."""
        while self._ends and self._ends[0][0] < now:
            _, key_id = heapq.heappop(self._ends)
            if key_id in self:
                del self[key_id]


def new_session(principal_id: str, seconds: int, terms: Terms, account: str, now: datetime) -> Session:
    """Credentials of the user or role with this id, for so many seconds from ``now``."""
    since = now.timestamp()
    return Session(
        access_key_id("ASIA", account),
        secrets.token_urlsafe(30),
        secrets.token_urlsafe(180),
        principal_id,
        since + seconds,
        since,
        terms,
    )


def access_key_id(prefix: str, account: str) -> str:
    """A new id of 20 letters. As on AWS, and in moto, the account can be read from it (``account_of``)."""
    number = int(account)
    owner = base64.b32encode((number // 2 + _FIRST_ACCOUNT).to_bytes(5, "big")).decode("ascii")
    parity = secrets.choice(LETTERS[16:] if number % 2 else LETTERS[:16])
    return prefix + owner + parity + "".join(secrets.choice(LETTERS) for _ in range(7))


def account_of(key_id: str) -> str | None:
    """The twelve digits of the account that an access key id belongs to; None where it is none."""
    if len(key_id) != 20 or not set(key_id[4:]) <= set(LETTERS):
        return None
    half = int.from_bytes(base64.b32decode(key_id[4:12]), "big") - _FIRST_ACCOUNT
    number = 2 * half + (key_id[12] in LETTERS[16:])
    return f"{number:012d}" if 0 <= number < 10**12 else None
