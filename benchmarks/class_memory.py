"""The memory of a class on one machine: each student's JupyterLab server, kernel after section 7's cells, and account.

    python benchmarks/class_memory.py [--students 1 5 15]

Each student has a new home; their processes all run when the memory is taken. Printed are MiB: for each kind of process
what one of them has of its own (what the machine gets back when it ends), on average; and what the whole class takes,
with the pages that processes share counted once (Pss of /proc/PID/smaps_rollup, so this runs on Linux alone). Times are
not measured: two students at a time are set up.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager

from kmscourse import jupyter
from kmscourse.course import find_section
from kmscourse.jupyter.copy import bring_up_to_date
from kmscourse.sandbox import client as sandbox_client

NOTEBOOK = find_section(7).notebook
AT_A_TIME = 2
START_SECONDS = 120
KINDS = ("server", "kernel", "account")
MIB = 1024  # KiB, as /proc counts

_starting = Lock()


@dataclass(frozen=True)
class Memory:
    """Of one process, MiB: ``own`` is in no other one, ``share`` has its part of what several have in common."""

    own: float
    share: float

    @classmethod
    def of(cls, pid: int) -> Memory:
        """As it is now."""
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()[1:]
        kib = {name: int(value.split()[0]) for name, value in (row.split(":") for row in rows)}
        return cls((kib["Private_Clean"] + kib["Private_Dirty"]) / MIB, kib["Pss"] / MIB)


@contextmanager
def server(home: Path) -> Iterator[int]:
    """A student's JupyterLab server; its process."""
    folder, token = home / "notebooks", secrets.token_hex(16)
    bring_up_to_date(folder, jupyter.notebooks())
    environment = {**jupyter.environment(), "KMSCOURSE_HOME": str(home), "JUPYTER_TOKEN": token}
    log = home / "jupyter.log"
    command = jupyter.command(folder, browser=False, port=None)
    with ExitStack() as running:
        with _starting:  # two at once may choose one port
            said = running.enter_context(open(log, "wb"))
            process = running.enter_context(
                subprocess.Popen(command, env=environment, stdout=said, stderr=said)
            )
            running.callback(process.kill)
            _wait_for(log, token)
        yield process.pid


def _wait_for(log: Path, token: str) -> None:
    """Return when the server answers at the address that it has written, and has sent JupyterLab's page."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        words = log.read_text("utf-8", "replace").split()
        address = next((word for word in words if word.startswith("http://127.0.0.1:")), None)
        if address is not None:
            url = f"{address.partition('/lab')[0]}/lab?token={token}"
            try:
                with urllib.request.urlopen(url, timeout=START_SECONDS) as page:  # noqa: S310 (our own server)
                    page.read()
                return
            except urllib.error.URLError:
                pass
        time.sleep(0.1)
    raise TimeoutError(f"JupyterLab did not start: see {log}")


@contextmanager
def kernel(home: Path) -> Iterator[int]:
    """A kernel in which section 7's cells have run; its process."""
    manager = KernelManager(transport="ipc", ip=str(home / "kernel"))  # no port that two may choose
    manager.start_kernel(
        env={**os.environ, "KMSCOURSE_HOME": str(home), "KMSCOURSE_TARGET": "sandbox"},
        cwd=str(home),
        stderr=subprocess.DEVNULL,
    )
    client: Any = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=START_SECONDS)
        for cell in nbformat.read(jupyter.notebooks() / NOTEBOOK, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            answer = client.execute_interactive(
                cell.source, timeout=START_SECONDS, output_hook=lambda _: None, stop_on_error=False
            )
            may_fail = "raises-exception" in cell.metadata.get("tags", [])
            if answer["content"]["status"] == "error" and not may_fail:
                raise RuntimeError(f"{cell.source}\n{answer['content']['evalue']}")
        yield manager.provisioner.pid
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@contextmanager
def student() -> Iterator[dict[str, int]]:
    """All that one student has running: the process of each kind."""
    with tempfile.TemporaryDirectory(prefix="kmscourse-") as folder:
        home = Path(folder)
        try:
            with server(home) as server_pid, kernel(home) as kernel_pid:
                endpoint = sandbox_client.find_or_start(home)
                yield {"server": server_pid, "kernel": kernel_pid, "account": endpoint.pid}
        finally:
            sandbox_client.stop(home)


def measured(count: int) -> list[dict[str, Memory]]:
    """The memory of so many students, while all of them are there."""
    with ExitStack() as present, ThreadPoolExecutor(AT_A_TIME) as pool:
        students = list(pool.map(lambda _: present.enter_context(student()), range(count)))
        return [{kind: Memory.of(pid) for kind, pid in processes.items()} for processes in students]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--students", type=int, nargs="+", default=[1, 5, 15], metavar="N")
    if not sys.platform.startswith("linux"):
        parser.exit(1, "This needs /proc, as Linux has it.\n")
    print(f"{'students':>8}  {'server':>7}  {'kernel':>7}  {'account':>7}  {'class':>7}  {'each':>7}  MiB")
    for count in parser.parse_args().students:
        memory = measured(count)
        own = [statistics.mean(each[kind].own for each in memory) for kind in KINDS]
        whole = sum(each[kind].share for each in memory for kind in KINDS)
        figures = "  ".join(f"{value:7.0f}" for value in (*own, whole, whole / count))
        print(f"{count:8}  {figures}", flush=True)


if __name__ == "__main__":
    main()
