"""Access keys stand for a sign-in on a real account. They go with their process, and are found where it was killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest

from kmscourse import lock
from kmscourse.access_keys import AccessKeys
from kmscourse.errors import HomeError, KmsCourseError
from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application

USER = "Reader"


@pytest.fixture
def at_exit(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What waits to be done when the process ends."""
    waiting: list[Callable[[], object]] = []
    monkeypatch.setattr(
        "kmscourse.access_keys.atexit.register", lambda call, *given: waiting.append(partial(call, *given))
    )
    return waiting


@pytest.fixture
def iam(main: boto3.Session) -> Any:
    made: Any = main.client("iam")
    made.create_user(UserName=USER)
    return made


@pytest.fixture
def process(
    sandbox: Application,
    main: boto3.Session,
    iam: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at_exit: object,
) -> Callable[[], AccessKeys]:
    """Makes what holds the access keys of a process."""

    ordinary = boto3.Session

    def session(access_key_id: str, secret: str, **_: object) -> boto3.Session:
        made = ordinary(access_key_id, secret, region_name="us-east-1")
        inprocess.attach(made, sandbox)
        return made

    monkeypatch.setattr("kmscourse.access_keys.boto3.Session", session)
    return lambda: AccessKeys(main, tmp_path / "access-keys")


def ids(iam: Any) -> list[str]:
    return [key["AccessKeyId"] for key in iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]]


def test_a_process_makes_one_key_and_deletes_it_at_its_end(
    process: Callable[[], AccessKeys], iam: Any, at_exit: list[Callable[[], object]], tmp_path: Path
) -> None:
    keys = process()
    session = keys.session_of(USER)
    assert keys.session_of(USER) is session
    assert session.client("sts").get_caller_identity()["Arn"].endswith(f":user/{USER}")
    assert len(ids(iam)) == 1
    (leave,) = at_exit
    leave()
    assert ids(iam) == []
    assert not list((tmp_path / "access-keys").glob("AKIA*"))


def test_the_secret_is_written_nowhere(process: Callable[[], AccessKeys], tmp_path: Path) -> None:
    secret = process().session_of(USER).get_credentials().secret_key
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or secret.encode() not in file.read_bytes(), file


def test_keys_that_killed_processes_left_make_way(
    process: Callable[[], AccessKeys], iam: Any, tmp_path: Path
) -> None:
    """A process that is killed lets go of its lock, and of nothing else."""
    left = [iam.create_access_key(UserName=USER)["AccessKey"]["AccessKeyId"] for _ in range(2)]
    folder = tmp_path / "access-keys"
    folder.mkdir()
    hold = "import sys, os, signal, pathlib; from kmscourse import lock\n"
    hold += "with lock.held(pathlib.Path(sys.argv[1]), 0): os.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run([sys.executable, "-c", hold, str(folder / f"{left[0]}.lock")], check=False)
    process().session_of(USER)
    assert len(ids(iam)) == 1
    assert not set(ids(iam)) & set(left)


def test_keys_that_others_use_stay(process: Callable[[], AccessKeys], iam: Any, tmp_path: Path) -> None:
    process().session_of(USER)
    process().session_of(USER)
    before = ids(iam)
    with pytest.raises(KmsCourseError, match="Reader has 2 access keys, as many as AWS allows"):
        process().session_of(USER)
    assert ids(iam) == before


def test_a_key_that_cannot_be_deleted_is_said(
    process: Callable[[], AccessKeys],
    at_exit: list[Callable[[], object]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    def lost(**_: object) -> None:
        raise KmsCourseError("the line is cut")

    process().session_of(USER)
    at_exit[0].args[0].meta.events.register("before-send.iam", lost)  # type: ignore[attr-defined]
    at_exit[0]()
    assert "Remove it with: kmscourse aws cleanup" in capsys.readouterr().err


def test_a_user_that_is_gone_takes_its_key_along(
    process: Callable[[], AccessKeys], iam: Any, at_exit: list[Callable[[], object]], capsys: Any
) -> None:
    process().session_of(USER)
    iam.delete_access_key(UserName=USER, AccessKeyId=ids(iam)[0])
    iam.delete_user(UserName=USER)
    at_exit[0]()
    assert capsys.readouterr().err == ""


def test_only_one_process_at_a_time_makes_a_key(
    process: Callable[[], AccessKeys], iam: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is not locked yet looks like one that was left behind."""
    monkeypatch.setattr("kmscourse.access_keys.WAIT_FOR_NEW_KEY", 0.0)
    (tmp_path / "access-keys").mkdir()
    with (
        lock.held(tmp_path / "access-keys" / "making.lock", 0),
        pytest.raises(KmsCourseError, match="Another notebook is making an access key"),
    ):
        process().session_of(USER)
    assert ids(iam) == []


@pytest.mark.parametrize("in_the_way", ["access-keys", "access-keys/making.lock"])
def test_a_home_that_cannot_be_written_is_one_sentence(
    process: Callable[[], AccessKeys], iam: Any, tmp_path: Path, in_the_way: str
) -> None:
    if in_the_way == "access-keys":
        (tmp_path / in_the_way).touch()
    else:
        (tmp_path / in_the_way).mkdir(parents=True)
    with pytest.raises(HomeError, match=rf"{in_the_way} can't be written \(.+\)\. Make room there"):
        process().session_of(USER)
    assert ids(iam) == []
