"""The exercises of section 12: each right way counts, whatever it looks like, and a near miss is told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kmscourse.account import Account
from kmscourse.course import prepare
from kmscourse.course.checks import CHECKS, EXERCISES, Report, run
from kmscourse.course.notes import Notes
from kmscourse.course.sections import TENANTS
from kmscourse.iam import create_user
from kmscourse.kms import create_key, find_key, key_policy, put_key_policy
from kmscourse.policy import root_statement, with_statement

TENANT, PURPOSE = "kms:EncryptionContext:tenant", "kms:EncryptionContext:purpose"
OWN = {TENANT: "${aws:PrincipalTag/tenant}"}
NO_TENANT = {"Null": {TENANT: "true"}}
NEW_CIPHERTEXT = ["kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncryptTo"]

Statement = dict[str, Any]
Way = Callable[[Account], list[Statement]]


def arn(account: Account, user_name: str) -> str:
    return f"arn:aws:iam::{account.id}:user/{user_name}"


def allow(
    principals: object, condition: object, action: object = ("kms:Encrypt", "kms:Decrypt")
) -> Statement:
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": action, "Resource": "*"}
    return statement | ({"Condition": condition} if condition else {})


def everybody(account: Account) -> list[str]:
    return [arn(account, f"tenant-{name}") for name in TENANTS]


@pytest.fixture
def tenants(account: Account, notes: Notes) -> Account:
    """The account with the ten tenants, as the first exercise begins."""
    prepare(account, notes, 12)
    for name in TENANTS:
        create_user(account.client("iam"), f"tenant-{name}", {"tenant": name})
    policy = {"Version": "2012-10-17", "Statement": [root_statement(account.id)]}
    create_key(account.client("kms"), "tenants", policy=policy)
    return account


def put(account: Account, *statements: Statement) -> None:
    kms = account.client("kms")
    key = find_key(kms, "tenants")
    assert key
    policy = key_policy(kms, key)
    for number, statement in enumerate(statements):
        policy = with_statement(policy, {"Sid": f"Mine {number}", **statement})
    put_key_policy(kms, key, policy)


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[12][number - 1], account, notes)


# --- ten tenants in one statement -----------------------------------------------------------------------------


def ten_names(account: Account) -> list[Statement]:
    return [allow(everybody(account), {"StringEquals": OWN})]


def the_whole_account(account: Account) -> list[Statement]:
    return [allow("*", {"StringEquals": {"aws:PrincipalAccount": account.id, **OWN}})]


def by_the_users_names(account: Account) -> list[Statement]:
    named = {"ArnLike": {"aws:PrincipalArn": arn(account, "tenant-*")}, "StringLike": OWN}
    return [allow("*", named, ["kms:Decrypt", "kms:Encrypt"])]


def ten_statements(account: Account) -> list[Statement]:
    return [
        allow(
            arn(account, f"tenant-{name}"), {"StringEquals": {TENANT: name}}, ["kms:Encrypt", "kms:Decrypt"]
        )
        for name in TENANTS
    ]


def any_of_the_ten_contexts(account: Account) -> list[Statement]:
    return [allow(everybody(account), {"StringEquals": {TENANT: list(TENANTS)}})]


def if_there_is_a_context(account: Account) -> list[Statement]:
    return [allow(everybody(account), {"StringEqualsIfExists": OWN})]


def with_every_action(account: Account) -> list[Statement]:
    return [allow(everybody(account), {"StringEquals": OWN}, "kms:*")]


def with_logs(account: Account) -> list[Statement]:
    logs = allow(arn(account, "tenant-hotel"), {"StringEquals": {PURPOSE: "log"}}, "kms:Decrypt")
    return [*ten_names(account), logs]


def for_every_account(account: Account) -> list[Statement]:
    return [allow("*", {"StringEquals": OWN})]


def for_readers_only(account: Account) -> list[Statement]:
    return [allow(everybody(account), {"StringEquals": OWN}, "kms:Decrypt")]


def nine_of_them(account: Account) -> list[Statement]:
    return [allow(everybody(account)[:-1], {"StringEquals": OWN})]


@pytest.mark.parametrize("way", [ten_names, the_whole_account, by_the_users_names])
def test_ten_tenants_in_one_statement(tenants: Account, notes: Notes, way: Way) -> None:
    put(tenants, *way(tenants))
    report = report_of(1, tenants, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (ten_statements, "what differs from tenant to tenant can be a variable"),
        (any_of_the_ten_contexts, "kms:Decrypt by tenant-alfa with tenant=bravo, purpose=invoice is allowed"),
        (if_there_is_a_context, "kms:Encrypt by tenant-alfa is allowed"),
        (with_every_action, "by tenant-alfa with tenant=alfa, purpose=invoice is allowed"),
        (with_logs, "kms:Decrypt by tenant-hotel with purpose=log is allowed"),
        (for_every_account, "tenants lets in more: anybody may encrypt, by key policy"),
        (for_readers_only, "kms:Encrypt by tenant-alfa with tenant=alfa, purpose=invoice is refused"),
        (nine_of_them, "tenant-juliett is not let in yet"),
    ],
)
def test_what_is_not_one_statement_for_ten(tenants: Account, notes: Notes, way: Way, said: str) -> None:
    put(tenants, *way(tenants))
    report = report_of(1, tenants, notes)
    assert not report.passed
    assert said in repr(report)


# --- support reads logs, and nothing is encrypted without a tenant --------------------------------------------


def logs(account: Account, **more: Any) -> Statement:
    return allow(arn(account, "tenant-support"), {"StringEquals": {PURPOSE: "log", **more}}, "kms:Decrypt")


def deny(condition: object, action: object = tuple(NEW_CIPHERTEXT)) -> Statement:
    return {**allow("*", condition, action), "Effect": "Deny"}


def as_in_the_solution(account: Account) -> list[Statement]:
    return [logs(account), deny(NO_TENANT)]


def by_the_names_of_the_context(account: Account) -> list[Statement]:
    names = {"ForAllValues:StringNotEquals": {"kms:EncryptionContextKeys": "tenant"}}
    return [logs(account), deny(names, ["kms:Encrypt", "kms:Generate*", "kms:ReEncryptTo"])]


def by_what_matches_no_tenant(account: Account) -> list[Statement]:
    return [logs(account), deny({"StringNotLike": {TENANT: "*"}})]


def every_purpose(account: Account) -> list[Statement]:
    support = allow(arn(account, "tenant-support"), {"StringLike": {PURPOSE: "*"}}, "kms:Decrypt")
    return [support, deny(NO_TENANT)]


def whoever_has_no_purpose_too(account: Account) -> list[Statement]:
    support = arn(account, "tenant-support")
    if_exists = allow(support, {"StringEqualsIfExists": {PURPOSE: "log"}}, "kms:Decrypt")
    return [if_exists, deny(NO_TENANT)]


def a_deny_for_tenants_only(account: Account) -> list[Statement]:
    return [logs(account), {**deny(NO_TENANT), "Principal": {"AWS": everybody(account)}}]


def a_deny_of_decrypt_too(account: Account) -> list[Statement]:
    return [logs(account), deny(NO_TENANT, [*NEW_CIPHERTEXT, "kms:Decrypt"])]


def data_keys_forgotten(account: Account) -> list[Statement]:
    return [logs(account), deny(NO_TENANT, "kms:Encrypt")]


@pytest.fixture
def supported(tenants: Account) -> Account:
    """The same, as the second exercise begins."""
    create_user(tenants.client("iam"), "tenant-support", {"team": "support"})
    put(tenants, *ten_names(tenants))
    return tenants


@pytest.mark.parametrize("way", [as_in_the_solution, by_the_names_of_the_context, by_what_matches_no_tenant])
def test_logs_for_support_and_a_tenant_for_each_ciphertext(
    supported: Account, notes: Notes, way: Way
) -> None:
    put(supported, *way(supported))
    report = report_of(2, supported, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (every_purpose, "kms:Decrypt by tenant-support with tenant=alfa, purpose=invoice is allowed"),
        (whoever_has_no_purpose_too, "kms:Decrypt by tenant-support is allowed"),
        (a_deny_for_tenants_only, "kms:Encrypt by you is allowed"),
        (a_deny_of_decrypt_too, "kms:Decrypt by you is refused"),
        (data_keys_forgotten, "kms:GenerateDataKey by you is allowed"),
    ],
)
def test_what_opens_more_or_refuses_more(supported: Account, notes: Notes, way: Way, said: str) -> None:
    put(supported, *way(supported))
    report = report_of(2, supported, notes)
    assert not report.passed
    assert said in repr(report)


def test_a_tenant_who_may_set_the_tag_is_found(tenants: Account, notes: Notes) -> None:
    put(tenants, *ten_names(tenants))
    document = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}'
    )
    iam = tenants.client("iam")
    iam.put_user_policy(UserName="tenant-bravo", PolicyName="Any", PolicyDocument=document)
    assert "a TagUser by tenant-bravo would be answered" in repr(run(CHECKS[12], tenants, notes))
    iam.delete_user_policy(UserName="tenant-bravo", PolicyName="Any")
    assert "a TagUser by tenant-bravo would be refused" in repr(run(CHECKS[12], tenants, notes))
