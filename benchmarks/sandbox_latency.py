"""The sandbox beside plain moto_server and in-process moto: what a call takes, and how soon the first is answered.

    pip install -e '.[bench]'
    python benchmarks/sandbox_latency.py [--calls 300] [--rounds 5] [--starts 5] [--moto-server PATH]

Every round calls all three in turn, over the same boto3 code; the two servers are processes of their own on
loopback, reached over kept connections. Printed are medians in milliseconds and ratios to moto's; the calls
a second that eight connections get together; and, each server started on a new account, the time from the start
of its process to the first KMS call answered with 200, and the memory that it holds then.

Goals: GenerateDataKey no slower than moto_server, the first answer within 1.2 times moto_server's. The program
ends with status 1 where one is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import multiprocessing
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

GOALS = {"GenerateDataKey, ms": 1.0, "first answer, ms": 1.2}  # at most, of moto_server's
CLIENTS = 8
REGION = "us-east-1"
Figures = dict[str, dict[str, list[float]]]
"""By what is measured, then by who is."""
Server = tuple[int, str, str, int]
"""Port, access key id, secret, process id."""
Started = contextlib.AbstractContextManager[Server]


def kms_client(endpoint: str | None, key: str, secret: str) -> Any:
    config = Config(region_name=REGION, retries={"total_max_attempts": 1})
    return boto3.client(
        "kms", endpoint_url=endpoint, aws_access_key_id=key, aws_secret_access_key=secret, config=config
    )


def operations(kms: Any) -> dict[str, Callable[[], Any]]:
    """What is timed, each as a call without arguments."""
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    return {
        "GenerateDataKey": lambda: kms.generate_data_key(KeyId=key_id, KeySpec="AES_256"),
        "CreateKey": lambda: kms.create_key(),
    }


def timed(call: Callable[[], Any], times: int) -> list[float]:
    """Milliseconds of each call."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        spent.append((time.perf_counter() - start) * 1000)
    return spent


def in_process_moto(pipe: Any) -> None:
    """A process that has moto in itself: receives (operation, times), sends milliseconds."""
    from moto import mock_aws

    with mock_aws():
        calls = operations(kms_client(None, "key", "secret"))
        while (asked := pipe.recv()) is not None:
            name, times = asked
            pipe.send(timed(calls[name], times))


@contextlib.contextmanager
def process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A running program, ended with the block."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        try:
            yield running
        finally:
            running.terminate()


def url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def signed(port: int, key: str, secret: str, operation: str, body: bytes = b"{}") -> dict[str, str]:
    """The headers of a KMS call at this port; they may be sent again for five minutes."""
    request = AWSRequest("POST", f"{url(port)}/", data=body)
    request.headers["X-Amz-Target"] = f"TrentService.{operation}"
    request.headers["Content-Type"] = "application/x-amz-json-1.1"
    SigV4Auth(Credentials(key, secret), "kms", REGION).add_auth(request)
    return dict(request.headers.items())


def answered(port: int, key: str, secret: str) -> bool:
    """True if ListKeys is answered with 200 at this port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/", b"{}", signed(port, key, secret, "ListKeys"))
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def throughput(port: int, key: str, secret: str, seconds: float) -> float:
    """GenerateDataKey calls a second that ``CLIENTS`` kept connections get together, signed once."""
    key_id = kms_client(url(port), key, secret).create_key()["KeyMetadata"]["KeyId"]
    body = json.dumps({"KeyId": key_id, "KeySpec": "AES_256"}).encode()
    headers = signed(port, key, secret, "GenerateDataKey", body)
    counts = [0] * CLIENTS
    until = time.perf_counter() + seconds

    def ask(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() < until:
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
            if response.status == 200 and response.read():
                counts[client] += 1
        connection.close()

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


@contextlib.contextmanager
def sandbox() -> Iterator[Server]:
    """A sandbox on a new account."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "kmscourse.cli", "sandbox", "serve", "--data", home]
        with process(command) as running:
            said = json.loads(running.stdout.readline())
            port = int(said["endpoint"].rpartition(":")[2])
            yield port, said["access_key_id"], said["secret_access_key"], running.pid


@contextlib.contextmanager
def moto_server(program: str) -> Iterator[Server]:
    port = free_port()
    with process([program, "-H", "127.0.0.1", "-p", str(port)]) as running:
        yield port, "key", "secret", running.pid


def first_answer(started: Started) -> tuple[float, float]:
    """Milliseconds from the start of a server's process to its first KMS answer, and its memory then, in MiB."""
    start = time.perf_counter()
    with started as (port, key, secret, pid):
        while not answered(port, key, secret):
            time.sleep(0.002)
        spent = (time.perf_counter() - start) * 1000
        resident = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True)
        return spent, int(resident.stdout) / 1024


def measure(program: str, rounds: int, calls: int) -> Figures:
    """Milliseconds of two operations, and the calls a second of many clients, with both servers running."""
    pipe, far_end = multiprocessing.Pipe()
    bare = multiprocessing.get_context("spawn").Process(target=in_process_moto, args=(far_end,), daemon=True)
    bare.start()
    with sandbox() as ours, moto_server(program) as theirs:
        while not answered(*theirs[:3]):
            time.sleep(0.05)
        servers = {"sandbox": ours[:3], "moto_server": theirs[:3]}
        served = {name: operations(kms_client(url(port), *key)) for name, (port, *key) in servers.items()}
        found: Figures = {"8 clients, calls/s": {name: [] for name in servers}}
        for name, times in {"GenerateDataKey, ms": calls, "CreateKey, ms": max(calls // 10, 3)}.items():
            operation = name.partition(",")[0]
            found[name] = {"sandbox": [], "moto_server": [], "in-process moto": []}
            for _ in range(rounds):
                for server, its in served.items():
                    found[name][server] += timed(its[operation], times)
                pipe.send((operation, times))
                found[name]["in-process moto"] += pipe.recv()
        for _ in range(rounds):
            for name, server in servers.items():
                found["8 clients, calls/s"][name].append(throughput(*server, seconds=1))
    pipe.send(None)
    bare.join()
    return found


def measure_starts(program: str, starts: int) -> Figures:
    """Milliseconds to the first answer, MiB held then."""
    found: Figures = {"first answer, ms": {}, "memory, MiB": {}}
    for _ in range(starts):
        for name, started in {"sandbox": sandbox(), "moto_server": moto_server(program)}.items():
            for figures, figure in zip(found.values(), first_answer(started), strict=True):
                figures.setdefault(name, []).append(figure)
    return found


def show(found: Figures) -> dict[str, float]:
    """Print the medians; the sandbox's ratios to moto_server's are returned."""
    ratios = {}
    for title, spent in found.items():
        medians = {name: statistics.median(figures) for name, figures in spent.items()}
        against = {name: medians["sandbox"] / median for name, median in medians.items() if name != "sandbox"}
        ratios[title] = against["moto_server"]
        print(f"{title:20} " + "   ".join(f"{name} {median:.2f}" for name, median in medians.items()))
        print(f"{'':20} " + "   ".join(f"sandbox / {name}: {ratio:.2f}" for name, ratio in against.items()))
    return ratios


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=300, help="calls of GenerateDataKey a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--starts", type=int, default=5, help="times that each server is started")
    parser.add_argument("--moto-server", help="the program (default: the one on the path)")
    chosen = parser.parse_args()
    beside = Path(sys.executable).with_name("moto_server")
    program = chosen.moto_server or shutil.which("moto_server") or (str(beside) if beside.exists() else None)
    if program is None:
        parser.error("moto_server is not installed: pip install -e '.[bench]'")
    ratios = show(measure(program, chosen.rounds, chosen.calls))
    ratios |= show(measure_starts(program, chosen.starts))
    missed = [name for name, most in GOALS.items() if ratios[name] > most]
    print(f"Missed: {', '.join(missed)}" if missed else "All goals are met.")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
