"""What a student's plain install takes: the wheel and all that it depends on, without the tests' tools, by uv.

    python benchmarks/install_size.py [--heaviest 12]

It builds the wheel and installs it twice, each time in an environment of its own: the first install may have to fetch
packages, the second finds them in uv's cache. Printed are the seconds of both, the megabytes (10^6 bytes) of the files
in site-packages and beside it, how many megabytes they take on this disk, and the heaviest packages. uv has to be on
the PATH.

Goal: at most 340 MB on the disk in site-packages, and 15 seconds where the cache is warm. The program ends with status
1 where one is missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
GOAL_MB, GOAL_SECONDS = 340, 15
MB = 10**6


def build_wheel(folder: Path) -> Path:
    """The wheel of this checkout."""
    subprocess.run(["uv", "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, environment: Path) -> float:
    """How many seconds the wheel takes to be installed in a new environment."""
    subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, environment], check=True)
    started = time.perf_counter()
    subprocess.run(["uv", "pip", "install", "--quiet", "--python", environment, wheel], check=True)
    return time.perf_counter() - started


def on_disk(file: Path) -> int:
    """The bytes that a file takes on the disk; its length where the system doesn't say (Windows)."""
    status = file.lstat()
    blocks: int | None = getattr(status, "st_blocks", None)
    return status.st_size if blocks is None else blocks * 512


def main() -> int:
    """Measure, print, and say whether the goal is met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--heaviest", type=int, default=12, help="so many packages are listed")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kmscourse-") as folder:
        wheel, environment = build_wheel(Path(folder)), Path(folder, "second")
        first, warm = install(wheel, Path(folder, "first")), install(wheel, environment)
        (packages,) = (path for path in environment.rglob("site-packages") if path.is_dir())
        lengths: Counter[str] = Counter()
        taken = beside = 0
        for file in (path for path in environment.rglob("*") if path.is_file() and not path.is_symlink()):
            if file.is_relative_to(packages):
                lengths[file.relative_to(packages).parts[0]] += file.stat().st_size
                taken += on_disk(file)
            else:
                beside += file.stat().st_size
    print(f"installed in {first:.1f} s, with a warm cache in {warm:.1f} s (goal {GOAL_SECONDS} s)")
    print(
        f"site-packages: {sum(lengths.values()) / MB:.0f} MB, on this disk {taken / MB:.0f} MB (goal {GOAL_MB} MB)"
    )
    print(f"beside it: {beside / MB:.0f} MB")
    for name, size in lengths.most_common(chosen.heaviest):
        print(f"{size / MB:8.1f} MB  {name}")
    return int(taken > GOAL_MB * MB or warm > GOAL_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
