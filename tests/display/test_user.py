"""A user as a card: what IAM tells of them, and no secret."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.display.user import UserCard
from kmscourse.iam import LAB_PASSWORD, LAB_USER, enable_console_access


def test_the_labs_user_is_shown_with_the_policy_that_they_carry(main: boto3.Session) -> None:
    shown = repr(UserCard(main.client("iam"), LAB_USER))
    assert "· none: no password" in shown
    assert "Policy BooksReader, inline" in shown
    assert "dynamodb:GetItem, dynamodb:Query, dynamodb:Scan" in shown


def test_no_secret_is_shown(main: boto3.Session) -> None:
    iam = main.client("iam")
    enable_console_access(iam, LAB_USER, LAB_PASSWORD)
    key = iam.create_access_key(UserName=LAB_USER)["AccessKey"]
    card = UserCard(iam, LAB_USER)
    for shown in (repr(card), card._repr_html_()):
        assert "has a password" in shown
        assert f"{key['AccessKeyId']} Active" in shown
        assert key["SecretAccessKey"] not in shown
        assert LAB_PASSWORD not in shown


def test_policies_are_shown_with_where_they_come_from(main: boto3.Session) -> None:
    iam = main.client("iam")
    document = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:List*", "Resource": "*"}}'
    )
    arn = iam.create_policy(PolicyName="Lister", PolicyDocument=document)["Policy"]["Arn"]
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName=LAB_USER)
    iam.put_group_policy(GroupName="readers", PolicyName="Inline", PolicyDocument=document)
    iam.attach_group_policy(GroupName="readers", PolicyArn=arn)
    iam.attach_user_policy(UserName=LAB_USER, PolicyArn=arn)
    captions = [line for line in repr(UserCard(iam, LAB_USER)).splitlines() if line.startswith("Policy ")]
    assert captions == [
        "Policy BooksReader, inline",
        "Policy Inline, of the group readers",
        "Policy Lister, attached",
        "Policy Lister, of the group readers",
    ]


def test_a_user_without_a_policy(main: boto3.Session) -> None:
    iam = main.client("iam")
    iam.create_user(UserName="Nobody")
    assert "has a policy" in repr(UserCard(iam, "Nobody"))


def test_a_user_who_is_not_there_is_awss_own_error(main: boto3.Session) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        UserCard(main.client("iam"), "Who")
