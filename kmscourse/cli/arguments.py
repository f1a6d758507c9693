"""What is typed after ``kmscourse``: read, and where it can't be right refused in one sentence, with exit status 2."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from kmscourse.errors import KmsCourseError

if TYPE_CHECKING:
    from kmscourse.classroom import Submission

MAX_PORT = 65_535
MAX_IDLE_HOURS = 24 * 365.0
USAGE = 2
"""The exit status for a command that can't be right."""


class UsageError(KmsCourseError):
    """A command that can't be right, as is seen only when it runs."""


class Parser(argparse.ArgumentParser):
    """A parser that says in one sentence what is wrong."""

    def error(self, message: str) -> NoReturn:
        """End with that sentence, and say where there is more."""
        sentence = message.removeprefix("argument ").rstrip(".")
        self.exit(USAGE, f"{self.prog}: {sentence}. (What there is: {self.prog} --help)\n")


def port(text: str) -> int:
    """A port that a program can be asked to use."""
    return _whole_number(text, 1, MAX_PORT, "a port")


def port_or_any(text: str) -> int:
    """The same, or 0, which lets the system choose."""
    return _whole_number(text, 0, MAX_PORT, "a port (0: the system chooses)")


def idle_hours(text: str) -> float:
    """How long something may go without being asked, in hours."""
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not 0 < hours <= MAX_IDLE_HOURS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of hours above 0, and {MAX_IDLE_HOURS:.0f} at most"
        )
    return hours


def section(text: str) -> int:
    """The number of a section of the course."""
    from kmscourse.course.sections import SECTIONS

    return _whole_number(text, 0, SECTIONS[-1].number, "a section")


def table_key_cache(text: str) -> float:
    """How long DynamoDB keeps an opened table key, in seconds."""
    from kmscourse.sandbox.dynamodb import table_key_cache

    try:
        return table_key_cache.seconds(text, "it")
    except KmsCourseError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def quota(text: str) -> int:
    """How many requests a second KMS takes, as in ``kms=100``."""
    from kmscourse.sandbox.kms.request_quota import MAX_REQUESTS

    service, _, number = text.partition("=")
    if service != "kms":
        raise argparse.ArgumentTypeError(f"{text!r} is no quota: write it as in kms=100")
    return _whole_number(number, 1, MAX_REQUESTS, "a number of requests a second")


def grant_delay(text: str) -> float:
    """How long it takes until a grant is known everywhere, in seconds."""
    from kmscourse.sandbox.kms.grant_delay import MAX_SECONDS

    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to {MAX_SECONDS:.0f}")
    return seconds


def exports(text: str) -> list[Submission]:
    """The students' exports at a path or a URL."""
    from kmscourse import classroom

    try:
        return classroom.find_submissions(text)
    except KmsCourseError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def output_file(text: str) -> str:
    """A file to write: one that is not there yet, in a folder that is, or a plain file that may be replaced.

    A device or a pipe is neither, and to put a file in its place would take it away from everybody.
    """
    path = Path(text)
    try:
        if text in ("", "-"):
            raise argparse.ArgumentTypeError(f"{text!r} is no name of a file")
        if path.is_dir():
            raise argparse.ArgumentTypeError(f"{text!r} is a folder: name a file in it")
        if not path.absolute().parent.is_dir():
            raise argparse.ArgumentTypeError(f"{text!r} is in a folder that is not there: make it first")
        if path.exists() and not path.is_file():
            raise argparse.ArgumentTypeError(f"{text!r} is a device or a pipe: choose a file")
    except (OSError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is no name of a file") from None
    return text


def output_file_or_stdout(text: str) -> str:
    """The same, or ``-`` for stdout."""
    return text if text == "-" else output_file(text)


def add_csv(verb: argparse.ArgumentParser) -> None:
    """Let a verb write what it shows as CSV."""
    verb.add_argument(
        "--csv",
        type=output_file_or_stdout,
        metavar="FILE",
        help="write it as CSV into a file, or to stdout: -",
    )


def output_folder(text: str) -> Path:
    """A folder to write into, which is made where it is not there. Without a name it would be the current one."""
    if not text:
        raise argparse.ArgumentTypeError("'' is no name of a folder")
    return Path(text)


def _whole_number(text: str, low: int, high: int, kind: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is not {kind}: take a whole number from {low} to {high}")
    return number
