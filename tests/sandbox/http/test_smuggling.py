"""No request hides in another: what two readers could cut at different places is refused, and nothing after it runs.

Source: RFC 9112, sections 2.2 (bare CR and LF), 5.1 and 5.2 (field lines), 6.3 (length of a message), 7.1 (chunks) and
11.2 (request smuggling); RFC 9110, section 5.6.2 (tokens).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from kmscourse.sandbox.call import HttpRequest, HttpResponse
from tests.sandbox.loopback import exchange, serving

POST = b"POST /outer HTTP/1.1\r\nHost: localhost:PORT\r\n"
GET = b"GET /outer HTTP/1.1\r\nHost: localhost:PORT\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
EMPTY_CHUNKS = b"0\r\n\r\n"


def chunks(body: bytes) -> bytes:
    return POST + CHUNKED + b"\r\n" + body


REFUSED = {
    # Two lengths.
    "both lengths": POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n" + EMPTY_CHUNKS,
    "both lengths, the other way round": POST + CHUNKED + b"Content-Length: 5\r\n\r\n" + EMPTY_CHUNKS,
    "both lengths, one of them 0": POST + CHUNKED + b"Content-Length: 0\r\n\r\n" + EMPTY_CHUNKS,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 52\r\n\r\n",
    "two equal lengths": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "two lengths in one line": POST + b"Content-Length: 0, 52\r\n\r\n",
    "two transfer codings": POST + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + EMPTY_CHUNKS,
    "chunked twice": POST + CHUNKED + CHUNKED + b"\r\n" + EMPTY_CHUNKS,
    # Lengths that are none.
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "a signed length": POST + b"Content-Length: +2\r\n\r\n{}",
    "a length with an underscore": POST + b"Content-Length: 1_0\r\n\r\n0123456789",
    "a length in hexadecimal": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "a length with a point": POST + b"Content-Length: 2.0\r\n\r\n{}",
    "a length with a space in it": POST + b"Content-Length: 0 2\r\n\r\n{}",
    "a length in other digits": POST + b"Content-Length: \xb2\r\n\r\n{}",
    "an empty length": POST + b"Content-Length: \r\n\r\n",
    "a huge length": POST + b"Content-Length: 18446744073709551618\r\n\r\n{}",
    "a length of 5000 digits": POST + b"Content-Length: " + b"0" * 4999 + b"2\r\n\r\n{}",
    # Transfer codings that are none.
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + EMPTY_CHUNKS,
    "a coding with a vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + EMPTY_CHUNKS,
    "a coding in quotes": POST + b'Transfer-Encoding: "chunked"\r\n\r\n' + EMPTY_CHUNKS,
    "identity": POST + b"Transfer-Encoding: identity\r\n\r\n",
    "a list of codings": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + EMPTY_CHUNKS,
    "a coding in HTTP/1.0": POST.replace(b"1.1", b"1.0") + CHUNKED + b"\r\n" + EMPTY_CHUNKS,
    # Field lines.
    "a space before the colon": POST + b"Content-Length : 52\r\n\r\n",
    "a tab before the colon": POST + b"Transfer-Encoding\t: chunked\r\n\r\n" + EMPTY_CHUNKS,
    "a folded line": POST + b"X: a\r\n b\r\n\r\n",
    "a folded length": POST + b"Content-Length:\r\n 52\r\n\r\n",
    "a line folded with a tab": POST + b"X: a\r\n\tTransfer-Encoding: chunked\r\n\r\n" + EMPTY_CHUNKS,
    "a space before the first field": b"GET /outer HTTP/1.1\r\n Host: localhost:PORT\r\n\r\n",
    "a line without a colon": POST + b"Content-Length\r\n\r\n",
    "a line without a name": POST + b": 52\r\n\r\n",
    "a null byte in a value": POST + b"X: a\x00b\r\n\r\n",
    "a null byte in a name": POST + b"X\x00: a\r\n\r\n",
    "a null byte in the target": b"GET /\x00outer HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
    "a control character in a value": POST + b"X: a\x01b\r\n\r\n",
    "a DEL in a value": POST + b"X: a\x7fb\r\n\r\n",
    # Ends of lines.
    "bare line feeds": GET.replace(b"\r\n", b"\n") + b"\n",
    "a bare line feed after the request line": GET.replace(b"1.1\r\n", b"1.1\n") + b"\r\n",
    "a bare line feed after a field": GET + b"X: a\nContent-Length: 52\r\n\r\n",
    "a bare line feed at the end of the head": GET + b"X: a\r\n\n",
    "a bare carriage return in a value": GET + b"X: a\rContent-Length: 52\r\n\r\n",
    "a bare carriage return after the request line": GET.replace(b"1.1\r\n", b"1.1\r") + b"\r\n",
    "two carriage returns": GET + b"X: a\r\r\n\r\n",
    # Chunks.
    "a negative chunk": chunks(b"-2\r\n{}\r\n" + EMPTY_CHUNKS),
    "a signed chunk": chunks(b"+2\r\n{}\r\n" + EMPTY_CHUNKS),
    "a chunk in C's hexadecimal": chunks(b"0x2\r\n{}\r\n" + EMPTY_CHUNKS),
    "a chunk with an underscore": chunks(b"0_2\r\n{}\r\n" + EMPTY_CHUNKS),
    "a chunk without a size": chunks(b"\r\n{}\r\n" + EMPTY_CHUNKS),
    "a chunk with a word for its size": chunks(b"two\r\n{}\r\n" + EMPTY_CHUNKS),
    "a chunk of more bits than a number has": chunks(b"10000000000000002\r\n{}\r\n" + EMPTY_CHUNKS),
    "a chunk that is longer than it says": chunks(b"2\r\n{}X\r\n" + EMPTY_CHUNKS),
    "a chunk that ends with a bare line feed": chunks(b"2\r\n{}\n" + EMPTY_CHUNKS),
    "a chunk's size that ends with a bare line feed": chunks(b"2\n{}\r\n" + EMPTY_CHUNKS),
    "a chunk's size with a space before it": chunks(b" 2\r\n{}\r\n" + EMPTY_CHUNKS),
    "a line feed in a chunk's extension": chunks(b"2;a\n{}\r\n" + EMPTY_CHUNKS),
    # Whom and what it is for.
    "another host in the target": b"GET http://evil.example/outer HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
    "our host in the target": b"GET http://localhost:PORT/outer HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
    "our host in the target alone": b"GET http://localhost:PORT/outer HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "two hosts": GET + b"Host: evil.example\r\n\r\n",
    "two equal hosts": GET + b"Host: localhost:PORT\r\n\r\n",
    "two hosts in one line": b"GET /outer HTTP/1.1\r\nHost: localhost:PORT, evil.example\r\n\r\n",
    "a host with a user": b"GET /outer HTTP/1.1\r\nHost: evil.example@localhost:PORT\r\n\r\n",
    "no host": b"GET /outer HTTP/1.1\r\n\r\n",
    "a tunnel": b"CONNECT localhost:PORT HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
    "another protocol": POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 52\r\n\r\n",
    # Request lines and versions.
    "HTTP/0.9": b"GET /outer\r\n\r\n",
    "a version of HTTP/1 that there is not": GET.replace(b"1.1", b"1.2") + b"\r\n",
    "a version with a leading zero": GET.replace(b"1.1", b"01.1") + b"\r\n",
    "a version in lower case": GET.replace(b"HTTP", b"http") + b"\r\n",
    "HTTP/2 with prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    "HTTP/2 in the line": GET.replace(b"1.1", b"2.0") + b"\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "two spaces in the line": GET.replace(b"GET ", b"GET  ") + b"\r\n",
    "a space in the target": GET.replace(b"/outer", b"/ou ter") + b"\r\n",
    "a tab in the line": GET.replace(b"GET ", b"GET\t") + b"\r\n",
    "a method that is no token": GET.replace(b"GET", b"G(T") + b"\r\n",
} | {
    f"the byte {byte:#04x} in a name": GET + b"X" + bytes([byte]) + b": a\r\n\r\n"
    for byte in b' "(),/;<=>?@[\\]{}\x7f\x80\xff'
}


def handled(request: HttpRequest) -> HttpResponse:
    """Says which request it was."""
    return HttpResponse(200, {}, f"handled {request.target} {len(request.body)};".encode())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(handler=handled) as port:
        yield port


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
def test_what_two_readers_could_read_differently_is_refused_and_ends_the_connection(
    port: int, sent: bytes
) -> None:
    answer = exchange(port, (sent + HIDDEN).replace(b"PORT", str(port).encode()), finish=False)
    assert re.findall(rb"HTTP/1\.1 (\d)\d\d ", answer) == [b"4"], "one request, one refusal"
    assert b"handled" not in answer


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
def test_the_same_after_a_request_that_is_proper(port: int, sent: bytes) -> None:
    """On a connection that is kept open, where a hidden request would be taken for another client's."""
    proper = POST + b"Content-Length: 2\r\n\r\n{}"
    answer = exchange(port, (proper + sent + HIDDEN).replace(b"PORT", str(port).encode()), finish=False)
    assert re.findall(rb"HTTP/1\.1 (\d)\d\d ", answer) == [b"2", b"4"]
    assert re.findall(rb"handled [^;]*;", answer) == [b"handled /outer 2;"]


# What readers may read or refuse. The body looks like a request, and is none.
BODY = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
SIZE = b"%d" % len(BODY)
CHUNK = b"%x" % len(BODY)
EITHER = {
    "a chunk's extension": chunks(CHUNK + b";name=value\r\n" + BODY + b"\r\n" + EMPTY_CHUNKS),
    "a chunk's quoted extension": chunks(CHUNK + b';name="a\\"b"\r\n' + BODY + b"\r\n" + EMPTY_CHUNKS),
    "leading zeros of a chunk": chunks(b"00" + CHUNK + b"\r\n" + BODY + b"\r\n" + EMPTY_CHUNKS),
    "trailers": chunks(CHUNK + b"\r\n" + BODY + b"\r\n0\r\nContent-Length: 9\r\nHost: evil.example\r\n\r\n"),
    "leading zeros of a length": POST + b"Content-Length: 00" + SIZE + b"\r\n\r\n" + BODY,
    "a coding in capitals": chunks(CHUNK + b"\r\n" + BODY + b"\r\n" + EMPTY_CHUNKS).replace(
        b"chunked", b"Chunked"
    ),
    "a body of GET": GET + b"Content-Length: " + SIZE + b"\r\n\r\n" + BODY,
    "a body after an empty line": b"\r\n" + POST + b"Content-Length: " + SIZE + b"\r\n\r\n" + BODY,
}


@pytest.mark.parametrize("sent", EITHER.values(), ids=EITHER)
def test_a_body_is_never_taken_for_a_request(port: int, sent: bytes) -> None:
    last = b"GET /last HTTP/1.1\r\nHost: localhost:PORT\r\nConnection: close\r\n\r\n"
    answer = exchange(port, (sent + last).replace(b"PORT", str(port).encode()), finish=False)
    statuses = re.findall(rb"HTTP/1\.1 (\d\d\d) ", answer)
    handled = re.findall(rb"handled ([^;]*);", answer)
    assert (statuses, handled) in (
        ([b"200", b"200"], [b"/outer " + SIZE, b"/last 0"]),
        ([b"400"], []),
    )


@pytest.mark.parametrize("sent", [b"", b"\r\n" * 100, b"\x00" * 100, b"\xff" * 100, b"GET"])
def test_a_beginning_that_is_no_request_is_answered_by_no_success(port: int, sent: bytes) -> None:
    assert b"handled" not in exchange(port, sent)


def test_pipelined_requests_are_each_answered_once_and_in_their_order(port: int) -> None:
    one = POST + b"Content-Length: " + SIZE + b"\r\n\r\n" + BODY
    other = chunks(CHUNK + b"\r\n" + BODY + b"\r\n" + EMPTY_CHUNKS).replace(b"outer", b"other")
    last = GET.replace(b"outer", b"last") + b"Connection: close\r\n\r\n"
    answer = exchange(port, ((one + other) * 3 + last).replace(b"PORT", str(port).encode()), finish=False)
    expected = [b"/outer " + SIZE, b"/other " + SIZE] * 3 + [b"/last 0"]
    assert re.findall(rb"handled ([^;]*);", answer) == expected
