"""Work by turns: in its order, at once where nothing waits, and never for long at a time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from kmscourse.sandbox import turns
from kmscourse.sandbox.turns import Turns
from tests.sandbox import event_loop


class Clock:
    """A clock on which each step of work takes a millisecond."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.done: list[int] = []
        monkeypatch.setattr(turns, "time", SimpleNamespace(monotonic=lambda: self.now))

    def step(self, number: int) -> Callable[[], None]:
        def work() -> None:
            self.now += 0.001
            self.done.append(number)

        return work


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_what_comes_alone_is_done_at_once(clock: Clock) -> None:
    async def add() -> None:
        Turns().add(clock.step(1))
        assert clock.done == [1]

    event_loop.run(add())


def test_work_is_done_in_its_order_a_slice_at_each_turn_of_the_loop(clock: Clock) -> None:
    async def add_many() -> None:
        work = Turns()
        for number in range(100):
            work.add(clock.step(number))
        while len(clock.done) < 100:
            before = len(clock.done)
            await asyncio.sleep(0)
            assert 0 < len(clock.done) - before <= turns.SLICE_SECONDS / 0.001 + 1

    event_loop.run(add_many())
    assert clock.done == list(range(100))


def test_who_has_more_to_do_goes_behind_the_others(clock: Clock) -> None:
    work = Turns()

    def greedy(times: int) -> Callable[[], None]:
        def do() -> None:
            clock.step(0)()
            if times > 1:
                work.add(greedy(times - 1))

        return do

    async def add() -> None:
        work.add(clock.step(-1))
        clock.now += 1  # This slice is over: the rest waits.
        for step in (greedy(3), clock.step(1), clock.step(2)):
            work.add(step)
        assert clock.done == [-1]
        for _ in range(5):
            await asyncio.sleep(0)

    event_loop.run(add())
    assert clock.done == [-1, 0, 1, 2, 0, 0]


def test_the_loop_does_other_things_in_between(clock: Clock) -> None:
    async def other() -> int:
        for count in itertools.count():
            if len(clock.done) == 50:
                return count
            await asyncio.sleep(0)
        raise AssertionError

    async def both() -> int:
        beside = asyncio.create_task(other())
        work = Turns()
        for number in range(50):
            work.add(clock.step(number))
        return await beside

    assert event_loop.run(both()) >= 50 * 0.001 / turns.SLICE_SECONDS - 1
