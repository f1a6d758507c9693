"""Comparing the notebooks beside only running them: two at a time, in turn, each on a fresh practice account.

    python benchmarks/notebooks.py [--rounds 3]

Bare is nbclient running each notebook in a kernel, two at a time. Compared is what ``make test-notebooks`` does with
the same notebooks: pytest, nbval, every output held against the committed one. Both are whole commands,
from their start to their end. Printed are medians in seconds and the ratio.

Goal: at most 1.3 times the bare kernels. The program ends with status 1 where it is missed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from kmscourse.sandbox import client as sandbox_client  # noqa: E402  (tools/ beside it is not an installed package)
from tools.record import NOTEBOOKS, run  # noqa: E402

GOAL = 1.3
AT_A_TIME = 2


def bare(path: Path) -> None:
    """Run one notebook on a fresh account, and keep nothing."""
    with tempfile.TemporaryDirectory(prefix="kmscourse-") as home:
        try:
            run(nbformat.read(path, as_version=4), Path(home))
        finally:
            sandbox_client.stop(Path(home))


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
            list(pool.map(bare, NOTEBOOKS))
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
