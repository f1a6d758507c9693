"""A lock between processes: a file that one of them at a time holds, until it lets go or ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


WAIT_SECONDS = 0.02


class TakenError(Exception):
    """Another process holds the lock."""


@contextlib.contextmanager
def held(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock on a file, which is made if need be (mode 0600), within the block.

    Raises TakenError where another process does not let go of it for so many seconds, OSError where the file can't
    be opened.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        deadline = time.monotonic() + seconds
        while not _taken(handle):
            if time.monotonic() >= deadline:
                raise TakenError(path)
            time.sleep(WAIT_SECONDS)
        yield
    finally:
        os.close(handle)  # This lets go of it.


def _taken(handle: int) -> bool:
    """True if the lock is ours now."""
    try:
        _take(handle)
    except (BlockingIOError, PermissionError):  # As Unix and Windows say that another has it.
        return False
    return True


def is_held(path: Path) -> bool:
    """True while some process holds the lock on this file."""
    try:
        with held(path, seconds=0):
            return False
    except TakenError:
        return True
