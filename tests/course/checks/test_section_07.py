"""Section 7's exercises take every right answer, however it was reached, and tell a wrong one what differs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import EXERCISES, Report, run
from kmscourse.course.notes import Notes

Call = Callable[[Any], object]
BOOKS = "arn:aws:dynamodb:us-east-1:123456789012:table/Books"
READER = "arn:aws:iam::123456789012:user/IAMLabUser"


@pytest.fixture
def learner(account: Account, notes: Notes) -> Account:
    """The account as section 7 leaves it."""
    prepare(account, notes, 8)
    return account


def report(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[7][number - 1], account, notes)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda reader: reader.describe_table(TableName="Books"), id="DescribeTable"),
        pytest.param(lambda reader: reader.describe_table(TableName=BOOKS), id="DescribeTable by the ARN"),
        pytest.param(lambda reader: reader.describe_time_to_live(TableName="Books"), id="DescribeTimeToLive"),
        pytest.param(
            lambda reader: reader.describe_continuous_backups(TableName="Books"),
            id="DescribeContinuousBackups",
        ),
        pytest.param(lambda reader: reader.list_tags_of_resource(ResourceArn=BOOKS), id="ListTagsOfResource"),
    ],
)
def test_every_call_that_is_answered_counts(
    learner: Account, notes: Notes, lab_user: boto3.Session, call: Call
) -> None:
    call(lab_user.client("dynamodb"))
    said = report(1, learner, notes)
    assert said.passed, said


@pytest.mark.parametrize(
    ("call", "told"),
    [
        pytest.param(lambda reader: reader.scan(TableName="Books"), "Which calls need no item?", id="Scan"),
        pytest.param(
            lambda reader: reader.list_tables(), "ask about the table Books itself", id="every table"
        ),
        pytest.param(
            lambda reader: reader.delete_table(TableName="Books"), "second row of the policy", id="refused"
        ),
    ],
)
def test_another_call_is_told_what_differs(
    learner: Account, notes: Notes, lab_user: boto3.Session, call: Call, told: str
) -> None:
    with contextlib.suppress(ClientError):
        call(lab_user.client("dynamodb"))
    said = report(1, learner, notes)
    assert not said.passed
    assert told in repr(said)


def test_ones_own_call_is_not_the_readers(learner: Account, notes: Notes) -> None:
    learner.client("dynamodb").describe_table(TableName="Books")
    assert not report(1, learner, notes).passed


def ask(account: Account, actions: str, *resources: str, about: str = READER) -> None:
    named = {"ResourceArns": list(resources)} if resources else {}
    account.client("iam").simulate_principal_policy(
        PolicySourceArn=about, ActionNames=actions.split(), **named
    )


def ask_twice(account: Account) -> None:
    ask(account, "dynamodb:PutItem", BOOKS)
    ask(account, "kms:Decrypt", artifacts.key_arn(account))


def ask_at_once(account: Account) -> None:
    ask(account, "dynamodb:PutItem kms:Decrypt", BOOKS, artifacts.key_arn(account))


def ask_too_much(account: Account) -> None:
    ask(account, "dynamodb:GetItem DynamoDB:putitem", BOOKS)
    ask(account, "kms:Encrypt KMS:Decrypt kms:GenerateDataKey", BOOKS, artifacts.key_arn(account))


def ask_wrongly_first(account: Account) -> None:
    ask(account, "kms:Encrypt", artifacts.key_arn(account))
    ask_twice(account)


@pytest.mark.parametrize("answer", [ask_twice, ask_at_once, ask_too_much, ask_wrongly_first])
def test_both_permissions_may_be_asked_about_in_any_way(
    learner: Account, notes: Notes, answer: Callable[[Account], None]
) -> None:
    answer(learner)
    said = report(2, learner, notes)
    assert said.passed, said


def ask_about_encrypt(account: Account) -> None:
    ask(account, "dynamodb:PutItem kms:Encrypt", BOOKS, artifacts.key_arn(account))


def ask_about_oneself(account: Account) -> None:
    ask(account, "dynamodb:PutItem kms:Decrypt", BOOKS, artifacts.key_arn(account), about=account.user_arn)


def ask_about_no_resource(account: Account) -> None:
    ask(account, "dynamodb:PutItem kms:Decrypt")


def ask_about_the_alias(account: Account) -> None:
    alias = f"arn:aws:kms:{account.region}:{account.id}:alias/myKey"
    ask(account, "dynamodb:PutItem kms:Decrypt", BOOKS, alias)


def ask_about_the_table_only(account: Account) -> None:
    ask(account, "dynamodb:PutItem", BOOKS)


def ask_about_reading(account: Account) -> None:
    ask(account, "dynamodb:Scan kms:Decrypt", BOOKS, artifacts.key_arn(account))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (ask_about_encrypt, "DynamoDB never called Encrypt"),
        (ask_about_oneself, "PolicySourceArn is the ARN of IAMLabUser"),
        (ask_about_no_resource, "name its ARN in ResourceArns"),
        (ask_about_the_alias, "name its ARN in ResourceArns"),
        (ask_about_the_table_only, "a write needs a permission on this key too"),
        (ask_about_reading, "which action of DynamoDB writes one item?"),
    ],
)
def test_another_question_is_told_what_differs(
    learner: Account, notes: Notes, answer: Callable[[Account], None], told: str
) -> None:
    answer(learner)
    said = report(2, learner, notes)
    assert not said.passed
    assert told in repr(said)
