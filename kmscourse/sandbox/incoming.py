"""Requests out of a connection's bytes, each looked at before its body is read.

httptools reads HTTP, with the parser of Node.js. Refused is what has no business here: a Host header other than
loopback with our port (a web page that rebinds its name to 127.0.0.1), anything that a page in a browser sends (it
says so in Origin, or asks first with OPTIONS), a request that is too large, in too many pieces or not HTTP/1.1, and
one whose end two readers could see at different places.

Source: RFC 9110 and RFC 9112 (HTTP/1.1; section 6.3 on the end of a message, 11.2 on request smuggling).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import httptools

from kmscourse.sandbox.call import HttpRequest

MAX_HEAD = 32 * 1024
MAX_BODY = 16 * 1024 * 1024  # DynamoDB's own limit, the largest among the services
MAX_HEADERS = 200
MAX_CHUNKS = 20_000  # of a body: each takes as much time to read as a small request
MAX_FRAME = 32  # bytes around a chunk

_METHODS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})
_ONCE = ("authorization", "expect", "host")  # a second one would leave open which of them counts


class HttpError(Exception):
    """A request that is refused as HTTP; the connection ends with the answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Incoming(NamedTuple):
    """A request that is whole, and whether its client wants to send another one after it."""

    request: HttpRequest
    keeps_alive: bool


class Reader:
    """Reads the requests of one connection: those that are whole wait in ``whole``, in their order.

    Once one is refused nothing is read after it, and ``refusal`` says why. ``hosts`` are the Host headers that are
    ours; ``carry_on`` is called when a client waits to be told that it may send a body.
    """

    def __init__(self, hosts: frozenset[str], carry_on: Callable[[], None]) -> None:
        self.whole: deque[Incoming] = deque()
        self.refusal: HttpError | None = None
        self._hosts = hosts
        self._carry_on = carry_on
        self._parser = httptools.HttpRequestParser(self)
        self.on_message_begin()
        self.idle = True

    @property
    def held(self) -> int:
        """Bytes of the body that is under way."""
        return len(self._body)

    def feed(self, data: bytes | memoryview) -> None:
        """Read on. Nothing of ``data`` itself is kept."""
        whole = len(self.whole)
        try:
            self._parser.feed_data(data)
            if len(self.whole) == whole:  # all of it belongs to the one request that is under way
                self._size += len(data)
            allowed = 2 * MAX_HEAD + MAX_FRAME * self._chunks if self._head_read else MAX_HEAD
            if self._size - len(self._body) > allowed:
                self._refuse(431, f"The request's headers are larger than {MAX_HEAD} bytes.")
        except HttpError as refusal:
            self.refusal = refusal
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, HttpError):
                raise
            self.refusal = error.__context__
        except httptools.HttpParserError as error:
            # Its text says what was expected where, and repeats nothing of the request.
            self.refusal = HttpError(400, f"This is not a proper HTTP/1.1 request: {error}.")

    # What httptools calls; what they raise is the context of its own error.

    def on_message_begin(self) -> None:
        self.idle = self._head_read = False
        self._target, self._headers, self._body = b"", dict[str, str](), bytearray()
        self._size = self._fields = self._chunks = 0

    def on_url(self, piece: bytes) -> None:
        self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += 1
        if self._fields > MAX_HEADERS:
            self._refuse(431, f"The request has more than {MAX_HEADERS} headers.")
        if self._head_read:  # It stands behind the body, and none of AWS's clients would put anything there.
            return
        key, text = name.decode("ascii").lower(), value.strip(b" \t").decode("latin-1")
        if key not in self._headers:
            self._headers[key] = text
        elif key in _ONCE or key.startswith("x-amz-"):
            self._refuse(400, f"The header {key} may appear only once.")
        else:
            self._headers[key] += f",{text}"

    def on_headers_complete(self) -> None:
        self._head_read = True
        headers = self._headers
        if sum(map(len, headers)) + sum(map(len, headers.values())) + len(self._target) > MAX_HEAD:
            self._refuse(431, f"The request's headers are larger than {MAX_HEAD} bytes.")
        version = self._parser.get_http_version()
        if version not in ("1.1", "1.0") or self._parser.should_upgrade():
            self._refuse(400, "The sandbox speaks HTTP/1.1.")
        if not self._target.startswith(b"/") or not self._target.isascii():
            self._refuse(400, "The request's target is not a path.")
        if headers.get("host", "").lower() not in self._hosts:
            self._refuse(403, "The sandbox answers only at its own loopback address.")
        if "origin" in headers:
            self._refuse(403, "The sandbox answers no web page.")
        if self._method() not in _METHODS:
            self._refuse(405, f"No AWS client sends {self._method()}.")
        if headers.get("transfer-encoding", "chunked").lower() != "chunked":
            self._refuse(400, "The sandbox knows no other transfer coding than chunked.")
        if version == "1.0" and "transfer-encoding" in headers:
            self._refuse(400, "HTTP/1.0 has no transfer codings.")
        if int(headers.get("content-length", "0")) > MAX_BODY:
            self._refuse(413, f"The request is larger than {MAX_BODY} bytes.")
        if version == "1.1" and "expect" in headers:
            if headers["expect"].lower() != "100-continue":
                self._refuse(417, "The sandbox knows no other expectation than 100-continue.")
            self._carry_on()

    def on_body(self, piece: bytes) -> None:
        self._body += piece
        if len(self._body) > MAX_BODY:
            self._refuse(413, f"The request is larger than {MAX_BODY} bytes.")

    def on_chunk_header(self) -> None:
        self._chunks += 1
        if self._chunks > MAX_CHUNKS:
            self._refuse(413, f"The request comes in more than {MAX_CHUNKS} chunks.")

    def on_message_complete(self) -> None:
        self.idle = True
        request = HttpRequest(self._method(), self._target.decode("ascii"), self._headers, bytes(self._body))
        keeps_alive = self._parser.should_keep_alive() and self._parser.get_http_version() == "1.1"
        self.whole.append(Incoming(request, keeps_alive))
        self._body, self._size = bytearray(), 0  # An idle connection holds nothing.

    def _method(self) -> str:
        return self._parser.get_method().decode("ascii")

    def _refuse(self, status: int, sentence: str) -> None:
        raise HttpError(status, sentence)
