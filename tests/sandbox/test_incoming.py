"""Requests read out of bytes: the same ones however the bytes are cut, and nothing after a refusal."""

from __future__ import annotations

import string
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.call import HttpRequest
from kmscourse.sandbox.incoming import MAX_BODY, MAX_HEAD, MAX_HEADERS, Reader

HOST = "localhost:4566"


class Client:
    """A reader, and how often it has told the client to go on."""

    def __init__(self) -> None:
        self.told = 0
        self.reader = Reader(frozenset({HOST}), self._tell)

    def _tell(self) -> None:
        self.told += 1

    def send(self, *pieces: bytes) -> list[HttpRequest]:
        """The requests that are whole after these pieces."""
        for piece in pieces:
            if self.reader.refusal is None:
                self.reader.feed(piece)
        return [incoming.request for incoming in self.reader.whole]

    @property
    def status(self) -> int | None:
        return None if self.reader.refusal is None else self.reader.refusal.status


@pytest.fixture
def client() -> Client:
    return Client()


def head(line: str, *fields: str) -> bytes:
    return "".join(f"{one}\r\n" for one in (line, f"Host: {HOST}", *fields, "")).encode("latin-1")


def chunked(pieces: list[bytes]) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"


names = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=12).map(
    lambda name: f"x-test-{name}"
)
values = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=20
).map(lambda value: value.strip(" "))
targets = st.text(string.ascii_letters + string.digits + "-._~%/?&=", max_size=20).map(
    lambda path: f"/{path}"
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[bytes, HttpRequest]:
    """A request as bytes, and as it is to be read."""
    method, target = draw(st.sampled_from(["GET", "POST", "PUT"])), draw(targets)
    fields = draw(st.dictionaries(names, values, max_size=4))
    pieces = draw(st.lists(st.binary(max_size=40), max_size=3))
    body = b"".join(pieces)
    if draw(st.booleans()):
        framing, sent = ("transfer-encoding", "chunked"), chunked(pieces)
    else:
        framing, sent = ("content-length", str(len(body))), body
    lines = [f"{name}: {value}" for name, value in [*fields.items(), framing]]
    headers = {"host": HOST, **fields, framing[0]: framing[1]}
    return head(f"{method} {target} HTTP/1.1", *lines) + sent, HttpRequest(method, target, headers, body)


@given(st.lists(requests(), min_size=1, max_size=4), st.data())
def test_requests_are_read_however_their_bytes_are_cut(
    sent: list[tuple[bytes, HttpRequest]], data: st.DataObject
) -> None:
    stream = b"".join(one for one, _ in sent)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=8)))
    client = Client()
    read = client.send(*(stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])))
    assert client.status is None
    assert read == [request for _, request in sent]
    assert client.reader.idle


@given(st.binary(max_size=300), st.data())
def test_where_bytes_are_cut_changes_no_verdict(tail: bytes, data: st.DataObject) -> None:
    stream = head("GET /first HTTP/1.1") + tail
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=8)))
    whole, cut = Client(), Client()
    at_once = whole.send(stream)
    assert cut.send(*(stream[a:b] for a, b in pairwise([0, *cuts, len(stream)]))) == at_once
    assert cut.status == whole.status
    assert at_once[0].target == "/first"


def test_a_header_without_a_value_is_one_of_its_own(client: Client) -> None:
    [request] = client.send(head("GET / HTTP/1.1", "A:", "B: 1", "C:"))
    assert request.headers == {"host": HOST, "a": "", "b": "1", "c": ""}


def test_headers_of_one_name_are_joined(client: Client) -> None:
    [request] = client.send(head("GET / HTTP/1.1", "Accept: a", "Accept: b"))
    assert request.headers["accept"] == "a,b"


@pytest.mark.parametrize("name", ["Host", "Authorization", "X-Amz-Target", "x-amz-date"])
def test_what_may_appear_only_once_is_refused_twice(client: Client, name: str) -> None:
    assert client.send(head("GET / HTTP/1.1", f"{name}: {HOST}", f"{name}: {HOST}")) == []
    assert client.status == 400


def test_what_stands_behind_a_body_in_chunks_is_no_header(client: Client) -> None:
    sent = head("POST / HTTP/1.1", "Transfer-Encoding: chunked")
    [request] = client.send(sent + b"2\r\n{}\r\n0\r\nX-Amz-Target: Other.Call\r\nHost: evil.example\r\n\r\n")
    assert request.headers == {"host": HOST, "transfer-encoding": "chunked"}


@pytest.mark.parametrize("what", ["a header", "its value", "many headers", "a target", "a trailer"])
def test_a_head_that_never_ends_is_refused_before_it_fills_the_memory(client: Client, what: str) -> None:
    begun = {
        "a header": head("GET / HTTP/1.1")[:-2],
        "its value": head("GET / HTTP/1.1")[:-2] + b"X: ",
        "many headers": head("GET / HTTP/1.1")[:-2],
        "a target": b"GET /",
        "a trailer": head("POST / HTTP/1.1", "Transfer-Encoding: chunked") + b"0\r\nX: ",
    }[what]
    piece = b"Accept: a\r\n" * 100 if what == "many headers" else b"a" * 1000
    client.send(begun)
    sent = 0
    while client.status is None and sent < 2 * MAX_BODY:
        client.send(piece)
        sent += len(piece)
    assert client.status == 431
    assert sent <= 2 * MAX_HEAD + 1000


def test_too_many_headers_are_refused(client: Client) -> None:
    client.send(head("GET / HTTP/1.1", *(f"X-{number}: 1" for number in range(MAX_HEADERS))))
    assert client.status == 431


@pytest.mark.parametrize(
    "fields", [("Connection: Upgrade", "Upgrade: h2c"), ("Connection: upgrade", "Upgrade: websocket")]
)
def test_no_other_protocol_is_spoken_and_no_body_taken_for_a_request(
    client: Client, fields: tuple[str, ...]
) -> None:
    hidden = head("GET /hidden HTTP/1.1")
    assert client.send(head("POST / HTTP/1.1", f"Content-Length: {len(hidden)}", *fields) + hidden) == []
    assert client.status == 400


@pytest.mark.parametrize("target", ["/\xe4", "*", "http://localhost:4566/", "//\xff"])
def test_a_target_is_a_path(client: Client, target: str) -> None:
    client.send(head(f"GET {target} HTTP/1.1"))
    assert client.status == 400


def test_what_came_before_a_refusal_is_read_and_nothing_after_it(client: Client) -> None:
    read = client.send(
        head("GET /good HTTP/1.1") + head("BREW /coffee HTTP/1.1") + head("GET /late HTTP/1.1")
    )
    assert [request.target for request in read] == ["/good"]
    assert client.status == 400


def test_a_client_is_told_to_go_on_when_it_waits_for_that(client: Client) -> None:
    client.send(head("POST / HTTP/1.1", "Content-Length: 1"))
    assert client.told == 0
    client.send(b"a" + head("POST / HTTP/1.1", "Content-Length: 1", "Expect: 100-Continue"))
    assert client.told == 1


def test_a_client_of_http_1_0_is_told_nothing(client: Client) -> None:
    [request] = client.send(head("POST / HTTP/1.0", "Content-Length: 1", "Expect: 100-continue") + b"a")
    assert request.body == b"a"
    assert client.told == 0


@pytest.mark.parametrize(
    ("line", "fields", "keeps_alive"),
    [
        ("GET / HTTP/1.1", (), True),
        ("GET / HTTP/1.1", ("Connection: close",), False),
        ("GET / HTTP/1.0", (), False),
        ("GET / HTTP/1.0", ("Connection: keep-alive",), False),
    ],
)
def test_who_wants_to_send_more(
    client: Client, line: str, fields: tuple[str, ...], keeps_alive: bool
) -> None:
    client.send(head(line, *fields))
    assert client.reader.whole[0].keeps_alive is keeps_alive


def test_a_fault_of_our_own_is_no_fault_of_the_client(client: Client) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    reader = Reader(frozenset({HOST}), broken)
    with pytest.raises(Exception, match="callback"):
        reader.feed(head("POST / HTTP/1.1", "Content-Length: 1", "Expect: 100-continue"))


def test_a_reader_holds_the_body_that_is_under_way_and_no_other() -> None:
    reader = Reader(frozenset({"localhost"}), lambda: None)
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n"
    for _ in range(2):
        reader.feed(head + b"x" * 49_999)
        assert reader.held == 49_999
        reader.feed(b"x")
        assert reader.held == 0
        assert len(reader.whole.popleft().request.body) == 50_000
    assert reader.refusal is None
