"""Who gives way where there is room for fewer connections than there are.

Anybody on this machine can connect, but only who holds an access key can sign a request. So a connection on which no
request was authenticated yet goes before one on which a request was; among these, the one that has waited longest
since it came; among those, the one whose last request is longest ago. A newcomer has a moment to send
its first request, else a full house would shut out everyone. Only an eighth of all can have that moment at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

GRACE_SECONDS = 1.0
MAX_NEWCOMERS = 1 / 8  # of all connections

Connection = TypeVar("Connection")


class EvictionOrder(Generic[Connection]):
    """Connections in the order in which they give way. Times are seconds of one clock that only goes forward."""

    def __init__(self) -> None:
        self._unauthenticated = OrderedDict[Connection, float]()  # and when each came
        self._authenticated = OrderedDict[Connection, None]()

    def __len__(self) -> int:
        return len(self._unauthenticated) + len(self._authenticated)

    def __iter__(self) -> Iterator[Connection]:
        yield from self._unauthenticated
        yield from self._authenticated

    def add(self, connection: Connection, now: float) -> None:
        """Add a connection that comes at ``now``."""
        self._unauthenticated[connection] = now

    def authenticate(self, connection: Connection) -> None:
        """Note that a request on this connection was authenticated. One that isn't here any more is ignored."""
        if self._unauthenticated.pop(connection, None) is not None:
            self._authenticated[connection] = None

    def use(self, connection: Connection) -> None:
        """Note that a request has come on this connection; it counts where one was authenticated before."""
        if connection in self._authenticated:
            self._authenticated.move_to_end(connection)

    def discard(self, connection: Connection) -> None:
        """Forget a connection that has ended, if it is here."""
        self._unauthenticated.pop(connection, None)
        self._authenticated.pop(connection, None)

    def evict(self, now: float) -> Connection | None:
        """Remove and return the one that gives way at ``now``; None where nobody is left."""
        if self._unauthenticated:
            came = next(iter(self._unauthenticated.values()))
            too_many = len(self._unauthenticated) > MAX_NEWCOMERS * len(self)
            if too_many or now - came >= GRACE_SECONDS:
                return self._unauthenticated.popitem(last=False)[0]
        return self._authenticated.popitem(last=False)[0] if self._authenticated else None
