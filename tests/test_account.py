"""The account that KMSCOURSE_TARGET names: a sandbox of one's own, a real account, an endpoint."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    ReadTimeoutError,
    ResponseStreamingError,
    SSLError,
)

from kmscourse.account import Account, open_account
from kmscourse.errors import KmsCourseError, SandboxError, SignInRefused
from kmscourse.iam import LAB_PASSWORD, LAB_USER
from kmscourse.sandbox import server


@pytest.fixture
def home(tmp_path: Path, own_environment: None) -> Iterator[Path]:
    os.environ.update(KMSCOURSE_HOME=str(tmp_path), KMSCOURSE_TARGET="sandbox")
    yield tmp_path
    server.stop(tmp_path)


@pytest.fixture
def opened(home: Path) -> Account:
    return open_account()


def test_the_default_is_a_sandbox_of_ones_own(opened: Account, home: Path) -> None:
    assert opened.practice
    assert opened.user_name.startswith("ed-user-")
    assert (home / "sandbox.json").exists()


def test_plain_boto3_in_this_process_reaches_it_too(opened: Account) -> None:
    """A student's `boto3.client("kms")` must never reach a real account by mistake."""
    for plain in (boto3, boto3.Session()):
        assert plain.client("sts").get_caller_identity()["Arn"] == opened.user_arn
    assert os.environ["AWS_CONFIG_FILE"] == os.environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_a_session_that_was_there_before_is_replaced(home: Path) -> None:
    boto3.setup_default_session(aws_access_key_id="AKIAREAL", aws_secret_access_key="real")
    opened = open_account()
    assert boto3.client("sts").get_caller_identity()["Arn"] == opened.user_arn


def test_no_session_of_it_sends_anything_elsewhere(opened: Account) -> None:
    opened.client("iam").create_login_profile(UserName=LAB_USER, Password=LAB_PASSWORD)
    sessions = [opened.session, opened.session_for(LAB_USER), opened.sign_in(LAB_USER, LAB_PASSWORD), boto3]
    for session in sessions:
        with pytest.raises(SandboxError, match=r"sends nothing to http://127\.0\.0\.1:9/"):
            session.client("kms", endpoint_url="http://127.0.0.1:9").list_keys()


def test_signing_in_takes_the_right_name_and_password(opened: Account) -> None:
    with pytest.raises(SignInRefused):
        opened.sign_in(LAB_USER, LAB_PASSWORD)  # no console access yet
    opened.client("iam").create_login_profile(UserName=LAB_USER, Password=LAB_PASSWORD)
    for user, password in ((LAB_USER, "newus@r150"), ("Nobody", LAB_PASSWORD)):
        with pytest.raises(SignInRefused):
            opened.sign_in(user, password)
    reader = opened.sign_in(LAB_USER, LAB_PASSWORD)
    assert reader.client("sts").get_caller_identity()["Arn"].endswith(f":user/{LAB_USER}")


def test_refusals_of_every_session_are_remembered(opened: Account) -> None:
    with pytest.raises(ClientError):
        opened.session_for(LAB_USER).client("kms").list_keys()
    assert "is not authorized to perform: kms:ListKeys" in opened.denials[-1]


def test_a_sandbox_that_has_stopped_is_one_sentence(opened: Account, home: Path) -> None:
    kms = opened.client("kms")
    server.stop(home)
    with pytest.raises(SandboxError, match="Run the notebook's set-up cell again"):
        kms.list_keys()


def test_a_sandbox_that_has_started_elsewhere_is_that_sentence_too(opened: Account, home: Path) -> None:
    kms = opened.client("kms")
    server.stop(home)
    (home / "sandbox.port").unlink()
    assert server.find_or_start(home).url != kms.meta.endpoint_url
    with pytest.raises(SandboxError, match="Run the notebook's set-up cell again"):
        kms.list_keys()


LOST = [
    ReadTimeoutError(endpoint_url="http://127.0.0.1:9"),
    ConnectTimeoutError(endpoint_url="http://127.0.0.1:9"),
    ConnectionClosedError(endpoint_url="http://127.0.0.1:9"),
    EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
    ProxyConnectionError(proxy_url="http://127.0.0.1:9"),
    ResponseStreamingError(error="cut short"),
    SSLError(endpoint_url="http://127.0.0.1:9", error="no"),
]


def client_that_fails(opened: Account, lost: Exception) -> Any:
    kms = opened.session.client("kms", config=Config(retries={"total_max_attempts": 1}))
    kms.meta.events.register_first("before-send", partial(fail, lost))
    return kms


def test_of_a_sandbox_that_answers_it_is_not_said_that_it_has_stopped(opened: Account) -> None:
    for lost in LOST:
        with pytest.raises(type(lost)) as raised:
            client_that_fails(opened, lost).list_keys()
        assert str(raised.value) == str(lost)


def test_of_one_that_has_stopped_it_is_said_however_that_shows(opened: Account, home: Path) -> None:
    server.stop(home)
    for lost in LOST:
        with pytest.raises(SandboxError, match="The practice account has stopped"):
            client_that_fails(opened, lost).list_keys()


def test_one_connection_that_is_lost_is_made_again(opened: Account) -> None:
    kms = opened.client("kms")
    turns = iter([ConnectionClosedError(endpoint_url="http://127.0.0.1:9")])
    kms.meta.events.register_first("before-send", lambda **_: fail(*turns))
    assert kms.list_keys()["Keys"] == []


def fail(*errors: Exception, **_: object) -> None:
    for error in errors:
        raise error


def test_a_sandbox_that_is_busy_has_not_stopped(
    opened: Account, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process is there, and answers nobody just now."""
    monkeypatch.setattr(server, "find", lambda _: None)
    with pytest.raises(ReadTimeoutError):
        client_that_fails(opened, LOST[0]).list_keys()


def test_what_was_there_is_there_again(opened: Account, home: Path) -> None:
    arn = opened.client("kms").create_key()["KeyMetadata"]["Arn"]
    server.stop(home)
    assert open_account().client("kms").describe_key(KeyId=arn)["KeyMetadata"]["Enabled"]


@pytest.mark.parametrize("target", ["amazon", "", "127.0.0.1:4566"])
def test_an_unknown_target_is_one_sentence(own_environment: None, target: str) -> None:
    os.environ["KMSCOURSE_TARGET"] = target
    with pytest.raises(KmsCourseError, match="Set it to sandbox, to aws, or to the URL of an endpoint"):
        open_account()


def test_without_credentials_a_real_account_is_one_sentence(own_environment: None, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        KMSCOURSE_TARGET="aws",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        HOME=str(tmp_path),
    )
    with pytest.raises(KmsCourseError, match="Set your credentials, for example with `aws configure`"):
        open_account()


@pytest.fixture
def at_exit(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What the account has registered to be done when the process ends, not done yet."""
    waiting: list[Callable[[], object]] = []
    keeper = SimpleNamespace(register=lambda call, *given: waiting.append(partial(call, *given)))
    monkeypatch.setattr("kmscourse.account.atexit", keeper)
    return waiting


def test_an_endpoint_is_used_as_a_real_account_is(
    opened: Account, at_exit: list[Callable[[], object]]
) -> None:
    """Over an endpoint, another user's session stands on an access key that is made for it, and is deleted after."""
    os.environ["KMSCOURSE_TARGET"] = os.environ["AWS_ENDPOINT_URL"]
    there = open_account()
    assert (there.kind, there.practice, there.id) == ("endpoint", False, opened.id)
    first, second = (there.session_for(LAB_USER) for _ in range(2))
    for session in (first, second):
        assert session.client("sts").get_caller_identity()["Arn"].endswith(f":user/{LAB_USER}")
    iam = there.client("iam")
    assert len(iam.list_access_keys(UserName=LAB_USER)["AccessKeyMetadata"]) == 1, "one key, asked for twice"
    (leave,) = at_exit
    leave()
    assert iam.list_access_keys(UserName=LAB_USER)["AccessKeyMetadata"] == []


def test_an_access_key_that_stays_behind_is_said(
    opened: Account, home: Path, at_exit: list[Callable[[], object]], capsys: pytest.CaptureFixture[str]
) -> None:
    os.environ["KMSCOURSE_TARGET"] = os.environ["AWS_ENDPOINT_URL"]
    open_account().session_for(LAB_USER)
    server.stop(home)
    at_exit[0]()
    assert "of IAMLabUser yourself" in capsys.readouterr().err
