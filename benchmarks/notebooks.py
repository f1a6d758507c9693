"""Comparing the notebooks beside kernels that only import boto3: as many, two at a time.

    python benchmarks/notebooks.py [--rounds 3]

Bare is nbclient starting a kernel for each notebook, importing boto3 in it and ending it. Compared is what ``make
test-notebooks`` does with the notebooks: pytest, nbval, every output held against the committed one, on a fresh
practice account each. Both are whole commands, from their start to their end. Printed are medians in seconds and the
ratio.

Goal: at most 2.0 times the bare kernels. The program ends with status 1 where it is missed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
GOAL = 2.0
AT_A_TIME = 2


def bare(_: Path) -> None:
    """Start a kernel, import boto3 in it, end it."""
    cell = nbformat.v4.new_code_cell("import boto3")
    NotebookClient(nbformat.v4.new_notebook(cells=[cell]), kernel_name="python3").execute()


COMMANDS = {
    "bare kernels": [__file__, "--bare"],
    "compared": ["-m", "pytest", "-q", "-n", str(AT_A_TIME), "--dist", "loadfile", "notebooks"],
}


def seconds(name: str) -> float:
    """How long one of the commands takes, from its start to its end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *COMMANDS[name]], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> int:
    """Measure, print, and say whether the goal is met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.bare:
        with ProcessPoolExecutor(AT_A_TIME) as pool:
            list(pool.map(bare, sorted(ROOT.glob("notebooks/*.ipynb"))))
        return 0
    rounds = [{name: seconds(name) for name in COMMANDS} for _ in range(chosen.rounds)]
    medians = {name: statistics.median(each[name] for each in rounds) for name in COMMANDS}
    ratio = medians["compared"] / medians["bare kernels"]
    for name, value in medians.items():
        print(f"{name:12} {value:6.1f} s")
    print(f"compared / bare kernels: {ratio:.2f}")
    return int(ratio > GOAL)


if __name__ == "__main__":
    raise SystemExit(main())
