"""HTTP over a real socket: what is refused, and that a bad client harms no other."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.http import admission, connection
from kmscourse.sandbox.http import server as sandbox_http
from tests.sandbox.loopback import exchange, request, serving, status_of


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as port:
        yield port


@pytest.mark.parametrize("host", ["127.0.0.1:{}", "localhost:{}", "LocalHost:{}", "[::1]:{}"])
def test_loopback_names_with_our_port_are_our_hosts(port: int, host: str) -> None:
    sent = f"GET / HTTP/1.1\r\nHost: {host.format(port)}\r\nConnection: close\r\n\r\n"
    assert status_of(exchange(port, sent.encode())) == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "127.0.0.1",
        "127.0.0.1:1",
        "evil.example:{}",
        "localhost.evil.example:{}",
        "0.0.0.0:{}",
        "localhost:{}\xa0",
    ],
)
def test_any_other_host_is_refused(port: int, host: str) -> None:
    sent = f"GET / HTTP/1.1\r\nHost: {host.format(port)}\r\nConnection: close\r\n\r\n"
    assert status_of(exchange(port, sent.encode("latin-1"))) == 403


def test_no_answer_invites_a_web_page(port: int) -> None:
    preflight = request(
        port,
        line="OPTIONS / HTTP/1.1",
        extra="Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n",
    )
    answer = exchange(port, preflight)
    assert status_of(answer) == 403
    assert b"access-control-allow" not in answer.lower()


def test_a_refusal_repeats_nothing_of_the_request(port: int) -> None:
    sent = f"POST / HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization hush-hush\r\n\r\n".encode()
    answer = exchange(port, sent)
    assert (status_of(answer), b"hush" in answer) == (400, False)


# HOST stands for a right Host header.
IMPROPER: list[tuple[bytes, int]] = [
    (b"\x16\x03\x01\x02\x00 a TLS greeting\r\n\r\n", 400),
    (b"a" * 100_000, 431),
    (b"GET /\r\n\r\n", 400),
    (b"GET / HTTP/2.0\r\nHOST\r\n", 400),
    (b"GET / HTTP/1.0\r\n\r\n", 403),
    (b"GET http://evil.example/ HTTP/1.1\r\nHOST\r\n", 400),
    (b"OPTIONS * HTTP/1.1\r\nHOST\r\n", 400),
    (b"CONNECT evil.example:443 HTTP/1.1\r\nHOST\r\n", 400),
    (b"OPTIONS / HTTP/1.1\r\nHOST\r\n", 405),
    (b"TRACE / HTTP/1.1\r\nHOST\r\n", 405),
    (b"get / HTTP/1.1\r\nHOST\r\n", 405),
    (b"GET / HTTP/1.1\r\nHOSTHOST\r\n", 400),
    (b"GET / HTTP/1.1\r\nHOSTNo colon\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHOSTX: a\x00b\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHOSTX: a\nb\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHOSTOrigin: https://evil.example\r\n\r\n", 403),
    (b"GET / HTTP/1.1\r\nHOSTOrigin: null\r\n\r\n", 403),
    (b"POST / HTTP/1.1\r\nHOSTX-Amz-Date: 1\r\nX-Amz-Date: 2\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHOSTExpect: a-miracle\r\nContent-Length: 0\r\n\r\n", 417),
    # Too large.
    (b"POST / HTTP/1.1\r\nHOSTContent-Length: 99999999999\r\n\r\n", 413),
    (b"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\n1000001\r\n", 400),
    (b"GET / HTTP/1.1\r\nHOSTX: " + b"a" * 40_000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nHOST" + b"a:\r\n" * 7_000 + b"\r\n", 431),
    (b"GET /" + b"a" * 100_000, 431),
    # Where does it end? What two readers could answer differently would let one request hide in another.
    (b"POST / HTTP/1.1\r\nHOSTContent-Length: -1\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHOSTContent-Length: +2\r\n\r\n{}", 400),
    (b"POST / HTTP/1.1\r\nHOSTContent-Length: 1e3\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHOSTContent-Length: 1" + b"0" * 5000 + b"\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHOSTContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    (b"POST / HTTP/1.1\r\nHOSTContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: gzip, chunked\r\n\r\n", 400),
    (b"POST / HTTP/1.0\r\nHOSTTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHOSTTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n", 400),
]


@pytest.mark.parametrize(("sent", "status"), IMPROPER, ids=lambda value: repr(value)[:60])
def test_what_is_no_proper_request_is_refused(port: int, sent: bytes, status: int) -> None:
    start = time.monotonic()
    answer = exchange(port, sent.replace(b"HOST", f"Host: localhost:{port}\r\n".encode()), finish=False)
    assert status_of(answer) == status
    assert len(re.findall(rb"HTTP/1\.1 \d", answer)) == 1, "one request, one answer"
    assert time.monotonic() - start < 5


def test_an_upload_that_is_refused_still_gets_its_answer(port: int) -> None:
    size = admission.MAX_BODY + 1
    head = f"POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {size}\r\n\r\n".encode()
    assert status_of(exchange(port, head + b"x" * size)) == 413


def test_what_follows_a_refusal_is_read_so_that_the_answer_arrives(port: int) -> None:
    good = f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    answer = exchange(port, good * 2000 + b"GET / HTTP/1.1\r\n\r\n" + b"x" * 8_000_000, finish=False)
    assert (answer.count(b"HTTP/1.1 200"), answer.count(b"HTTP/1.1 403")) == (2000, 1)


@given(st.binary(max_size=400))
def test_no_bytes_end_the_server(port: int, sent: bytes) -> None:
    answer = exchange(port, sent + b"\r\n\r\n")
    assert answer == b"" or 400 <= status_of(answer) < 500
    assert status_of(exchange(port, request(port))) == 200


HEAD = b"POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 9\r\n"


@pytest.mark.parametrize("sent", [b"", b"P", HEAD, HEAD + b"\r\n", HEAD + b"\r\n12345678"])
@pytest.mark.parametrize(
    "before", [b"", b"GET / HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n"], ids=["new", "used"]
)
def test_a_client_that_sends_nothing_more_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, before: bytes, sent: bytes
) -> None:
    monkeypatch.setattr(connection, "MAX_REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(connection, "MAX_IDLE_SECONDS", 0.2 if not sent else 60.0)
    monkeypatch.setattr(sandbox_http, "SWEEP_SECONDS", 0.05)
    with serving() as port:
        answer = exchange(port, (before + sent).replace(b"PORT", str(port).encode()), finish=False)
        assert answer.count(b"HTTP/1.1 200") == (1 if before else 0)


def seconds_until_cut_off(connection: socket.socket) -> float:
    """How long one byte after another could be sent."""
    start = time.monotonic()
    with contextlib.suppress(OSError):
        while time.monotonic() - start < 5:
            connection.sendall(b"X")
            time.sleep(0.02)
    return time.monotonic() - start


def test_a_client_that_sends_byte_by_byte_for_ever_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(sandbox_http, "SWEEP_SECONDS", 0.05)
    with serving() as port, socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
        assert seconds_until_cut_off(slow) < 5
        assert status_of(exchange(port, request(port))) == 200


def test_little_is_read_ahead(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many requests a client sends without waiting for an answer."""
    waiting: list[int] = []
    wait_for_request = connection.Connection.wait_for_request

    def watched(client: connection.Connection) -> None:
        waiting.append(client._read_buffer_size)
        wait_for_request(client)

    monkeypatch.setattr(connection.Connection, "wait_for_request", watched)
    one = f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    answer = exchange(port, one * 20_000 + request(port), finish=False)
    assert answer.count(b"HTTP/1.1 200") == 20_001
    assert 0 < max(waiting) <= 2 * connection.MAX_READ


def test_a_client_that_reads_nothing_does_not_fill_the_memory_or_stop_others(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as greedy:
        greedy.setblocking(False)
        body = b"x" * 1_000_000
        one = (
            f"POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        sent = 0
        deadline = time.monotonic() + 1.0
        while time.monotonic() < deadline and sent < 200:
            try:
                greedy.send(one)
                sent += 1
            except BlockingIOError:
                break
        assert status_of(exchange(port, request(port))) == 200
