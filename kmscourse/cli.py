"""The ``kmscourse`` command. Each verb is a function that adds itself to the parser and names what runs it.

Every failure is one sentence on stderr and exit status 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kmscourse import terminal
from kmscourse.cli_aws import add_aws
from kmscourse.errors import KmsCourseError
from kmscourse.home import home

if TYPE_CHECKING:
    from kmscourse.sandbox.client import Endpoint

Command = Callable[[argparse.Namespace], None]
NOT_RUNNING = "No sandbox is running. Start one with: kmscourse sandbox serve"
BUSY = "The sandbox runs, but it does not answer yet. Try again in a moment."


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


def _add_lab(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    lab = verbs.add_parser("lab", help="open the course in JupyterLab")
    lab.add_argument("--no-browser", action="store_true", help="only print the address")
    lab.add_argument("--port", type=int, help="a port of 127.0.0.1 (default: JupyterLab chooses)")
    lab.add_argument(
        "--originals", action="store_true", help="the course's own notebooks, to change them, not your copy"
    )
    lab.set_defaults(run=open_lab)


def _add_slides(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    slides = verbs.add_parser("slides", help="make slides of the notebooks, for presenting them")
    slides.add_argument("section", type=int, nargs="*", metavar="N", help="sections (default: all of them)")
    slides.add_argument("--out", type=Path, default=Path("slides"), help="the folder (default: slides)")
    slides.set_defaults(run=make_slides)


def _add_check(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = verbs.add_parser("check", help="what the sections should have brought about, and what is missing")
    check.add_argument("section", type=int, nargs="?", metavar="N", help="a section (default: all of them)")
    check.set_defaults(run=check_sections)


def _add_sandbox(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sandbox = verbs.add_parser("sandbox", help="the practice account on this machine")
    actions = sandbox.add_subparsers(metavar="action", required=True)

    serve = actions.add_parser("serve", help="run it in the foreground; the first line says where it answers")
    serve.add_argument(
        "--port", type=int, default=0, help="a port of 127.0.0.1 (default: the system chooses)"
    )
    serve.add_argument("--data", type=Path, help="the folder that keeps its state (default: KMSCOURSE_HOME)")
    serve.add_argument("--idle-hours", type=float, default=8.0, help="end after so long without a request")
    serve.add_argument(
        "--table-key-cache",
        metavar="SECONDS",
        help="how long DynamoDB keeps an opened table key, on AWS about 300 (default: KMSCOURSE_TABLE_KEY_CACHE, or 0)",
    )
    serve.set_defaults(run=sandbox_serve)

    env = actions.add_parser("env", help='shell exports for AWS clients: eval "$(kmscourse sandbox env)"')
    env.add_argument("--user", help="an IAM user of the practice account (default: its main user)")
    env.set_defaults(run=sandbox_env)

    for name, run, text in (
        ("status", sandbox_status, "where it answers and what is in it"),
        ("stop", sandbox_stop, "end it; its state stays"),
    ):
        actions.add_parser(name, help=text).set_defaults(run=run)

    reset = actions.add_parser(
        "reset", help="start the account over: keys, tables, users, events, notes and progress go"
    )
    reset.add_argument(
        "--section",
        type=int,
        metavar="N",
        help="then put it where section N starts; the progress in the sections before N stays",
    )
    reset.set_defaults(run=sandbox_reset)


def open_lab(chosen: argparse.Namespace) -> None:
    """Open the student's copy of the course in JupyterLab, and stay until JupyterLab ends."""
    from kmscourse import jupyter
    from kmscourse.jupyter.copy import bring_up_to_date

    folder = jupyter.notebooks()
    if not chosen.originals:
        folder = home() / "notebooks"
        for line in bring_up_to_date(folder, jupyter.notebooks()):
            print(line)
        print(f"Your notebooks are in {folder}", flush=True)
    subprocess.run(
        jupyter.command(folder, browser=not chosen.no_browser, port=chosen.port),
        env=jupyter.environment(),
        check=False,
    )


def make_slides(chosen: argparse.Namespace) -> None:
    """Write slides of the course's own notebooks, and say where they are."""
    from kmscourse import course, jupyter, slides

    sections = [course.section(number) for number in chosen.section] or course.SECTIONS
    made = slides.make([jupyter.notebooks() / section.notebook for section in sections], chosen.out)
    print(f"{_count(len(made) - 1, 'slide show')}: open {made[0].absolute()} in a browser.")


def check_sections(chosen: argparse.Namespace) -> None:
    """Print each check of a section, or of all, with a hint where it isn't met."""
    from kmscourse import course
    from kmscourse.account import open_account
    from kmscourse.checks import CHECKS, run
    from kmscourse.notes import Notes
    from kmscourse.progress import Progress

    account = open_account()
    notes = Notes(home(), account.kept_as)
    progress = Progress(home(), account.kept_as)
    numbers = range(len(course.SECTIONS)) if chosen.section is None else [chosen.section]
    for section in map(course.section, numbers):
        report = run(CHECKS[section.number], account, notes)
        if report.passed:
            progress.record(section.number)
        print(f"{section.number} · {section.title}\n{report!r}")
    print(progress)


def sandbox_serve(chosen: argparse.Namespace) -> None:
    """Serve until stopped. The first line on stdout is one JSON object: where it answers and as whom."""
    from kmscourse.sandbox import process, table_key_cache

    def announce(endpoint: Endpoint, notices: Sequence[str]) -> None:
        names = ("account", "region", "user", "access_key_id", "secret_access_key")
        said = {"endpoint": endpoint.url} | {name: getattr(endpoint, name) for name in names}
        print(json.dumps(said), flush=True)
        for notice in notices:
            print(notice, file=sys.stderr)

    given = chosen.table_key_cache
    kept = None if given is None else table_key_cache.seconds(given, "--table-key-cache")
    process.run((chosen.data or home()).absolute(), chosen.port, chosen.idle_hours, announce, kept)


def sandbox_env(chosen: argparse.Namespace) -> None:
    """Lines for a POSIX shell that point every AWS client at the running sandbox, and at nothing else."""
    try:
        print(_exports(chosen.user))
    except KmsCourseError:
        print("false")  # so that ``eval`` fails too, and what comes after it reaches no other account
        raise


def _exports(user: str | None) -> str:
    from kmscourse import aws_settings
    from kmscourse.sandbox import client as sandbox_client

    endpoint = _running()
    variables = endpoint.environment()
    if user not in (None, endpoint.user):
        given = sandbox_client.call(endpoint, "SessionFor", {"UserName": user})
        variables["AWS_ACCESS_KEY_ID"] = given["AccessKeyId"]
        variables["AWS_SECRET_ACCESS_KEY"] = given["SecretAccessKey"]
        variables["AWS_SESSION_TOKEN"] = given["SessionToken"]
    return aws_settings.in_shell(aws_settings.for_practice_account(variables))


def sandbox_status(_: argparse.Namespace) -> None:
    """Where the sandbox answers and what is in it."""
    from kmscourse.sandbox import client as sandbox_client

    endpoint = _running()
    status = sandbox_client.read_status(endpoint)
    print(f"The sandbox answers at {endpoint.url} (process {endpoint.pid}).")
    print(f"Account {endpoint.account} in {endpoint.region}, main user {endpoint.user}.")
    print(f"It holds {_count(status['Keys'], 'key')} and {_count(status['Tables'], 'table')}.")
    kept = status["TableKeyCache"]
    print(
        f"DynamoDB keeps an opened table key for {kept:g} s."
        if kept
        else "DynamoDB opens a table's key each time."
    )
    for notice in status["Notices"]:
        print(notice)


def sandbox_stop(_: argparse.Namespace) -> None:
    """End the sandbox; its state stays where it is."""
    from kmscourse.sandbox import client as sandbox_client

    print("The sandbox has ended." if sandbox_client.stop(home()) else "No sandbox was running.")


def sandbox_reset(chosen: argparse.Namespace) -> None:
    """Start the account over, or put it where a section starts. The main user and its access key stay."""
    from kmscourse import course
    from kmscourse.account import open_sandbox
    from kmscourse.notes import Notes
    from kmscourse.progress import Progress
    from kmscourse.sandbox import client as sandbox_client

    number = 0 if chosen.section is None else course.section(chosen.section).number
    with course.alone(home()):
        account = open_sandbox()
        notes = Notes(home(), account.kept_as)
        notes.clear()  # These two first: a file that can't be read is said before anything is lost.
        Progress(home(), account.kept_as).start_over(number)
        sandbox_client.call(sandbox_client.find_or_start(home()), "Reset", {})
        since = f" from section {number} on" if number else ""
        print(f"The practice account starts over, and so do its notes and your progress{since}.")
        if chosen.section is not None:
            for line in course.prepare(account, notes, number):
                print(line)


def _running() -> Endpoint:
    from kmscourse.sandbox import client as sandbox_client

    endpoint = sandbox_client.find(home())
    if endpoint is None:
        raise KmsCourseError(BUSY if sandbox_client.is_running(home()) else NOT_RUNNING)
    return endpoint


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


VERBS = (_add_lab, _add_slides, _add_check, _add_sandbox, add_aws)

if __name__ == "__main__":
    sys.exit(main())
