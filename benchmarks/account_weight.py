"""Where the weight of a practice account's process lies: MiB and seconds of processor, by what brings it in.

    python benchmarks/account_weight.py [--rounds 5]

A new Python process does, step by step, what the account's process does until it answers, and then reads what the first
calls of each service need. After each step its memory is taken (what it has of its own, from /proc, as Linux has it).
What two steps need counts for the first. Printed are the medians of what each step adds, and their sum so far. What is
kept in the account comes on top, and is small.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from itertools import pairwise

from servers import environment

STEPS = {
    "Python itself": "",
    "its library": (
        "import asyncio, dataclasses, email.parser, hashlib, html, http.client, http.cookies, importlib.metadata\n"
        "import ipaddress, json, logging.handlers, pathlib, sqlite3, ssl, subprocess, typing, urllib.request, uuid"
    ),
    "cryptography": (
        "from cryptography.hazmat.primitives import serialization\n"
        "from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem, padding, rsa\n"
        "from cryptography.hazmat.primitives.ciphers import aead\n"
        "from cryptography.hazmat.primitives.kdf import kbkdf"
    ),
    "botocore, to read AWS's models": (
        "from kmscourse.sandbox.moto_adapter.deferred_imports import defer_imports\n"
        "defer_imports()\n"
        "import botocore.loaders, botocore.model"
    ),
    "tornado, for HTTP": "import tornado.http1connection, tornado.httputil, tornado.iostream",
    "the account's own modules": (
        "from kmscourse.sandbox import application, process\nfrom kmscourse.sandbox.http import server"
    ),
    "moto's IAM, a new account": "account = application.Application.open()",
    "AWS's models of six services": (
        "from kmscourse.sandbox.model.shapes import service_model\n"
        "for service in ('kms', 'dynamodb', 'iam', 'sts', 'cloudtrail', 'tagging'): service_model(service)"
    ),
    "moto's DynamoDB, its answers": (
        "from kmscourse.sandbox.moto_adapter import iam_responses\nfrom moto.dynamodb import responses"
    ),
}

MEASURED = """
import gc, time
gc.disable()

def taken():
    with open("/proc/self/smaps_rollup") as file:
        rows = dict(line.split(":") for line in file.readlines()[1:])
    own = sum(int(rows[name].split()[0]) for name in ("Private_Clean", "Private_Dirty"))
    return own / 1024, time.process_time()

figures = [taken()]
for step in {steps!r}:
    exec(step)
    figures.append(taken())
import json
print(json.dumps(figures))
"""


def one_round() -> list[tuple[float, float]]:
    """What each step adds: MiB, seconds."""
    program = MEASURED.format(steps=list(STEPS.values())[1:])
    ran = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env=environment(None),
        capture_output=True,
        text=True,
        check=True,
    )
    figures = [(0.0, 0.0), *json.loads(ran.stdout)]
    return [
        (memory - before, processor - spent) for (before, spent), (memory, processor) in pairwise(figures)
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if not sys.platform.startswith("linux"):
        parser.exit(1, "This needs /proc, as Linux has it.\n")
    rounds = [one_round() for _ in range(arguments.rounds)]
    print(f"{'':32} {'MiB':>6} {'so far':>7} {'s':>6}")
    so_far = 0.0
    for step, figures in zip(STEPS, zip(*rounds, strict=True), strict=True):
        memory, processor = (statistics.median(figure) for figure in zip(*figures, strict=True))
        so_far += memory
        print(f"{step:32} {memory:6.1f} {so_far:7.1f} {processor:6.2f}")


if __name__ == "__main__":
    main()
