"""How long a class waits that opens its first notebook at once: ``Lab.open()``, cold, for 1, 5, 15 and 30 students.

    python benchmarks/class_opening.py [--students 1 5 15 30] [--rounds 3]

Each student has a new home and a Python process of their own, in which ``Lab.open()`` is called: it starts the process
of the practice account. Printed are seconds, from before the first import to the end of the call: the middle student's
and the last one's, in the round in which the last one waited least; and the seconds of processor that one student
takes, in both processes, on average (from /proc, as Linux has it). These hardly hang on what else the machine does.

Goal: alone at most 1 second, and at most 12 for the last of thirty, where two processors have nothing else to do. The
program ends with status 1 where it is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from lab_open import OPEN, seconds

from kmscourse.sandbox import client as sandbox_client

GOALS = {1: 1.0, 30: 12.0}  # seconds, for the last of so many students


class Opened(NamedTuple):
    """What one student waited for, and took: seconds, seconds of processor in each process."""

    waited: float
    kernel: float
    account: float


def opened() -> Opened:
    """One student opens the lab for the first time."""
    with tempfile.TemporaryDirectory(prefix="kmscourse-") as home:
        try:
            waited, kernel = seconds(OPEN, {"KMSCOURSE_HOME": home, "KMSCOURSE_TARGET": "sandbox"})
            return Opened(waited, kernel, processor_of(sandbox_client.find_or_start(Path(home)).pid))
        finally:
            sandbox_client.stop(Path(home))


def processor_of(pid: int) -> float:
    """The seconds of processor that a process has taken since its start."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def one_round(count: int) -> list[Opened]:
    """So many students at once."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: opened(), range(count)))


def last(students: list[Opened]) -> float:
    """How long the last one waited."""
    return max(student.waited for student in students)


def main() -> int:
    """Measure, print, and say whether the goals are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--students", type=int, nargs="+", default=[1, 5, 15, 30], metavar="N")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if not sys.platform.startswith("linux"):
        parser.exit(1, "This needs /proc, as Linux has it.\n")
    opened()  # Python keeps what it compiles: no later student waits for that.
    missed = False
    print(f"{'students':>8}  {'middle':>7}  {'last':>7}  {'kernel':>7}  {'account':>7}  seconds")
    for count in arguments.students:
        students = min((one_round(count) for _ in range(arguments.rounds)), key=last)
        middle = statistics.median(student.waited for student in students)
        kernel = statistics.mean(student.kernel for student in students)
        account = statistics.mean(student.account for student in students)
        figures = (middle, last(students), kernel, account)
        print(f"{count:8}  " + "  ".join(f"{value:7.2f}" for value in figures), flush=True)
        missed = missed or last(students) > GOALS.get(count, float("inf"))
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
