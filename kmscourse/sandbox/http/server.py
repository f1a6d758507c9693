"""The server: its connections, one request of each at a time, and what ends them.

One thread serves every connection: a call is short and the account answers one at a time anyway, so a thread for each
client would only add waiting for the interpreter's lock. Where there are too many connections, ``eviction.py`` says
which one is ended. No answer carries a CORS header.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import StreamClosedError

from kmscourse.sandbox.call import HttpRequest, HttpResponse
from kmscourse.sandbox.http import admission, descriptors, listener
from kmscourse.sandbox.http.admission import HttpError
from kmscourse.sandbox.http.connection import Connection, Reader
from kmscourse.sandbox.http.eviction import EvictionOrder
from kmscourse.sandbox.log import where

Handler = Callable[[HttpRequest], HttpResponse]

MAX_CONNECTIONS = (
    440  # with a burst and what is our own, no more than the 512 sockets that Windows' select() takes
)
MAX_BURST = 64  # of new ones, before it is decided who stays
MAX_HELD = 128 * 1024 * 1024  # bytes of all bodies under way: eight of the largest
SWEEP_SECONDS = 2.0

log = logging.getLogger(__name__)


class Server:
    """The connections of one listening socket. ``hosts`` are the Host headers that are ours."""

    def __init__(self, handler: Handler, hosts: frozenset[str]) -> None:
        self.handler = handler
        self.hosts = hosts
        self.connections = EvictionOrder[Connection]()
        self.last_request = time.monotonic()
        self._tasks = set[asyncio.Task[None]]()
        self._ended = False

    def attach(self, accepted: socket.socket) -> None:
        """Serve a client that was accepted."""
        connection = Connection(accepted, self.connections.use)
        self.connections.add(connection, time.monotonic())
        task = asyncio.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: Connection) -> None:
        try:
            try:
                while await self._exchange(connection):
                    await asyncio.sleep(0)
            except HttpError as refusal:
                await connection.refuse(refusal)
            await connection.end()
        except (StreamClosedError, OSError):  # The client has ended it, or it was dropped.
            pass
        except Exception as error:
            log.error("A request ended its connection: %s", where(error))
        finally:
            self.drop(connection)

    async def _exchange(self, connection: Connection) -> bool:
        """Answer a request. Returns whether another one may follow. Raises HttpError, StreamClosedError."""
        exchange = Exchange(self, connection)
        follows = await exchange.reader.read_response(exchange)
        if exchange.refusal is not None:
            raise exchange.refusal
        connection.wait_for_request()
        return follows

    def answer(self, connection: Connection, request: HttpRequest) -> HttpResponse:
        """The account's answer. Raises StreamClosedError where the server has ended: the account may be closed."""
        if self._ended:
            raise StreamClosedError
        self.last_request = time.monotonic()
        response = self.handler(request)
        if response.authenticated:
            self.connections.authenticate(connection)
        return response

    def drop(self, connection: Connection) -> None:
        """End a connection at once, whatever the client has not read yet."""
        self.connections.discard(connection)
        connection.close()

    def drop_late(self) -> None:
        """End the connections of those who have missed their deadline."""
        now = time.monotonic()
        for connection in list(self.connections):
            if connection.deadline < now:
                self.drop(connection)

    def make_room(self) -> int:
        """End as many connections as are too many for ``MAX_CONNECTIONS`` or the descriptors.

        Returns how many may come at once now.
        """
        burst = min(MAX_BURST, 1 + len(self.connections) // 4)
        now = time.monotonic()
        for _ in range(max(descriptors.count_missing(burst), len(self.connections) - MAX_CONNECTIONS)):
            connection = self.connections.evict(now)
            if connection is None:
                break
            self.drop(connection)
        return burst

    def bound_memory(self) -> None:
        """End connections with large bodies, in the order in which they give way, where these are too much together."""
        held = sum(len(connection.body) for connection in self.connections)
        for connection in list(self.connections) if held > MAX_HELD else ():
            if held > MAX_HELD and len(connection.body) > MAX_HELD // MAX_CONNECTIONS:
                held -= len(connection.body)
                self.drop(connection)

    async def end(self) -> None:
        """End all connections. Nothing is handled any more."""
        self._ended = True
        for connection in list(self.connections):
            self.drop(connection)
        await asyncio.gather(*self._tasks)


class Exchange(HTTPMessageDelegate):
    """One request and its answer. What it raises never reaches tornado, which would log more than where it happened."""

    def __init__(self, server: Server, connection: Connection) -> None:
        self.reader = Reader(connection)
        self.refusal: HttpError | None = None
        self._server, self._connection = server, connection
        self._line: RequestStartLine
        self._headers: dict[str, str]

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        self._line = cast(RequestStartLine, start_line)
        try:
            self._headers = admission.read_headers(headers)
            admission.require_answerable(self._line, self._headers, self._server.hosts)
        except HttpError as refusal:
            self.refusal = refusal
            self.reader.detach()
            return
        if headers.pop("Expect", None) and self._line.version == "HTTP/1.1":
            self._connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def data_received(self, chunk: bytes) -> None:
        self._connection.body += chunk
        if len(self._connection.body) > MAX_HELD // MAX_CONNECTIONS:
            self._server.bound_memory()

    def finish(self) -> None:
        try:
            body, self._connection.body = bytes(self._connection.body), bytearray()
            request = HttpRequest(self._line.method, self._line.path, self._headers, body)
            self._write(self._server.answer(self._connection, request))
        except Exception as error:
            if not isinstance(error, StreamClosedError):
                log.error("A request ended its connection: %s", where(error))
            self._connection.close()

    def _write(self, response: HttpResponse) -> None:
        line = ResponseStartLine("HTTP/1.1", response.status, HTTPStatus(response.status).phrase)
        headers = HTTPHeaders({**response.headers, "Content-Length": str(len(response.body))})
        self.reader.write_headers(line, headers, None if self._line.method == "HEAD" else response.body)
        self.reader.finish()


async def serve(
    listening: socket.socket,
    handler: Handler,
    stop: asyncio.Event,
    idle_seconds: float,
    is_still_wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Serve until ``stop`` is set, no request came for ``idle_seconds``, or it isn't wanted any more.

    Raises OSError where the listening socket breaks.
    """
    server = Server(handler, admission.hosts_of(listening.getsockname()[1]))
    accepting = asyncio.create_task(listener.accept(listening, server.attach, server.make_room))
    stopping = asyncio.create_task(stop.wait())
    try:
        while (
            not stop.is_set() and time.monotonic() - server.last_request < idle_seconds and is_still_wanted()
        ):
            pause = min(SWEEP_SECONDS, idle_seconds)
            await asyncio.wait((accepting, stopping), timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            if accepting.done():
                accepting.result()
            server.drop_late()
    finally:
        accepting.cancel()
        stopping.cancel()
        await asyncio.wait((accepting, stopping))
        listening.close()
        await server.end()
