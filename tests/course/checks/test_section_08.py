"""The exercises of section 8: each right way counts, whatever it looks like, and a near miss gets its own hint."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import EXERCISES, Report, run
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy import with_statement

VIA, TABLE_NAME = "kms:ViaService", "kms:EncryptionContext:aws:dynamodb:tableName"
DYNAMODB = "dynamodb.us-east-1.amazonaws.com"
THROUGH_DYNAMODB = {"StringEquals": {VIA: DYNAMODB}}

Way = Callable[[Account], None]


def decrypt_statement(account: Account, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": artifacts.key_arn(account), **more}


def put_user_policy(account: Account, statement: dict[str, Any], name: str = "OpenTheTable") -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.client("iam").put_user_policy(UserName=LAB_USER, PolicyName=name, PolicyDocument=document)


def add_to_key_policy(account: Account, *statements: dict[str, Any]) -> None:
    kms, arn = account.client("kms"), artifacts.key_arn(account)
    policy = key_policy(kms, arn)
    for number, statement in enumerate(statements):
        for_reader = {"Principal": {"AWS": artifacts.lab_user_arn(account)}, "Resource": "*"}
        policy = with_statement(
            policy, {"Sid": f"Mine {number}", "Action": "kms:Decrypt", **for_reader, **statement}
        )
    put_key_policy(kms, arn, policy)


# --- by an IAM policy alone -----------------------------------------------------------------------------------


def inline_policy_through_dynamodb(account: Account) -> None:
    put_user_policy(account, decrypt_statement(account, Condition=THROUGH_DYNAMODB))


def managed_policy_for_one_table(account: Account) -> None:
    condition = {"StringEquals": {VIA: DYNAMODB, TABLE_NAME: "Books"}}
    document = {"Version": "2012-10-17", "Statement": [decrypt_statement(account, Condition=condition)]}
    iam = account.client("iam")
    policy = iam.create_policy(PolicyName="Reader", PolicyDocument=json.dumps(document))["Policy"]
    iam.attach_user_policy(UserName=LAB_USER, PolicyArn=policy["Arn"])


def policy_of_a_group(account: Account) -> None:
    iam = account.client("iam")
    iam.create_group(GroupName="Readers")
    statement = decrypt_statement(account, Condition={"StringLike": {VIA: "dynamodb.*"}})
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_group_policy(GroupName="Readers", PolicyName="Read", PolicyDocument=document)
    iam.add_user_to_group(GroupName="Readers", UserName=LAB_USER)


def without_a_condition(account: Account) -> None:
    put_user_policy(account, decrypt_statement(account))


def on_the_alias(account: Account) -> None:
    alias = artifacts.key_arn(account).rpartition(":")[0] + ":alias/myKey"
    put_user_policy(account, decrypt_statement(account, Resource=alias, Condition=THROUGH_DYNAMODB))


def through_another_region(account: Account) -> None:
    condition = {"StringEquals": {VIA: "dynamodb.eu-west-1.amazonaws.com"}}
    put_user_policy(account, decrypt_statement(account, Condition=condition))


def in_the_key_policy_too(account: Account) -> None:
    inline_policy_through_dynamodb(account)
    artifacts.give_permission(account, None)  # type: ignore[arg-type]


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[8][number - 1], account, notes)


@pytest.mark.parametrize(
    "way", [inline_policy_through_dynamodb, managed_policy_for_one_table, policy_of_a_group]
)
def test_an_iam_policy_alone(account: Account, notes: Notes, way: Way) -> None:
    prepare(account, notes, 8)
    way(account)
    report = report_of(1, account, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (without_a_condition, "which condition key says that a service makes the call?"),
        (on_the_alias, "a Scan by IAMLabUser would be refused"),
        (through_another_region, "a Scan by IAMLabUser would be refused"),
        (in_the_key_policy_too, "the key policy has an Allow for IAMLabUser"),
    ],
)
def test_what_is_not_an_iam_policy_alone(account: Account, notes: Notes, way: Way, said: str) -> None:
    prepare(account, notes, 8)
    way(account)
    report = report_of(1, account, notes)
    assert not report.passed
    assert said in repr(report)


# --- Books and nothing else, though a colleague allows everything ---------------------------------------------


def two_denies(account: Account) -> None:
    add_to_key_policy(
        account,
        {"Effect": "Deny", "Condition": {"StringNotEquals": {VIA: DYNAMODB}}},
        {"Effect": "Deny", "Condition": {"StringNotEquals": {TABLE_NAME: "Books"}}},
    )


def denies_of_another_form(account: Account) -> None:
    add_to_key_policy(
        account,
        {"Effect": "Deny", "Condition": {"Null": {VIA: "true"}}},
        {"Effect": "Deny", "Condition": {"ForAllValues:StringNotLike": {TABLE_NAME: ["Books"]}}},
    )


def no_decrypt_by_iam(account: Account) -> None:
    kms, arn = account.client("kms"), artifacts.key_arn(account)
    policy = key_policy(kms, arn)
    policy["Statement"][0]["Action"] = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:Put*"]
    put_key_policy(kms, arn, policy)
    add_to_key_policy(
        account, {"Effect": "Allow", "Condition": {"StringEquals": {VIA: DYNAMODB, TABLE_NAME: "Books"}}}
    )


def a_deny_without_a_condition(account: Account) -> None:
    add_to_key_policy(account, {"Effect": "Deny"})


def only_through_dynamodb(account: Account) -> None:
    add_to_key_policy(account, {"Effect": "Deny", "Condition": {"StringNotEquals": {VIA: DYNAMODB}}})


def only_the_tables_name(account: Account) -> None:
    add_to_key_policy(account, {"Effect": "Deny", "Condition": {"StringNotEquals": {TABLE_NAME: "Books"}}})


def the_colleagues_policy_removed(account: Account) -> None:
    two_denies(account)
    account.client("iam").delete_user_policy(UserName=LAB_USER, PolicyName="FromAColleague")
    inline_policy_through_dynamodb(account)


def helped_too_much(account: Account, notes: Notes) -> None:
    prepare(account, notes, 8)
    put_user_policy(account, decrypt_statement(account), "FromAColleague")


@pytest.mark.parametrize("way", [two_denies, denies_of_another_form, no_decrypt_by_iam])
def test_books_and_nothing_else(account: Account, notes: Notes, way: Way) -> None:
    helped_too_much(account, notes)
    way(account)
    report = report_of(2, account, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (a_deny_without_a_condition, "would be refused (a Deny in a resource-based policy)"),
        (only_through_dynamodb, "which condition key names the table that DynamoDB opens?"),
        (only_the_tables_name, "a direct Decrypt with the context of Books by IAMLabUser would be answered"),
        (the_colleagues_policy_removed, "no IAM policy of IAMLabUser allows kms:Decrypt for any use"),
    ],
)
def test_what_opens_more_or_less_than_books(account: Account, notes: Notes, way: Way, said: str) -> None:
    helped_too_much(account, notes)
    way(account)
    report = report_of(2, account, notes)
    assert not report.passed
    assert said in repr(report)
