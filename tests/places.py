"""Places on this machine that a request could be led to, which remember what arrives."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Place:
    """An HTTP server that answers ``{}`` to everything. ``arrived`` holds the headers of each request to it."""

    port: int
    connections: int = 0
    arrived: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def forget(self) -> None:
        self.connections, self.arrived = 0, []


@contextlib.contextmanager
def place() -> Iterator[Place]:
    """A place that is open for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            here.arrived.append({name.lower(): value for name, value in self.headers.items()})
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PUT = do_HEAD = do_CONNECT = answer  # noqa: N815 (http.server's names)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def process_request(self, *given: Any) -> None:
            here.connections += 1
            super().process_request(*given)

    with Server(("127.0.0.1", 0), Handler) as server:
        here = Place(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def datagrams() -> Iterator[socket.socket]:
    """A UDP socket on loopback, for what is sent without asking, as the SDKs' metrics are."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.setblocking(False)
        yield listening
