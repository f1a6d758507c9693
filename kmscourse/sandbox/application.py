"""The practice account as a whole: one request in, one answer out, through every stage in its order.

The same application stands behind HTTP (``process.py``) and behind unit tests (``inprocess.py``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from kmscourse.sandbox import console, offered, protocol
from kmscourse.sandbox.account import SYSTEM_CLOCK, Account
from kmscourse.sandbox.auth import signature
from kmscourse.sandbox.auth.authorize import authorize, permission_checks, require_usable
from kmscourse.sandbox.auth.credentials import Credentials
from kmscourse.sandbox.call import AwsError, Call, Caller, HttpRequest, HttpResponse
from kmscourse.sandbox.log import where
from kmscourse.sandbox.operation import Answer, PermissionCheck, ResolvedCall
from kmscourse.sandbox.settings import DEFAULTS, Settings

ACCOUNT_FILE = "account.db"

log = logging.getLogger(__name__)


class Application:
    """One account and its stages. ``handle`` may be called from several threads: calls take turns.

    ``instance`` is what Status proves this process with, ``on_stop`` is called when the main user asks the process
    to end. ``later`` is given what can wait until an answer is on its way; by default it is done at once.
    """

    def __init__(
        self,
        account: Account,
        *,
        instance: str = "",
        on_stop: Callable[[], None] = lambda: None,
        on_reset: Callable[[str], None] = lambda account: None,
        later: Callable[[Callable[[], None]], object] = lambda act: act(),
    ) -> None:
        self.account = account
        self._services = {**offered.SERVICES, console.SERVICE: console.service(self)}
        self._instance = instance
        self._on_stop = on_stop
        self._on_reset = on_reset
        self._later = later
        self._unrecorded: Callable[[], None] | None = None

    @classmethod
    def open(
        cls,
        home: Path | None = None,
        now: Callable[[], datetime] = SYSTEM_CLOCK,
        settings: Settings = DEFAULTS,
        **options: Any,
    ) -> Application:
        """The account kept in this home, or a new one in memory; ``now`` is its clock, in UTC.

        Raises SandboxError where it can't be opened.
        """
        return cls(Account(home / ACCOUNT_FILE if home else None, now=now, settings=settings), **options)

    @property
    def main_access_key(self) -> Credentials:
        """The main user's access key."""
        return self.account.main_user.credentials()

    @property
    def home_region(self) -> str:
        """The region that the course works in."""
        return self.account.home_region

    def handle(self, http: HttpRequest) -> HttpResponse:
        """The answer to a request, whatever it is; an error of our own becomes AWS's InternalFailure."""
        started = perf_counter()
        call: Call | None = None
        caller: Caller | None = None
        outcome = "ok"
        try:
            call = _read(http)
            with self.account.lock:
                now = self._let_time_pass()
                caller = signature.verify(call, self._key_ring(call), now)
                answer = self._answer(call, caller, now)
            response = protocol.write(call, answer)
        except AwsError as error:
            outcome = error.code
            response = protocol.write_error(http, error, _request_id(call))
        except Exception as error:
            outcome = where(error)
            failure = AwsError("InternalFailure", "The practice account failed at this request.", 500)
            response = protocol.write_error(http, failure, _request_id(call))
        spent = (perf_counter() - started) * 1000
        line = f"{call.action if call else '-'} {response.status} {outcome} {spent:.1f} ms"
        self._later(partial(self._after, line))
        return replace(response, authenticated=caller is not None)

    def _answer(self, call: Call, caller: Caller, now: datetime) -> Answer:
        """What a call is answered, kept on disk with its events if it changed anything. Raises AwsError."""
        service, checks, resolved = self._services[call.service], [], None
        try:
            operation = service.operations.get(call.operation)
            if operation is None:
                raise offered.not_offered(call)
            resolved = service.resolve(call, caller, self.account, now, operation.changes)
            checks = permission_checks(resolved, operation.permissions)
            authorize(resolved, checks)
            offered.refuse_members(resolved, service.members)
            operation.validate(resolved)
            require_usable(resolved, checks)
            answer = operation.perform(resolved)
            self._commit(resolved, checks, answer)
        except BaseException as error:
            self.account.rollback()
            if isinstance(error, AwsError):
                self._unrecorded = partial(self.account.trail.record, call, caller, checks, now, error=error)
                if resolved is not None and service.finish is not None:
                    service.finish(resolved, checks, error)
            raise
        if service.finish is not None:
            service.finish(resolved, checks, None)
        return answer

    def _commit(self, resolved: ResolvedCall, checks: Sequence[PermissionCheck], answer: Answer) -> None:
        """Keep what a call has changed, with its events; the events of a call that changed nothing wait."""
        if resolved.call.service != console.SERVICE:
            self.account.identities.record_last_use(resolved.caller, resolved.call, resolved.now)
        shown = replace(resolved.call, parameters=resolved.recorded_parameters)
        record = partial(
            self.account.trail.record, shown, resolved.caller, checks, resolved.now, answer=answer
        )
        if self.account.changed:
            record()
            self._note_service_events()
            self.account.commit()
        else:
            self._unrecorded = record

    def _key_ring(self, call: Call) -> signature.KeyRing:
        """Whose access keys open the service that is called."""
        return (
            console.ConsoleKeys(self.account) if call.service == console.SERVICE else self.account.identities
        )

    def _after(self, line: str) -> None:
        """What is left to do once a call is answered."""
        self._record()
        log.info("%s", line)

    def _record(self) -> None:
        """Keep the events of the last call if it changed nothing: then they have not been kept with a change."""
        with self.account.lock:
            record, self._unrecorded = self._unrecorded, None
            if record is None:
                return
            try:
                record()
                self.account.commit()
                self.account.trail.catch_up()
            except Exception as error:  # It was answered already, and what it did is no worse for that.
                self.account.rollback()
                reason = error.message if isinstance(error, AwsError) else where(error)
                log.error("A call is missing from the trail: %s", reason)

    def _let_time_pass(self) -> datetime:
        """Let happen, and keep, what time has done to keys since the last call. Returns what time it is."""
        self._record()
        now = self.account.now()
        try:
            if self.account.keys.apply_due_changes(now):
                self._note_service_events()
                self.account.commit()
        except BaseException:
            self.account.rollback()
            raise
        return now

    def _note_service_events(self) -> None:
        """Keep the events of what KMS did by itself."""
        for event in self.account.keys.take_service_events():
            self.account.trail.note(event, self.account.account_id)

    # What the console may ask of the account that it runs in (``console.HostProtocol``)

    def stop(self) -> None:
        """End the process once this call is answered."""
        self._on_stop()

    def reset(self) -> None:
        """Start the account over; the main user and its access key stay."""
        self._on_reset(self.account.account_id)  # Before: what speaks of the account is not to outlive it.
        self.account.reset()

    def perform_as_of(
        self, request: HttpRequest, at: datetime, source_ip: str, user_agent: str
    ) -> HttpResponse:
        """The answer to a signed request, as if it had come ``at`` that time, from there; its events are dated so too.

        The request was signed now, and its access key has to open something then.
        """
        now = self.account.now()
        call: Call | None = None
        try:
            call = replace(_read(request), source_ip=source_ip, user_agent=user_agent)
            if call.service == console.SERVICE:
                raise AwsError(
                    "ValidationException", "The console itself can't be called as of another time."
                )
            with self.account.set_back(at):
                caller = signature.verify(call, self._key_ring(call), now)
                answer = self._answer(call, caller, at)
            return protocol.write(call, answer)
        except AwsError as error:
            return protocol.write_error(request, error, _request_id(call))
        finally:
            self._record()

    def status(self) -> Mapping[str, Any]:
        """What the account is, and how much is in its home region."""
        region, main = self.account.home_region, self.account.main_user.credentials().caller
        return {
            "Account": self.account.account_id,
            "Region": region,
            "User": main.user_name,
            "UserArn": main.arn,
            "Keys": len(self.account.keys.key_ids(region)),
            "Tables": self.account.tables.count(region),
            "Since": self.account.since,
            "TableKeyCache": self.account.tables.opened_keys.seconds,
            "KmsQuota": self.account.keys.quota.requests,
            "GrantDelay": self.account.keys.grant_delay.seconds,
            "LockedOut": self.account.main_user.locked_out_notice(),
            "Notices": self.notices,
            "Instance": self._instance,
        }

    @property
    def notices(self) -> list[str]:
        """What there is to say about the account, a sentence each: what happened to it, and how its main user is."""
        main = self.account.main_user
        return [*self.account.notices, *filter(None, (main.locked_out_notice(), main.restricted_notice()))]

    def take_notices(self) -> list[str]:
        """The same; what happened to the account is told once."""
        notices, self.account.notices = self.notices, []
        return notices

    def close(self) -> None:
        """Let go of the account's file."""
        self._record()
        self.account.close()


def _read(http: HttpRequest) -> Call:
    """The call in a request, which is to be signed. Raises AwsError."""
    call = protocol.read(http)
    offered.refuse_unsigned(call)
    return call


def _request_id(call: Call | None) -> str:
    return call.request_id if call else protocol.new_request_id()
