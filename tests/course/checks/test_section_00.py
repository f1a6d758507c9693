"""Section 0: right answers are taken, near misses are not, and what the course does itself counts for nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course import SECTIONS, Section, prepare
from kmscourse.course.checks import CHECKS, EXERCISES, run
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER

Answer = Callable[[Account], object]


def reader(account: Account, service: str) -> Any:
    """A client of IAMLabUser's."""
    return account.session_for(LAB_USER).client(service)


def refused(call: Callable[[], object]) -> None:
    """Make a call that is refused."""
    with pytest.raises(ClientError):
        call()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_what_the_course_does_to_catch_up_ticks_nothing(
    account: Account, notes: Notes, section: Section
) -> None:
    prepare(account, notes, section.number)
    for check in (*CHECKS[0][1:], *EXERCISES[0][0], *EXERCISES[0][1]):
        assert not run((check,), account, notes).passed, f"nobody has done it: {check.goal}"


def test_the_lessons_questions_are_seen(account: Account, notes: Notes) -> None:
    account.client("kms").list_aliases(Limit=100)
    refused(reader(account, "kms").list_aliases)
    assert run(CHECKS[0][1:], account, notes).passed


@pytest.mark.parametrize(
    "answer",
    [
        lambda account: account.client("kms").generate_random(NumberOfBytes=32),
        lambda account: account.client("kms").generate_random(NumberOfBytes=1),
        lambda account: (
            account.session.client("kms", region_name="eu-west-1").generate_random(NumberOfBytes=1024)
            and account.client("kms").generate_random(NumberOfBytes=16)
        ),
    ],
    ids=["32 bytes", "one byte", "after another Region"],
)
def test_random_bytes_of_kms_are_taken(account: Account, notes: Notes, answer: Answer) -> None:
    answer(account)
    assert run(EXERCISES[0][0], account, notes).passed


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda account: account.client("kms").list_keys(), "nothing in the audit trail"),
        (
            lambda account: refused(lambda: reader(account, "kms").generate_random(NumberOfBytes=32)),
            "GenerateRandom, but by IAMLabUser, not by you",
        ),
        (
            lambda account: refused(lambda: account.client("kms").generate_random(NumberOfBytes=1025)),
            "refused with ValidationException",
        ),
    ],
    ids=["another call", "as IAMLabUser", "too many"],
)
def test_others_are_not(account: Account, notes: Notes, answer: Answer, said: str) -> None:
    answer(account)
    report = run(EXERCISES[0][0], account, notes)
    assert not report.passed
    assert said in repr(report)


@pytest.mark.parametrize(
    "answer",
    [
        lambda dynamodb: dynamodb.describe_table(TableName="Nothing"),
        lambda dynamodb: dynamodb.describe_time_to_live(TableName="Books"),
        lambda dynamodb: dynamodb.describe_continuous_backups(TableName="Nothing"),
    ],
    ids=["table", "time to live", "backups"],
)
def test_every_call_about_something_missing_is_taken(
    account: Account, notes: Notes, answer: Callable[[object], object]
) -> None:
    refused(lambda: answer(reader(account, "dynamodb")))
    assert run(EXERCISES[0][1], account, notes).passed


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda account: reader(account, "dynamodb").list_tables(), "it was answered"),
        (
            lambda account: refused(lambda: account.client("dynamodb").describe_table(TableName="Nothing")),
            "make the call in the session of IAMLabUser",
        ),
        (
            lambda account: refused(
                lambda: reader(account, "dynamodb").create_table(
                    TableName="Films",
                    AttributeDefinitions=[{"AttributeName": "Title", "AttributeType": "S"}],
                    KeySchema=[{"AttributeName": "Title", "KeyType": "HASH"}],
                    BillingMode="PAY_PER_REQUEST",
                )
            ),
            "here a permission is missing",
        ),
        (
            lambda account: refused(lambda: reader(account, "kms").describe_key(KeyId="alias/not-there")),
            "Ask the one that their policy allows",
        ),
        (
            lambda account: refused(lambda: reader(account, "dynamodb").describe_table(TableName="No!")),
            "the request itself was wrong",
        ),
        (
            lambda account: refused(lambda: account.client("kms").describe_key(KeyId="alias/not-there")),
            "no such call in the audit trail",
        ),
    ],
    ids=["answered", "as yourself", "no permission", "another service", "no name", "the lesson's own"],
)
def test_near_misses_get_a_hint_of_their_own(
    account: Account, notes: Notes, answer: Answer, said: str
) -> None:
    answer(account)
    report = run(EXERCISES[0][1], account, notes)
    assert not report.passed
    assert said in repr(report)
