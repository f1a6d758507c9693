"""A search of the trail finds what going through its log would find, and goes through it once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.sandbox.cloudtrail import history as history_module
from kmscourse.sandbox.cloudtrail.history import Event, History
from tests.effort import calls

KEPT = 12


class Log:
    """A log in memory of the latest events."""

    def __init__(self) -> None:
        self.kept: dict[int, dict[str, Any]] = {}
        self.last = 0
        self.read = 0

    def append(self, name: str, region: str, at: int) -> None:
        self.last += 1
        moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.kept[self.last] = {"eventName": name, "awsRegion": region, "eventTime": moment}
        if self.last % 5 == 0:
            self.kept = {number: event for number, event in self.kept.items() if number > self.last - KEPT}

    def __call__(self, before: int | None) -> Iterator[tuple[int, Event]]:
        for number in sorted(self.kept, reverse=True):
            if before is None or number < before:
                self.read += 1
                yield number, self.kept[number]


def attributes(event: Event) -> Iterator[tuple[str, str]]:
    yield "EventName", event["eventName"]


def place(log: Log, number: int) -> tuple[float, int]:
    return datetime.fromisoformat(log.kept[number]["eventTime"]).timestamp(), number


def searched(log: Log, region: str, name: str | None, before: int | None, start: int | None) -> list[int]:
    """What going through the log finds, in the order of time; after an event that is not known, nothing."""
    if before is not None and not (before in log.kept and before > log.last - KEPT):
        return []
    last = None if before is None else place(log, before)
    return [
        number
        for number in sorted(log.kept, key=lambda number: place(log, number), reverse=True)
        if (last is None or place(log, number) < last)
        and number > log.last - KEPT
        and log.kept[number]["awsRegion"] == region
        and name in (None, log.kept[number]["eventName"])
        and (start is None or place(log, number)[0] >= start)
    ]


regions, event_names = st.sampled_from(["here", "there"]), st.sampled_from(["A", "B"])
appended = st.lists(st.tuples(event_names, regions, st.integers(0, 3)), max_size=30)
searches = st.tuples(
    regions,
    st.none() | event_names,
    st.none() | st.integers(1, 40),
    st.none() | st.integers(0, 4),
)


@settings(max_examples=200)
@given(st.lists(st.tuples(appended, searches), min_size=1, max_size=5))
def check_searches(steps: list[Any]) -> None:
    log = Log()
    history = History(log, attributes)
    for events, (region, name, before, start) in steps:
        for event in events:
            log.append(*event)
        attribute = ("", "") if name is None else ("EventName", name)
        found = list(history.find(region, attribute, before=before, start=start))
        assert [number for number, _ in found] == searched(log, region, name, before, start)
        assert [event for _, event in found] == [log.kept[number] for number, _ in found]
        assert len(history._times) <= 2 * KEPT, "events that nobody can find are remembered"


def test_a_search_finds_what_going_through_the_log_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "EVENTS_KEPT", KEPT)
    check_searches()


def test_a_search_without_a_match_takes_as_many_steps_in_a_long_history() -> None:
    def steps(count: int) -> int:
        log = Log()
        log.kept = {
            number: {"eventName": "A", "awsRegion": "here", "eventTime": "2026-01-01T00:00:00Z"}
            for number in range(1, count)
        }
        history = History(log, attributes)
        assert len(list(history.find("here"))) == count - 1
        return calls(lambda: list(history.find("here", ("EventName", "none"))))

    assert steps(2000) <= steps(10) + 5


def test_the_log_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log()
    for _ in range(10):
        log.append("A", "here", 0)
    history = History(log, attributes)
    for _ in range(5):
        assert list(history.find("here", ("EventName", "B"))) == []
    assert log.read <= 10 + 2 * 5, "events are read again at each search"
    log.append("B", "here", 0)
    assert [number for number, _ in history.find("here", ("EventName", "B"))] == [11]


def test_a_log_that_begins_anew_is_read_anew() -> None:
    log = Log()
    history = History(log, attributes)
    log.append("A", "here", 0)
    assert len(list(history.find("here"))) == 1
    log.kept, log.last = {}, 0
    history.forget()
    log.append("B", "here", 0)
    assert [event["eventName"] for _, event in history.find("here")] == ["B"]
    assert list(history.find("here", ("EventName", "A"))) == []
