"""Requests are read as they were sent, however their bytes are cut; what is let in, and what is not."""

from __future__ import annotations

import re
import socket
import string
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.call import HttpRequest, HttpResponse
from kmscourse.sandbox.http.admission import MAX_BODY, MAX_HEAD, MAX_HEADERS, hosts_of
from tests.sandbox.loopback import serving


class Client:
    """A client of a server that notes every request that it handles."""

    def __init__(self, port: int, handled: list[HttpRequest]) -> None:
        self.host = f"localhost:{port}"
        self._port = port
        self._handled = handled

    def head(self, line: str, *fields: str) -> bytes:
        """A request line, a Host header and these fields."""
        return "".join(f"{one}\r\n" for one in (line, f"Host: {self.host}", *fields, "")).encode("latin-1")

    def send(self, *pieces: bytes) -> tuple[list[HttpRequest], list[int]]:
        """The requests that were handled until the server ended the connection, and the statuses of its answers."""
        self._handled.clear()
        with socket.create_connection(("127.0.0.1", self._port), timeout=10) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                connection.sendall(piece)
            answer = b""
            while received := connection.recv(65536):
                answer += received
        return list(self._handled), [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", answer)]

    def last(self) -> bytes:
        """A request after which the server ends the connection."""
        return self.head("GET /last HTTP/1.1", "Connection: close")

    def read(self, *pieces: bytes) -> HttpRequest:
        """The one request that these bytes are."""
        [request, _], statuses = self.send(*pieces, self.last())
        assert statuses == [200, 200]
        return request


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    handled: list[HttpRequest] = []

    def handler(request: HttpRequest) -> HttpResponse:
        handled.append(request)
        return HttpResponse(200, {}, b"")

    with serving(handler=handler) as port:
        yield Client(port, handled)


def chunked(pieces: list[bytes]) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"


def cut(stream: bytes, cuts: set[int]) -> Sequence[bytes]:
    """The stream in pieces."""
    return [stream[a:b] for a, b in pairwise([0, *sorted(cuts), len(stream)])]


names = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=12).map(
    lambda name: f"x-test-{name}"
)
values = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=20
).map(lambda value: value.strip(" "))
targets = st.text(string.ascii_letters + string.digits + "-._~%/?&=", max_size=20).map(
    lambda path: f"/{path}"
)


@given(
    method=st.sampled_from(["GET", "POST", "PUT"]),
    target=targets,
    fields=st.dictionaries(names, values, max_size=4),
    pieces=st.lists(st.binary(max_size=40), max_size=3),
    in_chunks=st.booleans(),
    data=st.data(),
)
def test_a_request_is_read_however_its_bytes_are_cut(
    client: Client,
    method: str,
    target: str,
    fields: dict[str, str],
    pieces: list[bytes],
    in_chunks: bool,
    data: st.DataObject,
) -> None:
    body = b"".join(pieces)
    framing = ("transfer-encoding", "chunked") if in_chunks else ("content-length", str(len(body)))
    lines = [f"{name}: {value}" for name, value in [*fields.items(), framing]]
    stream = client.head(f"{method} {target} HTTP/1.1", *lines) + (chunked(pieces) if in_chunks else body)
    cuts = data.draw(st.sets(st.integers(0, len(stream)), max_size=8))
    expected = HttpRequest(method, target, {"host": client.host, **fields, framing[0]: framing[1]}, body)
    assert client.read(*cut(stream, cuts)) == expected


@given(tail=st.binary(max_size=300), data=st.data())
def test_where_bytes_are_cut_changes_no_verdict(client: Client, tail: bytes, data: st.DataObject) -> None:
    stream = client.head("GET /first HTTP/1.1") + tail + b"\r\n\r\n"
    cuts = data.draw(st.sets(st.integers(0, len(stream)), max_size=8))
    at_once = client.send(stream)
    assert client.send(*cut(stream, cuts)) == at_once
    requests, statuses = at_once
    assert [request.target for request in requests] == ["/first"]
    assert statuses[0] == 200
    assert 400 <= statuses[1] < 500


def test_a_header_without_a_value_is_one_of_its_own(client: Client) -> None:
    request = client.read(client.head("GET / HTTP/1.1", "A:", "B: 1", "C:"))
    assert request.headers == {"host": client.host, "a": "", "b": "1", "c": ""}


def test_headers_of_one_name_are_joined(client: Client) -> None:
    assert client.read(client.head("GET / HTTP/1.1", "Accept: a", "ACCEPT: b")).headers["accept"] == "a,b"


@pytest.mark.parametrize("name", ["Authorization", "Expect", "X-Amz-Target", "x-amz-date"])
def test_what_may_appear_only_once_is_refused_twice(client: Client, name: str) -> None:
    sent = client.head("GET / HTTP/1.1", f"{name}: 100-continue", f"{name}: 100-continue")
    assert client.send(sent) == ([], [400])


@pytest.mark.parametrize("begun", ["a header", "its value", "many headers", "a target", "nothing"])
def test_a_head_that_never_ends_is_refused_before_it_fills_the_memory(client: Client, begun: str) -> None:
    start = {
        "a header": client.head("GET / HTTP/1.1")[:-2],
        "its value": client.head("GET / HTTP/1.1")[:-2] + b"X: ",
        "many headers": client.head("GET / HTTP/1.1")[:-2],
        "a target": b"GET /",
        "nothing": b"",
    }[begun]
    more = b"Accept: a\r\n" if begun == "many headers" else b"a" * 11
    assert client.send(start + more * (MAX_HEAD // 11 + 1)) == ([], [431])


def test_a_head_may_be_as_large_as_is_allowed(client: Client) -> None:
    empty = client.head("GET / HTTP/1.1", "X: ")
    assert client.read(empty[:-4] + b"a" * (MAX_HEAD - 1 - len(empty)) + b"\r\n\r\n").headers["x"]
    assert client.send(empty[:-4] + b"a" * (MAX_HEAD - len(empty)) + b"\r\n\r\n") == ([], [431])


def test_too_many_headers_are_refused(client: Client) -> None:
    many = [f"X-{number}: 1" for number in range(MAX_HEADERS)]
    assert len(client.read(client.head("GET / HTTP/1.1", *many[:-1])).headers) == MAX_HEADERS
    assert client.send(client.head("GET / HTTP/1.1", *many)) == ([], [431])


def test_a_body_may_be_as_large_as_is_allowed(client: Client) -> None:
    for sent in (
        client.head("POST / HTTP/1.1", f"Content-Length: {MAX_BODY}") + b"x" * MAX_BODY,
        client.head("POST / HTTP/1.1", "Transfer-Encoding: chunked") + chunked([b"x" * MAX_BODY]),
    ):
        assert len(client.read(sent).body) == MAX_BODY


@pytest.mark.parametrize(
    "chunks",
    [[b"x" * MAX_BODY, b"x"], [b"x" * (MAX_BODY + 1)]],
    ids=["one byte in a chunk of its own", "one chunk"],
)
def test_a_body_in_chunks_may_be_no_larger_either(client: Client, chunks: list[bytes]) -> None:
    sent = client.head("POST / HTTP/1.1", "Transfer-Encoding: chunked") + chunked(chunks)
    assert client.send(sent) == ([], [400])


@pytest.mark.parametrize(
    "fields", [("Connection: Upgrade", "Upgrade: h2c"), ("Connection: upgrade", "Upgrade: websocket")]
)
def test_no_other_protocol_is_spoken(client: Client, fields: tuple[str, ...]) -> None:
    assert client.send(client.head("GET / HTTP/1.1", *fields)) == ([], [400])


@pytest.mark.parametrize("target", ["/\xe4", "*", "http://localhost:4566/", "//\xff"])
def test_a_target_is_a_path(client: Client, target: str) -> None:
    assert client.send(client.head(f"GET {target} HTTP/1.1")) == ([], [400])


@pytest.mark.parametrize("expect", ["100-continue", "100-Continue"])
def test_a_client_is_told_to_go_on_when_it_waits_for_that(client: Client, expect: str) -> None:
    plain = client.head("POST / HTTP/1.1", "Content-Length: 1")
    waits = client.head("POST / HTTP/1.1", "Content-Length: 1", f"Expect: {expect}")
    requests, statuses = client.send(plain + b"a", waits, b"b", client.last())
    assert [request.body for request in requests] == [b"a", b"b", b""]
    assert statuses == [200, 100, 200, 200]


def test_a_client_of_http_1_0_is_told_nothing(client: Client) -> None:
    sent = client.head("POST / HTTP/1.0", "Content-Length: 1", "Expect: 100-continue")
    requests, statuses = client.send(sent, b"a")
    assert [request.body for request in requests] == [b"a"]
    assert statuses == [200]


def test_who_is_refused_is_told_no_more_to_go_on(client: Client) -> None:
    waits = ("Expect: 100-continue", f"Content-Length: {MAX_BODY + 1}")
    assert client.send(client.head("POST / HTTP/1.1", *waits)) == ([], [413])


@pytest.mark.parametrize(
    ("line", "fields"), [("GET / HTTP/1.1", ("Connection: close",)), ("GET / HTTP/1.0", ())]
)
def test_who_sends_no_more_has_its_connection_ended(
    client: Client, line: str, fields: tuple[str, ...]
) -> None:
    requests, statuses = client.send(client.head(line, *fields), client.last())
    assert (len(requests), statuses) == (1, [200])


def test_at_the_port_of_http_a_host_needs_no_port() -> None:
    assert "localhost" in hosts_of(80)
    assert "localhost" not in hosts_of(8080)
