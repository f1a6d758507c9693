"""The ``kmscourse`` command. Each verb is a function that adds itself to the parser and names what runs it.

Every failure is one sentence on stderr and exit status 1; a command that can't be right is one, and 2 (arguments.py).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from kmscourse.cli import terminal
from kmscourse.cli.arguments import USAGE, Parser, UsageError
from kmscourse.cli.aws import add_aws
from kmscourse.cli.classroom import add_class
from kmscourse.cli.course import add_check, add_lab, add_slides
from kmscourse.cli.progress import add_progress
from kmscourse.cli.quiz import add_quiz
from kmscourse.cli.sandbox import add_sandbox
from kmscourse.errors import KmsCourseError

Command = Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; without a verb, print what there is.

    Returns the exit status: 0, 1 for a failure that was said, 2 for a command that can't be right, 130 for Ctrl-C.
    """
    terminal.write_every_character()
    try:
        chosen = parser().parse_args(arguments)
    except SystemExit as ended:  # the help, the version, or what was wrong has been printed
        return int(ended.code or 0)
    run: Command = chosen.run
    try:
        run(chosen)
        print(end="", flush=True)
    except KmsCourseError as error:
        print(error, file=sys.stderr)
        return USAGE if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # Whoever was to read this has ended, as head does.
        _give_up_stdout()
        return 1
    except OSError as error:
        print(f"The system refused this: {error}", file=sys.stderr)
        _give_up_stdout()
        return 1
    except _aws_errors() as error:
        print(f"AWS refused this: {error}", file=sys.stderr)
        return 1
    return 0


def _give_up_stdout() -> None:
    """Write what can be written, and let the end of the process find nothing that can't."""
    try:
        print(end="", flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _aws_errors() -> tuple[type[Exception], ...]:
    """What boto3 raises; imported where something went wrong, as that takes a while."""
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError


def parser() -> argparse.ArgumentParser:
    """The command line with all its verbs."""
    top = Parser(prog="kmscourse", description="A hands-on course on AWS KMS.")
    top.add_argument("--version", action="version", version=f"kmscourse {version('kmscourse')}")
    top.set_defaults(run=lambda _: top.print_help())
    verbs = top.add_subparsers(metavar="verb")
    for add in VERBS:
        add(verbs)
    return top


VERBS = (add_lab, add_slides, add_check, add_progress, add_quiz, add_class, add_sandbox, add_aws)
