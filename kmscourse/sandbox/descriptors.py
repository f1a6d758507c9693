"""How many descriptors (open files and sockets) this process may have, and how many of them connections may take.

Some stay free for what a call opens for an instant: the account's side files, the log, the endpoint file, a module.
Windows has no such limit on sockets.

Source: POSIX.1-2017, ``getrlimit`` (RLIMIT_NOFILE), and "File Descriptor Allocation": a new descriptor has the lowest
number that is free.
"""

from __future__ import annotations

import sys

from kmscourse.errors import SandboxError

if sys.platform != "win32":
    import resource

RESERVED = 8
WANTED = 1024  # for the most connections that the server has, and everything else
NEEDED = 32
MAX_BURST = 64  # connections accepted before it is decided who stays
UNLIMITED = sys.maxsize


def prepare() -> None:
    """Allow this process as many descriptors as it can use. Raises SandboxError where it may not have enough."""
    _raise_limit()
    if limit() < NEEDED:
        raise SandboxError(
            f"A process may have only {limit()} files open here, and the practice account needs {NEEDED}. "
            "Raise the limit first: ulimit -n 256"
        )


def limit() -> int:
    """How many descriptors this process may have now; each has a number below it."""
    if sys.platform == "win32":
        return UNLIMITED
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNLIMITED if soft == resource.RLIM_INFINITY else soft


def burst() -> int:
    """How many connections may be accepted before it is decided who stays."""
    return min(MAX_BURST, limit() // 8)


def shortage(newest: int) -> int:
    """How many descriptors too few are free, where ``newest`` is the number of the one that was given last.

    All below it are in use. Beside those in reserve, the next burst of connections must find free ones.
    """
    return max(0, newest + 1 + RESERVED + burst() - limit())


def _raise_limit() -> None:
    """Let the soft limit be what we can use, as far as the hard one allows; macOS gives 256 unless it is asked."""
    if sys.platform == "win32" or limit() >= WANTED:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
