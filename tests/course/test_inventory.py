"""What the course has in a real account, and what stands in its way there."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import boto3
import pytest

from kmscourse.account import Account
from kmscourse.account.ownership import MARK
from kmscourse.course import prepare
from kmscourse.course.inventory import KEY_MONTHLY_PRICE, Inventory, find_taken_names
from kmscourse.course.notes import Notes
from kmscourse.course.sections import LAB_NAMES, Names
from kmscourse.errors import KmsCourseError
from tests.foreign import create_role, create_table, take

NAMES = ["alias/myKey", "alias/noKey", "Books", "Films", "IAMLabUser"]


def test_a_new_account_holds_nothing(empty_account: Account) -> None:
    assert list(Inventory(empty_account)) == []
    assert find_taken_names(empty_account, LAB_NAMES) == []


def test_it_lists_what_the_course_made_and_nothing_else(
    empty_account: Account, main: boto3.Session, notes: Notes
) -> None:
    take("alias/theirs", main)
    create_table(main, "Theirs")
    prepare(empty_account, notes, 9)
    held = list(Inventory(empty_account))
    assert [holding.kind for holding in held] == ["table", "user", "key"]
    table, user, key = held
    assert str(table).startswith("table Books in us-east-1, ACTIVE, 1 items")
    assert str(user) == "user IAMLabUser, access keys: 0 · free of charge"
    assert key.description.startswith("alias/myKey, arn:aws:kms:us-east-1:")
    assert str(key).endswith("Enabled · 1.00 USD a month")


def test_a_key_that_waits_for_its_deletion_costs_nothing(empty_account: Account) -> None:
    kms = empty_account.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/ours", TargetKeyId=key)
    kms.disable_key(KeyId=key)
    (held,) = Inventory(empty_account)
    assert (held.monthly_cost, held.is_gone) == (KEY_MONTHLY_PRICE, False), "a disabled key is paid for"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    (held,) = Inventory(empty_account)
    assert (held.monthly_cost, held.is_gone) == (Decimal(0), False), "its alias is still there"
    assert "to be deleted on 20" in held.description
    kms.delete_alias(AliasName="alias/ours")
    (held,) = Inventory(empty_account)
    assert held.is_gone


OF_EVERY_KIND: list[dict[str, Any]] = [
    *({"KeySpec": spec, "KeyUsage": "SIGN_VERIFY"} for spec in ("RSA_2048", "ECC_NIST_P256")),
    {"KeySpec": "RSA_4096", "KeyUsage": "ENCRYPT_DECRYPT"},
    {"KeySpec": "ECC_NIST_P384", "KeyUsage": "KEY_AGREEMENT"},
    {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
    {"Origin": "EXTERNAL"},
]


@pytest.mark.parametrize("request_", OF_EVERY_KIND, ids=lambda request: "-".join(request.values()))
def test_a_key_costs_the_same_whatever_its_kind_and_says_which_it_is(
    empty_account: Account, request_: dict[str, Any]
) -> None:
    """https://aws.amazon.com/kms/pricing: a dollar for symmetric, asymmetric, HMAC and imported keys alike."""
    key = empty_account.client("kms").create_key(**request_)["KeyMetadata"]
    (held,) = Inventory(empty_account)
    assert (held.id, held.monthly_cost) == (key["Arn"], Decimal("1.00"))
    kind = [request_[name] for name in ("KeySpec", "Origin") if name in request_]
    assert held.description.endswith(f" in us-east-1, {', '.join([*kind, key['KeyState']])}")


def test_roles_of_the_course_are_listed_and_others_are_not(
    empty_account: Account, main: boto3.Session
) -> None:
    create_role(main, "Theirs")
    create_role(empty_account.session, "Ours")
    assert list(map(str, Inventory(empty_account))) == ["role Ours · free of charge"]


def test_a_role_that_runs_this_is_never_among_the_holdings(
    empty_account: Account, main: boto3.Session
) -> None:
    """An administrator may have marked it."""
    create_role(main, "Student")
    main.client("iam").tag_role(RoleName="Student", Tags=[{"Key": MARK, "Value": "student 3"}])
    empty_account.user_arn = "arn:aws:sts::123456789012:assumed-role/Student/ada"
    assert list(Inventory(empty_account)) == []


def test_what_is_rotated_costs_more_twice(empty_account: Account) -> None:
    """https://aws.amazon.com/kms/pricing"""
    kms = empty_account.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    for rotations in (1, 2, 3):
        kms.rotate_key_on_demand(KeyId=key)
        (holding,) = Inventory(empty_account)
        assert holding.monthly_cost == KEY_MONTHLY_PRICE * (1 + min(rotations, 2))


def test_capacity_that_is_provisioned_costs_too(empty_account: Account) -> None:
    """https://aws.amazon.com/dynamodb/pricing/provisioned: by the hour, whether used or not."""
    empty_account.client("dynamodb").create_table(
        TableName="Ours",
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        ProvisionedThroughput={"ReadCapacityUnits": 100, "WriteCapacityUnits": 10},
    )
    (holding,) = Inventory(empty_account)
    assert f"{holding.monthly_cost:.2f}" == "14.24", "730 hours of 0.013 + 0.0065 USD"


def test_who_runs_this_is_never_among_the_holdings(empty_account: Account, main: boto3.Session) -> None:
    """An administrator may have marked the users of a course."""
    main.client("iam").tag_user(UserName=empty_account.user_name, Tags=[{"Key": MARK, "Value": "student 3"}])
    assert list(Inventory(empty_account)) == []


def test_other_regions_of_the_ledger_are_looked_at_too(empty_account: Account) -> None:
    empty_account.client_in("kms", "eu-west-1").create_key()
    (held,) = Inventory(empty_account)
    assert held.region == "eu-west-1"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_something_else_holds_is_in_the_way(
    empty_account: Account, main: boto3.Session, name: str
) -> None:
    take(name, main)
    (said,) = find_taken_names(empty_account, LAB_NAMES)
    assert said.split()[-1] == name


def test_a_user_whose_name_differs_in_case_alone_is_in_the_way(
    empty_account: Account, main: boto3.Session
) -> None:
    """IAM refuses the other name then."""
    main.client("iam").create_user(UserName="iamlabuser")
    assert find_taken_names(empty_account, LAB_NAMES) == ["user iamlabuser"]


def test_each_name_that_a_section_uses_is_asked_for(empty_account: Account, main: boto3.Session) -> None:
    names = Names(("alias/kmscourse-sign",), ("Ledger",), ("Auditor",), ("AuditRole",))
    assert find_taken_names(empty_account, names) == []
    for name in (*names.aliases, *names.tables):
        take(name, main)
    main.client("iam").create_user(UserName="Auditor")
    create_role(main, "AuditRole")
    said = ["alias/kmscourse-sign", "table Ledger", "user Auditor", "role AuditRole"]
    assert find_taken_names(empty_account, names) == said
    assert find_taken_names(empty_account, LAB_NAMES) == []


def test_a_role_whose_name_differs_in_case_alone_is_in_the_way(
    empty_account: Account, main: boto3.Session
) -> None:
    create_role(main, "auditrole")
    assert find_taken_names(empty_account, Names(roles=("AuditRole",))) == ["role auditrole"]
    create_role(empty_account.session, "Reader")
    assert find_taken_names(empty_account, Names(roles=("Reader",))) == [], "the course's own"


def test_names_that_the_course_holds_are_not(empty_account: Account) -> None:
    for name in NAMES:
        take(name, empty_account.session)
    assert find_taken_names(empty_account, LAB_NAMES) == []


def test_a_key_that_may_not_be_looked_at_is_said(empty_account: Account, main: boto3.Session) -> None:
    """It hides itself by its own policy, so it can't be the course's, or somebody took the permission."""
    kms = empty_account.client("kms")
    own, other = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    assert empty_account.guard
    empty_account.guard.ledger.strike(empty_account.guard.ledger.entries)
    empty_account.guard.ledger.write("us-east-1", "key", own)
    statement = {"Effect": "Deny", "Action": "kms:ListResourceTags", "Resource": "*"}
    main.client("iam").put_user_policy(
        UserName=empty_account.user_name,
        PolicyName="Blind",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    found = Inventory(empty_account)
    assert list(found) == []
    (missed,) = found.missed
    (hidden,) = found.hidden
    assert own in missed
    assert other in hidden
    assert "kms:ListResourceTags" in hidden


def test_the_practice_account_has_no_holdings(account: Account) -> None:
    with pytest.raises(KmsCourseError, match="is not a real account"):
        Inventory(account)
