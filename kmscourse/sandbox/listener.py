"""New connections, accepted in bursts from a listening socket.

asyncio's own server goes on accepting whatever comes, and where no descriptor is free it waits for one. Here each
burst is first heard: whatever its clients have sent already is read. Then ``make_room`` lets go of as many connections
as there are too many, and only then the next burst is accepted. So lack of descriptors ends nothing, and a client that
sends its request at once has it answered, however many connect beside it.

Source: accept(2), "Error handling": errors of a connection that is not accepted yet are no error of the socket.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from typing import NoReturn

BACKLOG = 1024  # clients that wait to be accepted: more than come at once
PAUSE_SECONDS = 0.05

_SOCKET_BROKEN = (errno.EBADF, errno.EINVAL, errno.ENOTSOCK)

log = logging.getLogger(__name__)

MakeProtocol = Callable[[], asyncio.BaseProtocol]


async def accept(
    listening: socket.socket, make_protocol: MakeProtocol, make_room: Callable[[], int]
) -> NoReturn:
    """Accept connections, each with a protocol of its own, until this is cancelled.

    ``make_room`` returns how many may come in the next burst. Raises OSError where the listening socket is broken.
    """
    loop = asyncio.get_running_loop()
    listening.setblocking(False)
    listening.listen(BACKLOG)
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
        accepted = [first, *_accept_waiting(listening, burst - 1)]
        await asyncio.gather(*(_attach(connection, make_protocol) for connection in accepted))
        await _let_all_be_read()
        burst = make_room()
        await asyncio.sleep(0)  # Now those that were let go are closed.


def _accept_waiting(listening: socket.socket, most: int) -> list[socket.socket]:
    """At most so many of the clients that wait already."""
    accepted: list[socket.socket] = []
    while len(accepted) < most:
        try:
            accepted.append(listening.accept()[0])
        except OSError:  # Nobody waits; or what hinders us will be met again, by the next burst.
            break
    return accepted


async def _attach(connection: socket.socket, make_protocol: MakeProtocol) -> None:
    try:
        await asyncio.get_running_loop().connect_accepted_socket(make_protocol, connection)
    except OSError:  # The client is gone already: macOS then refuses to set an option of the socket.
        connection.close()


async def _let_all_be_read() -> None:
    """Let the loop look once at every connection, and act on what it has seen."""
    for _ in range(2):
        await asyncio.sleep(0)
