"""Accepting connections: what hinders it for a while ends nothing."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys

import pytest

from kmscourse.sandbox.http import listener
from tests.sandbox import event_loop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows' loop accepts by other means")


class Failing(socket.socket):
    """A listening socket that can't accept for a while."""

    errors: list[int]

    def accept(self) -> tuple[socket.socket, object]:
        if self.errors:
            raise OSError(self.errors.pop(0), "a reason")
        return super().accept()


async def accept_with(errors: list[int]) -> int:
    """How often room was made until a client was connected, after these errors."""
    asked = 0
    connected = asyncio.Event()

    def attach(accepted: socket.socket) -> None:
        connected.set()
        accepted.close()

    def make_room() -> int:
        nonlocal asked
        asked += not connected.is_set()
        return 1

    with Failing() as listening:
        listening.errors = errors
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        accepting = asyncio.create_task(listener.accept(listening, attach, make_room))
        await asyncio.sleep(0)
        with socket.create_connection(listening.getsockname(), timeout=10):
            done, _ = await asyncio.wait(
                (accepting, asyncio.create_task(connected.wait())),
                timeout=10,
                return_when=asyncio.FIRST_COMPLETED,
            )
        assert done, "nobody was accepted"
        if accepting.done():
            accepting.result()
        accepting.cancel()
        await asyncio.wait((accepting,))
    return asked


@pytest.mark.parametrize(
    "lack",
    [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ECONNABORTED, errno.EPERM, errno.EPROTO],
)
def test_where_it_cannot_accept_it_makes_room_and_goes_on(lack: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "PAUSE_SECONDS", 0.001)
    assert event_loop.run(accept_with([lack] * 3)) == 3


@pytest.mark.parametrize("fault", [errno.EBADF, errno.EINVAL])
def test_a_listening_socket_that_is_broken_is_a_fault(fault: int) -> None:
    with pytest.raises(OSError, match="a reason"):
        event_loop.run(accept_with([fault]))
