"""How many descriptors (open files and sockets) this process may have, and how many of them connections may take.

Some stay free for what a call opens for an instant: the account's side files, the log, the endpoint file, a module.
Windows has no such limit on sockets.

Source: POSIX.1-2017, ``getrlimit`` (RLIMIT_NOFILE).
"""

from __future__ import annotations

import contextlib
import os
import sys

from kmscourse.errors import SandboxError

RESERVED = 8
MAX_USEFUL = 1024  # for the most connections that the server has, and everything else
MIN_NEEDED = 32
UNLIMITED = sys.maxsize

if sys.platform == "win32":

    def limit() -> int:
        """How many descriptors this process may have now."""
        return UNLIMITED

    def _raise_limit() -> None:
        """There is none to be raised."""

else:
    import resource

    def limit() -> int:
        """How many descriptors this process may have now; each has a number below it."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return UNLIMITED if soft == resource.RLIM_INFINITY else soft

    def _raise_limit() -> None:
        """Let the soft limit be what we can use, as far as the hard one allows; macOS gives 256 unless it is asked."""
        if limit() < MAX_USEFUL:
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            soft = MAX_USEFUL if hard == resource.RLIM_INFINITY else min(MAX_USEFUL, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def require_enough() -> None:
    """Allow this process as many descriptors as it can use. Raises SandboxError where it may not have enough."""
    _raise_limit()
    if limit() < MIN_NEEDED:
        raise SandboxError(
            f"A process may have only {limit()} files open here, and the practice account needs {MIN_NEEDED}. "
            "Raise the limit first: ulimit -n 256"
        )


def count_missing(connections: int) -> int:
    """How many descriptors too few are free for so many connections more, beside those in reserve.

    It is tried out, as only that counts whatever else is open in this process, or fills the system's own table.
    """
    if limit() == UNLIMITED:
        return 0
    taken: list[int] = []
    with contextlib.suppress(OSError):  # No more are free.
        taken.append(os.open(os.devnull, os.O_RDONLY))
        while len(taken) < RESERVED + connections:
            taken.append(os.dup(taken[0]))
    for descriptor in taken:
        os.close(descriptor)
    return RESERVED + connections - len(taken)
