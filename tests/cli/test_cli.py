"""The command line: what each verb prints, and that every failure is one sentence."""

from __future__ import annotations

import io
import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from kmscourse import Lab, cli
from kmscourse.course import SECTIONS
from kmscourse.course.progress import Progress
from kmscourse.errors import KmsCourseError, SandboxError
from kmscourse.home import lock
from kmscourse.home.account_file import AccountFile
from kmscourse.sandbox import client as sandbox_client


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """KMSCOURSE_HOME, whose sandbox is stopped afterwards."""
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path))
    yield tmp_path
    sandbox_client.stop(tmp_path)


def kmscourse(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kmscourse.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def sentence_of(capsys: pytest.CaptureFixture[str], out: str = "") -> str:
    said = capsys.readouterr()
    assert said.out == out
    assert said.err.count("\n") == 1, said.err
    return said.err


def test_a_reader_that_has_ended_is_no_fault(home: Path) -> None:
    """As in ``kmscourse sandbox status | head -0``."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "kmscourse.cli", "sandbox", "stop"]
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=120)
    os.close(writing)
    assert (ended.stderr, ended.returncode) == ("", 1)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_an_output_that_is_full_is_one_sentence(home: Path) -> None:
    command = [sys.executable, "-m", "kmscourse.cli", "sandbox", "stop"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert ended.stderr.startswith("The system refused this: ")
    assert (ended.stderr.count("\n"), ended.returncode) == (1, 1), ended.stderr


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell closes its output")
def test_a_closed_output_is_no_fault(home: Path) -> None:
    command = [sys.executable, "-m", "kmscourse.cli", "sandbox", "stop"]
    ended = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True, timeout=120
    )
    assert (ended.stderr, ended.returncode) == ("", 0)


@pytest.mark.skipif(os.name == "nt", reason="sh is no shell of Windows")
def test_where_env_fails_so_does_the_shell_that_evaluates_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a script does after it would reach whatever account the shell led to before."""
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path / "file" / "home"))
    (tmp_path / "file").touch()
    command = shlex.join([sys.executable, "-m", "kmscourse.cli", "sandbox", "env"])
    script = f'set -e; eval "$({command})"; echo went on'
    ended = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=120)
    assert (ended.stdout, ended.returncode) == ("", 1)
    assert "KMSCOURSE_HOME" in ended.stderr


@pytest.mark.parametrize(
    ("shell", "first_said"),
    [("posix", "false"), ("powershell", "throw '"), ("cmd", "kmscourse sandbox env has failed")],
)
def test_where_env_fails_so_does_what_reads_its_lines(
    home: Path, capsys: pytest.CaptureFixture[str], shell: str, first_said: str
) -> None:
    assert cli.main(["sandbox", "env", "--shell", shell, "--user", "Nobody"]) == 1
    assert capsys.readouterr().out.startswith(first_said)


@pytest.mark.parametrize(
    "failure", [OSError("disk full"), EndpointConnectionError(endpoint_url="http://x"), KeyboardInterrupt()]
)
def test_whatever_env_fails_with_what_reads_its_lines_fails_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failure: BaseException
) -> None:
    """``eval ""`` is no failure: what comes after it would reach the account that the shell led to before."""

    def fail(_: Path) -> sandbox_client.Endpoint:
        raise failure

    monkeypatch.setattr(sandbox_client, "find_or_start", fail)
    assert cli.main(["sandbox", "env", "--shell", "posix"]) != 0
    assert capsys.readouterr().out == "false\n"


def test_env_ends_no_line_as_windows_does(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Git Bash on Windows each value would end with a carriage return."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="utf-8", newline="\r\n"))
    assert cli.main(["sandbox", "env", "--shell", "posix"]) == 0
    sys.stdout.flush()
    assert b"\n" in written.getvalue()
    assert b"\r" not in written.getvalue()


@pytest.mark.skipif(os.name == "nt", reason="sh is no shell of Windows")
def test_env_starts_the_sandbox_where_none_runs(home: Path) -> None:
    """The first thing that a learner types in a shell; what it starts doesn't keep the shell waiting."""
    command = shlex.join([sys.executable, "-m", "kmscourse.cli", "sandbox", "env"])
    script = f'eval "$({command})"; echo "$AWS_ENDPOINT_URL"'
    ended = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=120)
    endpoint = sandbox_client.find(home)
    assert endpoint is not None
    assert (ended.stdout, ended.stderr) == (f"{endpoint.url}\n", "")


def test_what_aws_refuses_is_one_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "ListKeys")

    monkeypatch.setattr("kmscourse.account.open_account", refuse)
    assert cli.main(["check"]) == 1
    assert "AWS refused this: An error occurred (AccessDenied)" in sentence_of(capsys)


def test_without_a_sandbox_there_is_nothing_to_tell(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sandbox", "status"]) == 1
    assert "kmscourse sandbox serve" in sentence_of(capsys)


def test_a_sandbox_that_does_not_answer_yet_is_not_said_to_be_missing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with lock.held(home / sandbox_client.LOCK_FILE, seconds=5):
        assert cli.main(["sandbox", "status"]) == 1
    assert "does not answer yet" in sentence_of(capsys)


def test_stopping_what_does_not_run_is_no_failure(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sandbox", "stop"]) == 0
    assert capsys.readouterr().out == "No sandbox was running.\n"


def test_serve_says_first_where_it_answers_and_ends_when_asked(home: Path) -> None:
    command = [sys.executable, "-m", "kmscourse.cli", "sandbox", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert set(said) == {"endpoint", "account", "region", "user", "access_key_id", "secret_access_key"}
        endpoint = sandbox_client.find(home)
        assert endpoint is not None
        assert endpoint.url == said["endpoint"]
        second = kmscourse("sandbox", "serve")
        assert second.returncode == 1
        assert "running already" in second.stderr
        assert sandbox_client.stop(home)
        assert process.wait(20) == 0


def test_serve_says_on_stderr_what_happened_to_the_account(home: Path) -> None:
    (home / "account.db").write_bytes(b"damaged")
    done = kmscourse("sandbox", "serve", "--idle-hours", "0.0001")
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert json.loads(done.stdout)["user"].startswith("ed-user-")
    assert "account.db is damaged" in done.stderr
    assert "account-set-aside-" in done.stderr
    again = kmscourse("sandbox", "serve", "--idle-hours", "0.0001")
    assert again.stderr == done.stderr, "it is said until a notebook has told it"


def test_serve_takes_the_port_and_the_folder_it_is_given(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "kmscourse.cli",
        "sandbox",
        "serve",
        "--port",
        str(port),
        "--data",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["endpoint"] == f"http://127.0.0.1:{port}"
        assert sandbox_client.stop(tmp_path)


def test_a_port_that_cannot_be_had_is_one_sentence(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = str(taken.getsockname()[1])
        done = kmscourse("sandbox", "serve", "--port", wanted)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"Port {wanted}" in done.stderr
    assert "Choose another" in done.stderr


def test_a_sandbox_that_nobody_asks_ends_by_itself(home: Path) -> None:
    done = kmscourse("sandbox", "serve", "--idle-hours", "0.0001")
    assert done.returncode == 0
    assert not (home / "sandbox.json").exists()


def test_a_home_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path / "file" / "home"))
    assert cli.main(["sandbox", "status"]) == 1
    assert "KMSCOURSE_HOME" in sentence_of(capsys)


def test_a_shell_can_read_what_env_prints(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint = sandbox_client.find_or_start(home)
    names = "AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_REGION AWS_DEFAULT_REGION "
    names += "AWS_DEFAULT_PROFILE AWS_CONFIG_FILE"

    def shell(*options: str) -> dict[str, str]:
        assert cli.main(["sandbox", "env", *options]) == 0
        script = capsys.readouterr().out + f'for name in {names}; do eval "echo \\$name=\\$$name"; done'
        before = {**os.environ, "AWS_SESSION_TOKEN": "left-over", "AWS_DEFAULT_PROFILE": "left-over"}
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, env=before, check=True)
        return dict(line.split("=", 1) for line in done.stdout.splitlines())

    mine = shell()
    assert mine["AWS_ENDPOINT_URL"] == endpoint.url
    assert mine["AWS_SECRET_ACCESS_KEY"] == endpoint.secret_access_key
    assert mine["AWS_SESSION_TOKEN"] == ""
    assert mine["AWS_REGION"] == mine["AWS_DEFAULT_REGION"] == "us-east-1"
    assert (mine["AWS_DEFAULT_PROFILE"], mine["AWS_CONFIG_FILE"]) == ("", os.devnull)
    theirs = shell("--user", "IAMLabUser")
    assert theirs["AWS_ACCESS_KEY_ID"] != mine["AWS_ACCESS_KEY_ID"]
    assert len(shlex.split(theirs["AWS_SESSION_TOKEN"])) == 1

    assert cli.main(["sandbox", "env", "--user", "Nobody"]) == 1
    assert "Nobody" in sentence_of(capsys, "false\n")


def test_status_reset_and_stop(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint = sandbox_client.find_or_start(home)
    assert cli.main(["sandbox", "status"]) == 0
    said = capsys.readouterr().out
    assert endpoint.url in said
    assert "0 keys and 0 tables" in said
    assert "DynamoDB opens a table's key each time." in said
    assert cli.main(["sandbox", "reset", "--yes"]) == 0
    assert cli.main(["sandbox", "stop"]) == 0
    assert capsys.readouterr().out.endswith("The sandbox has ended.\n")
    assert sandbox_client.find(home) is None


@pytest.fixture
def seventh(home: Path) -> Lab:
    """A practice account with notes, in which sections 4 and 7 are done, and another account's progress."""
    Lab.open(section=4)
    lab = Lab.open(section=7)
    for account in (lab.account.file_key, "999999999999"):
        Progress(home, account).record(4)
        Progress(home, account).record(7)
    with AccountFile(home / "notes.json", "999999999999").update() as notes:
        notes["envelope"] = "theirs"
    return lab


def test_reset_starts_the_account_its_notes_and_the_progress_over(
    home: Path, seventh: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "sealed with a data key" in repr(seventh.diagram())
    capsys.readouterr()
    assert cli.main(["sandbox", "reset", "--yes"]) == 0
    assert (
        capsys.readouterr().out
        == "The practice account starts over, and so do its notes and your progress.\n"
    )
    assert (list(seventh.notes), seventh.progress.sections) == ([], [])
    assert "data key" not in repr(seventh.diagram())
    assert json.loads((home / "notes.json").read_text()) == {"999999999999": {"envelope": "theirs"}}
    assert Progress(home, "999999999999").sections == [4, 7]


def test_reset_to_a_section_keeps_the_progress_in_those_before(
    home: Path, seventh: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert cli.main(["sandbox", "reset", "--section", "5", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "The practice account starts over, and so do its notes and your progress from section 5 on.",
        "Caught up: myKey (section 1), message (section 3)",
    ]
    assert (list(seventh.notes), seventh.progress.sections) == (["envelope"], [4])
    assert "Books" not in repr(seventh.diagram())


@pytest.mark.parametrize("number", [4, 9])
def test_what_the_course_made_for_a_section_is_nobodys_progress(
    home: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    assert cli.main(["sandbox", "reset", "--section", str(number), "--yes"]) == 0
    assert cli.main(["check"]) == 0
    said = capsys.readouterr().out
    assert said.endswith("□□□□□□□□□□ 0 of 10 sections, 0 of 20 exercises done\n")
    assert "The course has made it, so it does not count" in said


@pytest.mark.parametrize("name", ["notes.json", "progress.json"])
def test_before_a_file_that_cannot_be_read_nothing_is_reset(
    home: Path, seventh: Lab, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    capsys.readouterr()
    (home / name).write_text("{nope")
    assert cli.main(["sandbox", "reset", "--yes"]) == 1
    assert f"{name} can't be read. Move it away" in sentence_of(capsys)
    assert (home / name).read_text() == "{nope"
    assert seventh.key_arn, "the account must be as it was"


def test_how_long_a_table_key_is_kept_is_a_setting(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KMSCOURSE_TABLE_KEY_CACHE", "300")
    sandbox_client.find_or_start(home)
    assert cli.main(["sandbox", "status"]) == 0
    assert "DynamoDB keeps an opened table key for 300 s." in capsys.readouterr().out
    sandbox_client.stop(home)
    monkeypatch.setenv("KMSCOURSE_TABLE_KEY_CACHE", "five minutes")
    with pytest.raises(SandboxError, match="KMSCOURSE_TABLE_KEY_CACHE is 'five minutes'"):
        sandbox_client.find_or_start(home)
    done = kmscourse("sandbox", "serve", "--table-key-cache", "-1", "--idle-hours", "0.0001")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--table-key-cache: it is '-1'. Give the seconds" in done.stderr
    done = kmscourse("sandbox", "serve", "--table-key-cache", "60", "--idle-hours", "0.0001")
    assert done.returncode == 0, "what the command says counts"


def test_quota_and_grant_delay_are_shown_and_gone_with_a_restart(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        sys.executable,
        "-m",
        "kmscourse.cli",
        "sandbox",
        "serve",
        "--quota",
        "kms=7",
        "--grant-delay",
        "2.5",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as serving:
        assert serving.stdout is not None
        assert serving.stdout.readline()
        assert cli.main(["sandbox", "status"]) == 0
        said = capsys.readouterr().out
        assert "KMS takes 7 cryptographic requests a second in each Region." in said
        assert "A change of a grant is known after 2.5 s." in said
        sandbox_client.stop(home)
    sandbox_client.find_or_start(home)
    assert cli.main(["sandbox", "status"]) == 0
    said = capsys.readouterr().out
    assert "KMS takes as many requests as come." in said
    assert "A change of a grant is known at once." in said


EVERY_VERB = """
import sys
from kmscourse import cli

import subprocess
subprocess.run = lambda *command, **options: subprocess.CompletedProcess(command, 0)  # JupyterLab stays closed
verbs = [
    "sandbox status", "lab", "check", "check 99", "sandbox reset --section 3 --yes", "sandbox env",
    "sandbox env --user Zo\u0451",
    "sandbox status", "sandbox serve", "slides 0 --out slides-\u2713", "sandbox stop", "sandbox stop",
    "sandbox serve --idle-hours 0.0001", "sandbox serve --table-key-cache \u2713",
]
print([cli.main(verb.split(" ")) for verb in verbs])
cli.main(["--help"])
"""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_every_verb_works_whatever_the_output_is_encoded_in(tmp_path: Path, encoding: str) -> None:
    home = tmp_path / "Zo\u0451 \u2713"
    environment = {**os.environ, "KMSCOURSE_HOME": str(home), "PYTHONIOENCODING": encoding}
    try:
        done = subprocess.run(
            [sys.executable, "-c", EVERY_VERB],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            timeout=300,
        )
    finally:
        sandbox_client.stop(home)
    said, complained = done.stdout.decode(encoding), done.stderr.decode(encoding)
    assert done.returncode == 0, complained
    assert "Traceback" not in complained, complained
    assert "[1, 0, 0, 2, 0, 0, 1, 0, 1, 0, 0, 0, 0, 2]" in said, said + complained
    assert "+ every package of the course is here" in said
    assert "x Not yet" in said
    assert "usage: kmscourse" in said


def test_an_error_of_the_command_line_works_in_every_encoding() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "kmscourse.cli", "check", "\u2713"]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120)
    assert done.returncode == 2
    assert b"N: '+' is not a section" in done.stderr


@pytest.mark.parametrize("words", ["", "sandbox", "aws"])
def test_without_a_verb_the_help_is_printed(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words.split()) == 0
    said = capsys.readouterr()
    assert said.out.startswith("usage: kmscourse")
    assert said.err == ""


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"kmscourse {version('kmscourse')}\n"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("lab --port -5", "--port: '-5' is not a port"),
        ("lab --port 0", "--port: '0' is not a port"),
        ("lab --port 99999", "--port: '99999' is not a port: take a whole number from 1 to 65535"),
        ("lab --port ninety", "--port: 'ninety' is not a port"),
        ("lab --port 80.5", "--port: '80.5' is not a port"),
        ("lab --port", "--port: expected one argument"),
        ("lab --browser", "unrecognized arguments: --browser"),
        ("slides 3 99", f"N: '99' is not a section: take a whole number from 0 to {SECTIONS[-1].number}"),
        ("slides --out", "--out: expected one argument"),
        ("check 99", "N: '99' is not a section"),
        ("check -1", "N: '-1' is not a section"),
        ("check seven", "N: 'seven' is not a section"),
        ("check 1 2", "unrecognized arguments: 2"),
        ("progress --csv", "--csv: expected one argument"),
        ("quiz", "the following arguments are required: part"),
        ("quiz now", "part: invalid choice: 'now'"),
        ("sandbox serve --idle-hours -3", "--idle-hours: '-3' is no number of hours above 0"),
        ("sandbox serve --idle-hours 0", "--idle-hours: '0' is no number"),
        ("sandbox serve --idle-hours nan", "--idle-hours: 'nan' is no number"),
        ("sandbox serve --idle-hours inf", "--idle-hours: 'inf' is no number"),
        ("sandbox serve --idle-hours soon", "--idle-hours: 'soon' is no number"),
        ("sandbox serve --port -1", "--port: '-1' is not a port"),
        ("sandbox serve --port 70000", "--port: '70000' is not a port"),
        ("sandbox serve --table-key-cache -1", "--table-key-cache: it is '-1'. Give the seconds"),
        ("sandbox serve --quota 100", "--quota: '100' is no quota: write it as in kms=100"),
        ("sandbox serve --quota kms=0", "--quota: '0' is not a number of requests a second: take a whole"),
        ("sandbox serve --quota s3=5", "--quota: 's3=5' is no quota"),
        ("sandbox serve --grant-delay 301", "--grant-delay: '301' is no number of seconds from 0 to 300"),
        ("sandbox serve --grant-delay soon", "--grant-delay: 'soon' is no number of seconds"),
        ("sandbox reset --section 99", "--section: '99' is not a section"),
        ("sandbox begin", "action: invalid choice: 'begin'"),
        ("aws clean", "action: invalid choice: 'clean'"),
        ("lab --hub --port 8888", "--port: not allowed with argument --hub"),
        ("class", "the following arguments are required: EXPORT"),
        ("teach", "verb: invalid choice: 'teach'"),
    ],
)
def test_a_command_that_cannot_be_right_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], command: str, said: str
) -> None:
    assert cli.main(command.split()) == 2
    assert said in sentence_of(capsys)
    assert list(home.iterdir()) == [], "nothing was begun"


def test_a_jupyterlab_that_fails_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("subprocess.run", lambda command, **_: subprocess.CompletedProcess(command, 3))
    assert cli.main(["lab", "--no-browser"]) == 1
    assert "JupyterLab has ended with status 3." in capsys.readouterr().err


@pytest.mark.parametrize("credentials", [True, False])
def test_a_target_that_nobody_answers_at_is_what_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], credentials: bool
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        target = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("KMSCOURSE_TARGET", target)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            monkeypatch.setenv(name, os.devnull)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "x") if credentials else monkeypatch.delenv(name, raising=False)
        for command in ("check", "progress", "aws status"):
            assert cli.main(command.split()) == 1
            said = sentence_of(capsys)
            assert said.startswith(f"Nobody answers at {target}, which KMSCOURSE_TARGET names")
            assert "aws configure" not in said
            assert "credentials" not in said


def test_a_reset_without_a_terminal_needs_to_be_told(
    home: Path, seventh: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert cli.main(["sandbox", "reset"]) == 1
    said = sentence_of(capsys)
    assert (
        "(1 key, 1 table, users, policies, events), 2 notes, and your progress (2 sections, 0 exercises)"
        in said
    )
    assert "add --yes" in said
    assert seventh.key_arn, "the account must be as it was"
    assert seventh.progress.sections == [4, 7]


@pytest.mark.parametrize(("typed", "is_reset"), [("y", True), ("yes", True), ("n", False), ("", False)])
def test_a_reset_says_what_it_takes_back_and_asks(
    home: Path,
    seventh: Lab,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    is_reset: bool,
) -> None:
    terminal = io.StringIO(f"{typed}\n")
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", terminal)
    capsys.readouterr()
    assert cli.main(["sandbox", "reset", "--section", "5"]) == (0 if is_reset else 1)
    said = capsys.readouterr()
    assert (
        "your progress from section 5 on (1 section, 0 exercises). What you answered to questions stays."
        in said.out
    )
    assert "Take it back? [y/N]" in said.out
    assert said.err == ("" if is_reset else "Nothing was taken back.\n")
    assert seventh.progress.sections == ([4] if is_reset else [4, 7])


def test_slides_are_made_of_the_sections_that_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "talk"
    assert cli.main(["slides", "7", "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"1 slide show: open {out / 'index.html'} in a browser.\n"
    assert sorted(file.name for file in out.iterdir()) == ["07-read-as-another-user.html", "index.html"]


def test_slides_go_into_no_folder_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["slides", "7", "--out", ""]) == 2
    assert "is no name of a folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("originals", [False, True])
def test_lab_opens_the_students_copy_and_the_originals_only_when_asked(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], originals: bool
) -> None:
    started: list[list[str]] = []

    def start(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        started.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("subprocess.run", start)
    assert cli.main(["lab", "--no-browser", *(["--originals"] if originals else [])]) == 0
    copy = home / "notebooks"
    assert (f"--ServerApp.root_dir={copy}" in started[0]) is not originals
    assert (copy / "00-welcome.ipynb").exists() is not originals
    assert ("Your notebooks are in" in capsys.readouterr().out) is not originals


LAB_OF_ONE_LINE = """
import sys
from kmscourse import cli, jupyter

wait = "import time; print('Here I am.', flush=True); time.sleep(300)"
jupyter.command = lambda *_, **__: [sys.executable, "-c", wait]
sys.exit(cli.main(["lab", "--originals"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a word to it")
def test_who_ends_lab_ends_jupyterlab(home: Path) -> None:
    """As ``kill``, systemd or a container do it. A JupyterLab that is left would keep its port and its kernels."""
    with subprocess.Popen([sys.executable, "-c", LAB_OF_ONE_LINE], stdout=subprocess.PIPE, text=True) as lab:
        assert lab.stdout is not None
        lab.stdout.readline()
        lab.terminate()
        lab.communicate(
            timeout=60
        )  # to the end of what both write: TimeoutExpired means that JupyterLab is left
        assert lab.returncode == 130


def test_in_a_hub_lab_becomes_the_students_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Hub ends the process that it has started: that has to be the server, and not its parent."""
    become: list[tuple[str, list[str], dict[str, str]]] = []

    def execute(*given: Any) -> None:
        become.append(given)
        raise KmsCourseError("This process is another one by now.")

    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "a token")
    monkeypatch.setattr("os.execve", execute)
    assert cli.main(["lab", "--hub"]) == 1
    ((program, words, variables),) = become
    assert (program, words[0]) == (sys.executable, sys.executable)
    assert f"--ServerApp.root_dir={home / 'notebooks'}" in words
    assert (home / "notebooks" / "00-welcome.ipynb").exists()
    assert variables["JUPYTERHUB_API_TOKEN"] == "a token"
    assert variables["JUPYTER_RUNTIME_DIR"].startswith(str(home))


def test_where_there_is_no_hub_that_is_a_usage_error(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN", raising=False)
    assert cli.main(["lab", "--hub"]) == 2
    assert "A JupyterHub starts kmscourse lab --hub by itself" in sentence_of(capsys)
    assert list(home.iterdir()) == []
