"""An answer goes out before the events of a call that changed nothing are kept, and they are kept all the same."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest

from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from kmscourse.sandbox.call import HttpRequest


class Later(list[Callable[[], None]]):
    """What an account has put off."""

    def settle(self) -> None:
        while self:
            self.pop(0)()


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def application(tmp_path: Path, later: Later) -> Any:
    made = Application.open(tmp_path, later=later.append)
    yield made
    made.close()


@pytest.fixture
def main(application: Application) -> boto3.Session:
    return inprocess.session(application)


def kept(application: Application) -> list[str]:
    """The names of the events that the account's file holds, the oldest first."""
    return [event["eventName"] for _, event in application.account.storage.events()][::-1]


def test_the_events_of_a_read_wait_until_it_is_answered(
    application: Application, main: boto3.Session, later: Later
) -> None:
    main.client("kms").list_keys()
    later.settle()  # The key's first use is a change.
    before = kept(application)
    main.client("kms").list_aliases()
    assert kept(application) == before
    later.settle()
    assert kept(application) == [*before, "ListAliases"]


def test_a_change_is_kept_with_its_events_before_it_is_answered(
    application: Application, main: boto3.Session, later: Later
) -> None:
    main.client("kms").create_key()
    before = kept(application)
    assert before[-1:] == ["CreateKey"]
    later.settle()
    assert kept(application) == before, "nothing of a change may wait"


def test_whoever_asks_next_sees_what_was_done_before(main: boto3.Session) -> None:
    """Also where nobody has done what was put off."""
    main.client("kms").list_keys()
    main.client("kms").list_aliases()
    main.client("kms").create_key()
    with pytest.raises(main.client("kms").exceptions.NotFoundException):
        main.client("kms").describe_key(KeyId="alias/none")
    found = main.client("cloudtrail").lookup_events()["Events"]
    named = [event["EventName"] for event in found if event["EventSource"] == "kms.amazonaws.com"]
    assert named == ["DescribeKey", "CreateKey", "ListAliases", "ListKeys"]


def test_an_account_that_is_closed_has_kept_what_waited(tmp_path: Path, later: Later) -> None:
    application = Application.open(tmp_path, later=later.append)
    kms = inprocess.session(application).client("kms")
    kms.list_keys()
    kms.list_aliases()
    application.close()
    again = Application.open(tmp_path)
    assert kept(again)[-1] == "ListAliases"
    again.close()


@pytest.mark.parametrize(
    ("broken", "error", "said"),
    [
        (
            "kmscourse.sandbox.storage.file.Storage._keep",
            sqlite3.OperationalError("database or disk is full"),
            "The practice account could not write",
        ),
        ("kmscourse.sandbox.cloudtrail.trail.events_of_call", KeyError("hush-hush"), "KeyError at"),
    ],
    ids=["kept", "written down"],
)
def test_events_that_cannot_be_kept_are_said_and_spoil_no_answer(
    main: boto3.Session,
    later: Later,
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    broken: str,
    error: Exception,
    said: str,
) -> None:
    """Neither the call's own, which has had it, nor the next one's."""
    kms = main.client("kms")
    kms.list_keys()
    later.settle()

    def fail(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(broken, fail)
        assert kms.list_aliases()["Aliases"]
        kms.list_keys()
    later.settle()
    assert f"missing from the trail: {said}" in caplog.text
    assert "hush" not in caplog.text
    assert kept(application)[-1] == "ListKeys"
    assert "ListAliases" not in kept(application)


def test_an_answer_says_whether_its_request_was_signed_by_somebody_known(
    application: Application, main: boto3.Session
) -> None:
    """Whether or not it was allowed, or could be done at all."""
    sent: list[HttpRequest] = []

    def note(request: AWSPreparedRequest, **_: object) -> None:
        sent.append(inprocess.to_request(request))

    user = main.client("iam").create_user(UserName="nobody-allows-me")["User"]["UserName"]
    key = main.client("iam").create_access_key(UserName=user)["AccessKey"]
    made = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    inprocess.attach(made, application)
    for session in (main, made):
        kms = session.client("kms")
        kms.meta.events.register_first("before-send", note)
        with contextlib.suppress(kms.exceptions.ClientError):
            kms.list_keys()
    answers = [application.handle(request) for request in sent]
    assert [(answer.status, answer.authenticated) for answer in answers] == [(200, True), (400, True)]
    assert b"AccessDenied" in answers[1].body

    signed = sent[0]
    authorization = signed.headers["authorization"]
    for changed in (
        HttpRequest("GET", "/", {"host": "localhost"}, b""),
        replace(signed, headers={**signed.headers, "authorization": authorization[:-1] + "x"}),
        replace(signed, headers={**signed.headers, "authorization": authorization.replace("=AKIA", "=AKIB")}),
        replace(signed, body=b'{"KeyId": "alias/another"}'),
    ):
        assert not application.handle(changed).authenticated, changed
