"""An exercise counts as solved when it is, and not before. (Its own solution is run by notebooks/test_in_order.py.)"""

from __future__ import annotations

import pytest

from kmscourse.account import Account
from kmscourse.course import SECTIONS, artifacts, prepare
from kmscourse.course.checks import EXERCISES, run
from kmscourse.course.notes import Notes

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
