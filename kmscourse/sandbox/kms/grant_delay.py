"""How long it takes until a grant that was made, retired or revoked is known everywhere in KMS: by default no time.

On AWS it takes some seconds, at times minutes. For that long a new grant counts only for a request that has its grant
token, and a grant that is gone goes on counting. Here the time is always the same (our reading: AWS's varies, and some
requests meet a change earlier than others). A grant keeps the delay that was set as it was made or removed. Grants of
DynamoDB's own count at once. In memory only: a restart makes every change known.

Source: AWS KMS Developer Guide, "Grants in AWS KMS" (grant token, eventual consistency), "Using a grant token"; AWS KMS
API Reference, "CreateGrant", "RetireGrant", "RevokeGrant".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime, timedelta

from kmscourse.sandbox.kms.grant_index import GrantIndex
from kmscourse.sandbox.kms.grants import Grant

MAX_SECONDS = 300.0  # "usually less than five minutes"


class GrantDelay:
    """Which grants are not known yet, and which are not forgotten yet; for ``seconds`` 0 none, ever."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self._known_at: dict[str, datetime] = {}
        self._forgotten_at: dict[str, tuple[datetime, Grant]] = {}
        self._removed = GrantIndex()

    def note_new(self, grant: Grant, now: datetime) -> None:
        """A grant has been made."""
        if self.seconds:
            self._known_at[grant.id] = now + timedelta(seconds=self.seconds)

    def note_removed(self, grant: Grant, now: datetime) -> None:
        """A grant has been retired or revoked; one that was not known yet never will be."""
        if grant.id not in self.unknown(now) and self.seconds:
            self._forgotten_at[grant.id] = now + timedelta(seconds=self.seconds), grant
            self._removed.add(grant)
        self._known_at.pop(grant.id, None)

    def unknown(self, now: datetime) -> Set[str]:
        """The ids of the grants that count only with their token."""
        for grant_id in [grant_id for grant_id, at in self._known_at.items() if at <= now]:
            del self._known_at[grant_id]
        return self._known_at.keys()

    def removed_but_permitting(
        self, key_id: str, holders: Iterable[str], action: str, context: Mapping[str, str], now: datetime
    ) -> Iterator[Grant]:
        """Grants that are gone and still let one of the holders in, as ``GrantIndex.permitting`` finds them."""
        for grant_id, (at, grant) in list(self._forgotten_at.items()):
            if at <= now:
                del self._forgotten_at[grant_id]
                self._removed.remove(grant)
        for grant_id in self._removed.permitting(key_id, holders, action, context):
            yield self._forgotten_at[grant_id][1]
