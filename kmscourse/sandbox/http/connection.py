"""One client's connection: tornado reads its requests and writes the answers. Here is what it leaves open.

A refusal has a status and a sentence, and it arrives: what the client still sends is read to its end. Each client has a
deadline, for its request and for reading the answer; ``server.py`` ends the connection of whoever misses it.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import NoReturn

from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.iostream import IOStream

from kmscourse.sandbox.http import admission

MAX_READ = 16 * 1024  # bytes received at once
MAX_REQUEST_SECONDS = 30.0
MAX_IDLE_SECONDS = 300.0

_HEAD = rb"(?s)\A(?:.{0,%d}?\n\r?\n|.{%d})" % (admission.MAX_HEAD - 4, admission.MAX_HEAD)


class Connection(IOStream):
    """A client's socket, what has come of the body that it is sending, and until when it has time.

    ``on_request`` is told the connection whenever a request begins to come.
    """

    def __init__(self, accepted: socket.socket, on_request: Callable[[Connection], None]) -> None:
        super().__init__(accepted, read_chunk_size=MAX_READ)
        self.body = bytearray()
        self.deadline = time.monotonic() + MAX_REQUEST_SECONDS
        self._on_request = on_request
        self._is_idle = True

    def wait_for_request(self) -> None:
        """Note that a request was answered. The next one may have come already."""
        self._is_idle = not self._read_buffer_size
        self.deadline = time.monotonic() + (MAX_IDLE_SECONDS if self._is_idle else MAX_REQUEST_SECONDS)

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Bytes from the socket, as tornado asks for them."""
        received = super().read_from_fd(buf)
        if received and self._is_idle:
            self._is_idle = False
            self.deadline = time.monotonic() + MAX_REQUEST_SECONDS
            self._on_request(self)
        return received

    async def read_until_regex(self, regex: bytes, max_bytes: int | None = None) -> bytes:
        """The head of a request, as tornado asks for it. Raises HttpError.

        tornado would take lines that end without a carriage return, and leave a head that is too large without an
        answer.
        """
        head = await super().read_until_regex(_HEAD)
        admission.require_proper_lines(head)
        return head

    async def refuse(self, refusal: admission.HttpError) -> None:
        """Write the answer to a request that is refused. Raises StreamClosedError where the client is gone."""
        body = f"{refusal.sentence}\n"
        await self.write(
            f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            f"{body}".encode("ascii")
        )

    async def end(self) -> NoReturn:
        """Read on until the client ends the connection, or the last answer would be lost with what is unread.

        Raises StreamClosedError then.
        """
        self.deadline = time.monotonic() + MAX_REQUEST_SECONDS
        if not self.closed():
            self.socket.shutdown(socket.SHUT_WR)
        while True:
            await self.read_bytes(MAX_READ, partial=True)
            await asyncio.sleep(0)


class Reader(HTTP1Connection):
    """tornado's reader of one request. Where it would close the connection it lets go of it, for ``Connection.end``."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, False, HTTP1ConnectionParameters(max_body_size=admission.MAX_BODY))

    def close(self) -> None:
        self.detach()
