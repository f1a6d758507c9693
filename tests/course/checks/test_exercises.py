"""An exercise counts as solved when it is, and not before. (Its own solution is run by notebooks/test_in_order.py.)"""

from __future__ import annotations

import json

import pytest

from kmscourse import iam as people
from kmscourse.account import Account
from kmscourse.course import SECTIONS, artifacts, prepare
from kmscourse.course.checks import EXERCISES, Report, run
from kmscourse.course.notes import Notes
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy import with_statement

EVERY = [(number, count) for number in EXERCISES for count in (1, 2)]


def test_every_section_has_two() -> None:
    assert {number: len(some) for number, some in EXERCISES.items()} == {s.number: 2 for s in SECTIONS}


@pytest.mark.parametrize(("number", "count"), EVERY)
def test_one_that_nobody_solved_is_not_solved(
    account: Account, notes: Notes, number: int, count: int
) -> None:
    prepare(account, notes, number)
    if number == 9:
        account.client("kms").schedule_key_deletion(KeyId=artifacts.key_arn(account), PendingWindowInDays=7)
    report = run(EXERCISES[number][count - 1], account, notes)
    assert not report.passed
    assert "Hint: " in repr(report)


def reader_policy(account: Account) -> None:
    """IAMLabUser may decrypt with myKey, says an IAM policy."""
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": artifacts.key_arn(account)}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    account.client("iam").put_user_policy(
        UserName=people.LAB_USER, PolicyName="OpenTheKey", PolicyDocument=policy
    )


def test_letting_the_reader_in_by_iam_counts_only_without_the_key_policy(
    account: Account, notes: Notes
) -> None:
    def report() -> Report:
        return run(EXERCISES[8][0], account, notes)

    prepare(account, notes, 9)  # the key policy names IAMLabUser
    assert "the key policy has an Allow for IAMLabUser" in repr(report())
    artifacts.take_permission(account, notes)
    assert not report().passed
    reader_policy(account)
    assert report().passed


def test_a_deny_in_the_key_policy_wins_over_iam(account: Account, notes: Notes) -> None:
    prepare(account, notes, 8)
    reader_policy(account)
    assert not run(EXERCISES[8][1], account, notes).passed
    kms, arn = account.client("kms"), artifacts.key_arn(account)
    deny = {
        "Sid": "Not IAMLabUser",
        "Effect": "Deny",
        "Principal": {"AWS": artifacts.lab_user_arn(account)},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    put_key_policy(kms, arn, with_statement(key_policy(kms, arn), deny))
    assert run(EXERCISES[8][1], account, notes).passed


def test_a_grant_left_behind_does_not_let_the_reader_of_section_seven_in(
    account: Account, notes: Notes
) -> None:
    prepare(account, notes, 4)
    account.client("kms").create_grant(
        KeyId=artifacts.key_arn(account),
        GranteePrincipal=artifacts.lab_user_arn(account),
        Operations=["Decrypt"],
    )
    assert "permission (section 8)" in prepare(account, notes, 7).sentences[-1], "it is said"
    assert artifacts.reader_grants(account), "and stays"
    assert "Stepped back: permission (section 8)" in prepare(account, notes, 7, again=True).sentences
    assert artifacts.reader_grants(account) == []


def test_a_second_table_that_is_still_there_is_not_deleted(account: Account, notes: Notes) -> None:
    prepare(account, notes, 6)
    dynamodb = account.client("dynamodb")
    dynamodb.create_table(
        TableName="Films",
        AttributeDefinitions=[{"AttributeName": "Title", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Title", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert "✗ Not yet. Goal: and deleted again" in repr(run(EXERCISES[6][1], account, notes))
    dynamodb.delete_table(TableName="Films")
    assert run(EXERCISES[6][1], account, notes).passed
