"""New connections, accepted in bursts from a listening socket.

tornado and asyncio go on accepting whatever comes, and where no descriptor is free they wait for one. Here each burst
is first heard: whatever its clients have sent already is answered. Then ``make_room`` ends as many connections as there
are too many, and only then the next burst is accepted. So lack of descriptors ends nothing, and a client that sends its
request at once has it answered, however many connect beside it.

Source: accept(2), "Error handling": errors of a connection that is not accepted yet are no error of the socket.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from typing import NoReturn

PAUSE_SECONDS = 0.05

_SOCKET_BROKEN = (errno.EBADF, errno.EINVAL, errno.ENOTSOCK)

log = logging.getLogger(__name__)


async def accept(
    listening: socket.socket, attach: Callable[[socket.socket], None], make_room: Callable[[], int]
) -> NoReturn:
    """Accept connections, and ``attach`` each, until this is cancelled.

    ``make_room`` returns how many may come in the next burst. Raises OSError where the listening socket is broken.
    """
    loop = asyncio.get_running_loop()
    listening.setblocking(False)
    burst = 1
    while True:
        try:
            first, _ = await loop.sock_accept(listening)
        except OSError as error:
            if error.errno in _SOCKET_BROKEN:
                raise
            log.warning("A connection could not be accepted: %s", error.strerror)
            burst = make_room()
            await asyncio.sleep(PAUSE_SECONDS)
            continue
        for connection in (first, *_accept_waiting(listening, burst - 1)):
            attach(connection)
        for _ in range(3):  # What has come is seen, then read, then answered.
            await asyncio.sleep(0)
        burst = make_room()
        await asyncio.sleep(0)  # Now those that were ended are closed.


def _accept_waiting(listening: socket.socket, count: int) -> list[socket.socket]:
    """Accept at most so many of the clients that wait already."""
    accepted: list[socket.socket] = []
    while len(accepted) < count:
        try:
            accepted.append(listening.accept()[0])
        except OSError:  # Nobody waits; or what hinders us will be met again, by the next burst.
            break
    return accepted
