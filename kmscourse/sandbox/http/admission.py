"""Whom the server answers, and what it takes for a request: all of it is looked at before a body is read.

Refused is what has no business here: a Host header other than loopback with our port (a web page that rebinds its
name to 127.0.0.1), anything that a page in a browser sends (it says so in Origin, or asks first with OPTIONS), a
request that is too large or not HTTP/1.1, and one whose end two readers could see at different places.

Source: RFC 9110 and RFC 9112 (HTTP/1.1; section 6.3 on the end of a message, 11.2 on request smuggling).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tornado.httputil import HTTPHeaders, RequestStartLine

MAX_HEAD = 32 * 1024
MAX_BODY = 16 * 1024 * 1024  # DynamoDB's own limit, the largest among the services
MAX_HEADERS = 200

_LINES = re.compile(rb"(?:[^\r\n\0]*\r\n(?![ \t]))*")  # no bare CR or LF, none folded, no null byte
_LENGTH = re.compile(r"[0-9]{1,19}")
_METHODS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})
# A second one would leave open which of them counts.
_ONCE = frozenset({"authorization", "content-length", "expect", "host", "transfer-encoding"})


class HttpError(Exception):
    """A request that is refused as HTTP; the connection ends with the answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def hosts_of(port: int) -> frozenset[str]:
    """What a Host header may say to reach the sandbox at this port."""
    names = ("127.0.0.1", "localhost", "[::1]")
    return frozenset(f"{name}:{port}" for name in names) | (frozenset(names) if port == 80 else frozenset())


def require_proper_lines(head: bytes) -> None:
    """Check what has come of a request's head, all of it or the first ``MAX_HEAD`` bytes. Raises HttpError."""
    if len(head) >= MAX_HEAD:
        raise HttpError(431, f"The request's headers are larger than {MAX_HEAD} bytes.")
    if head.count(b"\n") > MAX_HEADERS + 2:
        raise HttpError(431, f"The request has more than {MAX_HEADERS} headers.")
    if _LINES.fullmatch(head) is None:
        raise HttpError(400, "This is not a proper HTTP/1.1 request.")


def read_headers(headers: HTTPHeaders) -> dict[str, str]:
    """The headers by their names in lower case; those of one name are joined. Raises HttpError."""
    joined: dict[str, str] = {}
    for name, value in headers.get_all():
        key = name.lower()
        if key not in joined:
            joined[key] = value
        elif key in _ONCE or key.startswith("x-amz-"):
            raise HttpError(400, f"The header {key} may appear only once.")
        else:
            joined[key] += f",{value}"
    return joined


def require_answerable(line: RequestStartLine, headers: Mapping[str, str], hosts: frozenset[str]) -> None:
    """Check whether a request is for us, and what it says of its body. Raises HttpError."""
    if line.version not in ("HTTP/1.1", "HTTP/1.0") or "upgrade" in headers:
        raise HttpError(400, "The sandbox speaks HTTP/1.1.")
    if not line.path.startswith("/") or not line.path.isascii():
        raise HttpError(400, "The request's target is not a path.")
    if headers.get("host", "").lower() not in hosts:
        raise HttpError(403, "The sandbox answers only at its own loopback address.")
    if "origin" in headers:
        raise HttpError(403, "The sandbox answers no web page.")
    if line.method not in _METHODS:
        raise HttpError(405, "No AWS client sends this method.")
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked":
            raise HttpError(400, "The sandbox knows no other transfer coding than chunked.")
        if line.version == "HTTP/1.0":
            raise HttpError(400, "HTTP/1.0 has no transfer codings.")
        if "content-length" in headers:
            raise HttpError(400, "A request has a length or a transfer coding, and not both.")
    elif not _LENGTH.fullmatch(headers.get("content-length", "0")):
        raise HttpError(400, "The request's length is not a number.")
    elif int(headers.get("content-length", "0")) > MAX_BODY:
        raise HttpError(413, f"The request is larger than {MAX_BODY} bytes.")
    if line.version == "HTTP/1.1" and headers.get("expect", "100-continue").lower() != "100-continue":
        raise HttpError(417, "The sandbox knows no other expectation than 100-continue.")
