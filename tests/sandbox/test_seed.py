"""How an account begins, what a reset leaves, and that its administrator can't be lost."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from kmscourse.policy import lab_user_policy
from kmscourse.sandbox.account import Account
from kmscourse.sandbox.call import AwsError

REGION = "us-east-1"


def test_an_account_begins_with_its_administrator_and_the_labs_user(practice: Any) -> None:
    backend = practice.account
    main = backend.main_user.credentials()
    prefix, _, digits = backend.main_user.name.rpartition("-")
    assert prefix == "ed-user"
    assert len(digits) == 8
    assert int(digits, 16) >= 0
    assert main.caller.arn == f"arn:aws:iam::123456789012:user/{backend.main_user.name}"
    assert main.active
    (administrator,) = backend.identities.caller_policies(main.caller).identity
    assert administrator["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    lab_user = backend.identities.session_for("IAMLabUser").caller
    assert backend.identities.caller_policies(lab_user).identity == [lab_user_policy()]
    assert "BooksReader" in practice("iam:ListUserPolicies", UserName="IAMLabUser")
    assert backend.identities.access_keys("IAMLabUser") == []
    with pytest.raises(AwsError, match="NoSuchEntity"):
        practice("iam:GetLoginProfile", UserName="IAMLabUser")
    assert backend.keys.of_region(REGION) == backend.tables.of_region(REGION) == []


def test_two_accounts_have_different_administrators() -> None:
    one, other = Account(), Account()
    assert one.main_user.name != other.main_user.name
    assert one.main_user.credentials().secret != other.main_user.credentials().secret
    assert one.identities.credentials(other.main_user.credentials().caller.access_key_id) is None


def test_a_reset_keeps_the_main_user_and_its_access_key_only(kept: Any) -> None:
    before, since = kept.account.main_user.credentials(), kept.account.since
    kept.key()
    kept.books()
    kept("iam:CreateUser", UserName="ada")
    kept("iam:DeleteUserPolicy", UserName="IAMLabUser", PolicyName="BooksReader")
    session = kept.account.identities.session_for("ada")
    kept.account.storage.append_event({"eventName": "CreateKey"})
    kept.account.commit()
    kept.account.reset()
    for _ in range(2):
        backend = kept.account
        after = backend.main_user.credentials()
        assert (after.caller.user_name, after.caller.access_key_id) == (
            before.caller.user_name,
            before.caller.access_key_id,
        )
        assert after.secret == before.secret
        assert backend.identities.credentials(session.caller.access_key_id) is None
        assert backend.keys.of_region(REGION) == backend.tables.of_region(REGION) == []
        lab_user = backend.identities.session_for("IAMLabUser").caller
        assert backend.identities.caller_policies(lab_user).identity == [lab_user_policy()]
        assert list(backend.storage.events()) == []
        assert backend.since > since
        kept.restart()


def test_a_reset_that_fails_leaves_the_account_as_it_was(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arn, main_user = kept.key(), kept.account.main_user.name

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(kept.account.storage, "write", full)
        with pytest.raises(AwsError, match="could not write"):
            kept.account.reset()
    for _ in range(2):
        assert [key.arn for key in kept.account.keys.of_region(REGION)] == [arn]
        assert kept.account.main_user.name == main_user
        kept.restart()


def test_an_administrator_who_removed_his_own_access_comes_back_with_the_next_start(kept: Any) -> None:
    name, key_id = kept.account.main_user.name, kept.account.main_user.credentials().caller.access_key_id
    kept("iam:CreateUser", UserName="ada")
    kept("iam:DeleteAccessKey", UserName=name, AccessKeyId=key_id)
    kept("iam:DeleteUserPolicy", UserName=name, PolicyName="AdministratorAccess")
    kept("iam:DeleteUser", UserName=name)
    kept.restart()
    back = kept.account.main_user.credentials()
    assert back.caller.user_name == name
    assert kept.account.identities.caller_policies(back.caller).identity
    assert kept.account.identities.credentials(key_id) is None
