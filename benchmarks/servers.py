"""What the sandbox is measured beside: moto_server in a process of its own, and how both are started and asked."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

REGION = "us-east-1"
TARGETS = {"kms": "TrentService", "dynamodb": "DynamoDB_20120810"}
Started = contextlib.AbstractContextManager["Server"]


@dataclass(frozen=True)
class Server:
    """A server on loopback: where it answers, whose access key it knows, its process."""

    port: int
    access_key_id: str
    secret: str
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str = "kms") -> Any:
        """A boto3 client that does not try again."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret,
            config=Config(region_name=REGION, retries={"total_max_attempts": 1}),
        )

    def signed(self, operation: str, body: bytes = b"{}", service: str = "kms") -> dict[str, str]:
        """The headers of a call; they may be sent again for five minutes."""
        request = AWSRequest("POST", f"{self.url}/", data=body)
        request.headers["X-Amz-Target"] = f"{TARGETS[service]}.{operation}"
        request.headers["Content-Type"] = "application/x-amz-json-1.1"
        SigV4Auth(Credentials(self.access_key_id, self.secret), service, REGION).add_auth(request)
        return dict(request.headers.items())

    def memory(self) -> float:
        """What the process holds in memory, MiB."""
        output = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, text=True, check=True
        )
        return int(output.stdout) / 1024


def wait_for(server: Server, operation: str = "ListKeys") -> None:
    """Return as soon as a KMS call is answered with 200. Waiting costs the server next to nothing."""
    headers = server.signed(operation)
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        try:
            connection.request("POST", "/", b"{}", headers)
            answer = connection.getresponse()
            if answer.read() and answer.status == 200:
                return
        except OSError:
            time.sleep(0.002)
        finally:
            connection.close()


def environment(compiled: Path | None) -> Mapping[str, str]:
    """The environment of a server: Python keeps what it compiles, in the folder ``compiled`` if one is given."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return variables | ({"PYTHONPYCACHEPREFIX": str(compiled)} if compiled else {})


@contextlib.contextmanager
def process(command: list[str], compiled: Path | None) -> Iterator[subprocess.Popen[str]]:
    """A running program, killed with the block: it has no time to tidy up, which is nothing to measure."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(compiled)
    ) as running:
        try:
            yield running
        finally:
            running.kill()


@contextlib.contextmanager
def sandbox(compiled: Path | None = None, home: Path | None = None) -> Iterator[Server]:
    """A sandbox, on a new account unless a home is given."""
    with tempfile.TemporaryDirectory() as new_home:
        command = [sys.executable, "-m", "kmscourse.cli", "sandbox", "serve", "--data", str(home or new_home)]
        with process(command, compiled) as running:
            endpoint = json.loads(running.stdout.readline() if running.stdout else "")
            port = int(endpoint["endpoint"].rpartition(":")[2])
            yield Server(port, endpoint["access_key_id"], endpoint["secret_access_key"], running.pid)


@contextlib.contextmanager
def moto_server(program: str, compiled: Path | None = None) -> Iterator[Server]:
    """A moto_server; it may not answer yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with process([program, "-H", "127.0.0.1", "-p", str(port)], compiled) as running:
        yield Server(port, "key", "secret", running.pid)


def moto_server_program(given: str | None) -> str | None:
    """The program that is given, else the one beside this Python, else the one on the path."""
    beside = Path(sys.executable).with_name("moto_server")
    return given or (str(beside) if beside.exists() else shutil.which("moto_server"))
