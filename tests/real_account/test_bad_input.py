"""A target that nobody answers at, and a learner who may not do everything: each is told in one sentence."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator

import pytest

from kmscourse import Lab
from kmscourse.errors import KmsCourseError
from tests.real_account.conftest import Learner
from tests.real_account.filling import enabled_key, fill_with_everything
from tests.real_account.inventory import changed
from tests.real_account.leftovers import assert_nothing_is_left

where_permission_counts = pytest.mark.parametrize("server", ["practice"], indirect=True)

NEEDED = {
    # permission -> what section 9 has made by the time it is missing
    "iam:CreateUser": [],
    "iam:PutUserPolicy": ["IAMLabUser"],
    "kms:CreateKey": ["IAMLabUser"],
    "kms:TagResource": ["IAMLabUser"],
    "kms:CreateAlias": ["IAMLabUser", "key"],
    "dynamodb:CreateTable": ["IAMLabUser", "myKey"],
    "dynamodb:TagResource": ["IAMLabUser", "myKey"],
    "dynamodb:PutItem": ["IAMLabUser", "myKey", "Books"],
    "iam:CreateLoginProfile": ["IAMLabUser", "myKey", "Books"],
}
"""Of the permissions that section 9's Lab.open uses, those that change something."""
LOOKS = [
    "kms:ListAliases",
    "kms:ListResourceTags",
    "iam:GetUser",
    "dynamodb:DescribeTable",
    "dynamodb:ListTagsOfResource",
]
"""Permissions to look: without one the course cannot know whose a thing is."""


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address on this machine at which nobody answers: it is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@where_permission_counts
def test_a_target_that_nobody_answers_at_is_named(
    learner: Learner, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMSCOURSE_TARGET", nobody)
    with pytest.raises(KmsCourseError) as told:
        Lab.open(0)
    assert nobody in str(told.value)
    assert "aws configure" not in str(told.value)
    assert "\n" not in str(told.value)


def without(learner: Learner, *permissions: str) -> None:
    """From now on the learner is another user of the account, who may do everything but this."""
    iam = learner.target.client("iam")
    iam.create_user(UserName="beginner")
    may = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": list(permissions), "Resource": "*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": may})
    iam.put_user_policy(UserName="beginner", PolicyName="Almost", PolicyDocument=document)
    learner.become(iam.create_access_key(UserName="beginner")["AccessKey"])


@where_permission_counts
@pytest.mark.parametrize("permission", NEEDED)
def test_a_missing_permission_is_named_and_so_is_what_was_made(
    learner: Learner, capsys: pytest.CaptureFixture[str], permission: str
) -> None:
    without(learner, permission)
    before = learner.inventory()
    with pytest.raises(KmsCourseError) as told:
        Lab.open(9)
    said = str(told.value)
    assert permission in said
    for made in NEEDED[permission]:
        assert re.search(rf"\b{made}\b", said), f"{made} has been made already: {said}"
    learner.become_owner()
    assert_nothing_is_left(learner, before, capsys)


@where_permission_counts
@pytest.mark.parametrize("permission", LOOKS)
def test_who_may_not_look_harms_nothing(learner: Learner, permission: str) -> None:
    fill_with_everything(learner.target)
    without(learner, permission)
    before = learner.inventory()
    for section in (0, 2, 7, 9):
        with pytest.raises(KmsCourseError):
            Lab.open(section)
    assert changed(before, learner.inventory()) == []
    assert learner.recorder.changes == []


@where_permission_counts
def test_a_clean_up_says_what_it_could_not_remove(
    learner: Learner, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes on with the rest, but for the key that a table still needs, and is done again by somebody who may."""
    before = learner.inventory()
    lab = Lab.open(9)
    lab.client("kms").create_key()
    without(learner, "dynamodb:DeleteTable", "iam:DeleteUser")
    cleaned = learner.clean_up(capsys)
    assert cleaned.status == 1
    for name in ("Books", "IAMLabUser", "dynamodb:DeleteTable", "iam:DeleteUser"):
        assert name in f"{cleaned.out}{cleaned.err}"
    assert "will be deleted on" in cleaned.out, "what can be removed is removed"
    assert "these tables are encrypted under it: Books" in cleaned.err
    assert "alias/myKey" in learner.inventory()
    learner.become_owner()
    iam = learner.target.client("iam")
    for key in iam.list_access_keys(UserName="beginner")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="beginner", AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName="beginner", PolicyName="Almost")
    iam.delete_user(UserName="beginner")
    assert_nothing_is_left(learner, before, capsys)


@pytest.mark.parametrize("server", ["moto"], indirect=True)  # a practice account's IAM is in one Region alone
def test_another_region_is_another_place(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and tables belong to a Region: in one where the names are free the course is not stopped by them."""
    enabled_key(learner.target)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    before = learner.inventory()
    Lab.open(2)
    assert changed(before, learner.inventory()) == []
