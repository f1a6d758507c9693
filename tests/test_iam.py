"""The lab's second user, and who may sign in."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from kmscourse.iam import (
    LAB_PASSWORD,
    LAB_POLICY_NAME,
    LAB_USER,
    create_lab_user,
    create_role,
    create_user,
    enable_console_access,
    has_console_access,
    lab_user_policy,
    user_arn,
)
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam import passwords


@pytest.fixture
def iam(main):
    return main.client("iam")


@pytest.fixture
def alice(iam):
    iam.create_user(UserName="alice")
    return "alice"


def test_the_lab_user_may_read_books_and_describe_tables():
    assert lab_user_policy() == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
                "Resource": "arn:aws:dynamodb:us-east-1:*:table/Books",
            },
            {"Effect": "Allow", "Action": ["dynamodb:Describe*", "dynamodb:list*"], "Resource": "*"},
        ],
    }


def test_the_lab_user_is_made_where_it_is_missing(iam):
    iam.delete_user_policy(UserName=LAB_USER, PolicyName=LAB_POLICY_NAME)
    iam.delete_user(UserName=LAB_USER)
    arn = create_lab_user(iam)
    assert arn == user_arn(iam, LAB_USER) == "arn:aws:iam::123456789012:user/IAMLabUser"
    assert (
        iam.get_user_policy(UserName=LAB_USER, PolicyName=LAB_POLICY_NAME)["PolicyDocument"]
        == lab_user_policy()
    )


def test_making_the_lab_user_again_changes_nothing_but_its_policy(iam):
    arn = create_lab_user(iam)
    enable_console_access(iam, LAB_USER, LAB_PASSWORD)
    iam.delete_user_policy(UserName=LAB_USER, PolicyName=LAB_POLICY_NAME)
    assert create_lab_user(iam) == arn
    assert iam.list_user_policies(UserName=LAB_USER)["PolicyNames"] == [LAB_POLICY_NAME]
    assert has_console_access(iam, LAB_USER)


def test_console_access_is_given_once_and_changed_later(iam, alice):
    assert not has_console_access(iam, alice)
    enable_console_access(iam, alice, LAB_PASSWORD)
    assert has_console_access(iam, alice)
    enable_console_access(iam, alice, "An0ther-password")
    assert has_console_access(iam, alice)


def test_the_password_signs_in(sandbox, iam, alice):
    enable_console_access(iam, alice, "the 1st Password")
    enable_console_access(iam, alice, LAB_PASSWORD)
    assert passwords.sign_in(sandbox.account.identities, alice, LAB_PASSWORD).caller.user_name == alice
    with pytest.raises(AwsError):
        passwords.sign_in(sandbox.account.identities, alice, "the 1st Password")


def test_nobody_has_no_console_access(iam):
    assert not has_console_access(iam, "nobody")


@pytest.mark.parametrize(
    "call",
    [lambda iam: user_arn(iam, "nobody"), lambda iam: enable_console_access(iam, "nobody", LAB_PASSWORD)],
)
def test_an_unknown_user_gets_aws_own_answer(iam, call):
    with pytest.raises(ClientError) as refused:
        call(iam)
    assert refused.value.response["Error"]["Code"] == "NoSuchEntity"


def test_a_user_is_made_once(iam):
    assert create_user(iam, "alice") == create_user(iam, "alice") == user_arn(iam, "alice")


def test_a_role_trusts_whom_it_was_last_told_to(iam, alice):
    arns = [user_arn(iam, alice), create_user(iam, "bob")]
    made = create_role(iam, "Reader", arns)
    assert create_role(iam, "Reader", arns[:1]) == made
    (statement,) = iam.get_role(RoleName="Reader")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"AWS": arns[0]},
        "Action": "sts:AssumeRole",
    }
