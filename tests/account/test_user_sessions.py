"""Sessions of other users on a real account: an access key is exchanged for temporary credentials, and gone at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.account.user_sessions import new_session
from kmscourse.errors import HomeError, KmsCourseError
from kmscourse.home import lock
from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application

USER = "Reader"


@pytest.fixture
def iam(main: boto3.Session) -> Any:
    made: Any = main.client("iam")
    made.create_user(UserName=USER)
    return made


@pytest.fixture
def session_of_reader(
    sandbox: Application, main: boto3.Session, iam: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], boto3.Session]:
    """Makes a session of Reader, whose calls reach the account in memory."""
    ordinary = boto3.Session

    def session(*credentials: str, **options: str) -> boto3.Session:
        made = ordinary(*credentials, region_name=options["region_name"])
        inprocess.attach(made, sandbox)
        return made

    monkeypatch.setattr("kmscourse.account.user_sessions.boto3.Session", session)
    return lambda: new_session(main, USER, tmp_path)


def access_keys(iam: Any) -> list[str]:
    return [key["AccessKeyId"] for key in iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]]


def test_it_is_the_users_and_no_access_key_stays(
    session_of_reader: Callable[[], boto3.Session], iam: Any
) -> None:
    session = session_of_reader()
    assert session.client("sts").get_caller_identity()["Arn"].endswith(f":user/{USER}")
    assert access_keys(iam) == []


def test_there_can_be_any_number_of_them(session_of_reader: Callable[[], boto3.Session], iam: Any) -> None:
    """Each notebook has a kernel of its own, and AWS lets a user have two access keys."""
    sessions = [session_of_reader() for _ in range(5)]
    for session in sessions:
        assert session.client("sts").get_caller_identity()["Arn"].endswith(f":user/{USER}")


def test_it_may_what_the_user_may(session_of_reader: Callable[[], boto3.Session], iam: Any) -> None:
    session = session_of_reader()
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("kms").list_keys()
    statement = {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}
    iam.put_user_policy(
        UserName=USER,
        PolicyName="May",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    assert session.client("kms").list_keys()["Keys"] == []


def test_keys_that_killed_processes_left_make_way(
    session_of_reader: Callable[[], boto3.Session], iam: Any
) -> None:
    for _ in range(2):
        iam.create_access_key(UserName=USER)
    session_of_reader()
    assert access_keys(iam) == []


def test_a_user_that_is_refused_credentials_keeps_no_key(
    session_of_reader: Callable[[], boto3.Session], iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not now"}}, "GetSessionToken")

    ordinary = inprocess.attach

    def attach(session: boto3.Session, application: Application) -> None:
        ordinary(session, application)
        session.events.register("before-call.sts.GetSessionToken", refuse)

    monkeypatch.setattr(inprocess, "attach", attach)
    with pytest.raises(ClientError, match="not now"):
        session_of_reader()
    assert access_keys(iam) == []


def test_nothing_is_written_of_it(session_of_reader: Callable[[], boto3.Session], tmp_path: Path) -> None:
    credentials: Any = session_of_reader().get_credentials()
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or not file.read_bytes(), file
    assert credentials.token


def test_only_one_process_at_a_time_makes_a_key(
    session_of_reader: Callable[[], boto3.Session],
    iam: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else one could take another's key for one that was left."""
    monkeypatch.setattr("kmscourse.account.user_sessions.WAIT_FOR_NEW_KEY", 0.0)
    with (
        lock.held(tmp_path / "access-key.lock", 0),
        pytest.raises(KmsCourseError, match="Another notebook is signing somebody in"),
    ):
        session_of_reader()
    assert access_keys(iam) == []


def test_a_home_that_cannot_be_used_is_one_sentence(
    session_of_reader: Callable[[], boto3.Session], iam: Any, tmp_path: Path
) -> None:
    (tmp_path / "access-key.lock").mkdir()
    with pytest.raises(HomeError, match="set KMSCOURSE_HOME to a folder"):
        session_of_reader()
    assert access_keys(iam) == []
