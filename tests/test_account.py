"""The account that KMSCOURSE_TARGET names: a sandbox of one's own, a real account, an endpoint."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account, open_account
from kmscourse.errors import KmsCourseError, SandboxError, SignInRefused
from kmscourse.iam import LAB_PASSWORD, LAB_USER
from kmscourse.sandbox import server


@pytest.fixture
def own_environment() -> Iterator[None]:
    """Whatever a test does to the environment is undone: opening an account points AWS's variables at it."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


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
    assert boto3.Session().client("sts").get_caller_identity()["Arn"] == opened.user_arn
    assert os.environ["AWS_CONFIG_FILE"] == os.environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


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


def test_a_main_user_that_was_renamed_has_its_new_name(opened: Account) -> None:
    opened.client("iam").update_user(UserName=opened.user_name, NewUserName="boss", NewPath="/people/")
    again = open_account()
    assert again.user_arn == opened.client("sts").get_caller_identity()["Arn"]
    assert (again.user_arn, again.user_name) == ("arn:aws:iam::123456789012:user/people/boss", "boss")


def test_a_main_user_that_has_locked_itself_out_is_told_why_and_what_to_do(
    opened: Account, home: Path
) -> None:
    key_id = opened.session.get_credentials().access_key
    opened.client("iam").update_access_key(UserName=opened.user_name, AccessKeyId=key_id, Status="Inactive")
    with pytest.raises(SandboxError, match=f"access key {key_id} inactive.*kmscourse sandbox stop"):
        open_account()
    server.stop(home)
    again = open_account()
    (told,) = again.take_notices()
    assert f"(access key {key_id} inactive)" in told
    assert again.take_notices() == []
    assert opened.client("kms").list_keys()["Keys"] == [], "the clients of before go on working"
