"""The sandbox's process where descriptors are few or gone, and how it ends by a fault."""

from __future__ import annotations

import contextlib
import errno
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kmscourse.sandbox import client as sandbox_client
from kmscourse.sandbox.client import Endpoint
from kmscourse.sandbox.process import _publish_endpoint
from tests.sandbox.loopback import client

LIMITED = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")

# Of a process of its own: its home is the first argument.
LIMIT = "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, ({0}, {0}))\n"
RUN = "from kmscourse.sandbox import process; sys.exit(process.main())\n"
TAKE_ALL = """
import contextlib, os, threading
def take():
    taken = []
    for line in sys.stdin:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        print(len(taken), flush=True)
threading.Thread(target=take, daemon=True).start()
from kmscourse.sandbox.http import server as http_server
http_server.SWEEP_SECONDS = 0.02
"""
UNSIGNED = b"GET / HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n"
FAULT = """
import sys
from kmscourse.sandbox import process
from kmscourse.sandbox.http import server as http_server
async def serve(*_):
    raise OSError(5, 'hush-hush')
http_server.serve = serve
"""


@contextlib.contextmanager
def running(home: Path, code: str) -> Iterator[tuple[subprocess.Popen[str], Endpoint]]:
    """A sandbox in a process that runs this code; it is stopped afterwards and must not have ended before."""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            deadline = time.monotonic() + 60
            while (endpoint := sandbox_client.find(home)) is None:
                assert process.poll() is None, "it has ended before it answered"
                assert time.monotonic() < deadline, "it does not answer"
                time.sleep(0.05)
            yield process, endpoint
            assert process.poll() is None, "it has ended by itself"
            sandbox_client.stop(home)
            assert process.wait(20) == 0
        finally:
            process.kill()


def crowd(stack: contextlib.ExitStack, endpoint: Endpoint, count: int, sent: bytes = b"") -> None:
    """So many connections, which stay open; whatever is ``sent`` on each is answered before the next one comes."""
    port = int(endpoint.url.rpartition(":")[2])
    for _ in range(count):
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        if sent:
            connection.sendall(sent.replace(b"PORT", str(port).encode()))
            assert connection.recv(65536).startswith(b"HTTP/1.1 ")


def log_of(home: Path) -> str:
    return (home / sandbox_client.LOG_FILE).read_text("utf-8")


@LIMITED
@pytest.mark.parametrize("limit", [32, 64])
def test_more_idle_connections_than_descriptors_hinder_nobody(tmp_path: Path, limit: int) -> None:
    with running(tmp_path, LIMIT.format(limit) + RUN) as (_, endpoint), contextlib.ExitStack() as stack:
        old = client(endpoint)
        old.list_keys()
        crowd(stack, endpoint, 2 * limit)
        for _ in range(3):
            new = client(endpoint)
            new.create_key()
            new.close()
            old.list_keys()
    assert "could not be accepted" not in log_of(tmp_path), "the reserve was used up"


@LIMITED
def test_where_all_descriptors_are_taken_it_goes_on(tmp_path: Path) -> None:
    """Something else in the process takes them. The endpoint file can't be read then: that must not end it."""
    with (
        running(tmp_path, LIMIT.format(64) + TAKE_ALL + RUN) as (process, endpoint),
        contextlib.ExitStack() as stack,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        old: Any = client(endpoint)
        old.create_key()
        crowd(stack, endpoint, 16, UNSIGNED)
        for _ in range(10):  # By then nothing of the crowd is left to do.
            old.list_keys()
        process.stdin.write("take\n")
        process.stdin.flush()
        assert int(process.stdout.readline()) > 0
        for _ in range(3):
            client(endpoint, retries=2).create_key()
            old.create_key()
        crowd(stack, endpoint, 16)
        client(endpoint, retries=2).list_keys()
    assert "Too many open files" in log_of(tmp_path), "descriptors were not short"


@LIMITED
def test_too_few_descriptors_are_said_at_the_start(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMIT.format(24) + RUN, str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "A process may have only 24 files open here, and the practice account needs 32. "
        "Raise the limit first: ulimit -n 256"
    ]


def test_a_fault_ends_with_status_1_and_a_line_in_the_log_without_its_text(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FAULT + RUN, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Ended by a fault: OSError at " in log_of(tmp_path)
    assert "hush-hush" not in log_of(tmp_path) + done.stderr + done.stdout
    assert not (tmp_path / sandbox_client.ENDPOINT_FILE).exists()


ENDPOINT = Endpoint("http://127.0.0.1:1", "1" * 12, "us-east-1", "somebody", "AKIA", "secret", 1)


def test_the_publish_endpoint_is_ours_until_it_is_gone_or_another(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    with _publish_endpoint(path, ENDPOINT) as is_still_ours:
        assert is_still_ours()
        for other in (b"{}", b"\xff\xfe not UTF-8"):
            path.write_bytes(other)
            assert not is_still_ours()
        path.unlink()
        assert not is_still_ours()
        path.mkdir()
        assert not is_still_ours()
    assert path.exists(), "what is not ours was removed"


@pytest.mark.parametrize("fault", [errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENOMEM])
def test_an_publish_endpoint_that_cannot_be_read_now_is_is_still_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    def fail(_: Path) -> bytes:
        raise OSError(fault, "a reason")

    with _publish_endpoint(tmp_path / "sandbox.json", ENDPOINT) as is_still_ours:
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_bytes", fail)
            assert is_still_ours()
        assert is_still_ours()
