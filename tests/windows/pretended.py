"""Windows, as far as the course's own code can tell: what it lacks is missing, and what it refuses is refused.

``begin`` has this process pretend, for the modules of ``kmscourse`` alone: Python's own and other people's go on
using what is there. ``sys.platform`` reads "win32"; modules, functions and signals that only POSIX has are missing;
``msvcrt`` locks; a mode means nothing but that a file may be written; asyncio's default loop is of no use; and a file
below KMSCOURSE_HOME that any process has open is neither replaced, renamed nor removed. On Windows itself nothing is
done.

Source: the availability notes of Python's library reference, and ``CreateFileW`` ("FILE_SHARE_DELETE").
"""

from __future__ import annotations

import asyncio
import builtins
import errno
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NoReturn

MISSING_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
MISSING_NAMES = {
    "os": """chown chroot confstr ctermid fchmod fchown fork forkpty getegid geteuid getgid getgroups getpgid getpgrp
        getpriority getresuid getsid getuid getxattr initgroups killpg lchown listxattr memfd_create mkfifo mknod nice
        openpty pathconf posix_spawn pread pwrite register_at_fork removexattr sched_getaffinity sendfile setegid
        seteuid setgid setpgid setsid setuid setxattr splice statvfs sync sysconf tcgetpgrp uname wait wait3
        O_CLOEXEC O_DIRECTORY O_NOCTTY O_NOFOLLOW O_NONBLOCK O_PATH O_SYNC O_TMPFILE""",
    "signal": """SIGALRM SIGBUS SIGCHLD SIGCONT SIGHUP SIGIO SIGKILL SIGPIPE SIGPOLL SIGPROF SIGQUIT SIGSTOP SIGTSTP
        SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ alarm pause pthread_kill setitimer
        sigtimedwait sigwait""",
    "socket": "AF_UNIX SO_REUSEPORT",
    "time": "pthread_getcpuclockid tzset",
}
SIGNALS = ("SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM")


def begin() -> None:
    """From now on, each module of the course that is imported finds itself on Windows."""
    if sys.platform == "win32":
        return
    modules = _modules()
    real_import = builtins.__import__

    def import_as_windows(
        name: str,
        namespace: Mapping[str, Any] | None = None,
        local: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if level == 0 and _is_ours((namespace or {}).get("__spec__")):
            if name in modules:
                return modules[name]
            if name in MISSING_MODULES:
                raise ModuleNotFoundError(f"No module named {name!r} on Windows", name=name)
        return real_import(name, namespace, local, fromlist or (), level)

    vars(builtins)["__import__"] = import_as_windows
    sys.meta_path.insert(0, _Finder())
    for name in ("remove", "rename", "replace", "unlink"):
        setattr(os, name, _refusing_what_is_open(getattr(os, name)))
    vars(asyncio.events)["new_event_loop"] = _useless_loop
    setattr(asyncio.SelectorEventLoop, "add_signal_handler", _not_implemented)  # noqa: B010  mypy knows better


def _is_ours(spec: ModuleSpec | None) -> bool:
    return spec is not None and spec.name.split(".")[0] == "kmscourse"


class _Finder:
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name.split(".")[0] == "kmscourse" else None
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        """The module's code, never what was compiled for the system that is there."""
        source = self.get_data(self.path).replace(b"sys.platform", b'"win32"')
        code: CodeType = self.source_to_code(source, self.path)
        return code


class _AsOnWindows(ModuleType):
    """A module of Python's without what Windows lacks. ``own`` is what is otherwise there."""

    def __init__(self, real: ModuleType, missing: Sequence[str], own: Mapping[str, Any]) -> None:
        super().__init__(real.__name__)
        vars(self).update(own)
        vars(self)["_real"], vars(self)["_missing"] = real, frozenset(missing)

    def __getattr__(self, name: str) -> Any:
        if name in self._missing:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on Windows", name=name)
        return getattr(self._real, name)


def _modules() -> dict[str, ModuleType]:
    """The modules that are otherwise on Windows, as the course finds them."""
    own: dict[str, dict[str, Any]] = {
        "os": {"name": "nt", "chmod": _chmod, "open": _open, "O_BINARY": 0},
        "signal": {"valid_signals": lambda: {getattr(signal, name) for name in SIGNALS}},
        "subprocess": {"CREATE_NO_WINDOW": 0, "CREATE_NEW_PROCESS_GROUP": 0},
    }
    changed = {*own, *MISSING_NAMES}
    modules: dict[str, ModuleType] = {
        name: _AsOnWindows(__import__(name), MISSING_NAMES.get(name, "").split(), own.get(name, {}))
        for name in changed
    }
    return modules | {"msvcrt": _msvcrt()}


def _chmod(path: Any, mode: int, **options: Any) -> None:
    os.chmod(path, 0o666 if mode & 0o200 else 0o444, **options)


def _open(path: Any, flags: int, mode: int = 0o777) -> int:
    return os.open(path, flags, 0o666)


def _msvcrt() -> ModuleType:
    """``msvcrt.locking``: whoever has the file open otherwise, also in this process, is kept out."""
    import fcntl

    unlock, lock_at_once = 0, 2

    def locking(descriptor: int, mode: int, _: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_UN if mode == unlock else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from None

    module = ModuleType("msvcrt")
    vars(module).update(LK_UNLCK=unlock, LK_NBLCK=lock_at_once, locking=locking)
    return module


def _refusing_what_is_open(act: Callable[..., None]) -> Callable[..., None]:
    """The same, but PermissionError where a file below KMSCOURSE_HOME is open in any process (on Linux)."""

    def act_as_windows(*paths: Any, **options: Any) -> None:
        home = os.path.realpath(os.environ.get("KMSCOURSE_HOME", os.devnull))
        inside = {real for path in paths if (real := os.path.realpath(path)).startswith(home + os.sep)}
        if inside and "dir_fd" not in options and inside & _open_files(inside):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(paths[0]))
        act(*paths, **options)

    return act_as_windows


def _open_files(among: set[str]) -> set[str]:
    """Those of the files that a process has open."""
    found = set[str]()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):  # It has been closed meanwhile, or is somebody else's.
            found.add(os.readlink(descriptor))
    return among & found


def _useless_loop() -> NoReturn:
    raise NotImplementedError(
        "Windows' default loop tells no socket's readiness: ask for a SelectorEventLoop."
    )


def _not_implemented(*_: object) -> NoReturn:
    raise NotImplementedError
