"""What the course has in a real account, and what stands in its way there."""

from __future__ import annotations

import json
from decimal import Decimal

import boto3
import pytest

from kmscourse.account import Account
from kmscourse.account.ownership import MARK
from kmscourse.course import prepare
from kmscourse.course.inventory import KEY_MONTHLY_PRICE, Inventory, find_taken_names
from kmscourse.course.notes import Notes
from kmscourse.course.sections import LAB_NAMES
from kmscourse.errors import KmsCourseError
from tests.foreign import create_table, take

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
