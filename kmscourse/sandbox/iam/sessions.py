"""Temporary credentials as the account keeps them: a row of plain JSON each, until they expire.

Source: AWS STS API Reference, "Credentials"; IAM User Guide, "IAM identifiers" (the prefixes of access key ids).
"""

from __future__ import annotations

import base64
import heapq
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from kmscourse.sandbox.moto_adapter.models import LETTERS
from kmscourse.sandbox.storage.collection import Collection
from kmscourse.sandbox.storage.journal import Journal
from kmscourse.sandbox.storage.unit_of_work import Documents

SIGN_IN_SECONDS = 12 * 60 * 60  # as long as a console's sign-in lasts
VERSION = 1  # of the JSON of a session

_FIRST_ACCOUNT = 1 << 39  # so much is added to half of an account's number before it is written into a key id


@dataclass(frozen=True)
class SessionTerms:
    """What temporary credentials were requested with: see ``call.Temporary``.

    ``name`` is the session's own (of an assumed role), or the federated user's. ``policies`` are the texts of
    inline session policies, ``policy_arns`` managed ones.
    """

    made_by: str = "SignIn"
    name: str = ""
    policies: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: tuple[str, ...] = ()
    source_identity: str = ""


@dataclass(frozen=True)
class Session:
    """Temporary credentials of the user or role with ``principal_id``; times are seconds since 1970."""

    access_key_id: str
    secret: str
    token: str
    principal_id: str
    expires: float
    since: float = 0.0
    terms: SessionTerms = field(default_factory=SessionTerms)

    def __repr__(self) -> str:
        return f"Session({self.access_key_id}, principal_id={self.principal_id!r}, made_by={self.terms.made_by!r})"


class Sessions(Collection[Session]):
    """The sessions by their access key ids. Those that have expired are found without looking at the others."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, "account/sessions", session_to_json, session_from_json)
        self._ends: list[tuple[float, str]] = []  # a heap; a session that is gone already is passed over

    def __setitem__(self, access_key_id: str, session: Session) -> None:
        super().__setitem__(access_key_id, session)
        heapq.heappush(self._ends, (session.expires, access_key_id))

    def delete_expired(self, now: float) -> None:
        """Delete the sessions that expired before ``now``, in seconds since 1970."""
        while self._ends and self._ends[0][0] < now:
            _, access_key_id = heapq.heappop(self._ends)
            if access_key_id in self:
                del self[access_key_id]


def new_session(
    principal_id: str, seconds: int, terms: SessionTerms, account_id: str, now: datetime
) -> Session:
    """Credentials of the user or role with this id, for so many seconds from ``now``."""
    since = now.timestamp()
    return Session(
        new_access_key_id("ASIA", account_id),
        secrets.token_urlsafe(30),
        secrets.token_urlsafe(180),
        principal_id,
        since + seconds,
        since,
        terms,
    )


def session_to_json(session: Session) -> dict[str, Any]:
    """A session as plain JSON."""
    return {"version": VERSION, **asdict(session)}


def session_from_json(document: Mapping[str, Any]) -> Session:
    """The session that was written as ``document``. Raises LookupError, ValueError or TypeError where it is none."""
    if document["version"] != VERSION:
        raise ValueError("a session of an unknown version")
    members = {name: value for name, value in document.items() if name not in ("version", "terms")}
    terms: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document["terms"].items()
    }
    return Session(**members, terms=SessionTerms(**terms))


def upgrade_session_rows(documents: Documents) -> Documents:
    """The same rows, those of sessions of formats 4 and 5 as they are written now."""
    for row, document in documents:
        if row.collection == "account/sessions":
            yield row, json.dumps(session_of_earlier_format(json.loads(document)))
        else:
            yield row, document


def session_of_earlier_format(document: Mapping[str, Any]) -> dict[str, Any]:
    """A session of formats 4 and 5, which held objects by the names of their classes, as version 1.

    There, a session had ``user_id`` for ``principal_id``, and those from before there were roles had no ``terms``.
    Raises LookupError, ValueError or TypeError where it is no session.
    """
    name, attributes = document["$object"]
    if name != "Session":
        raise ValueError("not a session")
    session = {name: _plain(value) for name, value in attributes.items()}
    session["principal_id"] = session.pop("user_id")
    return {"version": VERSION, "terms": {}, **session}


def _plain(value: Any) -> Any:
    """A value of the earlier formats without the marks of its type."""
    if isinstance(value, list):
        return [_plain(member) for member in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"$tuple": members}:
            return _plain(members)
        case {"$dict": entries}:
            return {_plain(name): _plain(member) for name, member in entries}
        case {"$object": [_, attributes]}:
            return _plain(attributes)
    return {name: _plain(member) for name, member in value.items()}


def new_access_key_id(prefix: str, account_id: str) -> str:
    """A new id of 20 letters. As on AWS, and in moto, the account can be read from it (``account_of``)."""
    number = int(account_id)
    owner = base64.b32encode((number // 2 + _FIRST_ACCOUNT).to_bytes(5, "big")).decode("ascii")
    parity = secrets.choice(LETTERS[16:] if number % 2 else LETTERS[:16])
    return prefix + owner + parity + "".join(secrets.choice(LETTERS) for _ in range(7))


def account_of(access_key_id: str) -> str | None:
    """The twelve digits of the account that an access key id belongs to; None where it is none."""
    if len(access_key_id) != 20 or not set(access_key_id[4:]) <= set(LETTERS):
        return None
    half = int.from_bytes(base64.b32decode(access_key_id[4:12]), "big") - _FIRST_ACCOUNT
    number = 2 * half + (access_key_id[12] in LETTERS[16:])
    return f"{number:012d}" if 0 <= number < 10**12 else None
