"""The sandbox beside plain moto_server and in-process moto: what a call takes, and how soon the first is answered.

    pip install -e '.[bench]'
    python benchmarks/sandbox_latency.py [--calls 50] [--rounds 30] [--starts 9] [--moto-server PATH]

Every round calls all three in turn, over the same boto3 code; the two servers are processes of their own on
loopback, reached over kept connections. The turns are short, as a machine's speed changes from second to second.
Printed are medians in milliseconds and ratios to moto's, and the calls a second that eight connections get together.
Then each server is started again and again, in turn, on a new account: the time from the start of its process to the
first KMS call that it answers with 200 (one that only reads, one that makes a key), the processor time that it took
until then, and the memory that it holds.

Each start finds its modules compiled. The program ends with status 1 where one of ``GOALS`` is missed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from servers import REGION, Server, Started, moto_server, moto_server_program, sandbox, wait_for

CLIENTS = 8
SECONDS = 5  # of their calls together, to each server
SANDBOX, SERVER, IN_PROCESS = "sandbox", "moto_server", "in-process moto"
Figures = dict[str, dict[str, list[float]]]
"""By what is measured, then by who is."""


class Goal(NamedTuple):
    """What a ratio of the sandbox's to another's median should be: at most so much, or at least."""

    title: str
    other: str
    at_most: float = float("inf")
    at_least: float = 0.0

    def missed(self, ratio: float) -> bool:
        return not self.at_least <= ratio <= self.at_most

    def __str__(self) -> str:
        return f"at least {self.at_least}" if self.at_least else f"at most {self.at_most}"


GOALS = (
    Goal("GenerateDataKey, ms", SERVER, at_most=0.6),
    Goal("GenerateDataKey, ms", IN_PROCESS, at_most=2.0),
    Goal("CreateKey, ms", SERVER, at_most=0.1),
    Goal("Sign, ms", SERVER, at_most=0.6),
    Goal("Verify, ms", SERVER, at_most=0.6),
    Goal(f"{CLIENTS} clients, calls/s", SERVER, at_least=2.5),
    Goal("first answer (ListKeys), ms", SERVER, at_most=1.0),
    Goal("first answer (CreateKey), ms", SERVER, at_most=1.0),
    Goal("memory then, MiB", SERVER, at_most=1.0),
)


def operations(kms: Any) -> dict[str, Callable[[], Any]]:
    """What is timed, each as a call without arguments."""
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    signing_key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    message = {"KeyId": signing_key, "Message": b"attack at dawn", "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.sign(**message)["Signature"]
    return {
        "GenerateDataKey": lambda: kms.generate_data_key(KeyId=key_id, KeySpec="AES_256"),
        "Sign": lambda: kms.sign(**message),
        "Verify": lambda: kms.verify(**message, Signature=signature),
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
        calls = operations(boto3.Session("key", "secret", region_name=REGION).client("kms"))
        while (order := pipe.recv()) is not None:
            name, times = order
            pipe.send(timed(calls[name], times))


def throughput(server: Server, seconds: float) -> float:
    """GenerateDataKey calls a second that ``CLIENTS`` kept connections get together, signed once."""
    key_id = server.client().create_key()["KeyMetadata"]["KeyId"]
    body = json.dumps({"KeyId": key_id, "KeySpec": "AES_256"}).encode()
    headers = server.signed("GenerateDataKey", body)
    counts = [0] * CLIENTS
    until = time.perf_counter() + seconds

    def call(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        while time.perf_counter() < until:
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
            if response.status == 200 and response.read():
                counts[client] += 1
        connection.close()

    threads = [threading.Thread(target=call, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def measure_calls(program: str, rounds: int, calls: int) -> Figures:
    """Milliseconds of two operations, and the calls a second of many clients, with both servers running."""
    pipe, far_end = multiprocessing.Pipe()
    bare = multiprocessing.get_context("spawn").Process(target=in_process_moto, args=(far_end,), daemon=True)
    bare.start()
    with sandbox() as ours, moto_server(program) as theirs:
        wait_for(theirs)
        servers = {SANDBOX: ours, SERVER: theirs}
        served = {name: operations(server.client()) for name, server in servers.items()}
        measured: Figures = {f"{CLIENTS} clients, calls/s": {name: [] for name in servers}}
        few = max(calls // 5, 1)
        for operation, times in {
            "GenerateDataKey": calls,
            "Sign": few,
            "Verify": few,
            "CreateKey": few,
        }.items():
            spent: dict[str, list[float]] = {SANDBOX: [], SERVER: [], IN_PROCESS: []}
            for _ in range(rounds):
                for name, calls_of in served.items():
                    spent[name] += timed(calls_of[operation], times)
                pipe.send((operation, times))
                spent[IN_PROCESS] += pipe.recv()
            measured[f"{operation}, ms"] = spent
        for _ in range(SECONDS):
            for name, server in servers.items():
                measured[f"{CLIENTS} clients, calls/s"][name].append(throughput(server, seconds=1))
    pipe.send(None)
    bare.join()
    return measured


def one_start(started: Started, operation: str) -> tuple[float, float, float]:
    """A server's start until its first answer: milliseconds, its own processor time in milliseconds, MiB held then."""
    before, start = processor_time(), time.perf_counter()
    with started as server:
        wait_for(server, operation)
        spent = (time.perf_counter() - start) * 1000
        looking = processor_time()
        held = server.memory()
        looked = processor_time() - looking
    return spent, (processor_time() - before - looked) * 1000, held


def processor_time() -> float:
    """Seconds of processor time that the programs started from here, and ended, have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure_starts(program: str, starts: int) -> Figures:
    """How long each server takes to its first answer, and what it takes for it."""
    measured: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder)
        for number in range(starts + 1):
            for operation in ("ListKeys", "CreateKey"):
                titles = (
                    f"first answer ({operation}), ms",
                    f"processor time ({operation}), ms",
                    "memory then, MiB",
                )
                servers = {SANDBOX: sandbox(compiled), SERVER: moto_server(program, compiled)}
                for name, started in servers.items():
                    figures = one_start(started, operation)
                    for title, figure in zip(titles, figures if number else (), strict=bool(number)):
                        measured.setdefault(title, {}).setdefault(name, []).append(figure)
    return measured


def show(measured: Figures) -> list[str]:
    """Print the medians and the ratios; the goals that are missed are returned."""
    missed = []
    for title, spent in measured.items():
        medians = {name: statistics.median(figures) for name, figures in spent.items()}
        print(f"{title:32}" + "   ".join(f"{name} {median:.2f}" for name, median in medians.items()))
        for other, median in medians.items():
            if other == SANDBOX:
                continue
            ratio = medians[SANDBOX] / median
            goal = next((goal for goal in GOALS if (goal.title, goal.other) == (title, other)), None)
            verdict = "" if goal is None else f"   goal: {goal}{', missed' if goal.missed(ratio) else ''}"
            print(f"{'':32}sandbox / {other}: {ratio:.2f}{verdict}")
            if goal is not None and goal.missed(ratio):
                missed.append(f"{title} beside {other}")
    return missed


def main() -> int:
    """Measure, print, and say whether the goals are met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=50, help="calls of GenerateDataKey a round")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--starts", type=int, default=9, help="times that each server is started")
    parser.add_argument("--moto-server", help="the program (default: the one beside this Python)")
    chosen = parser.parse_args()
    program = moto_server_program(chosen.moto_server)
    if program is None:
        parser.error("moto_server is not installed: pip install -e '.[bench]'")
    missed = show(measure_calls(program, chosen.rounds, chosen.calls))
    missed += show(measure_starts(program, chosen.starts))
    print(f"Missed: {'; '.join(missed)}." if missed else "All goals are met.")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
