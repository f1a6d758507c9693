"""What stands between the learner and the account: it lets every request through, writes down which, and may strike.

It sees what no hook in a process can miss: every process's requests, the passwords that arrive, the secrets that are
handed out. It can end the asking process with SIGKILL right before the account hears of a call, or after the account
has performed it and before the answer is heard.

A request's signature covers the Host header, and a practice account answers to its own address alone. So each request
is signed anew, with the secret of whoever signed it: the owner's, or one that was handed out on the way.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

READS = (
    *("Describe", "List", "Get", "BatchGet", "Scan", "Query", "LookupEvents", "Simulate"),
    *("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateRandom"),
)
"""How the names of operations begin that change nothing."""


CREDENTIALS = ("AccessKeyId", "SecretAccessKey", "SessionToken")


@dataclass(frozen=True)
class Request:
    """One call as it arrived, and the status with which the account answered."""

    service: str
    operation: str
    parameters: dict[str, Any] = field(repr=False)
    status: int

    @property
    def changes(self) -> bool:
        """True where it was meant to change something, and the account let it."""
        return self.status == 200 and not self.operation.startswith(READS)

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass
class Strike:
    """When to end the process ``pid``: at the ``nth`` call of ``operation``, before or after it is performed."""

    pid: int
    operation: str
    when: Literal["before", "after"]
    nth: int = 1
    done: bool = False

    def falls(self, operation: str, when: str) -> bool:
        """Counts a call; True, and the process is gone, where this is the moment."""
        if self.done or (operation, when) != (self.operation, self.when):
            return False
        self.nth -= 1
        if self.nth == 0:
            os.kill(self.pid, signal.SIGKILL)
            self.done = True
        return self.done


class Recorder:
    """Listens at ``url`` and forwards to the account at ``upstream``."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.requests: list[Request] = []
        self.secrets: set[str] = set()
        self.strike: Strike | None = None
        self._known: dict[str, Credentials] = {}
        self._host = urlsplit(upstream).netloc
        self._idle: list[http.client.HTTPConnection] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def listening(self) -> Iterator[Recorder]:
        """While it listens."""
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def start_over(self, access_key_id: str, secret_access_key: str) -> None:
        """Forget what was seen. The access key is that of the account's owner."""
        self._known = {}
        self.know(access_key_id, secret_access_key)
        self.requests, self.secrets, self.strike = [], set(), None

    def know(self, access_key_id: str, secret_access_key: str) -> None:
        """Let somebody else's requests through as well."""
        self._known[access_key_id] = Credentials(access_key_id, secret_access_key)

    @property
    def changes(self) -> list[str]:
        """The calls that changed something, in order, as in kms:CreateKey."""
        return [str(request) for request in self.requests if request.changes]

    @property
    def passwords(self) -> set[str]:
        """The passwords that arrived for login profiles."""
        return {
            request.parameters["Password"] for request in self.requests if "Password" in request.parameters
        }

    def signed_again(self, method: str, path: str, headers: dict[str, str], body: bytes) -> dict[str, str]:
        """The request's headers, signed for the account's own address."""
        scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", headers.get("authorization", ""))
        kept = {name: headers[name] for name in ("content-type", "x-amz-target") if name in headers}
        if scope is None or scope[1] not in self._known:
            return kept
        signed = AWSRequest(method, self.upstream + path, kept, body)
        SigV4Auth(self._known[scope[1]], scope[3], scope[2]).add_auth(signed)
        return dict(signed.headers.items())

    def forward(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """The account's answer, and its body."""
        onward = self._idle.pop() if self._idle else http.client.HTTPConnection(self._host, timeout=60)
        onward.request(method, path, body, headers)
        answer = onward.getresponse()
        text = answer.read()
        self._idle.append(onward)
        return answer, text

    def note(self, request: Request, answer: bytes) -> None:
        """Write down a call and the secrets in it."""
        self.requests.append(request)
        if "Password" in request.parameters:
            self.secrets.add(request.parameters["Password"])
        given = {
            part: found[1].decode()
            for part in CREDENTIALS
            if (found := re.search(rf"<{part}>(.+?)</{part}>".encode(), answer))
        }
        if "SecretAccessKey" in given:
            access_key_id, *secrets = given.values()
            self._known[access_key_id] = Credentials(access_key_id, *secrets)
            self.secrets.update(secrets)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *given: Any) -> None:
        """A client that is gone, as one that was killed is, is no error here."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*given)


def _handler(recorder: Recorder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service, operation, parameters = _call(headers, body)
            strike = recorder.strike
            if strike and strike.falls(operation, "before"):
                self.close_connection = True
                return
            signed = recorder.signed_again(self.command, self.path, headers, body)
            answer, text = recorder.forward(self.command, self.path, body, signed)
            recorder.note(Request(service, operation, parameters, answer.status), text)
            if strike and strike.falls(operation, "after"):
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in (
                    "connection",
                    "transfer-encoding",
                    "content-length",
                    "date",
                    "server",
                ):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = forward  # noqa: N815 (the names that http.server looks for)

        def log_message(self, *_: object) -> None:
            """Nothing: what was asked is in ``requests``."""

    return Handler


def _call(headers: dict[str, str], body: bytes) -> tuple[str, str, dict[str, Any]]:
    """Service, operation and parameters of a request, in AWS's JSON or query protocol."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", headers.get("authorization", ""))
    service = scope[1] if scope else ""
    if "x-amz-target" in headers:
        return service, headers["x-amz-target"].rpartition(".")[2], json.loads(body or b"{}")
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    return service, form.get("Action", ""), form
