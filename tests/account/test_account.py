"""The account that KMSCOURSE_TARGET names: a sandbox of one's own, a real account, an endpoint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
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
from kmscourse.errors import ForeignError, KmsCourseError, SandboxError, SignInRefused
from kmscourse.iam import LAB_PASSWORD, LAB_USER
from kmscourse.sandbox import client as sandbox_client
from tests.misleading import astray


@pytest.fixture
def home(tmp_path: Path, own_environment: None) -> Iterator[Path]:
    os.environ.update(KMSCOURSE_HOME=str(tmp_path), KMSCOURSE_TARGET="sandbox")
    yield tmp_path
    sandbox_client.stop(tmp_path)


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
    sandbox_client.stop(home)
    with pytest.raises(SandboxError, match="Run the notebook's set-up cell again"):
        kms.list_keys()


def test_a_sandbox_that_has_started_elsewhere_is_that_sentence_too(opened: Account, home: Path) -> None:
    kms = opened.client("kms")
    sandbox_client.stop(home)
    (home / "sandbox.port").unlink()
    assert sandbox_client.find_or_start(home).url != kms.meta.endpoint_url
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
    sandbox_client.stop(home)
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
    monkeypatch.setattr(sandbox_client, "find", lambda _: None)
    with pytest.raises(ReadTimeoutError):
        client_that_fails(opened, LOST[0]).list_keys()


def test_what_was_there_is_there_again(opened: Account, home: Path) -> None:
    arn = opened.client("kms").create_key()["KeyMetadata"]["Arn"]
    sandbox_client.stop(home)
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
def elsewhere(opened: Account) -> Account:
    """The same sandbox, as an account that an endpoint's URL leads to."""
    os.environ["KMSCOURSE_TARGET"] = os.environ["AWS_ENDPOINT_URL"]
    return open_account()


def test_an_endpoint_is_used_as_a_real_account_is(elsewhere: Account, opened: Account) -> None:
    """Over an endpoint another user's session stands on temporary credentials, and leaves no access key."""
    assert (elsewhere.kind, elsewhere.practice, elsewhere.id) == ("endpoint", False, opened.id)
    iam = elsewhere.client("iam")
    iam.create_user(UserName="Reader")
    sessions = (elsewhere.session_for("Reader"), elsewhere.sign_in("Reader", "whatever it is"))
    for session in sessions:
        assert session.client("sts").get_caller_identity()["Arn"].endswith(":user/Reader")
    assert iam.list_access_keys(UserName="Reader")["AccessKeyMetadata"] == []


def test_a_client_with_another_endpoint_or_credentials_changes_nothing(elsewhere: Account) -> None:
    """Whose things are there, nobody has looked."""
    user = {"UserName": "Reader"}
    elsewhere.client("iam").create_user(**user)
    key = elsewhere.client("iam").create_access_key(**user)["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    for given in (own, {"endpoint_url": "http://127.0.0.1:9"}):
        client: Any = boto3.client("iam", **given)  # type: ignore[call-overload]
        with pytest.raises(ForeignError, match="an endpoint or credentials of its own"):
            client.delete_user(**user)
    reader = boto3.client("sts", **own)  # type: ignore[call-overload]
    assert reader.get_caller_identity()["Arn"].endswith(":user/Reader"), "looking is free"


def test_an_account_can_be_opened_again_and_again(elsewhere: Account) -> None:
    """A set-up cell is run again and again, and IAM gives a user two access keys."""
    elsewhere.client("iam").create_user(UserName="Reader")
    for _ in range(4):
        again = open_account()
        reader = again.session_for("Reader")
        with pytest.raises(ClientError):
            reader.client("kms").list_keys()
        assert len(again.denials) == 1, "refusals are those of the account as it was opened last"


def test_over_an_endpoint_no_session_changes_what_the_course_did_not_make(
    elsewhere: Account, opened: Account
) -> None:
    with pytest.raises(ForeignError, match="did not make the user IAMLabUser"):
        elsewhere.session_for(LAB_USER)
    elsewhere.client("iam").create_user(UserName="Reader")
    reader = elsewhere.session_for("Reader")
    key = opened.client("kms").create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ForeignError, match="did not make the key"):
        reader.client("kms").disable_key(KeyId=key)


def test_an_endpoint_is_reached_whatever_proxy_and_endpoints_are_set(opened: Account, tmp_path: Path) -> None:
    with astray(tmp_path / "astray") as wrong:
        url = os.environ["AWS_ENDPOINT_URL"]
        (tmp_path / "config").write_text(f"[default]\nendpoint_url = {wrong.elsewhere.url}\n")
        os.environ.update(
            KMSCOURSE_TARGET=url,
            AWS_CONFIG_FILE=str(tmp_path / "config"),
            AWS_ENDPOINT_URL_STS=wrong.elsewhere.url,
            AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true",
            HTTP_PROXY=wrong.proxy.url,
            NO_PROXY="",
            no_proxy="",
        )
        there = open_account()
        assert there.client("kms").list_keys()["Keys"] == []
        assert (there.id, wrong.arrived()) == (opened.id, [])


@pytest.mark.parametrize("target", ["http://127.0.0.1:9", "https://127.0.0.1:9/"])
def test_a_url_that_nobody_answers_at_is_named(own_environment: None, target: str) -> None:
    os.environ.update(KMSCOURSE_TARGET=target, AWS_ACCESS_KEY_ID="AKIA", AWS_SECRET_ACCESS_KEY="s")
    with pytest.raises(
        KmsCourseError, match=f"Nobody answers at {target}, which KMSCOURSE_TARGET names"
    ) as said:
        open_account()
    assert "aws configure" not in str(said.value)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (None, "123456789012"),
        ("http://127.0.0.1:5000/", "123456789012 at 127.0.0.1:5000"),
        ("https://me:secret@example.com", "123456789012 at example.com"),
    ],
)
def test_accounts_of_one_number_are_kept_apart_by_where_they_are(url: str | None, name: str) -> None:
    session: Any = None
    account = Account(
        "endpoint", "123456789012", "us-east-1", "", session, lambda *_: session, lambda *_: session, url
    )
    assert account.file_key == name
    assert "secret" not in str(account)


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
    sandbox_client.stop(home)
    again = open_account()
    (told,) = again.take_notices()
    assert f"(access key {key_id} inactive)" in told
    assert again.take_notices() == []
    assert opened.client("kms").list_keys()["Keys"] == [], "the clients of before go on working"
