"""The ``kmscourse`` command. Each verb is a function that adds itself to the parser and names what runs it.

Every failure is one sentence on stderr and exit status 1.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from kmscourse.cli import terminal
from kmscourse.cli.aws import add_aws
from kmscourse.cli.course import add_check, add_lab, add_slides
from kmscourse.cli.sandbox import add_sandbox
from kmscourse.errors import KmsCourseError

Command = Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 for a failure that was said, 130 for Ctrl-C."""
    terminal.write_every_character()
    chosen = parser().parse_args(arguments)
    run: Command = chosen.run
    try:
        run(chosen)
        print(end="", flush=True)
    except KmsCourseError as error:
        print(error, file=sys.stderr)
        return 1
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
    top = argparse.ArgumentParser(prog="kmscourse", description="A hands-on course on AWS KMS.")
    verbs = top.add_subparsers(metavar="verb", required=True)
    for add in VERBS:
        add(verbs)
    return top


VERBS = (add_lab, add_slides, add_check, add_sandbox, add_aws)
