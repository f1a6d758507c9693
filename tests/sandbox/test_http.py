"""HTTP over a real socket: what is served, what is refused, and that a bad client harms no other."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox import http as sandbox_http
from kmscourse.sandbox.call import HttpRequest, HttpResponse


def echo(request: HttpRequest) -> HttpResponse:
    """Answers with what it was asked."""
    if request.target == "/fail":
        raise ZeroDivisionError
    body = f"{request.method} {request.target} {len(request.body)} ".encode() + request.body
    return HttpResponse(200, {"X-Seen": ",".join(request.headers)}, body)


@contextlib.contextmanager
def serving(idle_seconds: float = 60.0) -> Iterator[int]:
    """The port of a server that runs in a thread of its own for as long as the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        loop.run_until_complete(sandbox_http.serve(listening, echo, stop, idle_seconds))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield port
    finally:
        if not loop.is_closed():
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        assert not thread.is_alive(), "the server did not end"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as port:
        yield port


def exchange(port: int, sent: bytes, finish: bool = True) -> bytes:
    """Everything that comes back for these bytes until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        if finish:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def request(port: int, *, line: str = "POST / HTTP/1.1", extra: str = "", body: bytes = b"{}") -> bytes:
    head = (
        f"{line}\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    )
    return head.encode("latin-1") + body


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_a_request_is_answered(port: int) -> None:
    answer = exchange(port, request(port, extra="X-Amz-Target: A.b\r\n"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"X-Seen: host,connection,content-length,x-amz-target" in head
    assert body == b"POST / 2 {}"


def test_a_connection_serves_many_requests(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for number in range(5):
        connection.request("POST", f"/{number}", b"x" * number)
        assert connection.getresponse().read() == f"POST /{number} {number} ".encode() + b"x" * number
    connection.close()


def test_pipelined_requests_are_answered_in_their_order(port: int) -> None:
    line = f"Host: localhost:{port}\r\n"
    one = f"GET /1 HTTP/1.1\r\n{line}\r\nPOST /2 HTTP/1.1\r\n{line}Content-Length: 3\r\n\r\nabc"
    answer = exchange(
        port, (one + f"GET /3 HTTP/1.1\r\n{line}Connection: close\r\n\r\n").encode(), finish=False
    )
    assert answer.index(b"GET /1 0 ") < answer.index(b"POST /2 3 abc") < answer.index(b"GET /3 0 ")


def test_a_request_may_come_byte_by_byte(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for byte in request(port, body=b"abc"):
            connection.sendall(bytes([byte]))
        assert connection.recv(65536).endswith(b"POST / 3 abc")


def test_a_large_body_arrives_whole(port: int) -> None:
    body = bytes(range(256)) * 4096 * 8
    assert exchange(port, request(port, body=body)).endswith(body)


def test_a_request_in_chunks_is_answered(port: int) -> None:
    sent = request(port, extra="Transfer-Encoding: chunked\r\n", body=b"2\r\n{}\r\n0\r\n\r\n")
    answer = exchange(port, sent.replace(b"Content-Length: 12\r\n", b""))
    assert answer.endswith(b"POST / 2 {}")


def test_head_is_answered_without_a_body(port: int) -> None:
    answer = exchange(port, request(port, line="HEAD / HTTP/1.1", body=b""))
    assert status_of(answer) == 200
    assert answer.endswith(b"\r\n\r\n")


def test_expect_100_continue_is_answered_before_the_body(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        whole = request(port, extra="Expect: 100-continue\r\n", body=b"later")
        connection.sendall(whole[: -len(b"later")])
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"later")
        assert connection.recv(65536).endswith(b"POST / 5 later")


def test_http_1_0_is_answered_and_closed(port: int) -> None:
    answer = exchange(port, f"GET / HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n".encode(), finish=False)
    assert status_of(answer) == 200


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
    ],
)
def test_any_other_host_is_refused(port: int, host: str) -> None:
    sent = f"GET / HTTP/1.1\r\nHost: {host.format(port)}\r\nConnection: close\r\n\r\n"
    assert status_of(exchange(port, sent.encode())) == 403


def test_no_answer_invites_a_web_page(port: int) -> None:
    preflight = request(
        port,
        line="OPTIONS / HTTP/1.1",
        extra="Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n",
    )
    assert b"access-control-allow" not in exchange(port, preflight).lower()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00 a TLS greeting\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 403),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost:PORT\r\nHost: localhost:PORT\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost:PORT\r\nNo colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost:PORT\r\nX: a\x00b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost:PORT\r\nX: a\nb\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 1e3\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost:PORT\r\nX-Amz-Date: 1\r\nX-Amz-Date: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: localhost:PORT\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"a" * 100_000, 431),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else str(value),
)
def test_what_is_no_proper_request_is_refused(port: int, sent: bytes, status: int) -> None:
    answer = exchange(port, sent.replace(b"PORT", str(port).encode()))
    assert status_of(answer) == status
    assert b"Connection: close" in answer


def test_an_upload_that_is_refused_still_gets_its_answer(port: int) -> None:
    size = sandbox_http.MAX_BODY + 1
    head = f"POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {size}\r\n\r\n".encode()
    assert status_of(exchange(port, head + b"x" * size)) == 413


@given(st.binary(max_size=400))
def test_no_bytes_end_the_server(port: int, sent: bytes) -> None:
    answer = exchange(port, sent + b"\r\n\r\n")
    assert answer == b"" or 400 <= status_of(answer) < 500
    assert status_of(exchange(port, request(port))) == 200


def test_a_failing_handler_ends_its_connection_and_no_other(port: int) -> None:
    assert exchange(port, request(port, line="POST /fail HTTP/1.1")) == b""
    assert status_of(exchange(port, request(port))) == 200


def test_a_client_that_sends_nothing_more_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_http, "REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(sandbox_http, "SWEEP_SECONDS", 0.1)
    with serving() as port:
        assert exchange(port, b"POST / HTTP/1.1\r\nHost: ", finish=False) == b""


def test_more_connections_than_allowed_push_out_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_http, "MAX_CONNECTIONS", 5)
    with serving() as port, contextlib.ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        assert status_of(exchange(port, request(port))) == 200


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


def test_a_server_that_nobody_asks_ends_by_itself() -> None:
    start = time.monotonic()
    with serving(idle_seconds=0.3) as port:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                break
            time.sleep(0.05)
    assert time.monotonic() - start < 10
