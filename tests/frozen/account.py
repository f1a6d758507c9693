"""The one door to the practice account: all that the frozen scenarios know of how it is made.

Whoever moves the account's inside re-points this file and nothing else here: ``Account`` opens an empty account in
memory on a given clock and hands a whole HTTP request to it; ``offered`` lists what it offers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from unittest import mock

from kmscourse.sandbox.application import Application
from kmscourse.sandbox.call import HttpRequest
from kmscourse.sandbox.console import OPERATIONS as CONSOLE
from kmscourse.sandbox.offered import SERVICES


@dataclass(frozen=True)
class Credentials:
    """What a request is signed with; ``token`` is empty for a user's access key."""

    access_key_id: str
    secret: str
    token: str = ""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Account:
    """A new practice account in memory; ``clock`` tells it the time, in UTC."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._application = Application.open(now=clock)
        main = self._application.main_access_key
        self.id = main.caller.account
        self.main_user = main.caller.user_name
        self.main_user_id = main.caller.user_id
        self.main_credentials = Credentials(main.caller.access_key_id, main.secret)

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a request; names of ``headers`` are in lower case."""
        answer = self._application.handle(HttpRequest(method, target, headers, body))
        return Answer(
            answer.status, {name.lower(): text for name, text in answer.headers.items()}, answer.body
        )

    @contextmanager
    def undoing(self) -> Iterator[None]:
        """Within it nothing is kept: in the end the account is as it was. A refused request undoes those before it."""
        account = self._application.account
        try:
            with mock.patch.object(account, "commit"):
                yield
        finally:
            account.rollback()

    def close(self) -> None:
        """Let go of the account."""
        self._application.close()


def offered() -> set[str]:
    """Every operation that the account offers, as in ``kms:Decrypt``."""
    tables = {**{name: service.operations for name, service in SERVICES.items()}, "kmscourse": CONSOLE}
    return {f"{service}:{name}" for service, operations in tables.items() for name in operations}
