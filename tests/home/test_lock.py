"""One process or thread at a time holds a lock, and the system takes it back from one that is gone."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmscourse.home import lock

HOLDER = """if True:
    import pathlib, sys, time
    from kmscourse.home import lock
    with lock.held(pathlib.Path(sys.argv[1]), seconds=float(sys.argv[2])):
        print("held", flush=True)
        time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which holds the lock until it is killed."""
    command = [sys.executable, "-c", HOLDER, str(path), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_free_lock_can_be_held_and_is_free_again(path: Path) -> None:
    for _ in range(2):
        assert not lock.is_held(path)
        with lock.held(path, seconds=0):
            assert lock.is_held(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_another_process_holds_can_not_be_had(path: Path, holder: subprocess.Popen[str]) -> None:
    assert lock.is_held(path)
    start = time.monotonic()
    with pytest.raises(lock.TakenError), lock.held(path, seconds=0.1):
        pytest.fail("two processes hold the lock")
    assert time.monotonic() - start >= 0.1


def test_a_lock_outlives_no_process(path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    with lock.held(path, seconds=10):
        assert lock.is_held(path)


def test_who_waits_gets_it(path: Path, holder: subprocess.Popen[str]) -> None:
    command = [sys.executable, "-c", HOLDER, str(path), "30"]
    waiter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with waiter:
        assert waiter.stdout is not None
        holder.kill()
        assert waiter.stdout.readline() == "held\n"
        waiter.kill()


def test_whoever_waits_is_told_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "NOTICE_SECONDS", 0.0)
    said: list[str] = []
    with (
        lock.held(path, seconds=0, on_wait=lambda: said.append("free")),
        pytest.raises(lock.TakenError),
        lock.held(path, seconds=0.1, on_wait=lambda: said.append("taken")),
    ):
        pytest.fail("it is not reentrant")
    assert said == ["taken"]


def test_threads_keep_each_other_out(path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for number in range(20):
            with lock.held(path, seconds=60):
                inside.append(number)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 80


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows forks no process: run this on Linux or macOS")
def test_a_process_forked_meanwhile_does_not_keep_it(path: Path) -> None:
    """As multiprocessing does in a notebook: the child has the file open too."""
    with lock.held(path, seconds=0):
        child = os.fork()
        if child == 0:
            signal.pause()
            os._exit(0)
    try:
        assert not lock.is_held(path)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_failure_within_lets_go_of_it(path: Path) -> None:
    with pytest.raises(RuntimeError), lock.held(path, seconds=0):
        raise RuntimeError
    assert not lock.is_held(path)


def test_a_file_out_of_reach_is_an_error_and_no_lock(tmp_path: Path) -> None:
    out_of_reach = tmp_path / "missing" / "lock"
    with pytest.raises(lock.UnusableError, match=os.strerror(2)), lock.held(out_of_reach, seconds=0):
        pytest.fail("there is no such folder")


def test_a_file_system_without_locks_is_an_error_and_no_lock(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(lock, "_take", refuse)
    with pytest.raises(lock.UnusableError, match=os.strerror(errno.ENOLCK)), lock.held(path, seconds=0):
        pytest.fail("nothing was locked")


def test_an_error_of_the_block_stays_its_own(path: Path) -> None:
    with pytest.raises(FileNotFoundError), lock.held(path, seconds=0):
        raise FileNotFoundError
