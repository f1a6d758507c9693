"""HTTP/1.1 on loopback: sockets, whose bytes ``incoming.py`` reads, and the answers written back to them.

asyncio has the sockets. One thread serves every connection: a call is short and the account answers one at a time
anyway, so a thread for each client would only add waiting for the interpreter's lock. Whoever is too slow, with a
request or with reading its answer, is cut off; where there are too many, ``eviction.py`` says who goes. No answer
carries a CORS header.

Source: RFC 9110 and RFC 9112 (HTTP/1.1).
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

from kmscourse.sandbox import descriptors, listener
from kmscourse.sandbox.call import HttpRequest, HttpResponse
from kmscourse.sandbox.eviction import EvictionOrder
from kmscourse.sandbox.incoming import HttpError, Incoming, Reader
from kmscourse.sandbox.logfile import where
from kmscourse.sandbox.turns import Turns

Handler = Callable[[HttpRequest], HttpResponse]

MAX_CONNECTIONS = 500
MAX_BURST = 64  # of new ones, before it is decided who stays
MAX_HELD = 128 * 1024 * 1024  # bytes of all bodies under way: eight of the largest
MAX_READ = 16 * 1024  # bytes received at once
MAX_PIECE = 2 * 1024  # bytes parsed at once: tens of small requests, which wait in memory for their turn
REQUEST_SECONDS = 30.0
IDLE_SECONDS = 300.0
SWEEP_SECONDS = 2.0

log = logging.getLogger(__name__)


@dataclass
class Server:
    """One listening socket, its connections, and what ends them."""

    handler: Handler
    hosts: frozenset[str]
    connections: EvictionOrder[Connection] = field(default_factory=EvictionOrder)
    turns: Turns = field(default_factory=Turns)
    last_request: float = field(default_factory=time.monotonic)
    ended: bool = False

    def sweep(self) -> None:
        """Close what has been silent, or has been sending one request, for too long."""
        now = time.monotonic()
        for connection in list(self.connections):
            if connection.deadline < now:
                connection.drop()

    def make_room(self) -> int:
        """Let go of whoever is one too many for ``MAX_CONNECTIONS`` or the descriptors.

        Returns how many may come at once now.
        """
        burst = min(MAX_BURST, 1 + len(self.connections) // 4)
        now = time.monotonic()
        for _ in range(max(descriptors.shortage(burst), len(self.connections) - MAX_CONNECTIONS)):
            connection = self.connections.evict(now)
            if connection is None:
                break
            connection.drop()
        return burst

    def bound_memory(self) -> None:
        """Let go of who sends large bodies, in the order in which they give way, where these hold too much together."""
        held = sum(connection.held for connection in self.connections)
        for connection in list(self.connections) if held > MAX_HELD else ():
            if held > MAX_HELD and connection.held > MAX_HELD // MAX_CONNECTIONS:
                held -= connection.held
                connection.drop()


class Connection(asyncio.BufferedProtocol):
    """One client's connection: requests in, one answer each, in their order."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.deadline = time.monotonic() + REQUEST_SECONDS
        self._reader = Reader(server.hosts, self._carry_on)
        self._buffer = bytearray(MAX_READ)
        self._unread = memoryview(self._buffer)[:0]
        self._transport: asyncio.Transport
        self._writable = True
        self._refused = False
        self._has_turn = False
        self._is_new = True

    @property
    def held(self) -> int:
        """Bytes of the body that the client is sending."""
        return self._reader.held

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.server.connections.add(self, time.monotonic())
        if self.server.ended:  # It was accepted just before. The account may be closed by now.
            self.drop()

    def connection_lost(self, error: Exception | None) -> None:
        self.server.connections.discard(self)

    def close(self) -> None:
        """End the connection once the client has read what it was sent."""
        self._transport.close()

    def drop(self) -> None:
        """End the connection at once, whatever the client has not read yet."""
        self.server.connections.discard(self)
        self._transport.abort()

    def get_buffer(self, sizehint: int) -> bytearray:
        while self._unread:  # Windows' loop hands on more than one buffer of what it has received.
            self._read_on()
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._refused:
            return  # It must be read all the same, or the answer is lost with the connection.
        if self._reader.idle and not self._reader.whole:
            self.deadline = time.monotonic() + REQUEST_SECONDS
            self.server.connections.use(self)
        self._unread = memoryview(self._buffer)[:nbytes]
        self._go_on()

    def pause_writing(self) -> None:
        self._writable = False
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._writable = True
        self._go_on()

    def _go_on(self) -> None:
        """Do what comes next in its turn. Until then nothing is added to it."""
        if self._has_turn or self._transport.is_closing() or not self._writable:
            return
        waits = self._unread or self._reader.whole or self._reader.refusal is not None
        if self._refused or not waits:
            self._transport.resume_reading()
            return
        self._has_turn = True
        if self._is_new:  # It is heard before ``make_room`` may choose it.
            self._is_new = False
            self._take_turn()
        else:
            self.server.turns.add(self._take_turn)
        if self._has_turn:  # still, or again
            self._transport.pause_reading()

    def _take_turn(self) -> None:
        """Read until a request is whole, and answer it."""
        self._has_turn = False
        if self._transport.is_closing() or not self._writable:
            return
        try:
            while self._unread and not self._reader.whole and self._reader.refusal is None:
                self._read_on()
            if self._reader.whole:
                self._answer(self._reader.whole.popleft())
            elif self._reader.refusal is not None:
                self._refuse(self._reader.refusal)
            elif self.held > MAX_HELD // MAX_CONNECTIONS:
                self.server.bound_memory()
        except Exception as error:
            log.error("A request ended its connection: %s", where(error))
            self.drop()
        self._go_on()

    def _read_on(self) -> None:
        piece, self._unread = self._unread[:MAX_PIECE], self._unread[MAX_PIECE:]
        if self._reader.refusal is None:
            self._reader.feed(piece)

    def _answer(self, incoming: Incoming) -> None:
        now = self.server.last_request = time.monotonic()
        response = self.server.handler(incoming.request)
        if response.authenticated:
            self.server.connections.authenticate(self)
        self._write(response, last=not incoming.keeps_alive, bodiless=incoming.request.method == "HEAD")
        waits = incoming.keeps_alive and self._reader.idle and not self._reader.whole and not self._unread
        self.deadline = now + (IDLE_SECONDS if waits else REQUEST_SECONDS)
        if not incoming.keeps_alive:
            self.close()

    def _refuse(self, refused: HttpError) -> None:
        self._refused = True
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        self._write(HttpResponse(refused.status, headers, f"{refused.sentence}\n".encode()), last=True)
        self._transport.write_eof()

    def _write(self, response: HttpResponse, *, last: bool, bodiless: bool = False) -> None:
        headers = {**response.headers, "Content-Length": str(len(response.body))}
        if last:
            headers["Connection"] = "close"
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if fields.count("\n") > len(headers):
            raise ValueError("A header of an answer must be one line.")
        status = f"{response.status} {HTTPStatus(response.status).phrase}"
        head = f"HTTP/1.1 {status}\r\n{fields}\r\n".encode("latin-1")
        self._transport.write(head if bodiless else head + response.body)

    def _carry_on(self) -> None:
        if not self._reader.whole:  # Else it would come before their answers.
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def hosts_of(port: int) -> frozenset[str]:
    """What a Host header may say to reach the sandbox at this port."""
    names = ("127.0.0.1", "localhost", "[::1]")
    return frozenset(f"{name}:{port}" for name in names) | (frozenset(names) if port == 80 else frozenset())


async def serve(
    listening: socket.socket,
    handler: Handler,
    stop: asyncio.Event,
    idle_seconds: float,
    still_wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Serve until ``stop`` is set, no request came for ``idle_seconds``, or it isn't wanted any more.

    Raises OSError where the listening socket breaks.
    """
    server = Server(handler, hosts_of(listening.getsockname()[1]))
    accepting = asyncio.create_task(listener.accept(listening, lambda: Connection(server), server.make_room))
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set() and time.monotonic() - server.last_request < idle_seconds and still_wanted():
            pause = min(SWEEP_SECONDS, idle_seconds)
            await asyncio.wait((accepting, stopping), timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            if accepting.done():
                accepting.result()
            server.sweep()
    finally:
        server.ended = True
        accepting.cancel()
        stopping.cancel()
        await asyncio.wait((accepting, stopping))
        listening.close()
        for connection in list(server.connections):
            connection.close()
        await asyncio.sleep(0)
