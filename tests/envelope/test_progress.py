"""How far the work is: speed and time left, at a readable pace, on a terminal and in a log."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.envelope import seal_file, unseal_file
from kmscourse.envelope.progress import PACE, Meter, Reading, progress_line


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


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
    assert str(Reading(done, total, seconds)) == said


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.just(0.0) | st.floats(1e-6, 1e6))
def test_any_reading_can_be_said(done: int, more: int, seconds: float) -> None:
    reading = Reading(done, done + more, seconds)
    assert 0 <= reading.share <= 1
    assert re.fullmatch(r"\d+ %( · [\d.]+ MB/s)?( · (\d+ min )?\d+ s left)?", str(reading))


def test_it_is_told_at_a_readable_pace_and_at_the_end() -> None:
    clock, told = Clock(), []
    meter = Meter(told.append, clock)
    for done in range(1, 101):
        clock.now += PACE / 4
        meter(done, 100)
    assert len(told) == pytest.approx(25, abs=2)
    assert (told[0].done, told[-1]) == (1, Reading(100, 100, pytest.approx(100 * PACE / 4)))


def test_on_a_terminal_one_line_is_written_over() -> None:
    clock, terminal = Clock(), Terminal()
    line = progress_line(terminal, clock)
    for done in (25, 50, 100):
        clock.now += 1
        line(done * 10**6, 100 * 10**6)
    first, second, last = terminal.getvalue().split("\r")[1:]
    assert first.startswith("[#######.......................] 25 % · 25.0 MB/s · 3 s left")
    assert second.startswith("[###############...............] 50 %")
    assert last == "[##############################] 100 % · 33.3 MB/s\x1b[K\n"


def test_in_a_log_it_is_one_line_at_the_end(pocket_kms, tmp_path) -> None:
    source, log = tmp_path / "source", io.StringIO()
    source.write_bytes(bytes(300_000))
    seal_file(pocket_kms, pocket_kms.key_id, source, tmp_path / "sealed", progress=progress_line(log))
    unseal_file(pocket_kms, tmp_path / "sealed", tmp_path / "opened", progress=progress_line(log))
    assert log.getvalue().count("100 %") == 2
    assert log.getvalue().count("\n") == 2
    assert "\r" not in log.getvalue()
    assert (tmp_path / "opened").read_bytes() == bytes(300_000)


def test_it_goes_to_the_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    progress_line()(1, 1)
    assert capsys.readouterr().err.startswith("[###")
