"""How far a student has come outlives the notebook, and what was done stays done."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kmscourse.course.progress import Progress


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


def test_starting_over_forgets_a_section_and_those_after_it(progress: Progress) -> None:
    for section in (0, 6, 7, 8):
        progress.record(section)
        progress.record(section, 1)
    progress.start_over(7)
    assert (progress.sections, progress.exercises) == ([0, 6], [(0, 1), (6, 1)])
    progress.start_over()
    assert (progress.sections, progress.exercises) == ([], [])


def test_what_was_begun_is_not_done(progress: Progress) -> None:
    progress.record_begun(7)
    progress.record_begun(7, 1)
    assert (progress.sections, progress.exercises, progress.day(7), progress.day(7, 1)) == ([], [], "", "")
    assert progress.begun_day(7) == progress.begun_day(7, 1) == datetime.now(UTC).date().isoformat()
    assert progress.begun_day(7, 2) == progress.begun_day(8) == ""


def test_what_an_earlier_version_saw_done_was_begun_by_then(progress: Progress, tmp_path: Path) -> None:
    kept = {"123456789012": {"section 7": "2026-01-02", "section 7, exercise 1": "2026-01-03"}}
    (tmp_path / "progress.json").write_text(json.dumps(kept))
    assert (progress.begun_day(7), progress.begun_day(7, 1)) == ("2026-01-02", "2026-01-03")


def test_starting_over_forgets_what_was_begun_from_there_on(progress: Progress) -> None:
    for section in (6, 7):
        progress.record_begun(section)
        progress.record_begun(section, 1)
    progress.start_over(7)
    assert progress.begun_day(6)
    assert progress.begun_day(6, 1)
    assert progress.begun_day(7) == progress.begun_day(7, 1) == ""


@pytest.mark.parametrize("kept", [None, 5, "", "\udc80=1+1", "2026-02-30", [["2026-01-02"]], {}])
def test_what_is_kept_and_is_no_day_is_none_until_a_day_is_noted(
    progress: Progress, tmp_path: Path, kept: object
) -> None:
    file = tmp_path / "progress.json"
    names = ("section 7", "section 7, begun", "section 7, exercise 1", "challenge")
    file.write_text(json.dumps({"123456789012": dict.fromkeys(names, kept) | {"section 2": "2026-01-02"}}))
    assert (progress.sections, progress.exercises, progress.done(7)) == ([2], [], False)
    assert (progress.day(7), progress.begun_day(7), progress.challenge_day) == ("", "", "")
    progress.record(7)
    assert progress.day(7) == progress.begun_day(7) == datetime.now(UTC).date().isoformat()
    assert progress.day(2) == "2026-01-02"


RECORD = """if True:
    import pathlib, sys
    from kmscourse.course.progress import Progress
    progress = Progress(pathlib.Path(sys.argv[1]), "123456789012")
    for section in range(10):
        progress.record(section, int(sys.argv[2]) or None)
"""


def test_kernels_that_record_at_once_lose_nothing(progress: Progress, tmp_path: Path) -> None:
    command = [sys.executable, "-c", RECORD, str(tmp_path)]
    kernels = [subprocess.Popen([*command, number]) for number in "0120"]
    assert [kernel.wait(60) for kernel in kernels] == [0] * 4
    assert repr(progress) == "■■■■■■■■■■ 10 of 10 sections, 20 of 20 exercises done"


def test_each_account_has_its_own(progress: Progress, tmp_path: Path) -> None:
    progress.record(3)
    other = Progress(tmp_path, "999999999999")
    other.record(4)
    assert (progress.sections, other.sections) == ([3], [4])


def test_only_the_owner_reads_it(progress: Progress, tmp_path: Path) -> None:
    progress.record(3)
    assert stat.S_IMODE((tmp_path / "progress.json").stat().st_mode) == 0o600
