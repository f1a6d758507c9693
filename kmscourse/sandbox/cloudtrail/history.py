"""The events of the trail by all that they can be looked up by, so that a search costs what it finds.

The log is read once, and then whatever it has got since the last search. The history is in the order of the events'
times, as AWS's is, and not in that of the log: an event can be dated before those that were kept earlier.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from kmscourse.sandbox.storage.file import EVENTS_KEPT

Event = Mapping[str, Any]
Numbered = tuple[int, Event]
Place = tuple[float, int]
"""Where an event stands in the history: its time, in seconds since 1970, and its number."""
Attribute = tuple[str, str]
"""The name of an attribute and its value; two empty texts stand for any event."""


class History:
    """The latest ``EVENTS_KEPT`` of the events that ``log`` yields below a number, newest first.

    ``attributes_of`` tells what an event is looked up by. Numbers only grow, until ``forget``.
    """

    def __init__(
        self,
        log: Callable[[int | None], Iterator[Numbered]],
        attributes_of: Callable[[Event], Iterator[Attribute]],
    ) -> None:
        self._log = log
        self._attributes_of = attributes_of
        self.forget()

    def forget(self) -> None:
        """Read the log anew, as it has begun anew."""
        self._newest = 0
        self._times: dict[int, float] = {}  # by number
        # In each region the times and numbers of events, oldest first: one may be dated before an earlier number.
        self._places: dict[tuple[str, Attribute], list[Place]] = {}

    def find(
        self,
        region: str,
        attribute: Attribute = ("", ""),
        *,
        before: int | None = None,
        start: float | None = None,
        end: float | None = None,
    ) -> Iterator[Numbered]:
        """The events of a region with this attribute, newest first.

        With ``before``, the number of an event, only those that come after it in this order: none, where it is
        forgotten. ``start`` and ``end`` (seconds since 1970, both included) bound their time.
        """
        self.catch_up()
        places = self._places.get((region, attribute), [])
        count = len(places)
        if before is not None:
            is_known = before in self._times and before > self._newest - EVENTS_KEPT
            count = bisect_left(places, (self._times[before], before)) if is_known else 0
        for place in reversed(range(count)):
            at, number = places[place]
            if number <= self._newest - EVENTS_KEPT:
                continue
            # Events know whole seconds only.
            if (start is None or at > start - 1) and (end is None or at <= end):
                yield from self._event(number)

    def since(self) -> float | None:
        """When the oldest event happened, in seconds since 1970; None where there is none."""
        self.catch_up()
        kept = (at for number, at in self._times.items() if number > self._newest - EVENTS_KEPT)
        return min(kept, default=None)

    def _event(self, number: int) -> Iterator[Numbered]:
        """The event with this number, if the log still has it."""
        for newest, event in self._log(number + 1):
            if newest == number:
                yield newest, event
            return

    def catch_up(self, at_most: int = EVENTS_KEPT) -> None:
        """Read what the log has got since; nothing, where that is more than ``at_most`` events."""
        new: list[tuple[int, float, str, list[Attribute]]] = []
        for number, event in self._log(None):
            if number <= self._newest:
                break
            if len(new) == at_most:
                return
            at = datetime.fromisoformat(event["eventTime"]).timestamp()
            new.append((number, at, event["awsRegion"], [("", ""), *self._attributes_of(event)]))
        for number, at, region, attributes in reversed(new):
            self._times[number] = at
            self._newest = number
            for attribute in dict.fromkeys(attributes):
                insort(self._places.setdefault((region, attribute), []), (at, number))
        if len(self._times) > 2 * EVENTS_KEPT:
            self._drop(self._newest - EVENTS_KEPT)

    def _drop(self, last: int) -> None:
        """Forget the events up to a number."""
        self._times = {number: at for number, at in self._times.items() if number > last}
        remaining = {
            name: [place for place in places if place[1] > last] for name, places in self._places.items()
        }
        self._places = {name: places for name, places in remaining.items() if places}
