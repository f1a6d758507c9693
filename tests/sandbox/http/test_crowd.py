"""HTTP over a real socket: more connections than there is room for, and who is served all the same."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from kmscourse.sandbox.call import HttpRequest, HttpResponse
from kmscourse.sandbox.http import server as sandbox_http
from tests.sandbox.loopback import exchange, request, serving, status_of

ROOM = 24
CROWD = 60
SIGNED = "X-Signed: yes\r\n"
Connect = Callable[[], socket.socket]


def handler(http: HttpRequest) -> HttpResponse:
    """Authenticates whoever says that it is signed; what it answers is not of importance."""
    signed = "x-signed" in http.headers
    return HttpResponse(200 if signed else 403, {}, b"answer", authenticated=signed)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(sandbox_http, "MAX_CONNECTIONS", ROOM)
    with serving(handler=handler) as port:
        yield port


@pytest.fixture
def connect(port: int) -> Iterator[Connect]:
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))


def kept(port: int, extra: str = "") -> bytes:
    """A request after which the connection stays open."""
    return f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n{extra}\r\n".encode()


def ask(connection: socket.socket, port: int, extra: str = SIGNED) -> int:
    """The status of one more request on an open connection."""
    connection.sendall(kept(port, extra))
    return status_of(connection.recv(65536))


def still_open(connections: list[socket.socket]) -> int:
    """How many of the connections the server has not ended; what they were answered is read."""
    count = 0
    for connection in connections:
        connection.setblocking(False)
        try:
            while received := connection.recv(65536):
                pass
            count += received != b""
        except BlockingIOError:
            count += 1
        except ConnectionError:
            pass
    return count


FIRST = {
    "silent": b"",
    "one byte": b"G",
    "unsigned": kept(0),
    "many unsigned": kept(0) * 300,
    "signed": kept(0, SIGNED),
    "many signed": kept(0, SIGNED) * 300,
}


@pytest.mark.parametrize("first", FIRST)
def test_beside_any_crowd_a_new_client_is_served_and_an_old_one_too(
    port: int, connect: Connect, first: str
) -> None:
    sent = FIRST[first].replace(b":0\r", f":{port}\r".encode())
    old = connect()
    assert ask(old, port) == 200
    for number in range(CROWD):
        connect().sendall(sent)
        if number % 10 == 0:
            assert ask(old, port) == 200, "who has signed was let go before the crowd"
            assert status_of(exchange(port, request(port, extra=SIGNED))) == 200, "a new client is shut out"


@pytest.mark.parametrize("first", ["silent", "one byte", "unsigned"])
def test_who_has_signed_nothing_goes_before_who_has(port: int, connect: Connect, first: str) -> None:
    signed = [connect() for _ in range(ROOM * 3 // 4)]
    for connection in signed:
        assert ask(connection, port) == 200
    sent = FIRST[first].replace(b":0\r", f":{port}\r".encode())
    for _ in range(CROWD):
        connect().sendall(sent)
    assert status_of(exchange(port, request(port))) == 403
    assert [ask(connection, port) for connection in signed] == [200] * len(signed)


def served(port: int, attempts: int = 3) -> bool:
    """Whether a new client is served, which tries again as often as AWS's do."""
    for _ in range(attempts):
        with contextlib.suppress(ConnectionError):
            answer = exchange(port, request(port, extra=SIGNED), finish=False)
            if answer and status_of(answer) == 200:
                return True
    return False


def test_who_connects_again_and_again_shuts_nobody_out(port: int, connect: Connect) -> None:
    """Each of the crowd comes back as soon as it is let go."""
    over = threading.Event()

    def come_back() -> None:
        crowd: list[socket.socket] = []
        while not over.wait(0.002):
            while len(crowd) < CROWD:
                crowd.append(socket.create_connection(("127.0.0.1", port), timeout=10))
            ended = set(select.select(crowd, [], [], 0)[0])
            for connection in ended:
                connection.close()
            crowd = [connection for connection in crowd if connection not in ended]
        for connection in crowd:
            connection.close()

    old = connect()
    assert ask(old, port) == 200
    thread = threading.Thread(target=come_back)
    thread.start()
    try:
        for _ in range(20):
            assert served(port), "a new client is shut out"
            assert ask(old, port) == 200, "who has signed was let go before the crowd"
    finally:
        over.set()
        thread.join(10)


def test_bodies_under_way_hold_no_more_than_allowed_and_who_signed_sends_on(
    port: int, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_http, "MAX_HELD", 1_000_000)
    size = 300_000
    head = f"POST / HTTP/1.1\r\nHost: localhost:{port}\r\n{SIGNED}Content-Length: {size}\r\n\r\n".encode()
    signed = connect()
    assert ask(signed, port) == 200
    signed.sendall(head + b"x" * (size - 1))
    unfinished = [connect() for _ in range(10)]
    for connection in unfinished:
        connection.sendall(head + b"x" * (size - 1))
    deadline = time.monotonic() + 10
    while still_open(unfinished) > 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert 1 <= still_open(unfinished) <= 2, "three of these bodies fit, and one of them is signed"
    signed.sendall(b"x")
    assert status_of(signed.recv(65536)) == 200


def test_connections_that_come_all_at_once_are_soon_no_more_than_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox_http, "MAX_CONNECTIONS", ROOM)
    busy, over = threading.Event(), threading.Event()

    def slow(_: HttpRequest) -> HttpResponse:
        busy.set()
        over.wait(10)
        return HttpResponse(200, {}, b"")

    with serving(handler=slow) as port, contextlib.ExitStack() as stack:

        def connection() -> socket.socket:
            return stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))

        connection().sendall(request(port))
        assert busy.wait(10)
        many = [connection() for _ in range(CROWD)]
        over.set()
        assert status_of(exchange(port, request(port))) == 200
        deadline = time.monotonic() + 10
        while still_open(many) > ROOM and time.monotonic() < deadline:
            time.sleep(0.01)
        assert 0 < still_open(many) <= ROOM
