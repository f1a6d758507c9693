"""The log has its lines in their order, for its owner alone, and stays small."""

from __future__ import annotations

import logging
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmscourse.sandbox.logfile import LogFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.log"


@pytest.fixture
def handler(path: Path) -> Iterator[LogFile]:
    made = LogFile(path, most=200)
    yield made
    made.close()


def say(handler: LogFile, sentence: str) -> None:
    handler.emit(logging.LogRecord("kmscourse", logging.INFO, "", 0, sentence, None, None))


def test_lines_are_there_as_soon_as_they_are_said(handler: LogFile, path: Path) -> None:
    say(handler, "one")
    say(handler, "zwölf")
    assert path.read_text("utf-8") == "one\nzwölf\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_goes_on_where_it_was(handler: LogFile, path: Path) -> None:
    say(handler, "one")
    again = LogFile(path, most=200)
    say(again, "two")
    again.close()
    assert path.read_text() == "one\ntwo\n"


def test_a_full_file_makes_way_and_the_latest_lines_are_kept(handler: LogFile, path: Path) -> None:
    for number in range(100):
        say(handler, f"line {number:03}")
        assert path.stat().st_size <= 200
    before = path.with_name("sandbox.log.1")
    kept = (before.read_text() + path.read_text()).splitlines()
    assert kept == [f"line {number:03}" for number in range(100 - len(kept), 100)]
    assert len(kept) > 20
    assert sorted(each.name for each in path.parent.iterdir()) == ["sandbox.log", "sandbox.log.1"]


def test_a_full_file_that_cannot_make_way_takes_the_lines_all_the_same(handler: LogFile, path: Path) -> None:
    path.with_name("sandbox.log.1").mkdir()
    for number in range(30):
        say(handler, f"line {number:03}")
    assert path.read_text().splitlines() == [f"line {number:03}" for number in range(30)]


def test_without_its_folder_it_touches_no_file_that_is_not_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    folder = tmp_path / "home"
    folder.mkdir()
    handler = LogFile(folder / "sandbox.log", most=50)
    say(handler, "a line of some length, as they are")
    shutil.rmtree(folder)
    say(handler, "a line for which there is no room")
    other = tmp_path / "other"
    with open(other, "w") as opened:  # It gets the number that the log had.
        say(handler, "a line for which there is no folder")
        handler.close()
        opened.write("mine")
    assert other.read_text() == "mine"
