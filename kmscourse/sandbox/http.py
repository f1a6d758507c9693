"""HTTP/1.1 on loopback: sockets, whose bytes ``incoming.py`` reads, and the answers written back to them.

asyncio has the sockets. One thread serves every connection: a call is short and the account answers one at a time
anyway, so a thread for each client would only add waiting for the interpreter's lock. Whoever is too slow, with a
request or with reading its answer, is cut off. No answer carries a CORS header.

Source: RFC 9110 and RFC 9112 (HTTP/1.1).
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

from kmscourse.sandbox.call import HttpRequest, HttpResponse
from kmscourse.sandbox.incoming import HttpError, Incoming, Reader

Handler = Callable[[HttpRequest], HttpResponse]

MAX_CONNECTIONS = 500
MAX_READ = 16 * 1024  # Bytes at once: hundreds of small requests, which wait in memory for their turn.
REQUEST_SECONDS = 30.0
IDLE_SECONDS = 300.0
SWEEP_SECONDS = 2.0


@dataclass
class Server:
    """One listening socket, its connections, and what ends them."""

    handler: Handler
    hosts: frozenset[str]
    connections: set[Connection] = field(default_factory=set)
    last_request: float = field(default_factory=time.monotonic)
    ended: bool = False

    def sweep(self) -> None:
        """Close what has been silent, or has been sending one request, for too long."""
        now = time.monotonic()
        for connection in list(self.connections):
            if connection.deadline < now:
                connection.drop()


class Connection(asyncio.BufferedProtocol):
    """One client's connection: requests in, one answer each, in their order."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.deadline = time.monotonic() + REQUEST_SECONDS
        self._reader = Reader(server.hosts, self._carry_on)
        self._buffer = bytearray(MAX_READ)
        self._transport: asyncio.Transport
        self._writable = True
        self._refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.server.connections.add(self)
        if self.server.ended:  # It was accepted just before. The account may be closed by now.
            self.drop()
        if len(self.server.connections) > MAX_CONNECTIONS:
            min(self.server.connections, key=lambda connection: connection.deadline).drop()

    def connection_lost(self, error: Exception | None) -> None:
        self.server.connections.discard(self)

    def close(self) -> None:
        """End the connection once the client has read what it was sent."""
        self._transport.close()

    def drop(self) -> None:
        """End the connection at once, whatever the client has not read yet."""
        self.server.connections.discard(self)  # The next one to go is another one.
        self._transport.abort()

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._refused:
            return  # It must be read all the same, or the answer is lost with the connection.
        if self._reader.idle and not self._reader.whole:
            self.deadline = time.monotonic() + REQUEST_SECONDS
        self._reader.feed(memoryview(self._buffer)[:nbytes])
        self._go_on()

    def pause_writing(self) -> None:
        self._writable = False
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._writable = True
        self._go_on()

    def _go_on(self) -> None:
        """Answer the next request; what waits behind it lets other connections go first, and is not added to."""
        if self._refused or self._transport.is_closing() or not self._writable:
            return
        reader = self._reader
        if reader.whole:
            self._answer(reader.whole.popleft())
        elif reader.refusal is not None:
            self._refuse(reader.refusal)
        if reader.whole or (reader.refusal is not None and not self._refused):
            self._transport.pause_reading()
            asyncio.get_running_loop().call_soon(self._go_on)
        elif self._writable:
            self._transport.resume_reading()

    def _answer(self, incoming: Incoming) -> None:
        now = self.server.last_request = time.monotonic()
        response = self.server.handler(incoming.request)
        self._write(response, last=not incoming.keeps_alive, bodiless=incoming.request.method == "HEAD")
        waits = incoming.keeps_alive and self._reader.idle and not self._reader.whole
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
    """Serve until ``stop`` is set, no request came for ``idle_seconds``, or it isn't wanted any more."""
    server = Server(handler, hosts_of(listening.getsockname()[1]))
    listener = await asyncio.get_running_loop().create_server(lambda: Connection(server), sock=listening)
    try:
        while not stop.is_set() and time.monotonic() - server.last_request < idle_seconds and still_wanted():
            try:
                await asyncio.wait_for(stop.wait(), timeout=min(SWEEP_SECONDS, idle_seconds))
            except TimeoutError:
                server.sweep()
    finally:
        listener.close()
        server.ended = True
        for connection in list(server.connections):
            connection.close()
        await asyncio.sleep(0)
