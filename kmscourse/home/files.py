"""Small files that are read whole, and written whole or not at all: all that lies in KMSCOURSE_HOME but the account.

Whoever writes a file holds the lock that guards it (``lock.py``), so that a draft found beside it is one that a killed
process has left.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

MAX_BYTES = 16 * 1024 * 1024
# Windows neither replaces nor removes a file that another process has open, a virus scanner for instance.
RETRY_SECONDS = 2.0 if sys.platform == "win32" else 0.0

_BINARY = getattr(os, "O_BINARY", 0)
_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}

T = TypeVar("T")


def read(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """What is in the file.

    Raises FileNotFoundError where there is none, another OSError where it is no plain file (a link, a folder, a pipe),
    is larger than ``max_bytes`` or can't be read.
    """
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    with _retried(lambda: open(path, "rb")) as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise OSError(errno.EFBIG, "it is too large", str(path))
    return content


def write(
    path: Path, content: bytes, *, private: bool = True, durable: bool = True, replace: bool = True
) -> None:
    """Put ``content`` in the file's place at once: whoever reads it sees all of it, or what was there before.

    ``private``: only its owner may read it (mode 0600), else the umask decides. ``durable``: it is on the disk when
    this returns. ``replace`` False leaves alone what is there and raises FileExistsError. Raises OSError where the file
    can't be written; what was there stays, and nothing is left beside it.
    """
    _remove_drafts(path)
    if not replace and os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    draft = path.with_name(f"{_draft_prefix(path)}{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
    try:
        with open(os.open(draft, flags, 0o600 if private else 0o666), "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if replace:
            put(draft, path)
        else:
            _place(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    if durable:
        _flush_folder(path.parent)


def put(file: Path, place: Path) -> None:
    """Move a file to a place, instead of what is there, all at once. Raises OSError where that can't be done."""
    _retried(lambda: os.replace(file, place))


def make_way(path: Path) -> None:
    """Remove what lies in a file's place and is worth nothing; a folder gets another name, for it may hold something.

    Raises OSError where that can't be done.
    """
    if path.is_dir() and not path.is_symlink():
        os.rename(path, path.with_name(f"{path.name}-set-aside-{secrets.token_hex(4)}"))
    else:
        _retried(lambda: path.unlink(missing_ok=True))


def make_plain(path: Path) -> None:
    """Remove from a file's place what is none, and no link to one: to open a pipe is to wait for its other end.

    Raises OSError where that can't be done.
    """
    if os.path.lexists(path) and not path.is_file():
        make_way(path)


def _place(draft: Path, path: Path) -> None:
    """Give the draft its name. Raises FileExistsError where something has it already, a broken link too."""
    if sys.platform == "win32":
        os.rename(draft, path)
        return
    try:
        os.link(draft, path)
        os.unlink(draft)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))  # The name is ours, and can be replaced.
        os.replace(draft, path)


def _draft_prefix(path: Path) -> str:
    return f".kmscourse-draft-{path.name}-"


def _remove_drafts(path: Path) -> None:
    """Remove what killed processes have left of this file."""
    pattern = re.compile(re.escape(_draft_prefix(path)) + "[0-9a-f]{16}")
    for name in os.listdir(path.parent):
        if pattern.fullmatch(name):
            with contextlib.suppress(OSError):  # It is in nobody's way.
                path.with_name(name).unlink()


def _retried(act: Callable[[], T]) -> T:
    """What ``act`` gives, tried again for a while where the file is in another process's hands."""
    deadline = time.monotonic() + RETRY_SECONDS
    while True:
        try:
            return act()
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.01)


def _flush_folder(folder: Path) -> None:
    """Bring the file's new name to the disk too. Windows does so by itself and opens no folder."""
    if sys.platform == "win32":
        return
    # Some file systems flush no folder: EINVAL.
    with _opened(folder) as handle, contextlib.suppress(OSError):
        os.fsync(handle)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)
