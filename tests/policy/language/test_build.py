"""Policies as dicts: those that the course begins with, held against what AWS prints, and changes to them."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

from kmscourse.policy import (
    console_key_policy,
    deleted_principals,
    lab_user_policy,
    parse,
    rename_principal,
    root_statement,
    statements_naming,
    statements_of,
    use_statement,
    with_statement,
    without_principal,
    without_sid,
)

A = "111122223333"
ADMIN, USER = f"arn:aws:iam::{A}:user/KMSAdminUser", f"arn:aws:iam::{A}:user/ExampleUser"
ROOT_STATEMENT = {
    "Sid": "Enable IAM User Permissions",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{A}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def test_the_consoles_policy_has_four_statements() -> None:
    policy = console_key_policy(A, [ADMIN], [USER])
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
        console_key_policy(A, [ADMIN], [USER], administrators_may_delete=may)["Statement"]
        for may in (True, False)
    )
    assert set(with_it[1]["Action"]) - set(without[1]["Action"]) == {
        "kms:ScheduleKeyDeletion",
        "kms:CancelKeyDeletion",
    }
    assert [*with_it[:1], *with_it[2:]] == [*without[:1], *without[2:]]


def test_nobody_chosen_nobody_named() -> None:
    assert console_key_policy(A)["Statement"] == [ROOT_STATEMENT]
    assert len(console_key_policy(A, users=[USER])["Statement"]) == 3


def test_several_stand_in_a_list() -> None:
    statement = console_key_policy(A, [ADMIN, USER])["Statement"][1]
    assert statement["Principal"] == {"AWS": [ADMIN, USER]}


def test_the_least_that_a_reader_needs() -> None:
    assert use_statement(USER) == {
        "Sid": "Allow use of the key",
        "Effect": "Allow",
        "Principal": {"AWS": USER},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    assert use_statement(USER, ["kms:Encrypt", "kms:Decrypt"], sid="Both")["Action"] == [
        "kms:Encrypt",
        "kms:Decrypt",
    ]


def test_the_lab_users_policy_says_nothing_of_kms() -> None:
    actions = [action for statement in lab_user_policy()["Statement"] for action in statement["Action"]]
    assert actions == [
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:Describe*",
        "dynamodb:list*",
    ]


def test_each_is_a_policy() -> None:
    for policy in (
        console_key_policy(A, [ADMIN], [USER]),
        lab_user_policy(),
    ):
        assert parse(policy) == policy


ANA, BOB = f"arn:aws:iam::{A}:user/Ana", f"arn:aws:iam::{A}:user/Bob"
POLICY = console_key_policy(A, [ANA], [ANA, BOB])
BEFORE = deepcopy(POLICY)


def sids(policy: dict[str, object]) -> list[str]:
    return [statement["Sid"] for statement in statements_of(policy)]


def test_a_statement_is_added_at_the_end() -> None:
    statement = use_statement(BOB, sid="Mine")
    changed = with_statement(POLICY, statement)
    assert sids(changed) == [*sids(POLICY), "Mine"]
    assert {name: changed[name] for name in ("Id", "Version")} == {
        name: POLICY[name] for name in ("Id", "Version")
    }
    statement["Sid"] = "Yours"
    assert sids(changed)[-1] == "Mine"


@pytest.mark.parametrize(
    "spelled",
    [
        {},
        {"Action": ["kms:Decrypt", "kms:Encrypt"]},
        {"Principal": {"AWS": [ANA]}, "Resource": ["*"]},
    ],
)
def test_a_statement_that_is_there_already_is_not_put_twice(spelled: dict[str, object]) -> None:
    statement = use_statement(ANA, ["kms:Encrypt", "kms:Decrypt"], sid="Mine")
    once = with_statement(POLICY, statement)
    assert with_statement(once, statement | spelled) == once
    for other in ({"Sid": "Another"}, {"Effect": "Deny"}, {"Action": "kms:Decrypt"}, {"Condition": {}}):
        assert len(with_statement(once, statement | other)["Statement"]) == len(once["Statement"]) + 1


def test_a_single_statement_becomes_a_list() -> None:
    single = {"Version": "2012-10-17", "Statement": root_statement(A)}
    assert len(with_statement(single, use_statement(ANA))["Statement"]) == 2


def test_statements_go_by_their_sid() -> None:
    twice = with_statement(POLICY, use_statement(BOB))
    assert "Allow use of the key" not in sids(without_sid(twice, "Allow use of the key"))
    assert without_sid(POLICY, "no such Sid") == POLICY


def test_statements_are_found_by_whom_they_name() -> None:
    assert [found["Sid"] for found in statements_naming(POLICY, ANA)] == sids(POLICY)[1:]
    assert len(statements_naming(POLICY, BOB)) == 2
    assert statements_naming(POLICY, f"arn:aws:iam::{A}:user/Eve") == []
    assert statements_naming({"Statement": [{"Effect": "Allow", "Principal": "*"}]}, ANA) == []


def test_a_principal_is_taken_out() -> None:
    changed = without_principal(POLICY, ANA)
    assert statements_naming(changed, ANA) == []
    assert sids(changed) == [sids(POLICY)[0], *sids(POLICY)[2:]]
    assert changed["Statement"][1]["Principal"] == {"AWS": BOB}


def test_a_service_beside_the_principal_stays() -> None:
    statement = use_statement(ANA) | {"Principal": {"AWS": ANA, "Service": "s3.amazonaws.com"}}
    changed = without_principal({"Statement": [statement]}, ANA)
    assert changed["Statement"][0]["Principal"] == {"Service": "s3.amazonaws.com"}


GONE = "AIDACKCEVSQ6C2EXAMPLE"


def test_whoever_a_not_principal_spares_is_taken_out_too() -> None:
    spare = {"Effect": "Deny", "NotPrincipal": {"AWS": [ANA, GONE]}, "Action": "kms:*", "Resource": "*"}
    changed = without_principal({"Statement": [spare]}, GONE)
    assert changed["Statement"] == [spare | {"NotPrincipal": {"AWS": ANA}}]
    assert without_principal(changed, ANA)["Statement"] == []


def test_who_was_deleted_is_found_each_once() -> None:
    spare = {"Effect": "Deny", "NotPrincipal": {"AWS": [ANA, GONE]}, "Action": "kms:*", "Resource": "*"}
    policy = with_statement(with_statement(POLICY, spare), use_statement(GONE))
    assert deleted_principals(policy) == [GONE]
    assert deleted_principals(POLICY) == []
    assert deleted_principals({"Statement": [{"Principal": "*"}]}) == []


def test_a_principal_gets_another_name() -> None:
    text = json.dumps(with_statement(POLICY, use_statement(ANA) | {"Resource": ANA}))
    renamed = rename_principal(text, ANA, GONE)
    assert renamed is not None
    assert statements_naming(json.loads(renamed), ANA) == []
    assert len(statements_naming(json.loads(renamed), GONE)) == len(statements_naming(json.loads(text), ANA))
    assert json.loads(renamed)["Statement"][-1]["Resource"] == ANA
    assert rename_principal(renamed, ANA, BOB) is None, "it is named as a resource only"
    assert rename_principal(text, f"{ANA}b", GONE) is None
    spelled = text.replace("user/Ana", "user\\/\\u0041na")
    assert json.loads(rename_principal(spelled, ANA, GONE) or "") == json.loads(renamed)


def test_nothing_that_was_handed_in_has_changed() -> None:
    with_statement(POLICY, use_statement(BOB))["Statement"][0]["Effect"] = "Deny"
    without_principal(POLICY, ANA)["Statement"][1]["Principal"]["AWS"] = "x"
    statements_naming(POLICY, ANA)[0]["Effect"] = "Deny"
    assert POLICY == BEFORE
