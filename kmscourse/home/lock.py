"""A lock between processes, and between threads: a file that one of them at a time holds, until it lets go or ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _let_go(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _let_go(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


WAIT_SECONDS = 0.02
NOTICE_SECONDS = 1.0


class TakenError(Exception):
    """Another process or thread holds the lock."""


class UnusableError(OSError):
    """The lock's file can't be opened, or its file system has no locks."""

    @classmethod
    def of(cls, path: Path, error: OSError) -> UnusableError:
        """The same error, of that file."""
        return cls(error.errno, error.strerror, str(path))


@contextlib.contextmanager
def held(path: Path, seconds: float, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock on a file, which is made if need be (mode 0600), within the block.

    ``on_wait`` is called once where that takes longer than a moment (NOTICE_SECONDS). The operating system lets go of
    it for a process that is killed. It is not reentrant: whoever holds it and asks again waits for itself. Raises
    TakenError where another does not let go of it for so many seconds, UnusableError where the file can't be used.
    """
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise UnusableError.of(path, error) from None
    try:
        start, notified = time.monotonic(), False
        while not _taken(handle, path):
            waited = time.monotonic() - start
            if waited >= seconds:
                raise TakenError(path)
            if waited >= NOTICE_SECONDS and not notified:
                on_wait()
                notified = True
            time.sleep(WAIT_SECONDS)
        try:
            yield
        finally:
            # Closing is not enough: a process that was forked meanwhile has the file open too.
            _let_go(handle)
    finally:
        os.close(handle)


def _taken(handle: int, path: Path) -> bool:
    """True if the lock is ours now."""
    try:
        _take(handle)
    except (BlockingIOError, PermissionError):  # As Unix and Windows say that another has it.
        return False
    except OSError as error:
        raise UnusableError.of(path, error) from None
    return True


def is_held(path: Path) -> bool:
    """True while some process holds the lock on this file."""
    try:
        with held(path, seconds=0):
            return False
    except TakenError:
        return True
