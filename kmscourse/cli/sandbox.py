"""``kmscourse sandbox``: the practice account on this machine."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kmscourse.cli import arguments
from kmscourse.cli.arguments import Parser
from kmscourse.cli.terminal import agreed, count_of
from kmscourse.errors import KmsCourseError
from kmscourse.home import home

if TYPE_CHECKING:
    from kmscourse.account.aws_settings import Changes
    from kmscourse.course import Notes, Progress
    from kmscourse.sandbox.client import Endpoint

NOT_RUNNING = "No sandbox is running. Start one with: kmscourse sandbox serve"
ENV_DESCRIPTION = """Start the practice account if need be, and print lines that point the AWS CLI or any SDK at it.
A shell reads them so:

  sh, bash, zsh  eval "$(kmscourse sandbox env)"
  PowerShell     kmscourse sandbox env | Out-String | Invoke-Expression
  cmd            for /f "delims=" %i in ('kmscourse sandbox env --shell cmd') do @set "%i"

In a batch file cmd wants %%i for %i. Git Bash on Windows wants --shell posix."""
BUSY = "The sandbox runs, but it does not answer yet. Try again in a moment."


def add_sandbox(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Add the verb with its actions to the command line."""
    sandbox = verbs.add_parser("sandbox", help="the practice account on this machine")
    sandbox.set_defaults(run=lambda _: sandbox.print_help())
    actions = sandbox.add_subparsers(metavar="action")

    serve = actions.add_parser("serve", help="run it in the foreground; the first line says where it answers")
    serve.add_argument(
        "--port",
        type=arguments.port_or_any,
        default=0,
        help="a port of 127.0.0.1 (default: the system chooses)",
    )
    serve.add_argument("--data", type=Path, help="the folder that keeps its state (default: KMSCOURSE_HOME)")
    serve.add_argument(
        "--idle-hours", type=arguments.idle_hours, default=8.0, help="end after so long without a request"
    )
    serve.add_argument(
        "--table-key-cache",
        type=arguments.table_key_cache,
        metavar="SECONDS",
        help="how long DynamoDB keeps an opened table key, on AWS about 300 (default: KMSCOURSE_TABLE_KEY_CACHE, or 0)",
    )
    serve.add_argument(
        "--quota",
        type=arguments.quota,
        metavar="kms=N",
        help="cryptographic requests a second that KMS takes in a Region (default: as many as come)",
    )
    serve.add_argument(
        "--grant-delay",
        type=arguments.grant_delay,
        metavar="SECONDS",
        default=0.0,
        help="how long a new grant counts only with its token, and one that is gone goes on counting (default: 0)",
    )
    serve.set_defaults(run=sandbox_serve)

    env = actions.add_parser(
        "env",
        help='lines for a shell that point AWS clients at it: eval "$(kmscourse sandbox env)"',
        description=ENV_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    env.add_argument("--user", help="an IAM user of the practice account (default: its main user)")
    env.add_argument(
        "--shell",
        choices=["posix", "powershell", "cmd"],
        help="which reads the lines (default: powershell on Windows, posix elsewhere)",
    )
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
        type=arguments.section,
        metavar="N",
        help="then put it where section N starts; the progress in the sections before N stays",
    )
    reset.add_argument("--yes", action="store_true", help="without asking first")
    reset.set_defaults(run=sandbox_reset)


def sandbox_serve(chosen: argparse.Namespace) -> None:
    """Serve until stopped. The first line on stdout is one JSON object: where it answers and as whom."""
    from kmscourse.sandbox import process
    from kmscourse.sandbox.settings import Settings

    def announce(endpoint: Endpoint, notices: Sequence[str]) -> None:
        names = ("account", "region", "user", "access_key_id", "secret_access_key")
        announcement = {"endpoint": endpoint.url} | {name: getattr(endpoint, name) for name in names}
        print(json.dumps(announcement), flush=True)
        for notice in notices:
            print(notice, file=sys.stderr)

    folder = (chosen.data or home()).absolute()
    cache = process.table_key_cache() if chosen.table_key_cache is None else chosen.table_key_cache
    settings = Settings(cache, chosen.quota, chosen.grant_delay)
    process.run(folder, chosen.port, chosen.idle_hours, announce, settings)


def sandbox_env(chosen: argparse.Namespace) -> None:
    """Lines for a shell that point every AWS client at the sandbox, and at nothing else.

    Where none runs, one is started.
    """
    from kmscourse.account import shells

    shell = shells.SHELLS[chosen.shell or shells.DEFAULT]
    if isinstance(sys.stdout, io.TextIOWrapper):
        # In Windows' line ends a POSIX shell finds values that end with CR.
        sys.stdout.reconfigure(newline="\n")
    try:
        lines = shells.lines_for(shell, _changes(chosen.user))
    except BaseException:  # whatever it is: a shell that reads nothing goes on, to the account it had before
        print(shell.FAILURE)
        raise
    print("\n".join(lines))


def _changes(user: str | None) -> Changes:
    from kmscourse.account import aws_settings
    from kmscourse.sandbox import client as sandbox_client

    endpoint = sandbox_client.find_or_start(home())
    variables = endpoint.environment()
    if user not in (None, endpoint.user):
        credentials = sandbox_client.call(endpoint, "SessionFor", {"UserName": user})
        variables["AWS_ACCESS_KEY_ID"] = credentials["AccessKeyId"]
        variables["AWS_SECRET_ACCESS_KEY"] = credentials["SecretAccessKey"]
        variables["AWS_SESSION_TOKEN"] = credentials["SessionToken"]
    return aws_settings.for_practice_account(variables)


def sandbox_status(_: argparse.Namespace) -> None:
    """Where the sandbox answers and what is in it."""
    from kmscourse.sandbox import client as sandbox_client

    endpoint = sandbox_client.find(home())
    if endpoint is None:
        raise KmsCourseError(BUSY if sandbox_client.is_running(home()) else NOT_RUNNING)
    status = sandbox_client.read_status(endpoint)
    print(f"The sandbox answers at {endpoint.url} (process {endpoint.pid}).")
    print(f"Account {endpoint.account} in {endpoint.region}, main user {endpoint.user}.")
    print(f"It holds {count_of(status['Keys'], 'key')} and {count_of(status['Tables'], 'table')}.")
    seconds = status["TableKeyCache"]
    print(
        f"DynamoDB keeps an opened table key for {seconds:g} s."
        if seconds
        else "DynamoDB opens a table's key each time."
    )
    quota, delay = status["KmsQuota"], status["GrantDelay"]
    print(
        f"KMS takes {count_of(quota, 'cryptographic request')} a second in each Region."
        if quota
        else "KMS takes as many requests as come."
    )
    print(
        f"A change of a grant is known after {delay:g} s."
        if delay
        else "A change of a grant is known at once."
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
    from kmscourse.course.notes import Notes
    from kmscourse.course.progress import Progress
    from kmscourse.sandbox import client as sandbox_client

    number = chosen.section or 0
    with course.lock_preparation(home()):
        account = open_sandbox()
        notes, progress = Notes(home(), account.file_key), Progress(home(), account.file_key)
        if not chosen.yes:
            _ask_to_reset(_to_take_back(notes, progress, number))
        notes.clear()  # These two first: a file that can't be read is said before anything is lost.
        progress.start_over(number)
        sandbox_client.call(sandbox_client.find_or_start(home()), "Reset", {})
        since = f" from section {number} on" if number else ""
        print(f"The practice account starts over, and so do its notes and your progress{since}.")
        if chosen.section is not None:
            for line in course.prepare(account, notes, number).sentences:
                print(line)


def _to_take_back(notes: Notes, progress: Progress, number: int) -> str:
    """What a reset would take back, in words."""
    from kmscourse.sandbox import client as sandbox_client

    status = sandbox_client.read_status(sandbox_client.find_or_start(home()))
    sections = [section for section in progress.sections if section >= number]
    exercises = [exercise for exercise in progress.exercises if exercise[0] >= number]
    since = f" from section {number} on" if number else ""
    return (
        f"This takes back all that is in the practice account ({count_of(status['Keys'], 'key')}, "
        f"{count_of(status['Tables'], 'table')}, users, policies, events), {count_of(len(notes), 'note')}, and your "
        f"progress{since} ({count_of(len(sections), 'section')}, {count_of(len(exercises), 'exercise')}). What you "
        "answered to questions stays."
    )


def _ask_to_reset(to_take_back: str) -> None:
    """Raises KmsCourseError unless somebody at a terminal agrees."""
    if not sys.stdin.isatty():
        raise KmsCourseError(f"{to_take_back} If you want that, add --yes: there is nobody here to ask.")
    print(to_take_back)
    if not agreed("Take it back? [y/N] "):
        raise KmsCourseError("Nothing was taken back.")
