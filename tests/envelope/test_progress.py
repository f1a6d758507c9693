"""How far the work is: speed and time left, at a readable pace."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.envelope.progress import PACE, Meter, ProgressReading


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [
        (0, 10**9, 0, "0 %"),
        (0, 10**9, 5, "0 %"),
        (250_000_000, 10**9, 2, "25 % · 125.0 MB/s · 6 s left"),
        (1, 10**9, 1, "0 % · 0.0 MB/s · 16666666 min 39 s left"),
        (999_999_999, 10**9, 8, "99 % · 125.0 MB/s · 0 s left"),
        (10**9, 10**9, 8, "100 % · 125.0 MB/s"),
        (0, 0, 0, "100 %"),
    ],
)
def test_how_far_it_is_in_words(done: int, total: int, seconds: float, said: str) -> None:
    assert str(ProgressReading(done, total, seconds)) == said


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.just(0.0) | st.floats(1e-6, 1e6))
def test_any_reading_can_be_said(done: int, more: int, seconds: float) -> None:
    reading = ProgressReading(done, done + more, seconds)
    assert 0 <= reading.share <= 1
    assert re.fullmatch(r"\d+ %( · [\d.]+ MB/s)?( · (\d+ min )?\d+ s left)?", str(reading))


def test_it_is_told_at_a_readable_pace_and_at_the_end() -> None:
    clock, told = Clock(), []
    meter = Meter(told.append, clock)
    for done in range(1, 101):
        clock.now += PACE / 4
        meter(done, 100)
    assert len(told) == pytest.approx(25, abs=2)
    assert (told[0].done, told[-1]) == (1, ProgressReading(100, 100, pytest.approx(100 * PACE / 4)))
