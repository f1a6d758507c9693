"""HTTP over a real socket: what is served."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import re
import socket
import time
from collections.abc import Iterator

import pytest

from kmscourse.sandbox.call import HttpRequest, HttpResponse
from kmscourse.sandbox.http.server import serve
from tests.sandbox import event_loop
from tests.sandbox.loopback import echo, exchange, request, serving, status_of


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as port:
        yield port


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


def test_very_many_requests_at_once_are_all_answered(port: int) -> None:
    one = f"GET /%d HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    last = f"GET /last HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode()
    answer = exchange(port, b"".join(one % number for number in range(5000)) + last, finish=False)
    assert [int(number) for number in re.findall(rb"GET /(\d+) 0 ", answer)] == list(range(5000))
    assert answer.endswith(b"GET /last 0 ")


def test_what_came_before_an_improper_request_is_answered(port: int) -> None:
    good = f"GET /good HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    answer = exchange(port, good * 3 + b"GET / HTTP/1.1\r\n\r\n" + good, finish=False)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"200", b"200", b"403"]


def test_a_request_may_come_byte_by_byte(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for byte in request(port, body=b"abc"):
            connection.sendall(bytes([byte]))
        assert connection.recv(65536).endswith(b"POST / 3 abc")


def test_a_large_body_arrives_whole(port: int) -> None:
    body = bytes(range(256)) * 4096 * 8
    assert exchange(port, request(port, body=body), finish=False).endswith(body)


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


def test_a_failing_handler_ends_its_connection_and_no_other(port: int) -> None:
    assert exchange(port, request(port, line="POST /fail HTTP/1.1")) == b""
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


@pytest.mark.parametrize("turns", range(8))
def test_nothing_is_handled_any_more_once_the_server_has_ended(turns: int) -> None:
    """Also where a client connects so many turns of the loop after the server was asked to end."""
    done: list[str] = []

    def handler(request: HttpRequest) -> HttpResponse:
        done.append("handled")
        return echo(request)

    async def ended(listening: socket.socket, stop: asyncio.Event) -> None:
        await serve(listening, handler, stop, 60.0)
        done.append("ended")

    async def ended_while_one_comes() -> None:
        stop = asyncio.Event()
        with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as late:
            port = listening.getsockname()[1]
            served = asyncio.create_task(ended(listening, stop))
            await asyncio.sleep(0.01)
            stop.set()
            for _ in range(turns):
                await asyncio.sleep(0)
            with contextlib.suppress(ConnectionRefusedError):
                late.connect(("127.0.0.1", port))
                late.sendall(request(port))
            await served
            await asyncio.sleep(0.02)

    event_loop.run(ended_while_one_comes())
    assert done[-1] == "ended"
