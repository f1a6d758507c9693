"""The log has its lines in their order, for its owner alone, stays small, and tells where an error of ours happened."""

from __future__ import annotations

import logging
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmscourse.sandbox import log


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the package logs to, 200 bytes at most, under the umask of the sandbox's process."""
    monkeypatch.setattr(log, "MAX_BYTES", 200)
    loggers = [logging.getLogger(name) for name in ("kmscourse", "tornado")]
    before = [(logger.level, logger.propagate, logger.handlers) for logger in loggers]
    umask = os.umask(0o077)
    log.log_to(tmp_path / "sandbox.log")
    yield tmp_path / "sandbox.log"
    os.umask(umask)
    for handler in loggers[0].handlers:
        handler.close()
    for logger, (level, propagate, handlers) in zip(loggers, before, strict=True):
        logger.level, logger.propagate, logger.handlers = level, propagate, handlers


def test_lines_are_there_as_soon_as_they_are_said(path: Path) -> None:
    logging.getLogger("kmscourse.sandbox").info("zwölf")
    logging.getLogger("kmscourse.sandbox.http").warning("thirteen")
    assert [line.partition(" ")[2][9:] for line in path.read_text("utf-8").splitlines()] == [
        "zwölf",
        "thirteen",
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_goes_on_where_it_was(path: Path) -> None:
    logging.getLogger("kmscourse").info("one")
    log.log_to(path)
    logging.getLogger("kmscourse").info("two")
    assert [line.split()[-1] for line in path.read_text(encoding="utf-8").splitlines()] == ["one", "two"]


def test_a_full_file_makes_way_and_the_latest_lines_are_kept(path: Path) -> None:
    for number in range(100):
        logging.getLogger("kmscourse").info("line %03d", number)
        assert path.stat().st_size <= 200
    lines = (path.with_name("sandbox.log.1").read_text() + path.read_text(encoding="utf-8")).splitlines()
    assert [line[-3:] for line in lines] == [f"{number:03}" for number in range(100 - len(lines), 100)]
    assert len(lines) > 6
    assert sorted(each.name for each in path.parent.iterdir()) == ["sandbox.log", "sandbox.log.1"]


def test_it_makes_way_also_where_a_file_that_is_open_elsewhere_is_not_renamed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where whoever started this process may have the log open."""

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "rename", refuse)
    for number in range(20):
        logging.getLogger("kmscourse").info("line %03d", number)
    assert path.read_text("utf-8").endswith("line 019\n")
    assert path.with_name("sandbox.log.1").stat().st_size


def test_what_tornado_says_of_a_request_is_nowhere(tmp_path: Path) -> None:
    """In a process of its own, as pytest looks at every logger."""
    code = """if True:
        import logging, pathlib, sys
        from kmscourse.sandbox.log import log_to
        log_to(pathlib.Path(sys.argv[1]))
        logging.getLogger("tornado.application").error("hush-hush")
        logging.getLogger("kmscourse.sandbox").info("said")
    """
    path = tmp_path / "sandbox.log"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""
    assert [line.split()[-1] for line in path.read_text().splitlines()] == ["said"]


def test_an_error_is_told_by_its_place_and_not_by_its_text() -> None:
    with pytest.raises(ValueError, match="hush-hush") as raised:
        int("hush-hush")
    assert re.fullmatch(rf"ValueError at {re.escape(__file__)}:\d+", log.where(raised.value))
