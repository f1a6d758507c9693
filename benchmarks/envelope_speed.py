"""Sealing and unsealing a file, beside a bare loop of AES-GCM over 64 KiB chunks that reads and writes files too.

    python benchmarks/envelope_speed.py [--mebibytes 1024] [--rounds 5] [--folder DIR]

Each round runs all four, each in a process of its own and into a new file. Printed are the best and the median round,
the ratios of the best ones (the helpers' speed over the bare loops': whatever else the machine does only slows a run),
and by how much the process grew (its highest resident set, less that before the run).

Goals: ratio at least 0.8, growth at most 32 MiB. The program ends with status 1 where one is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kmscourse.envelope import seal_file, unseal_file

MIB = 1024 * 1024
CHUNK = 64 * 1024
LEAST_RATIO = 0.8
MOST_GROWTH = 32  # MiB
SETTLE_SECONDS = 0.5


class OneKey:
    """GenerateDataKey and Decrypt without a KMS, so that only the files' work is timed."""

    def generate_data_key(self, **_: object) -> dict[str, Any]:
        return {"KeyId": "key", "Plaintext": bytes(32), "CiphertextBlob": bytes(184)}

    def decrypt(self, **_: object) -> dict[str, Any]:
        return {"KeyId": "key", "Plaintext": bytes(32)}


def bare_seal(source: Path, target: Path) -> None:
    """The yardstick: read, encrypt, write; no context, no order, no end."""
    cipher, number = AESGCM(bytes(32)), 0
    with open(source, "rb") as reader, open(target, "wb") as writer:
        while chunk := reader.read(CHUNK):
            writer.write(cipher.encrypt(number.to_bytes(12, "big"), chunk, None))
            number += 1


def bare_unseal(source: Path, target: Path) -> None:
    """The way back of ``bare_seal``."""
    cipher, number = AESGCM(bytes(32)), 0
    with open(source, "rb") as reader, open(target, "wb") as writer:
        while chunk := reader.read(CHUNK + 16):
            writer.write(cipher.decrypt(number.to_bytes(12, "big"), chunk, None))
            number += 1


RUNS: dict[str, Callable[[Path, Path], None]] = {
    "bare seal": bare_seal,
    "seal_file": lambda source, target: seal_file(OneKey(), "key", source, target, {"a": "b"}),  # type: ignore[arg-type]
    "bare unseal": bare_unseal,
    "unseal_file": lambda source, target: unseal_file(OneKey(), source, target, {"a": "b"}),  # type: ignore[arg-type]
}
SOURCES = {"bare seal": "plain", "seal_file": "plain", "bare unseal": "bare", "unseal_file": "sealed"}


def measure(name: str, source: Path, target: Path) -> dict[str, float]:
    """Seconds and growth in MiB of one run, in this process."""
    before = _highest_mib()
    began = time.perf_counter()
    RUNS[name](source, target)
    return {"seconds": time.perf_counter() - began, "growth": _highest_mib() - before}


def measure_apart(name: str, folder: Path) -> dict[str, float]:
    """The same in a fresh process, since the highest resident set never goes down again."""
    target = folder / "target"
    target.unlink(missing_ok=True)
    os.sync()  # no run pays for what the one before it left to be written or discarded
    time.sleep(SETTLE_SECONDS)
    source = folder / SOURCES[name]
    command = [sys.executable, __file__, "--run", name, str(source), str(target)]
    answer: dict[str, float] = json.loads(
        subprocess.run(command, capture_output=True, check=True, text=True).stdout
    )
    return answer


def _highest_mib() -> float:
    """The most memory that this process has had resident."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB  # macOS counts bytes
    # On Linux getrusage also counts what the process that started this one had.
    (line,) = (line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def prepare(folder: Path, mebibytes: int) -> None:
    """The files that the runs read, read once already."""
    with open(folder / "plain", "wb") as writer:
        for _ in range(mebibytes):
            writer.write(os.urandom(MIB))
    RUNS["bare seal"](folder / "plain", folder / "bare")
    RUNS["seal_file"](folder / "plain", folder / "sealed")
    for name in ("plain", "bare", "sealed"):
        with open(folder / name, "rb") as reader:
            while reader.read(MIB):
                pass


def report(measured: dict[str, list[dict[str, float]]], mebibytes: int) -> bool:
    """Print what was measured; True where the goals are met."""
    seconds = {name: min(run["seconds"] for run in runs) for name, runs in measured.items()}
    median = {name: statistics.median(run["seconds"] for run in runs) for name, runs in measured.items()}
    growth = {name: max(run["growth"] for run in runs) for name, runs in measured.items()}
    print(f"{mebibytes} MiB, {len(measured['seal_file'])} rounds: best, median, growth")
    for name in RUNS:
        print(f"  {name:22} {seconds[name]:5.2f} s  {median[name]:5.2f} s  {growth[name]:5.1f} MiB")
    met = True
    for name, bare in (("seal_file", "bare seal"), ("unseal_file", "bare unseal")):
        ratio = seconds[bare] / seconds[name]
        good = ratio >= LEAST_RATIO and growth[name] <= MOST_GROWTH
        met &= good
        print(f"{name}: ratio {ratio:.2f}, growth {growth[name]:.1f} MiB: {'good' if good else 'missed'}")
    return met


def main() -> int:
    """Measure, print, and judge."""
    if sys.argv[1:2] == ["--run"]:
        name, source, target = sys.argv[2:]
        print(json.dumps(measure(name, Path(source), Path(target))))
        return 0
    parser = argparse.ArgumentParser(description="Sealing files beside a bare loop of AES-GCM.")
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help="where the files are made (default: the system's temporary folder)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        prepare(folder, given.mebibytes)
        names = list(RUNS)
        orders = [names[turn % len(names) :] + names[: turn % len(names)] for turn in range(given.rounds)]
        rounds = [{run: measure_apart(run, folder) for run in order} for order in orders]
        return 0 if report({run: [each[run] for each in rounds] for run in RUNS}, given.mebibytes) else 1


if __name__ == "__main__":
    sys.exit(main())
