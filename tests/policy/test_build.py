"""The policies that the course begins with, held against what AWS prints."""

from __future__ import annotations

from kmscourse.policy import build, parse

A = "111122223333"
ADMIN, USER = f"arn:aws:iam::{A}:user/KMSAdminUser", f"arn:aws:iam::{A}:user/ExampleUser"
ROOT_STATEMENT = {
    "Sid": "Enable IAM User Permissions",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{A}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def test_the_policy_of_a_key_made_without_one() -> None:
    """AWS KMS Developer Guide, "Default key policy"."""
    expected = {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [ROOT_STATEMENT]}
    assert build.default_key_policy(A) == expected


def test_the_consoles_policy_has_four_statements() -> None:
    policy = build.console_key_policy(A, [ADMIN], [USER])
    assert policy["Id"] == "key-consolepolicy-3"
    root, administrators, users, services = policy["Statement"]
    assert root == ROOT_STATEMENT
    assert administrators["Principal"] == {"AWS": ADMIN}
    assert "kms:PutKeyPolicy" not in administrators["Action"]
    assert "kms:Put*" in administrators["Action"]
    assert not {"kms:Decrypt", "kms:Encrypt"} & set(administrators["Action"])
    assert users["Action"] == [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
    ]
    assert services["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert users["Principal"] == services["Principal"] == {"AWS": USER}


def test_administrators_may_be_kept_from_deleting() -> None:
    """AWS KMS Developer Guide, "Control access to key deletion": two permissions make the difference."""
    with_it, without = (
        build.console_key_policy(A, [ADMIN], [USER], administrators_may_delete=may)["Statement"]
        for may in (True, False)
    )
    assert set(with_it[1]["Action"]) - set(without[1]["Action"]) == {
        "kms:ScheduleKeyDeletion",
        "kms:CancelKeyDeletion",
    }
    assert [*with_it[:1], *with_it[2:]] == [*without[:1], *without[2:]]


def test_nobody_chosen_nobody_named() -> None:
    assert build.console_key_policy(A)["Statement"] == [ROOT_STATEMENT]
    assert len(build.console_key_policy(A, users=[USER])["Statement"]) == 3


def test_several_stand_in_a_list() -> None:
    statement = build.console_key_policy(A, [ADMIN, USER])["Statement"][1]
    assert statement["Principal"] == {"AWS": [ADMIN, USER]}


def test_the_least_that_a_reader_needs() -> None:
    assert build.use_statement(USER) == {
        "Sid": "Allow use of the key",
        "Effect": "Allow",
        "Principal": {"AWS": USER},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    assert build.use_statement(USER, ["kms:Encrypt", "kms:Decrypt"], sid="Both")["Action"] == [
        "kms:Encrypt",
        "kms:Decrypt",
    ]


def test_the_lab_users_policy_says_nothing_of_kms() -> None:
    actions = [action for statement in build.lab_user_policy()["Statement"] for action in statement["Action"]]
    assert actions == [
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:Describe*",
        "dynamodb:list*",
    ]


def test_each_is_a_policy() -> None:
    for policy in (
        build.default_key_policy(A),
        build.console_key_policy(A, [ADMIN], [USER]),
        build.lab_user_policy(),
    ):
        assert parse(policy) == policy
