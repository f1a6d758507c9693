"""How far a student has come outlives the notebook, and what was done stays done."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kmscourse.progress import Progress


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path, "123456789012")


def test_nothing_is_done_at_first(progress: Progress) -> None:
    assert repr(progress) == "□□□□□□□□□□ 0 of 10 sections, 0 of 20 exercises done"


def test_what_is_done_stays_done(progress: Progress, tmp_path: Path) -> None:
    progress.record(0)
    progress.record(7)
    progress.record(7, 2)
    again = Progress(tmp_path, "123456789012")
    assert repr(again) == "■□□□□□□■□□ 2 of 10 sections, 1 of 20 exercises done"
    assert again.done(7)
    assert again.done(7, 2)
    assert not again.done(7, 1)
    assert (again.sections, again.exercises) == ([0, 7], [(7, 2)])


def test_the_first_day_stays(progress: Progress, tmp_path: Path) -> None:
    progress.record(3)
    before = (tmp_path / "progress.json").read_text()
    progress.record(3)
    assert (tmp_path / "progress.json").read_text() == before


def test_each_account_has_its_own(progress: Progress, tmp_path: Path) -> None:
    progress.record(3)
    other = Progress(tmp_path, "999999999999")
    other.record(4)
    assert (progress.sections, other.sections) == ([3], [4])


def test_only_the_owner_reads_it(progress: Progress, tmp_path: Path) -> None:
    progress.record(3)
    assert stat.S_IMODE((tmp_path / "progress.json").stat().st_mode) == 0o600
