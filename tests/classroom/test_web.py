"""An export from a URL: http and https alone, redirects too, at most so many bytes, in at most so many seconds."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kmscourse.classroom import web
from kmscourse.errors import CourseError

MAX_BYTES = 1000


class Site(BaseHTTPRequestHandler):
    """Answers by the path that is asked for."""

    def do_GET(self) -> None:
        word, _, rest = self.path.lstrip("/").partition("/")
        if word == "bytes":
            self._answer(200, b"x" * int(rest))
        elif word == "endless":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asks has heard enough
                while True:
                    self.wfile.write(b"x" * 65536)
        elif word == "slow":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    self.wfile.write(b"x")
                    time.sleep(0.05)
        elif word == "silent":
            time.sleep(2)
        elif word == "cut":
            self._answer(200, b"x" * int(rest), claimed=int(rest) + 1)
        elif word == "cut-chunks":
            self.send_response(200)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nxxx")
        elif word == "to":
            self._answer(302, b"", location=rest)
        else:
            self._answer(int(word), b"")

    def _answer(self, status: int, body: bytes, claimed: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body) if claimed is None else claimed))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


def refused(url: str) -> str:
    with pytest.raises(CourseError) as error:
        web.fetch(url, MAX_BYTES)
    return str(error.value)


@pytest.mark.parametrize("count", [0, 1, MAX_BYTES])
def test_what_is_small_enough_is_read_whole(site: str, count: int) -> None:
    assert web.fetch(f"{site}/bytes/{count}", MAX_BYTES) == b"x" * count


@pytest.mark.parametrize("path", [f"bytes/{MAX_BYTES + 1}", "endless"])
def test_what_is_larger_is_not_read_on(site: str, path: str) -> None:
    assert refused(f"{site}/{path}") == "it is larger than 0 MiB."


@pytest.mark.parametrize("path", ["cut/0", "cut/900", "cut-chunks"])
def test_what_is_cut_off_is_not_taken_for_the_whole(site: str, path: str) -> None:
    assert refused(f"{site}/{path}") == "the answer was cut off before its end."


def test_a_redirect_to_http_is_followed(site: str) -> None:
    assert web.fetch(f"{site}/to/{site}/bytes/3", MAX_BYTES) == b"xxx"
    assert web.fetch(f"{site}/to//bytes/3", MAX_BYTES) == b"xxx"


def test_a_redirect_elsewhere_is_not_followed(site: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("secret")
    for place in (secret.as_uri(), "ftp://127.0.0.1/a.csv", "data:,secret", "gopher://127.0.0.1/"):
        assert refused(f"{site}/to/{place}") == "it redirects to something else than http or https."
    assert refused(f"{site}/302") == "the server answered with status 302."


def test_a_redirect_in_a_circle_ends(site: str) -> None:
    assert refused(f"{site}/to/{'/to/'}") == "the server answered with status 302 after too many redirects."


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusal_is_told_with_its_status(site: str, status: int) -> None:
    assert refused(f"{site}/{status}") == f"the server answered with status {status}."


def test_a_server_that_is_silent_is_given_up(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "WAIT_SECONDS", 0.1)
    assert refused(f"{site}/silent").startswith("the server was silent for")


def test_a_server_that_sends_a_byte_at_a_time_is_given_up(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_SECONDS", 0.3)
    before = time.monotonic()
    assert refused(f"{site}/slow").startswith("it took more than")
    assert time.monotonic() - before < 5


def test_a_port_at_which_nobody_listens_is_one_sentence() -> None:
    with socket.socket() as taken:  # bound, and not listening
        taken.bind(("127.0.0.1", 0))
        said = refused(f"http://127.0.0.1:{taken.getsockname()[1]}/a.csv")
    assert said == "the server can't be reached (Connection refused)."


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:port/", "http://a b/", "http://user:secret@127.0.0.1:x/", "http://127.0.0.1:1/\u00e4"],
)
def test_a_url_that_cannot_be_asked_for_is_one_sentence_without_it(url: str) -> None:
    said = refused(url)
    assert "secret" not in said
    assert said.endswith(".")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/a.csv", "data:,a"])
def test_no_other_scheme_has_a_handler(url: str) -> None:
    assert refused(url) == "its scheme is neither http nor https."
