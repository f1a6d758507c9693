"""Processes that find imported what they need: each is forked from one that has imported it.

To import the AWS CLI, or the course with all that it uses, takes a process longer than most of what it is started for.
Whatever else a process has, it has of its own: its environment, its folder, its output and its end.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SECONDS = 300
PRELOADED = [
    "awscli.clidriver",
    "awscli.handlers",
    "kmscourse.lab",
    "kmscourse.widgets",
    "tests.real_account.section",
]

_context: Any = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(PRELOADED)

Program = Callable[..., int | None]
"""A function of a module's own. What it returns is the status with which its process ends; None: 0."""


@dataclass(frozen=True)
class Ended:
    """A process that has ended, and what it said."""

    status: int
    out: str
    err: str


def run(environment: Mapping[str, str], program: Program, *arguments: Any) -> Ended:
    """A process from its beginning to its end."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        with started(environment, program, *arguments, out=out, err=err) as process:
            process.join(SECONDS)
        return Ended(process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


@contextmanager
def started(
    environment: Mapping[str, str], program: Program, *arguments: Any, out: Path, err: Path
) -> Iterator[Any]:
    """A process, as ``multiprocessing`` has it, which is over at the end of the block."""
    process = _context.Process(target=_begin, args=(dict(environment), out, err, program, *arguments))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _begin(environment: dict[str, str], out: Path, err: Path, program: Program, *arguments: Any) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    for descriptor, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), descriptor)
    raise SystemExit(program(*arguments) or 0)
