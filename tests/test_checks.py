"""The checks tell a section that is done from one that is not, and say what to do."""

from __future__ import annotations

import json

import pytest

from kmscourse import checks, pieces
from kmscourse import iam as people
from kmscourse.account import Account
from kmscourse.course import SECTIONS, prepare
from kmscourse.notes import Notes


def test_every_section_has_checks_and_an_exercise() -> None:
    assert set(checks.CHECKS) == set(checks.EXERCISES) == {section.number for section in SECTIONS}


@pytest.mark.parametrize("number", range(1, 10))
def test_a_section_that_is_only_opened_is_not_done(account: Account, notes: Notes, number: int) -> None:
    prepare(account, notes, number)
    report = checks.run(checks.CHECKS[number], account, notes)
    if number in {2, 5}:  # their pieces are notes, which catching up for another section may leave
        return
    assert not report.passed
    assert "not yet" in repr(report)
    assert "hint: " in repr(report)


@pytest.mark.parametrize("number", range(10))
def test_an_exercise_that_nobody_solved_is_not_solved(account: Account, notes: Notes, number: int) -> None:
    prepare(account, notes, number)
    if number == 9:
        account.client("kms").schedule_key_deletion(KeyId=pieces.key_arn(account), PendingWindowInDays=7)
    assert not checks.run(checks.EXERCISES[number], account, notes).passed


def test_checks_name_what_is_still_missing(account: Account, notes: Notes) -> None:
    prepare(account, notes, 9)
    account.client("dynamodb").delete_table(TableName=pieces.TABLE)
    lines = repr(checks.run(checks.CHECKS[9], account, notes)).splitlines()
    assert lines[0] == "✓ the table Books is gone"
    assert lines[1].startswith("✗ not yet: myKey is disabled")
    assert lines[2].strip().startswith("hint: ")


def test_letting_the_reader_in_by_iam_counts_only_without_the_key_policy(
    account: Account, notes: Notes
) -> None:
    prepare(account, notes, 9)  # the key policy names IAMLabUser
    solved = checks.EXERCISES[8]
    assert not checks.run(solved, account, notes).passed
    pieces.take_permission(account, notes)
    assert not checks.run(solved, account, notes).passed
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": pieces.key_arn(account)}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    account.client("iam").put_user_policy(
        UserName=people.LAB_USER, PolicyName="OpenTheKey", PolicyDocument=policy
    )
    assert checks.run(solved, account, notes).passed
