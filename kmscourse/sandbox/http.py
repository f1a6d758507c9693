"""HTTP/1.1 on loopback: bytes from a socket into ``HttpRequest``, ``HttpResponse`` back into bytes.

h11 reads and writes HTTP; asyncio has the sockets. One thread serves every connection: a call is short and the
account answers one at a time anyway, so a thread for each client would only add waiting for the interpreter's lock.

What has no business here is refused before it reaches the account: a Host header other than loopback with our
port (a web page that rebinds its name to 127.0.0.1), anything that a page in a browser sends (it says so in Origin, or
asks first with OPTIONS), a request that is too large, too slow, in too many pieces or not HTTP/1.1, and one whose end
two readers could see at different places. No answer carries a CORS header.

Source: RFC 9110 and RFC 9112 (HTTP/1.1; section 6.3 on the end of a message, 11.2 on request smuggling).
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

import h11

from kmscourse.sandbox.call import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]

MAX_HEAD = 32 * 1024
MAX_BODY = 16 * 1024 * 1024  # DynamoDB's own limit, the largest among the services
MAX_HEADERS = 200
MAX_CHUNKS = 20_000  # of a body: each takes as much time to read as a small request
MAX_CONNECTIONS = 500
REQUEST_SECONDS = 30.0
IDLE_SECONDS = 300.0
SWEEP_SECONDS = 2.0

_METHODS = frozenset({b"DELETE", b"GET", b"HEAD", b"PATCH", b"POST", b"PUT"})
_ONCE = (b"authorization", b"expect", b"host")  # a second one would leave open which of them counts


class HttpError(Exception):
    """A request that is refused as HTTP; the connection ends with the answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


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
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._head: h11.Request | None = None
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._chunks = 0
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
        if self._http.their_state is h11.IDLE and not self._http.trailing_data[0]:
            self.deadline = time.monotonic() + REQUEST_SECONDS
        self._http.receive_data(data)
        self._go_on()

    def pause_writing(self) -> None:
        self._writable = False
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._writable = True
        self._transport.resume_reading()
        self._go_on()

    def _go_on(self) -> None:
        """Read on, and answer the next request if it is whole; what waits behind it lets other connections go first."""
        if self._refused or self._transport.is_closing() or not self._writable:
            return
        try:
            request = self._next()
        except h11.RemoteProtocolError as error:
            hint = error.error_status_hint  # 501 for a transfer coding that h11 does not know
            status = hint if hint < 500 else 400
            reason = str(error).partition(":")[0]  # without the line itself, which may hold anything
            self._refuse(HttpError(status, f"This is not a proper HTTP/1.1 request: {reason}."))
        except HttpError as refused:
            self._refuse(refused)
        else:
            if request is not None:
                self._answer(request)

    def _next(self) -> HttpRequest | None:
        """The next request, or None while it isn't whole."""
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                self._head, self._body, self._chunks = event, bytearray(), 0
                self._headers = self._looked_at(event)
                if self._http.they_are_waiting_for_100_continue:
                    self._send(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue"))
            elif isinstance(event, h11.Data):
                self._body += event.data
                self._chunks += event.chunk_start
                if len(self._body) > MAX_BODY:
                    raise HttpError(413, f"The request is larger than {MAX_BODY} bytes.")
                if self._chunks > MAX_CHUNKS:
                    raise HttpError(413, f"The request comes in more than {MAX_CHUNKS} chunks.")
            elif isinstance(event, h11.EndOfMessage) and self._head is not None:
                return HttpRequest(
                    self._head.method.decode("ascii"),
                    self._head.target.decode("ascii"),
                    self._headers,
                    bytes(self._body),
                )
            else:  # more has to come, or an answer has to go first, or the client has gone
                return None

    def _looked_at(self, head: h11.Request) -> dict[str, str]:
        """The headers of a request that may go on. Raises HttpError for any other."""
        if sum(len(name) + len(value) for name, value in head.headers) + len(head.target) > MAX_HEAD:
            raise HttpError(431, f"The request's headers are larger than {MAX_HEAD} bytes.")
        if len(head.headers) > MAX_HEADERS:
            raise HttpError(431, f"The request has more than {MAX_HEADERS} headers.")
        headers = _headers(head)
        if len(headers) < len(head.headers):
            names = Counter(name for name, _ in head.headers)
            twice = next((name for name, times in names.items() if times > 1 and _counts_once(name)), None)
            if twice is not None:
                raise HttpError(400, f"The header {twice.decode('ascii')} may appear only once.")
        if head.http_version not in (b"1.1", b"1.0"):
            raise HttpError(400, "The sandbox speaks HTTP/1.1.")
        if not head.target.startswith(b"/"):
            raise HttpError(400, "The request's target is not a path.")
        if headers.get("host", "").lower() not in self.server.hosts:
            raise HttpError(403, "The sandbox answers only at its own loopback address.")
        if "origin" in headers:
            raise HttpError(403, "The sandbox answers no web page.")
        if head.method not in _METHODS:
            raise HttpError(405, f"No AWS client sends {head.method.decode('ascii')[:20]}.")
        if headers.get("expect", "100-continue").lower() != "100-continue":
            raise HttpError(417, "The sandbox knows no other expectation than 100-continue.")
        if "transfer-encoding" in headers and "content-length" in headers:
            raise HttpError(
                400, "The request states its length twice, in Content-Length and Transfer-Encoding."
            )
        if int(headers.get("content-length", "0")) > MAX_BODY:
            raise HttpError(413, f"The request is larger than {MAX_BODY} bytes.")
        return headers

    def _answer(self, request: HttpRequest) -> None:
        self.server.last_request = time.monotonic()
        self._respond(self.server.handler(request))
        if self._http.our_state is not h11.DONE:
            self.deadline = time.monotonic() + REQUEST_SECONDS
            self.close()
            return
        self._http.start_next_cycle()
        more = bool(self._http.trailing_data[0])
        self.deadline = time.monotonic() + (REQUEST_SECONDS if more else IDLE_SECONDS)
        if more:
            asyncio.get_running_loop().call_soon(self._go_on)

    def _refuse(self, refused: HttpError) -> None:
        headers = {"Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
        self._respond(HttpResponse(refused.status, headers, f"{refused.sentence}\n".encode()))
        self._transport.write_eof()
        # What the client is still sending must be read, or the answer is lost with the connection.
        self._refused = True

    def _respond(self, response: HttpResponse) -> None:
        length = str(len(response.body))
        reason = HTTPStatus(response.status).phrase.encode("ascii")
        headers = [*response.headers.items(), ("Content-Length", length)]
        body = b"" if self._head is not None and self._head.method == b"HEAD" else response.body
        self._send(
            h11.Response(status_code=response.status, headers=headers, reason=reason),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )

    def _send(self, *events: h11.Event) -> None:
        self._transport.write(b"".join(self._http.send(event) or b"" for event in events))


def _headers(head: h11.Request) -> dict[str, str]:
    """The headers by their names in small letters; one that came more than once has its values joined."""
    found: dict[str, str] = {}
    for name, value in ((name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _counts_once(name: bytes) -> bool:
    return name in _ONCE or name.startswith(b"x-amz-")


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
