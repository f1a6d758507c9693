"""The practice account as a whole: one request in, one answer out, through every stage in its order.

The same application stands behind HTTP (``process.py``) and behind unit tests (``inprocess.py``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from kmscourse.sandbox import authorization, console, operations, resources, rules, signature, wire
from kmscourse.sandbox.backend import Backend
from kmscourse.sandbox.call import Access, AwsError, Call, Caller, HttpRequest, HttpResponse
from kmscourse.sandbox.log import where
from kmscourse.sandbox.relay import opened
from kmscourse.sandbox.resources.dynamodb import DATA_OPERATIONS
from kmscourse.sandbox.table_key_cache import TableKeyCache
from kmscourse.sandbox.tableops import access
from kmscourse.sandbox.trail import Trail
from kmscourse.sandbox.views import Credentials, Happening

ACCOUNT_FILE = "account.db"

log = logging.getLogger(__name__)


class Application:
    """One account and its stages. ``handle`` may be called from several threads: calls take turns.

    ``instance`` is what Status proves this process with, ``on_stop`` is called when the main user asks the process
    to end, ``table_key_cache`` are the seconds for which DynamoDB keeps an opened table key. ``later`` is given
    what can wait until an answer is on its way; it does it at once where it isn't told otherwise.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        instance: str = "",
        table_key_cache: float = 0.0,
        on_stop: Callable[[], None] = lambda: None,
        on_reset: Callable[[str], None] = lambda account: None,
        later: Callable[[Callable[[], None]], object] = lambda act: act(),
    ) -> None:
        self.backend = backend
        self._trail = Trail(backend.storage, backend.user_named)
        self._table_keys = TableKeyCache(table_key_cache)
        self._instance = instance
        self._on_stop = on_stop
        self._on_reset = on_reset
        self._later = later
        self._unrecorded: Callable[[], None] | None = None

    @classmethod
    def open(
        cls,
        home: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        **options: Any,
    ) -> Application:
        """The account kept in this home, or a new one in memory; ``now`` is its clock, in UTC.

        Raises SandboxError where it can't be opened.
        """
        return cls(Backend(home / ACCOUNT_FILE if home else None, now=now), **options)

    @property
    def main_access_key(self) -> Credentials:
        """The main user's access key."""
        return self.backend.main_credentials()

    @property
    def home_region(self) -> str:
        """The region that the course works in."""
        return self.backend.home_region

    def handle(self, http: HttpRequest) -> HttpResponse:
        """The answer to a request, whatever it is; an error of our own becomes AWS's InternalFailure."""
        started = perf_counter()
        call: Call | None = None
        caller: Caller | None = None
        outcome = "ok"
        try:
            call = wire.read(http)
            with self.backend.lock:
                now = self._let_time_pass()
                keys = console.ConsoleKeys(self.backend) if call.service == console.SERVICE else self.backend
                caller = signature.verify(call, keys, now)
                answer = self._answer(call, caller, now)
            response = wire.write(call, answer)
        except AwsError as error:
            outcome = error.code
            response = wire.write_error(http, error, _request_id(call))
        except Exception as error:
            outcome = where(error)
            failure = AwsError("InternalFailure", "The practice account failed at this request.", 500)
            response = wire.write_error(http, failure, _request_id(call))
        spent = (perf_counter() - started) * 1000
        said = f"{call.action if call else '-'} {response.status} {outcome} {spent:.1f} ms"
        self._later(partial(self._after, said))
        return replace(response, authenticated=caller is not None)

    def _answer(self, call: Call, caller: Caller, now: datetime) -> operations.Answer:
        accesses: list[Access] = []
        try:
            accesses = resources.touched(call, caller, self.backend)
            if call.action in DATA_OPERATIONS:
                accesses = self._table_keys.still_to_open(caller, accesses, now)
            authorization.authorize(call, caller, accesses, self.backend)
            exact = rules.check(call, caller, accesses, self.backend)
            answer = operations.perform(exact, caller, self.backend, self._trail, self)
            if call.service != console.SERVICE:
                self.backend.note_use(caller, call.service, call.region)
            record = partial(self._trail.record, exact, caller, accesses, now, answer=answer)
            if self.backend.changed:
                record()
                self._note(self.backend.take_happenings())
                self.backend.commit()
            else:
                self._unrecorded = record
        except BaseException as error:
            self.backend.rollback()
            if isinstance(error, AwsError):
                self._unrecorded = partial(self._trail.record, call, caller, accesses, now, error=error)
                self._table_keys.opened(caller, opened(accesses, error), now)
            raise
        self._table_keys.forget(exact)
        self._table_keys.opened(caller, opened(accesses), now)
        return answer

    def _after(self, said: str) -> None:
        """What is left to do once a call is answered."""
        self._record()
        log.info("%s", said)

    def _record(self) -> None:
        """Keep the events of the last call if it changed nothing: then they have not been kept with a change."""
        with self.backend.lock:
            record, self._unrecorded = self._unrecorded, None
            if record is None:
                return
            try:
                record()
                self.backend.commit()
                self._trail.follow()
            except Exception as error:  # It was answered already, and what it did is no worse for that.
                self.backend.rollback()
                reason = error.message if isinstance(error, AwsError) else where(error)
                log.error("A call is missing from the trail: %s", reason)

    def _let_time_pass(self) -> datetime:
        """Let happen, and keep, what time has done to keys since the last call. Returns what time it is."""
        self._record()
        now = self.backend.now()
        try:
            self.backend.pass_time()
            happened = self.backend.take_happenings()
            for happening in happened:
                access.follow(happening.key_arn, happening.at, self.backend)
            self._note(happened)
            self.backend.commit()
        except BaseException:
            self.backend.rollback()
            raise
        return now

    def _note(self, happened: Iterable[Happening]) -> None:
        for happening in happened:
            self._trail.note(happening, self.backend.account_id)

    # What the console may ask of the account that it runs in (``console.Host``)

    def stop(self) -> None:
        """End the process once this call is answered."""
        self._on_stop()

    def reset(self) -> None:
        """Start the account over; the main user and its access key stay."""
        self._on_reset(self.backend.account_id)  # Before: what speaks of the account is not to outlive it.
        self.backend.reset()
        self._trail.forget()
        self._table_keys.clear()

    def status(self) -> Mapping[str, Any]:
        """What the account is, and how much is in its home region."""
        region, main = self.backend.home_region, self.backend.main_credentials().caller
        return {
            "Account": self.backend.account_id,
            "Region": region,
            "User": main.user_name,
            "UserArn": main.arn,
            "Keys": len(self.backend.key_ids(region)),
            "Tables": self.backend.count_tables(region),
            "Since": self.backend.since,
            "TableKeyCache": self._table_keys.seconds,
            "LockedOut": self.backend.lockout(),
            "Notices": self.notices,
            "Instance": self._instance,
        }

    @property
    def notices(self) -> list[str]:
        """What there is to say about the account, a sentence each: what happened to it, and how its main user is."""
        return [*self.backend.notices, *filter(None, (self.backend.lockout(), self.backend.restriction()))]

    def take_notices(self) -> list[str]:
        """The same; what happened to the account is told once."""
        said, self.backend.notices = self.notices, []
        return said

    def close(self) -> None:
        """Let go of the account's file."""
        self._record()
        self.backend.close()


def _request_id(call: Call | None) -> str:
    return call.request_id if call else wire.new_request_id()
