"""The exercises of section 10: a role that only encrypts, by any way, and a session that has less than its role."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course.checks import CHECKS, EXERCISES, Report, run
from kmscourse.course.notes import Notes
from kmscourse.iam import create_role, create_user
from kmscourse.kms import create_key, find_key, key_policy, put_key_policy
from kmscourse.policy import console_key_policy, trust_policy, use_statement, with_statement

WRITER = "PayrollWriter"
OWN_NAME = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
FOR_MAY = {"StringEquals": {"kms:EncryptionContext:month": "May"}}
MAY, JUNE = {"month": "May"}, {"month": "June"}
Way = Callable[[Account], None]


def payroll(account: Account) -> str:
    arn = find_key(account.client("kms"), "payroll")
    assert arn is not None
    return arn


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements]})


def user_arn(account: Account, name: str) -> str:
    return f"arn:aws:iam::{account.id}:user/{name}"


@pytest.fixture
def company(account: Account) -> Account:
    """The account as the section's text leaves it."""
    iam, kms = account.client("iam"), account.client("kms")
    ada, ben = (create_user(iam, name) for name in ("Ada", "Ben"))
    admin = create_role(iam, "PayrollKeyAdmin", [ada])
    user = create_role(iam, "PayrollKeyUser", [ben])
    iam.update_assume_role_policy(
        RoleName="PayrollKeyUser", PolicyDocument=json.dumps(trust_policy([ben], OWN_NAME))
    )
    create_key(kms, "payroll", policy=console_key_policy(account.id, [admin], [user]))
    return account


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[10][number - 1], account, notes)


def add_statements(account: Account, *statements: dict[str, Any]) -> None:
    kms, arn = account.client("kms"), payroll(account)
    policy = key_policy(kms, arn)
    for statement in statements:
        policy = with_statement(policy, statement)
    put_key_policy(kms, arn, policy)


def make_writer(account: Account, trusted: str = "Ben") -> str:
    return create_role(account.client("iam"), WRITER, [user_arn(account, trusted)])


def never(role: str, *actions: str) -> dict[str, Any]:
    return use_statement(role, actions or ("kms:Decrypt",), sid="Never") | {"Effect": "Deny"}


# --- a role that encrypts, and never decrypts -----------------------------------------------------------------


def denied_in_the_key_policy(account: Account) -> None:
    role = make_writer(account)
    add_statements(account, use_statement(role, ["kms:Encrypt"], sid="Encrypts"), never(role))


def denied_in_iam(account: Account) -> None:
    make_writer(account)
    allow = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": payroll(account)}
    deny = {"Effect": "Deny", "NotAction": "kms:Encrypt", "Resource": "*"}
    account.client("iam").put_role_policy(
        RoleName=WRITER, PolicyName="Writes", PolicyDocument=document(allow, deny)
    )


def everything_else_denied(account: Account) -> None:
    role = make_writer(account)
    others = never(role)
    others["NotAction"] = "kms:Encrypt"
    del others["Action"]
    add_statements(account, use_statement(role, ["kms:Encrypt", "kms:GenerateDataKey"]), others)


def left_to_iam_no_more(account: Account) -> None:
    """The key policy does not leave Decrypt to IAM, so no IAM policy can allow it."""
    role, kms, arn = make_writer(account), account.client("kms"), payroll(account)
    policy = key_policy(kms, arn)
    policy["Statement"][0]["Action"] = ["kms:Encrypt", "kms:Describe*", "kms:List*", "kms:Get*", "kms:Put*"]
    put_key_policy(kms, arn, with_statement(policy, use_statement(role, ["kms:Encrypt"], sid="Encrypts")))


@pytest.mark.parametrize(
    "way", [denied_in_the_key_policy, denied_in_iam, everything_else_denied, left_to_iam_no_more]
)
def test_a_role_that_only_encrypts(company: Account, notes: Notes, way: Way) -> None:
    way(company)
    report = report_of(1, company, notes)
    assert report.passed, report


def without_a_deny(account: Account) -> None:
    add_statements(account, use_statement(make_writer(account), ["kms:Encrypt"], sid="Encrypts"))


def with_re_encrypt(account: Account) -> None:
    role = make_writer(account)
    allowed = use_statement(role, ["kms:Encrypt", "kms:ReEncrypt*"], sid="Encrypts")
    add_statements(account, allowed, never(role))


def denied_without_a_context_only(account: Account) -> None:
    role = make_writer(account)
    deny = never(role) | {"Condition": {"Null": {"kms:EncryptionContext:month": "true"}}}
    add_statements(account, use_statement(role, ["kms:Encrypt"], sid="Encrypts"), deny)


def trusting_the_other(account: Account) -> None:
    role = make_writer(account, "Ada")
    add_statements(account, use_statement(role, ["kms:Encrypt"], sid="Encrypts"), never(role))


def trust(account: Account, principals: object, **condition: object) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "sts:AssumeRole", **condition}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam = account.client("iam")
    iam.update_assume_role_policy(RoleName=WRITER, PolicyDocument=json.dumps(document))


def trusting_another_account_too(account: Account) -> None:
    denied_in_the_key_policy(account)
    trust(account, [f"arn:aws:iam::{account.id}:user/Ben", "arn:aws:iam::999999999999:root"])


def trusting_everybody_but_ada(account: Account) -> None:
    denied_in_the_key_policy(account)
    trust(account, "*", Condition={"StringNotEquals": {"aws:username": "Ada"}})


def with_more_than_encrypt(account: Account) -> None:
    role = make_writer(account)
    add_statements(account, use_statement(role, ["kms:Encrypt", "kms:DisableKey"], sid="More"), never(role))


def denied_for_one_month(account: Account) -> None:
    role = make_writer(account)
    in_may = {"Condition": {"StringEqualsIfExists": {"kms:EncryptionContext:month": "May"}}}
    encrypts = use_statement(role, ["kms:Encrypt"], sid="Encrypts")
    add_statements(account, encrypts, never(role) | in_may)


def in_place_of_the_others(account: Account) -> None:
    role = make_writer(account)
    policy = console_key_policy(account.id)
    for statement in (use_statement(role, ["kms:Encrypt"], sid="Encrypts"), never(role)):
        policy = with_statement(policy, statement)
    put_key_policy(account.client("kms"), payroll(account), policy)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (without_a_deny, "with an IAM policy for kms:Decrypt, PayrollWriter would decrypt"),
        (with_re_encrypt, "kms:ReEncryptFrom by PayrollWriter is allowed"),
        (denied_without_a_context_only, "with an IAM policy for kms:Decrypt, PayrollWriter would decrypt"),
        (trusting_the_other, "Ada may assume PayrollWriter"),
        (trusting_another_account_too, "Ben and the account 999999999999 may assume PayrollWriter"),
        (trusting_everybody_but_ada, "may assume PayrollWriter"),
        (with_more_than_encrypt, "kms:DisableKey by PayrollWriter is allowed"),
        (denied_for_one_month, "with an IAM policy for kms:Decrypt, PayrollWriter would decrypt"),
        (in_place_of_the_others, "kms:PutKeyPolicy by PayrollKeyAdmin is refused"),
    ],
)
def test_what_is_not_a_role_that_only_encrypts(company: Account, notes: Notes, way: Way, said: str) -> None:
    way(company)
    report = report_of(1, company, notes)
    assert not report.passed
    assert said in repr(report)


# --- a session with less than the role ------------------------------------------------------------------------


def begin(account: Account, *statements: dict[str, Any]) -> Any:
    policy = json.loads(document(*statements)) if statements else None
    ben = account.session_for("Ben")
    return account.session_for_role(WRITER, session_name="Ben", policy=policy, by=ben).client("kms")


def encrypt_for(kms: Any, account: Account, *contexts: dict[str, str]) -> None:
    for context in contexts:
        try:
            kms.encrypt(KeyId=payroll(account), Plaintext=b"Ada: 4,300", EncryptionContext=context)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDeniedException"  # noqa: PT017  what June meets


def allow_encrypt(account: Account, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": payroll(account), **more}


def by_a_condition(account: Account) -> None:
    encrypt_for(begin(account, allow_encrypt(account, Condition=FOR_MAY)), account, MAY, JUNE)


def by_a_deny(account: Account) -> None:
    deny = {
        "Effect": "Deny",
        "Action": "kms:*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"kms:EncryptionContext:month": "May"}},
    }
    encrypt_for(begin(account, allow_encrypt(account), deny), account, MAY, JUNE)


def by_an_exact_context(account: Account) -> None:
    exact = {**FOR_MAY, "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["month"]}}
    encrypt_for(begin(account, allow_encrypt(account, Action="kms:*", Condition=exact)), account, MAY, JUNE)


@pytest.mark.parametrize("way", [by_a_condition, by_a_deny, by_an_exact_context])
def test_a_session_for_may(company: Account, notes: Notes, way: Way) -> None:
    denied_in_the_key_policy(company)
    way(company)
    report = report_of(2, company, notes)
    assert report.passed, report


def without_a_session_policy(account: Account) -> None:
    encrypt_for(begin(account), account, MAY)


def for_any_month(account: Account) -> None:
    encrypt_for(begin(account, allow_encrypt(account)), account, MAY, JUNE)


def without_a_try_for_june(account: Account) -> None:
    encrypt_for(begin(account, allow_encrypt(account, Condition=FOR_MAY)), account, MAY)


def for_any_spelling(account: Account) -> None:
    may = {"StringEqualsIgnoreCase": {"kms:EncryptionContext:month": "May"}}
    encrypt_for(begin(account, allow_encrypt(account, Condition=may)), account, MAY, JUNE)


def with_two_sessions(account: Account) -> None:
    """One has encrypted for May and may do everything; the other one is narrow, and was only refused."""
    encrypt_for(begin(account), account, MAY)
    encrypt_for(begin(account, allow_encrypt(account, Condition=FOR_MAY)), account, JUNE)


def by_narrowing_the_role(account: Account) -> None:
    role = f"arn:aws:iam::{account.id}:role/{WRITER}"
    deny = never(role, "kms:Encrypt") | {
        "Sid": "Only May",
        "Condition": {"StringNotEquals": {"kms:EncryptionContext:month": "May"}},
    }
    add_statements(account, deny)
    by_a_condition(account)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (without_a_session_policy, "Found: it has no session policy"),
        (for_any_month, "in it kms:Encrypt with no context would be answered"),
        (without_a_try_for_june, "KMS has not refused an Encrypt to a session that has encrypted for May"),
        (for_any_spelling, "in it kms:Encrypt with month=may would be answered"),
        (with_two_sessions, "Found: it has no session policy"),
        (by_narrowing_the_role, "kms:Encrypt by PayrollWriter is refused"),
    ],
)
def test_what_is_not_a_session_for_may(company: Account, notes: Notes, way: Way, said: str) -> None:
    denied_in_the_key_policy(company)
    way(company)
    report = report_of(2, company, notes)
    assert not report.passed
    assert said in repr(report)


def test_a_trust_policy_without_the_condition_is_not_enough(company: Account, notes: Notes) -> None:
    create_role(company.client("iam"), "PayrollKeyUser", [user_arn(company, "Ben")])
    assert "AssumeRole by Ben for a session Ada would be answered" in repr(run(CHECKS[10], company, notes))
