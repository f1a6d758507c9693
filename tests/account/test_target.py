"""What KMSCOURSE_TARGET names is used, or is one sentence: what is wrong with it, and what to do."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest

from kmscourse.account import aws_settings, target
from kmscourse.errors import KmsCourseError

WHOLE = "<GetCallerIdentityResponse><GetCallerIdentityResult>{}</GetCallerIdentityResult></GetCallerIdentityResponse>"
ANSWERS = {
    "a page": (200, "<html><body><p>Hello<br></html>"),
    "a well-formed page": (200, "<html><body><p>Hello</p></body></html>"),
    "nothing": (200, ""),
    "JSON": (200, '{"ok": true}'),
    "no page": (404, "<!DOCTYPE html><p>Not found<br>"),
    "nothing and an error": (404, ""),
    "no entry": (403, "<html><p>no</html>"),
    "a redirection": (302, ""),
    "a bad gateway": (502, "<html><p>Bad gateway</html>"),
    "no service": (503, ""),
    "no account": (200, WHOLE.format("<Arn>arn:aws:iam::123456789012:user/me</Arn>")),
    "an account that is none": (
        200,
        WHOLE.format("<Arn>arn:aws:iam::1:user/me</Arn><Account>../1</Account>"),
    ),
    "an ARN that is none": (200, WHOLE.format("<Arn>me</Arn><Account>123456789012</Account>")),
}


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """The URL of a server that answers everything so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def what_is_said_of(url: str) -> str:
    os.environ["KMSCOURSE_TARGET"] = url
    aws_settings.point_at_endpoint(target.read_target())
    with pytest.raises(KmsCourseError) as told:
        target.ask_identity(boto3.Session("AKIA", "s", region_name="us-east-1"), url)
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_answers_and_is_not_aws_is_named(own_environment: None, answer: str) -> None:
    with answering(*ANSWERS[answer]) as url:
        said = what_is_said_of(url)
    assert said.startswith(f"{url} answers, and not as AWS does")
    assert "credentials" not in said, "they are not what is wrong"


def test_what_hangs_up_is_named(own_environment: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            while True:
                try:
                    listening.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=hang_up, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert what_is_said_of(url).startswith(f"{url} answers, and not as AWS does")


def test_of_what_speaks_no_tls_it_is_not_said_that_nobody_answers(own_environment: None) -> None:
    with answering(200, "") as url:
        said = what_is_said_of(url.replace("http", "https"))
    assert "can't be trusted" in said
    assert "begins with http or https" in said


def test_a_password_in_the_url_is_told_nobody(own_environment: None) -> None:
    said = what_is_said_of("http://me:secret@127.0.0.1:9")
    assert said.startswith("Nobody answers at http://127.0.0.1:9")
    assert "secret" not in said


@pytest.mark.parametrize(
    "url",
    [
        *("http://", "https://", "http:///", "http://...", "http://a..b", "http://[::1", "http://ü.invalid"),
        *("http://127.0.0.1:99999", "http://127.0.0.1:-1", "http://127.0.0.1:port", "http://127.0.0.1:9\n"),
        *("http://127.0.0.1:9/ x", "http://127.0.0.1:9?a=b", "http://127.0.0.1:9#x", "http://me:secret@"),
    ],
)
def test_what_is_no_url_of_an_endpoint_is_one_sentence(own_environment: None, url: str) -> None:
    os.environ["KMSCOURSE_TARGET"] = url
    with pytest.raises(KmsCourseError, match="the URL of an endpoint") as told:
        target.read_target()
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("url", ["http://[::1]:5000", "https://example.com/aws", "http://localhost:1"])
def test_a_url_of_an_endpoint_is_taken(own_environment: None, url: str) -> None:
    os.environ["KMSCOURSE_TARGET"] = url
    assert target.read_target() == url


def test_a_profile_that_is_not_there_is_one_sentence(own_environment: None) -> None:
    os.environ.update(AWS_PROFILE="nobody", AWS_CONFIG_FILE=os.devnull)
    with pytest.raises(KmsCourseError, match=r"settings can't be used \(The config profile \(nobody\)"):
        target.open_session()
