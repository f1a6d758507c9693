"""The exercises of section 15: a policy that answers as the table says, and tests that notice when it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kmscourse.account import Account
from kmscourse.course.checks import EXERCISES, Report, run
from kmscourse.course.checks.section_15 import NEWS, TWELVE
from kmscourse.course.notes import Notes
from kmscourse.course.policy_tests import PolicyTests, Row
from kmscourse.iam import create_user
from kmscourse.kms import create_key, find_key, put_key_policy
from kmscourse.policy import console_key_policy, root_statement, use_statement, with_statement

TOPIC = "kms:EncryptionContext:topic"
ONE, OTHER = (
    ("Wanda", "kms:ReEncryptTo", NEWS, "allowed"),
    ("Wanda", "kms:ReEncryptFrom", NEWS, "refused"),
)
Way = Callable[[Account, Notes], None]


def arn(account: Account, name: str) -> str:
    return f"arn:aws:iam::{account.id}:user/{name}"


def policy_of(account: Account, *statements: dict[str, Any]) -> dict[str, Any]:
    policy = console_key_policy(account.id)
    for statement in statements:
        policy = with_statement(policy, statement)
    return policy


def lets(account: Account, name: str, *actions: str, **more: Any) -> dict[str, Any]:
    return use_statement(arn(account, name), actions, sid=f"{name} {' '.join(actions)}") | more


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[15][number - 1], account, notes)


# --- twelve requests ------------------------------------------------------------------------------------------


def keep_parcels(
    account: Account, notes: Notes, *statements: dict[str, Any], table: tuple[Row, ...] = TWELVE
) -> None:
    PolicyTests(notes.folder, account, "parcels").keep(policy_of(account, *statements), table)


def one_action_each(account: Account, notes: Notes) -> None:
    keep_parcels(
        account,
        notes,
        lets(account, "Wanda", "kms:Encrypt"),
        lets(account, "Rolf", "kms:Decrypt", Condition={"StringEquals": {TOPIC: "parcels"}}),
        lets(account, "Max", "kms:PutKeyPolicy"),
    )


def all_and_a_deny(account: Account, notes: Notes) -> None:
    keep_parcels(
        account,
        notes,
        lets(account, "Wanda", "kms:Enc*"),
        lets(account, "Rolf", "kms:Dec*"),
        lets(account, "Max", "kms:*"),
        lets(account, "Max", "kms:*crypt", "kms:CreateGrant", Effect="Deny"),
    )


def with_more_rows(account: Account, notes: Notes) -> None:
    keep_parcels(
        account,
        notes,
        lets(account, "Wanda", "kms:Encrypt", "kms:GenerateDataKey"),
        lets(account, "Rolf", "kms:Decrypt", Condition={"StringLike": {TOPIC: "parcel?"}}),
        lets(account, "Max", "kms:PutKeyPolicy", "kms:GetKeyPolicy"),
        table=(*TWELVE, ("Wanda", "kms:GenerateDataKey", {}, "allowed")),
    )


@pytest.mark.parametrize("way", [one_action_each, all_and_a_deny, with_more_rows])
def test_twelve_requests_are_right(account: Account, notes: Notes, way: Way) -> None:
    way(account, notes)
    report = report_of(1, account, notes)
    assert report.passed, report


def as_the_colleague_wrote_it(account: Account, notes: Notes) -> None:
    keep_parcels(
        account,
        notes,
        lets(account, "Wanda", "kms:*crypt"),
        lets(account, "Rolf", "kms:Decrypt", Condition={"StringEquals": {TOPIC: "parcel"}}),
        lets(account, "Max", "kms:*"),
    )


def a_table_that_fits_the_policy(account: Account, notes: Notes) -> None:
    easy = tuple((who, action, context, "allowed") for who, action, context, _ in TWELVE)
    keep_parcels(
        account, notes, *(lets(account, who, "kms:*") for who in ("Wanda", "Rolf", "Max")), table=easy
    )


def a_table_without_refusals(account: Account, notes: Notes) -> None:
    one_action_each(account, notes)
    tests = PolicyTests(notes.folder, account, "parcels")
    tests.keep(tests.policy, [row for row in TWELVE if row[3] == "allowed"])


def a_pytest_file_that_cannot_fail(account: Account, notes: Notes) -> None:
    one_action_each(account, notes)
    PolicyTests(notes.folder, account, "parcels").test_file.write_text("def test_request():\n    pass\n")


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (as_the_colleague_wrote_it, "7 of 12 requests are answered as they should be"),
        (a_table_that_fits_the_policy, "kms:Decrypt by Wanda is not refused"),
        (a_table_without_refusals, "stay green for a policy that allows everything"),
        (a_pytest_file_that_cannot_fail, "stay green for a policy that allows everything"),
    ],
)
def test_twelve_requests_are_not_right(account: Account, notes: Notes, way: Way, said: str) -> None:
    way(account, notes)
    report = report_of(1, account, notes)
    assert not report.passed
    assert said in repr(report)


def test_a_pytest_file_that_cannot_fail_is_written_anew(account: Account, notes: Notes) -> None:
    a_pytest_file_that_cannot_fail(account, notes)
    assert "test_parcels.py has been changed: parcels.test_file.unlink()" in repr(
        report_of(1, account, notes)
    )
    tests = PolicyTests(notes.folder, account, "parcels")
    tests.test_file.unlink()
    tests.keep(tests.policy)
    report = report_of(1, account, notes)
    assert report.passed, report


# --- a move in one direction ----------------------------------------------------------------------------------


@pytest.fixture
def newsroom(account: Account, notes: Notes) -> Account:
    """The account as the section's text leaves it."""
    for name in ("Wanda", "Rolf", "Max"):
        create_user(account.client("iam"), name)
    create_key(account.client("kms"), "reports", policy=policy_of(account, *repaired(account)))
    return account


def repaired(account: Account) -> list[dict[str, Any]]:
    return [
        lets(account, "Rolf", "kms:Decrypt", Condition={"StringEquals": {TOPIC: "news"}}),
        lets(account, "Wanda", "kms:Encrypt"),
    ]


def put(account: Account, policy: dict[str, Any]) -> None:
    kms = account.client("kms")
    key = find_key(kms, "reports")
    assert key is not None
    put_key_policy(kms, key, policy)


def keep_and_put(account: Account, notes: Notes, *statements: dict[str, Any], rows: tuple[Row, ...]) -> None:
    policy = policy_of(account, *repaired(account), *statements)
    PolicyTests(notes.folder, account, "reports").keep(policy, rows)
    put(account, policy)


def only_to(account: Account, notes: Notes) -> None:
    keep_and_put(account, notes, lets(account, "Wanda", "kms:ReEncryptTo"), rows=(ONE, OTHER))


def a_star_and_a_deny(account: Account, notes: Notes) -> None:
    both = (
        lets(account, "Wanda", "kms:ReEncrypt*"),
        lets(account, "Wanda", "kms:ReEncryptFrom", Effect="Deny"),
    )
    keep_and_put(account, notes, *both, rows=(ONE, OTHER))


def in_one_statement(account: Account, notes: Notes) -> None:
    reads, _ = repaired(account)
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            root_statement(account.id),
            reads,
            lets(account, "Wanda", "kms:Encrypt", "kms:ReEncryptTo"),
        ],
    }
    PolicyTests(notes.folder, account, "reports").keep(policy, [ONE, OTHER])
    put(account, policy)


@pytest.mark.parametrize("way", [only_to, a_star_and_a_deny, in_one_statement])
def test_reports_move_in_one_direction(newsroom: Account, notes: Notes, way: Way) -> None:
    way(newsroom, notes)
    report = report_of(2, newsroom, notes)
    assert report.passed, report


def with_the_star(account: Account, notes: Notes) -> None:
    rows = (ONE, (*OTHER[:3], "allowed"))
    keep_and_put(account, notes, lets(account, "Wanda", "kms:ReEncrypt*"), rows=rows)


def with_a_grant_too(account: Account, notes: Notes) -> None:
    moves = lets(account, "Wanda", "kms:ReEncryptTo", "kms:CreateGrant")
    keep_and_put(account, notes, moves, rows=(ONE, OTHER))


def with_a_star_for_max(account: Account, notes: Notes) -> None:
    moves = lets(account, "Wanda", "kms:ReEncryptTo")
    keep_and_put(account, notes, moves, lets(account, "Max", "kms:*"), rows=(ONE, OTHER))


def without_the_refused_row(account: Account, notes: Notes) -> None:
    keep_and_put(account, notes, lets(account, "Wanda", "kms:ReEncryptTo"), rows=(ONE,))


def without_the_allowed_row(account: Account, notes: Notes) -> None:
    keep_and_put(account, notes, lets(account, "Wanda", "kms:ReEncryptTo"), rows=(OTHER,))


def kept_and_not_put(account: Account, notes: Notes) -> None:
    policy = policy_of(account, *repaired(account), lets(account, "Wanda", "kms:ReEncryptTo"))
    PolicyTests(notes.folder, account, "reports").keep(policy, [ONE, OTHER])


def rolf_loses_his_reports(account: Account, notes: Notes) -> None:
    policy = policy_of(account, lets(account, "Wanda", "kms:Encrypt", "kms:ReEncryptTo"))
    PolicyTests(notes.folder, account, "reports").keep(policy, [ONE, OTHER])
    put(account, policy)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (with_the_star, "kms:ReEncryptFrom by Wanda with topic=news is allowed"),
        (with_a_grant_too, "kms:CreateGrant by Wanda is allowed"),
        (with_a_star_for_max, "kms:Encrypt by Max is allowed"),
        (without_the_refused_row, "stay green for a policy that allows Wanda kms:ReEncryptFrom"),
        (without_the_allowed_row, "stay green for a policy that allows Wanda no kms:ReEncryptTo"),
        (kept_and_not_put, "is not the one of the key reports"),
        (rolf_loses_his_reports, "kms:Decrypt by Rolf with topic=news is refused"),
    ],
)
def test_reports_move_otherwise(newsroom: Account, notes: Notes, way: Way, said: str) -> None:
    way(newsroom, notes)
    report = report_of(2, newsroom, notes)
    assert not report.passed
    assert said in repr(report)


def test_nothing_kept_is_said_and_not_raised(account: Account, notes: Notes) -> None:
    assert "There is no parcels.json yet" in repr(report_of(1, account, notes))
    assert "no key has the alias reports" in repr(report_of(2, account, notes))
