"""A file that is being written, and of which nothing is left if its process ends first.

Where the system has files without a name (Linux, on most file systems), a draft is one: it ends with its process,
however that ends. See open(2), O_TMPFILE. Elsewhere a draft has a name, which is removed when the block ends, or
when a signal ends the process. Handlers can be set in the main thread alone: in another one, and where no handler
runs (SIGKILL, a fault of the process, a power cut), a named draft outlives its process. Nobody holds its lock then,
and whoever writes the next draft in that folder removes it.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import os
import re
import secrets
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType

from kmscourse.home import files

if sys.platform != "win32":
    import fcntl

# What the system does by default: signals that stop a process, and those that do nothing. All others end it.
_STOP = {"SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"}
_DO_NOTHING = {"SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH", "SIGINFO"}
if sys.platform != "linux":
    _DO_NOTHING.add("SIGIO")
# After a fault of the process itself, what failed runs again before a handler in Python does, and so for ever.
_NOT_FOR_PYTHON = {"SIGKILL", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL"}
_ENDING = signal.valid_signals() - {
    getattr(signal, name, None) for name in _STOP | _DO_NOTHING | _NOT_FOR_PYTHON
}

_NAME = re.compile(r"\.kmscourse-draft-([0-9a-f]{16})-([0-9a-f]{16})")

_names: set[Path] = set()  # those that this process is writing to


class Draft:
    """An empty file for its owner alone, open for reading and writing as ``descriptor``.

    ``mode`` is the one that was asked for, less the umask.
    """

    def __init__(self, descriptor: int, name: Path | None, mode: int) -> None:
        self.descriptor = descriptor
        self.mode = mode
        self._name = name

    def take(self, place: Path) -> None:
        """Put the file at ``place``, instead of what is there. Raises OSError, and then ``place`` is as it was."""
        if self._name is not None:
            if sys.platform == "win32":  # no open file is renamed there
                self.close()
            files.put(self._name, place)
            return
        try:
            self._link(place)
        except FileExistsError:  # only what has a name takes another's place
            with _name_in(place.parent) as name:
                self._link(name)
                files.put(name, place)

    def close(self) -> None:
        """Let go of the file."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _link(self, path: Path) -> None:
        # Given a folder's descriptor, which an absolute path has no use for, Python follows the link that /proc holds.
        os.link(f"/proc/self/fd/{self.descriptor}", path, src_dir_fd=self.descriptor)


@contextmanager
def draft(folder: Path, mode: int) -> Iterator[Draft]:
    """A draft in ``folder`` of which a file with ``mode`` is to be made; dead ones there are removed first.

    What has not taken a place by the end of the block is gone. Raises OSError as ``open`` does.
    """
    _remove_dead(folder)
    with ExitStack() as stack:
        new = _create_unnamed(folder, mode)
        if new is None:
            mode = _less_the_umask(folder, mode)
        while new is None:
            new = _create_named(stack.enter_context(_name_in(folder)), mode)
        stack.callback(new.close)
        yield new


def _create_unnamed(folder: Path, mode: int) -> Draft | None:
    """A file without a name; None where the system has no such thing, or can't name it later."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None or not os.path.isdir("/proc/self/fd"):
        return None
    try:
        descriptor = os.open(folder, flag | os.O_RDWR, mode)
    except OSError:  # not on this file system; whatever else is wrong is so for a file with a name, too
        return None
    new = Draft(descriptor, None, _mode_of(descriptor))
    _hold(descriptor)
    return new


def _create_named(name: Path, mode: int) -> Draft | None:
    """A file with that name; None where somebody took it for dead before it was held."""
    new = Draft(_make(name, 0o600), name, mode)
    _hold(new.descriptor)
    if name.exists():
        return new
    new.close()
    return None


def _less_the_umask(folder: Path, mode: int) -> int:
    """The mode that a new file gets, seen on one that stays empty: to read the umask is to set it, for all threads."""
    with _name_in(folder) as name:
        descriptor = _make(name, mode)
        try:
            return _mode_of(descriptor)
        finally:
            os.close(descriptor)


def _make(name: Path, mode: int) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return os.open(name, flags, mode)
    except OSError as error:  # the name says nothing to who reads of it, the folder does
        raise OSError(error.errno, error.strerror, os.fspath(name.parent)) from None


def _mode_of(descriptor: int) -> int:
    return os.fstat(descriptor).st_mode & 0o777


def _hold(descriptor: int) -> None:
    """Keep a draft to its owner, and locked while it is open. Windows removes no open file, and needs no lock."""
    if sys.platform != "win32":
        os.fchmod(descriptor, 0o600)
        with suppress(OSError):  # a file system without locks: nobody can take it for dead there
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def _remove_dead(folder: Path) -> None:
    """Remove the drafts in ``folder`` that no process holds."""
    try:
        names = os.listdir(folder)
    except OSError:  # it may be written to and not listed
        return
    for name in filter(_is_draft, names):
        with suppress(OSError):  # it is held, or gone by now, or not ours to remove
            _remove_if_dead(folder / name)


def _remove_if_dead(path: Path) -> None:
    if sys.platform == "win32":
        path.unlink()
    else:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                path.unlink()
        finally:
            os.close(descriptor)


def _is_draft(name: str) -> bool:
    """True for the names that ``_new_name`` gives: a number with its checksum, as nobody else names a file."""
    match = _NAME.fullmatch(name)
    return match is not None and _checksum(match[1]) == match[2]


def _new_name() -> str:
    number = secrets.token_hex(8)
    return f".kmscourse-draft-{number}-{_checksum(number)}"


def _checksum(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()[:16]


@contextmanager
def _name_in(folder: Path) -> Iterator[Path]:
    """A new name, given to no other file. What has it when the block ends, or a signal the process, is removed."""
    name = folder / _new_name()
    _names.add(name)
    in_main = threading.current_thread() is threading.main_thread()
    caught = [number for number in _ENDING if in_main and _ends_the_process(number)]
    try:
        for number in caught:
            signal.signal(number, _end)
        yield name
    finally:
        _remove(name)
        for number in caught:
            if signal.getsignal(number) is _end:
                signal.signal(number, signal.SIG_DFL)


def _ends_the_process(number: int) -> bool:
    """True where a signal's handler is the system's own; ``signal`` doesn't know of those that libraries set."""
    handler_of = ctypes.pythonapi.PyOS_getsig
    handler_of.restype = ctypes.c_void_p
    return handler_of(number) is None  # SIG_DFL is a null pointer


def _end(number: int, _: FrameType | None) -> None:
    """Remove this process's drafts, and end as the signal would have ended it."""
    _remove_all()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def _remove_all() -> None:
    for name in tuple(_names):
        _remove(name)


def _remove(name: Path) -> None:
    if name in _names:  # and not in those of a process that this one was forked from
        with suppress(OSError):  # it has taken its place; or it can't be removed now, but will be next time
            name.unlink()
        _names.discard(name)


atexit.register(_remove_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_names.clear)
