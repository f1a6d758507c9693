"""The architecture says what is in the account, and nothing else."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.notes import Notes
from kmscourse.display.architecture import ACCOUNT, ADMINISTRATOR, Architecture, Component
from kmscourse.envelope import decrypt_data_key
from kmscourse.iam import LAB_USER, delete_user
from kmscourse.kms import key_policy, put_key_policy


@pytest.mark.parametrize("number", [1, 5, 9])
def test_it_is_what_is_in_the_account(account: Account, notes: Notes, number: int) -> None:
    prepare(account, notes, number)
    said = Architecture.of(account, notes).sentences()
    assert (Component.KEY in said) == (Component.POLICY in said) == (artifacts.find_key(account) is not None)
    assert (
        (Component.TABLE in said) == (Component.TABLE_KEY in said) == artifacts.table_exists(account, notes)
    )
    assert (Component.GRANT in said) == artifacts.table_exists(account, notes)
    assert (Component.ENCRYPTED in said) == (Component.PLAINTEXT in said) == bool(set(notes))
    assert (Component.MESSAGE in said) == ("envelope" in notes)
    assert (Component.READER in said) == artifacts.has_sign_in(account, notes)


def test_the_key_policy_names_whom_it_allows_something(account: Account, notes: Notes) -> None:
    prepare(account, notes, 9)
    assert Architecture.of(account, notes).lets_in == (ACCOUNT, ADMINISTRATOR, LAB_USER)


def test_everyone_is_named_as_such_and_whom_a_deny_keeps_out_too(account: Account, notes: Notes) -> None:
    prepare(account, notes, 2)
    kms, arn = account.client("kms"), artifacts.key_arn(account)
    policy = key_policy(kms, arn)
    policy["Statement"] += [
        {"Effect": "Allow", "Principal": "*", "Action": "kms:DescribeKey", "Resource": "*"},
        {
            "Effect": "Deny",
            "Principal": {"AWS": artifacts.lab_user_arn(account)},
            "Action": "kms:Encrypt",
            "Resource": "*",
        },
    ]
    put_key_policy(kms, arn, policy)
    found = Architecture.of(account, notes)
    assert found.lets_in == (ACCOUNT, ADMINISTRATOR, "everyone")
    assert found.keeps_out == (LAB_USER,)


def test_who_was_deleted_is_let_in_no_more(account: Account, notes: Notes) -> None:
    prepare(account, notes, 9)
    delete_user(account.client("iam"), LAB_USER)
    assert Architecture.of(account, notes).lets_in == (ACCOUNT, ADMINISTRATOR)


def test_the_reader_is_refused_until_the_key_policy_lets_them_in(account: Account, notes: Notes) -> None:
    prepare(account, notes, 8)
    found = Architecture.of(account, notes)
    assert (found.at_table, found.at_key) == (True, False)
    artifacts.give_permission(account, notes)
    assert Architecture.of(account, notes).at_key is True


def test_a_key_that_is_switched_off_lets_nobody_in(account: Account, notes: Notes) -> None:
    prepare(account, notes, 9)
    account.client("kms").disable_key(KeyId=artifacts.key_arn(account))
    found = Architecture.of(account, notes)
    assert (found.works, found.at_key) == (False, False)
    assert "so KMS does not use it" in found.sentences()[Component.KEY]


def test_where_iam_refuses_kms_is_not_asked(account: Account, notes: Notes) -> None:
    prepare(account, notes, 8)
    account.client("iam").delete_user_policy(UserName=LAB_USER, PolicyName="BooksReader")
    found = Architecture.of(account, notes)
    assert (found.at_table, found.at_key) == (False, None)
    assert Component.AT_KEY not in found.sentences()


def test_a_table_under_another_key_is_said(account: Account, notes: Notes) -> None:
    prepare(account, notes, 7)
    artifacts.free_alias(account, notes)
    artifacts.make_key(account, notes)
    found = Architecture.of(account, notes)
    assert (found.table_key, found.granted) == ("another KMS key", False)


def test_the_way_back_is_there_once_kms_has_opened_a_data_key(account: Account, notes: Notes) -> None:
    prepare(account, notes, 4)
    kms, encrypted = account.client("kms"), bytes.fromhex(notes["encrypted_data_key"])
    with pytest.raises(ClientError):
        decrypt_data_key(kms, encrypted, {"another": "context"})
    assert not Architecture.of(account, notes).opened
    decrypt_data_key(kms, encrypted)
    assert Architecture.of(account, notes).opened


def test_what_dynamodb_decrypts_is_not_the_way_back(account: Account, notes: Notes) -> None:
    prepare(account, notes, 4)
    artifacts.make_table(account, notes)
    assert artifacts.table_ready(account, notes), "this scan is a Decrypt by DynamoDB, as the administrator"
    assert not Architecture.of(account, notes).opened
