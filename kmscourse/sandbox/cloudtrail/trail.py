"""The audit trail: a CloudTrail event for each management call, refused or not, and LookupEvents over them.

Recorded are also the calls on a key that DynamoDB makes for a caller, which are how a Scan shows up here: the
Scan itself is a data event, and CloudTrail's event history has none of those. The history is bounded: its log keeps
so many events, and none of them is larger than ``redaction.bounded`` makes it. A change and its events are kept
together; the events of a call that changed nothing are kept just after its answer, and before the next call.

Source: AWS CloudTrail User Guide, "CloudTrail record contents", "Viewing CloudTrail event history"; CloudTrail
API Reference, "LookupEvents".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Protocol

from kmscourse.sandbox.call import AwsError, Call, Caller, HttpResponse, ServiceEvent
from kmscourse.sandbox.cloudtrail.events import events_of_call
from kmscourse.sandbox.cloudtrail.history import History
from kmscourse.sandbox.cloudtrail.key_usage import USED_KEY, used_keys
from kmscourse.sandbox.cloudtrail.lookup_events import attributes_of, look_up_events
from kmscourse.sandbox.cloudtrail.redaction import bounded
from kmscourse.sandbox.cloudtrail.service_events import service_event
from kmscourse.sandbox.cloudtrail.sign_in_events import SIGN_IN, sign_in_event
from kmscourse.sandbox.operation import PermissionCheck

_AT_ONCE = 50  # So many new events are worth a look.


class EventLog(Protocol):
    """Where events are kept, the latest of them only: ``storage.file.Storage`` is one."""

    def append_event(self, event: Mapping[str, Any]) -> None:
        """Keep an event, under a number larger than every earlier one's, with what its call has changed."""

    def events(self, before: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """The events with their numbers, newest first, those below ``before`` where it is given."""


class Trail:
    """What was done in the account, and by whom. ``user_named`` knows whose a name is that was typed to sign in."""

    def __init__(self, log: EventLog, user_named: Callable[[str], Caller | None] = lambda name: None) -> None:
        self._log = log
        self._history = History(log.events, lambda event: chain(attributes_of(event), used_keys(event)))
        self._user_named = user_named
        self._unread = 0

    def record(
        self,
        call: Call,
        caller: Caller,
        checks: Sequence[PermissionCheck],
        now: datetime,
        *,
        answer: Mapping[str, Any] | HttpResponse | None = None,
        error: AwsError | None = None,
    ) -> None:
        """Keep the events of a call that was answered with ``answer`` or refused with ``error`` at ``now`` (UTC)."""
        if call.action == SIGN_IN and (error is None or error.code == "SignInRefused"):
            user = self._user_named(call.parameters["UserName"])
            self._keep(sign_in_event(call, caller.account, user, now, success=error is None))
        for event in events_of_call(call, caller, checks, now, answer, error):
            self._keep(event)

    def note(self, event: ServiceEvent, account: str) -> None:
        """Keep the event of what KMS did to a key by itself."""
        self._keep(service_event(event, account))

    def _keep(self, event: Mapping[str, Any]) -> None:
        self._log.append_event(bounded(event))
        self._unread += 1

    def look_up(self, call: Call) -> dict[str, Any]:
        """The answer to cloudtrail:LookupEvents. Raises AwsError with CloudTrail's codes."""
        return look_up_events(call, self._history)

    def last_use_of(self, key_arn: str) -> Mapping[str, Any] | None:
        """The newest event of a cryptographic operation with a key; None where the history has none."""
        events = self._history.find(key_arn.split(":")[3], (USED_KEY, key_arn))
        return next((event for _, event in events), None)

    @property
    def since(self) -> float | None:
        """When the oldest event of the history happened, in seconds since 1970; None where there is none."""
        return self._history.since()

    def catch_up(self) -> None:
        """Have new events ready to be looked up, now and then, so that no search has many to read.

        Those from before this process began wait for the first search.
        """
        if self._unread >= _AT_ONCE:
            self._unread = 0
            self._history.catch_up(at_most=2 * _AT_ONCE)

    def forget(self) -> None:
        """The log has begun anew."""
        self._history.forget()
