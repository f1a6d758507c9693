"""HTTP/1.1 on loopback: bytes from a socket into ``HttpRequest``, ``HttpResponse`` back into bytes.

One thread serves every connection: a call is short and the account answers one at a time anyway, so a thread
for each client would only add waiting for the interpreter's lock.

What has no business here is refused before it reaches the account: a Host header other than loopback with our
port (a web page that rebinds its name to 127.0.0.1), a request that is too large, too slow or not HTTP/1.1.
No answer carries a CORS header, so no page in a browser can read one.

Source: RFC 9110 and RFC 9112.
"""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import cast

from kmscourse.sandbox.call import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]

MAX_HEAD = 32 * 1024
MAX_BODY = 16 * 1024 * 1024  # DynamoDB's own limit, the largest among the services
MAX_CONNECTIONS = 500
REQUEST_SECONDS = 30.0
IDLE_SECONDS = 300.0
SWEEP_SECONDS = 2.0

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_REQUEST_LINE = re.compile(r"([A-Z]{1,20}) (/[!-~]*) HTTP/1\.([01])")
_ONCE = ("authorization", "content-length", "expect", "host", "transfer-encoding")


class HttpError(Exception):
    """A request that is refused as HTTP; the connection ends with the answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True)
class Head:
    """A request up to its body: ``length`` is the body's size in bytes."""

    method: str
    target: str
    headers: dict[str, str]
    length: int
    keep_alive: bool


def read_head(text: str, hosts: frozenset[str]) -> Head:
    """The head of a request, without its final empty line. ``hosts`` are the values that Host may have.

    Raises HttpError for what isn't HTTP/1.x as RFC 9112 has it, and for what the sandbox doesn't serve.
    """
    request_line, *lines = text.split("\r\n")
    match = _REQUEST_LINE.fullmatch(request_line)
    if match is None:
        raise HttpError(400, "This is not an HTTP/1.1 request.")
    if match[1] == "HEAD":
        raise HttpError(405, "The sandbox has no answer to HEAD: AWS calls are POST requests.")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.lower(), value.strip(" \t")
        if not colon or not _NAME.fullmatch(name) or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
            raise HttpError(400, "A header of the request is malformed.")
        if name in headers and (name in _ONCE or name.startswith("x-amz-")):
            raise HttpError(400, f"The header {name} may appear only once.")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    if headers.get("host", "").lower() not in hosts:
        raise HttpError(403, "The sandbox answers only at its own loopback address.")
    if "transfer-encoding" in headers:
        raise HttpError(411, "The sandbox needs a Content-Length: it reads no chunked requests.")
    length = headers.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,12}", length):
        raise HttpError(400, "The Content-Length is not a number.")
    if int(length) > MAX_BODY:
        raise HttpError(413, f"The request is larger than {MAX_BODY} bytes.")
    connection = headers.get("connection", "keep-alive" if match[3] == "1" else "close").lower()
    return Head(match[1], match[2], headers, int(length), keep_alive="close" not in connection)


def to_bytes(response: HttpResponse, keep_alive: bool = True) -> bytes:
    """The response as it goes over the wire."""
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    lines += [f"Date: {formatdate(usegmt=True)}"]
    lines += [
        f"Content-Length: {len(response.body)}",
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    ]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + response.body


@dataclass
class Server:
    """One listening socket, its connections, and what ends them."""

    handler: Handler
    hosts: frozenset[str]
    connections: set[Connection] = field(default_factory=set)
    last_request: float = field(default_factory=time.monotonic)

    def sweep(self) -> None:
        """Close what has been silent, or has been sending one request, for too long."""
        now = time.monotonic()
        for connection in self.connections:
            if connection.deadline < now:
                connection.drop()


class Connection(asyncio.Protocol):
    """One client's connection: requests in, one answer each, in their order."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.deadline = time.monotonic() + REQUEST_SECONDS
        self._buffer = bytearray()
        self._head: Head | None = None
        self._transport: asyncio.Transport
        self._writable = True
        self._refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.server.connections.add(self)
        if len(self.server.connections) > MAX_CONNECTIONS:
            min(self.server.connections, key=lambda connection: connection.deadline).drop()

    def connection_lost(self, error: Exception | None) -> None:
        self.server.connections.discard(self)

    def close(self) -> None:
        """End the connection once the client has read what it was sent."""
        self._transport.close()

    def drop(self) -> None:
        """End the connection at once, whatever the client has not read yet."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if not self._buffer:
            self.deadline = time.monotonic() + REQUEST_SECONDS
        self._buffer += data
        self._answer()

    def pause_writing(self) -> None:
        self._writable = False
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._writable = True
        self._transport.resume_reading()
        self._answer()

    def _answer(self) -> None:
        """Answer the next request if it is complete; what waits behind it lets other connections go first."""
        if self._refused or self._transport.is_closing() or not self._writable:
            return
        try:
            request = self._next()
        except HttpError as refused:
            self._refuse(refused)
            return
        if request is None:
            return
        head, body = request
        self.server.last_request = time.monotonic()
        response = self.server.handler(HttpRequest(head.method, head.target, head.headers, body))
        self._transport.write(to_bytes(response, head.keep_alive))
        self.deadline = time.monotonic() + IDLE_SECONDS
        if not head.keep_alive:
            self.close()
        elif self._buffer:
            asyncio.get_running_loop().call_soon(self._answer)

    def _next(self) -> tuple[Head, bytes] | None:
        """The next request, taken out of the buffer, or None while it isn't complete."""
        if self._head is None:
            end = self._buffer.find(b"\r\n\r\n", 0, MAX_HEAD)
            if end < 0:
                if len(self._buffer) >= MAX_HEAD:
                    raise HttpError(431, f"The request's headers are larger than {MAX_HEAD} bytes.")
                return None
            self._head = read_head(self._buffer[:end].decode("latin-1"), self.server.hosts)
            del self._buffer[: end + 4]
            expects = "100-continue" in self._head.headers.get("expect", "").lower()
            if expects and len(self._buffer) < self._head.length:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        head = self._head
        if len(self._buffer) < head.length:
            return None
        body = bytes(self._buffer[: head.length])
        del self._buffer[: head.length]
        self._head = None
        return head, body

    def _refuse(self, refused: HttpError) -> None:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        response = HttpResponse(refused.status, headers, f"{refused.sentence}\n".encode())
        self._transport.write(to_bytes(response, keep_alive=False))
        self._transport.write_eof()
        # What the client is still sending must be read, or the answer is lost with the connection.
        self._refused = True
        self._buffer.clear()


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
        for connection in list(server.connections):
            connection.close()
        await asyncio.sleep(0)
