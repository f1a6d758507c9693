"""The challenge begins with nothing right, can be solved in more than one way, and sees through half a solution."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import astuple

import pytest

from kmscourse import dynamodb, kms
from kmscourse.account import Account
from kmscourse.course.challenge import OUTCOME, is_set_up, set_up
from kmscourse.course.challenge.set_up import ALIAS, CLERK, COURIER, INTERN, TABLE
from kmscourse.course.checks import Report, run
from kmscourse.course.notes import Notes
from kmscourse.course.sections import SECTIONS
from kmscourse.errors import CourseError
from kmscourse.iam import delete_user, user_arn
from kmscourse.policy import use_statement, with_statement, without_principal, without_sid

READS, DIRECTLY, COURIERS, OPENS, INTERNS, OTHERS, YOURS = range(len(OUTCOME))


@pytest.fixture
def archive(account: Account) -> Account:
    set_up(account)
    return account


def report(account: Account, notes: Notes) -> Report:
    return run(OUTCOME, account, notes)


def wrong(account: Account, notes: Notes) -> set[int]:
    """The places of what is not right."""
    return {place for place, result in enumerate(report(account, notes).results) if not result.passed}


def key_of(account: Account) -> str:
    key = dynamodb.key_of_table(account.client("dynamodb"), TABLE)
    assert key is not None
    return key


def arn(account: Account, name: str) -> str:
    return user_arn(account.client("iam"), name)


def enable(account: Account) -> None:
    account.client("kms").enable_key(KeyId=key_of(account))


def turn_the_alias_back(account: Account) -> None:
    account.client("kms").update_alias(AliasName=ALIAS, TargetKeyId=key_of(account))


def let_the_clerk_in_by_the_key_policy(account: Account) -> None:
    keys, key = account.client("kms"), key_of(account)
    policy = without_principal(kms.key_policy(keys, key), arn(account, CLERK))
    condition = {"StringEquals": {"kms:ViaService": f"dynamodb.{account.region}.amazonaws.com"}}
    statement = use_statement(arn(account, CLERK), ["kms:Decrypt"], sid="The clerk reads")
    kms.put_key_policy(keys, key, with_statement(policy, statement | {"Condition": condition}))


def let_the_clerk_in_by_iam(account: Account) -> None:
    keys, key = account.client("kms"), key_of(account)
    kms.put_key_policy(keys, key, without_sid(kms.key_policy(keys, key), "Until the audit is over"))
    allow(
        account,
        CLERK,
        "kms:Decrypt",
        {"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": TABLE}},
    )


def let_the_courier_in(account: Account) -> None:
    allow(account, COURIER, "kms:GenerateDataKey")


def allow(account: Account, name: str, action: str, condition: dict[str, object] | None = None) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": key_of(account)}
    if condition:
        statement["Condition"] = condition  # type: ignore[assignment]
    account.client("iam").put_user_policy(
        UserName=name,
        PolicyName="Key",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def revoke_the_interns_grant(account: Account) -> None:
    keys, key = account.client("kms"), key_of(account)
    for grant in kms.grants(keys, key):
        if grant["GranteePrincipal"] == arn(account, INTERN):
            keys.revoke_grant(KeyId=key, GrantId=grant["GrantId"])


def take_the_interns_policy(account: Account) -> None:
    account.client("iam").delete_user_policy(UserName=INTERN, PolicyName="Archive")


def delete_the_intern(account: Account) -> None:
    delete_user(account.client("iam"), INTERN)


Step = Callable[[Account], None]
SOLUTION: dict[str, tuple[Step, ...]] = {
    "by the key policy": (
        enable,
        turn_the_alias_back,
        let_the_clerk_in_by_the_key_policy,
        let_the_courier_in,
        revoke_the_interns_grant,
        take_the_interns_policy,
    ),
    "by IAM": (
        enable,
        turn_the_alias_back,
        let_the_clerk_in_by_iam,
        let_the_courier_in,
        delete_the_intern,
    ),
}


def solve(account: Account, *, without: Step | None = None) -> None:
    for step in SOLUTION["by the key policy"]:
        if step is not without:
            step(account)


def test_at_first_nothing_works_and_it_says_what_was_found(archive: Account, notes: Notes) -> None:
    assert {READS, COURIERS, INTERNS} <= wrong(archive, notes)
    said = repr(report(archive, notes))
    assert "Hint:" not in said
    assert "Step:" not in said
    assert said.count("Found: ") == len(wrong(archive, notes))


@pytest.mark.parametrize("steps", SOLUTION.values(), ids=SOLUTION)
def test_it_can_be_solved_in_more_than_one_way(
    archive: Account, notes: Notes, steps: tuple[Step, ...]
) -> None:
    for step in steps:
        step(archive)
    assert wrong(archive, notes) == set(), repr(report(archive, notes))


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (enable, {READS, COURIERS}),
        (turn_the_alias_back, {COURIERS}),
        (let_the_clerk_in_by_the_key_policy, {READS}),
        (let_the_courier_in, {COURIERS}),
        (revoke_the_interns_grant, {INTERNS}),
        (take_the_interns_policy, {INTERNS}),
    ],
)
def test_each_mistake_counts(archive: Account, notes: Notes, left_out: Step, missing: set[int]) -> None:
    solve(archive, without=left_out)
    assert missing <= wrong(archive, notes)


def key_for_everybody(account: Account) -> None:
    keys, key = account.client("kms"), key_of(account)
    everybody = {"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    kms.put_key_policy(keys, key, with_statement(kms.key_policy(keys, key), everybody))


def clerk_without_a_condition(account: Account) -> None:
    allow(account, CLERK, "kms:Decrypt")


def courier_may_decrypt(account: Account) -> None:
    allow(account, COURIER, "kms:*")


def table_under_dynamodbs_own_key(account: Account) -> None:
    account.client("dynamodb").update_table(TableName=TABLE, SSESpecification={"Enabled": False})


def letters_lost(account: Account) -> None:
    account.client("dynamodb").delete_item(TableName=TABLE, Key={"Title": {"S": "To Ada, about the engine"}})


def locked_out(account: Account) -> None:
    keys, key = account.client("kms"), key_of(account)
    policy = kms.key_policy(keys, key)
    deny = {
        "Sid": "No",
        "Effect": "Deny",
        "Principal": {"AWS": account.user_arn},
        "Action": "kms:PutKeyPolicy",
        "Resource": "*",
    }
    keys.put_key_policy(
        KeyId=key, Policy=json.dumps(with_statement(policy, deny)), BypassPolicyLockoutSafetyCheck=True
    )


@pytest.mark.parametrize(
    ("overdo", "broken"),
    [
        (key_for_everybody, {DIRECTLY, OPENS, INTERNS, OTHERS}),
        (clerk_without_a_condition, {DIRECTLY}),
        (courier_may_decrypt, {OPENS}),
        (table_under_dynamodbs_own_key, set(range(len(OUTCOME)))),
        (letters_lost, {READS}),
        (locked_out, {YOURS}),
    ],
)
def test_too_much_is_wrong_too(archive: Account, notes: Notes, overdo: Step, broken: set[int]) -> None:
    solve(archive)
    overdo(archive)
    assert wrong(archive, notes) == broken


@pytest.mark.parametrize("name", [CLERK, COURIER])
def test_to_dismiss_everybody_is_no_solution(archive: Account, notes: Notes, name: str) -> None:
    solve(archive)
    delete_user(archive.client("iam"), name)
    assert wrong(archive, notes) == set(range(len(OUTCOME)))
    assert f"there is no user {name}" in repr(report(archive, notes))


def test_without_the_table_there_is_nothing_to_look_at(archive: Account, notes: Notes) -> None:
    dynamodb.delete_table(archive.client("dynamodb"), TABLE)
    assert "there is no table Letters" in repr(report(archive, notes))
    assert wrong(archive, notes) == set(range(len(OUTCOME)))


def test_before_it_is_set_up_nothing_is_right(account: Account, notes: Notes) -> None:
    assert not is_set_up(account)
    assert wrong(account, notes) == set(range(len(OUTCOME)))


def test_it_can_be_started_over_whatever_was_done(archive: Account, notes: Notes) -> None:
    assert is_set_up(archive)
    solve(archive)
    locked_out(archive)
    first = key_of(archive)
    set_up(archive)
    assert key_of(archive) != first
    assert {READS, COURIERS, INTERNS} <= wrong(archive, notes)
    solve(archive)
    assert wrong(archive, notes) == set()


def test_a_check_leaves_no_refusal_behind(archive: Account, notes: Notes) -> None:
    report(archive, notes)
    assert archive.denials == []


def test_it_breaks_no_other_account(real_account: Account) -> None:
    with pytest.raises(CourseError, match="in the practice account only: unset KMSCOURSE_TARGET"):
        set_up(real_account)


def test_a_key_that_cannot_be_tried_is_told_from_a_refusal_of_the_user(
    archive: Account, notes: Notes
) -> None:
    """The key is disabled: the Encrypt that makes the ciphertext for the trial fails, and it is nobody else's call."""
    found = report(archive, notes).results[DIRECTLY].observation.text
    assert found == "your own Encrypt under the archive's key: DisabledException"


def test_no_section_takes_its_names() -> None:
    names = {name for section in SECTIONS for of_kind in astuple(section.names) for name in of_kind}
    assert not {ALIAS, TABLE, CLERK, COURIER, INTERN} & names
