"""The sandbox over HTTP: its server in a thread, requests to it byte by byte, and boto3's clients of a running one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config

from kmscourse.sandbox.call import HttpRequest, HttpResponse
from kmscourse.sandbox.client import Endpoint
from kmscourse.sandbox.http import server as sandbox_http


def echo(request: HttpRequest) -> HttpResponse:
    """Answers with what it was asked."""
    if request.target == "/fail":
        raise ZeroDivisionError
    body = f"{request.method} {request.target} {len(request.body)} ".encode() + request.body
    return HttpResponse(200, {"X-Seen": ",".join(request.headers)}, body)


@contextlib.contextmanager
def serving(idle_seconds: float = 60.0, handler: sandbox_http.Handler = echo) -> Iterator[int]:
    """The port of a server that runs in a thread of its own for as long as the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        loop.run_until_complete(sandbox_http.serve(listening, handler, stop, idle_seconds))
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


def client(endpoint: Endpoint, service: str = "kms", *, retries: int = 0, **credentials: str) -> Any:
    """A client of a running sandbox, of its main user unless ``credentials`` are given (aws_access_key_id …)."""
    own = {
        "aws_access_key_id": endpoint.access_key_id,
        "aws_secret_access_key": endpoint.secret_access_key,
    }
    return boto3.client(
        service,
        endpoint_url=endpoint.url,
        config=Config(region_name=endpoint.region, retries={"total_max_attempts": 1 + retries}),
        **(credentials or own),
    )
