"""Files of an account that can't be read: kept beside it, byte for byte, under a name that tells when.

What lies beside an SQLite file under its name (its log) belongs to it and goes with it.
"""

from __future__ import annotations

import itertools
import os
import shutil
import time
from pathlib import Path

_BESIDE = ("", "-wal", "-shm", "-journal")


def make_copy(path: Path) -> Path:
    """A copy of the file under a name of its own, on disk when this returns.

    Raises OSError where it can't be made; nothing is left of it then.
    """
    name = f"{path.stem}-set-aside-{time.strftime('%Y%m%d-%H%M%S')}"
    names = (path.with_name(f"{name}{'-' * bool(n)}{n or ''}{path.suffix}") for n in itertools.count())
    copy = next(name for name in names if not any(file.exists() for file in _all(name)))
    try:
        for source, target in zip(_all(path), _all(copy), strict=True):
            if source.exists() and (source == path or source.stat().st_size):
                _copy(source, target)
    except OSError:
        remove(copy)
        raise
    return copy


def remove(path: Path) -> None:
    """Remove the file: itself first, as a log without its file means nothing."""
    for file in _all(path):
        file.unlink(missing_ok=True)


def _all(path: Path) -> list[Path]:
    """The file and what may lie beside it."""
    return [path.with_name(path.name + suffix) for suffix in _BESIDE]


def _copy(source: Path, target: Path) -> None:
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(handle, "wb") as written, open(source, "rb") as read:
        shutil.copyfileobj(read, written)
        written.flush()
        os.fsync(written.fileno())
