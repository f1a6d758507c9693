"""How long a student waits for ``Lab.open()``: cold (no practice account yet), warm, and beside bare boto3.

    python benchmarks/lab_open.py [--rounds 5]

Each figure is taken in a Python process of its own, from before the first import to the end of the call, in turn.
Cold is a new home: the account's process is started. Warm finds it running. Bare boto3 is a client and one call to
that same account. Printed are medians in seconds and the ratios to bare boto3.

Goal: a warm ``Lab.open()`` under a second. The program ends with status 1 where it is missed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from servers import environment

from kmscourse.sandbox import client as sandbox_client

GOAL = 1.0  # seconds, for a warm Lab.open()

TIMED = """import time; started = time.perf_counter()
{}
print(time.perf_counter() - started, time.process_time())"""
OPEN = "from kmscourse import Lab; Lab.open(section=0)"
BARE = "import boto3; boto3.client('kms').list_keys()"


def seconds(code: str, variables: dict[str, str]) -> tuple[float, float]:
    """How long the code takes in a new Python process, its start not counted, and that process's time of processor."""
    ran = subprocess.run(
        [sys.executable, "-c", TIMED.format(code)],
        env={**environment(None), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    waited, processor = map(float, ran.stdout.splitlines()[-1].split())
    return waited, processor


def one_round() -> dict[str, float]:
    """Each figure once."""
    with tempfile.TemporaryDirectory(prefix="kmscourse-") as home:
        variables = {"KMSCOURSE_HOME": home, "KMSCOURSE_TARGET": "sandbox"}
        try:
            cold, _ = seconds(OPEN, variables)
            warm, _ = seconds(OPEN, variables)
            bare, _ = seconds(BARE, sandbox_client.find_or_start(Path(home)).environment())
        finally:
            sandbox_client.stop(Path(home))
    return {"cold": cold, "warm": warm, "bare boto3": bare}


def main() -> int:
    """Measure, print, and say whether the goal is met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = [one_round() for _ in range(parser.parse_args().rounds)]
    medians = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    for name, value in medians.items():
        print(f"{name:12} {value:6.2f} s   {value / medians['bare boto3']:5.2f} of bare boto3")
    return int(medians["warm"] > GOAL)


if __name__ == "__main__":
    raise SystemExit(main())
