"""The main user is known by its id, and whatever IAM does to it, the next start makes it the administrator again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmscourse.errors import SandboxError
from kmscourse.sandbox.account import Account
from kmscourse.sandbox.iam.main_user import allows_everything, denies

DENY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
)
NARROW = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
)
POLICY = "arn:aws:iam::123456789012:policy/Stop"
ADMINISTRATOR = "AdministratorAccess"


class Locked:
    """An account whose main user can be acted on, whatever its own access key is worth."""

    def __init__(self, kept: Any) -> None:
        self.kept = kept
        self.name = kept.account.main_user.name
        self.key_id = kept.account.main_user.credentials().caller.access_key_id

    def __call__(self, action: str, **parameters: Any) -> Any:
        return self.kept(action, **parameters)

    @property
    def user(self) -> dict[str, str]:
        return {"UserName": self.name}


def inactive(account: Locked) -> str:
    account("iam:UpdateAccessKey", **account.user, AccessKeyId=account.key_id, Status="Inactive")
    return f"access key {account.key_id} inactive"


def key_deleted(account: Locked) -> str:
    account("iam:DeleteAccessKey", **account.user, AccessKeyId=account.key_id)
    return "access key deleted"


def user_deleted(account: Locked) -> str:
    key_deleted(account)
    account("iam:DeleteUserPolicy", **account.user, PolicyName=ADMINISTRATOR)
    account("iam:DeleteUser", **account.user)
    return "user deleted"


def policy_deleted(account: Locked) -> str:
    account("iam:DeleteUserPolicy", **account.user, PolicyName=ADMINISTRATOR)
    return "no policy that allows everything"


def policy_narrowed(account: Locked) -> str:
    account("iam:PutUserPolicy", **account.user, PolicyName=ADMINISTRATOR, PolicyDocument=NARROW)
    return "no policy that allows everything"


def policy_full(account: Locked) -> str:
    """There is no room left for another inline policy."""
    policy_deleted(account)
    statement = {"Effect": "Allow", "Action": "kms:" + "x" * 1_900, "Resource": "*"}
    full = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account("iam:PutUserPolicy", **account.user, PolicyName="Full", PolicyDocument=full)
    return "no policy that allows everything"


def bounded(account: Locked) -> str:
    account("iam:CreatePolicy", PolicyName="Stop", PolicyDocument=NARROW)
    account("iam:PutUserPermissionsBoundary", **account.user, PermissionsBoundary=POLICY)
    return f"permissions boundary {POLICY}"


def bounded_by_aws(account: Locked) -> str:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    account("iam:PutUserPermissionsBoundary", **account.user, PermissionsBoundary=arn)
    return f"permissions boundary {arn}"


def denied_inline(account: Locked) -> str:
    account("iam:PutUserPolicy", **account.user, PolicyName="Stop", PolicyDocument=DENY)
    return "Deny in the inline policy Stop"


def denied_by_its_own_policy(account: Locked) -> str:
    account("iam:PutUserPolicy", **account.user, PolicyName=ADMINISTRATOR, PolicyDocument=DENY)
    return "Deny in the inline policy AdministratorAccess; no policy that allows everything"


def denied_attached(account: Locked) -> str:
    account("iam:CreatePolicy", PolicyName="Stop", PolicyDocument=DENY)
    account("iam:AttachUserPolicy", **account.user, PolicyArn=POLICY)
    return f"Deny in the policy {POLICY}"


def denied_by_a_later_version(account: Locked) -> str:
    account("iam:CreatePolicy", PolicyName="Stop", PolicyDocument=NARROW)
    account("iam:AttachUserPolicy", **account.user, PolicyArn=POLICY)
    account("iam:CreatePolicyVersion", PolicyArn=POLICY, PolicyDocument=DENY, SetAsDefault="true")
    return f"Deny in the policy {POLICY}"


def denied_by_a_group(account: Locked) -> str:
    account("iam:CreateGroup", GroupName="Stopped")
    account("iam:PutGroupPolicy", GroupName="Stopped", PolicyName="Stop", PolicyDocument=DENY)
    account("iam:AddUserToGroup", GroupName="Stopped", **account.user)
    return "Deny in the group Stopped"


def denied_by_a_groups_policy(account: Locked) -> str:
    account("iam:CreateGroup", GroupName="Stopped")
    account("iam:CreatePolicy", PolicyName="Stop", PolicyDocument=DENY)
    account("iam:AttachGroupPolicy", GroupName="Stopped", PolicyArn=POLICY)
    account("iam:AddUserToGroup", GroupName="Stopped", **account.user)
    return "Deny in the group Stopped"


def everything_at_once(account: Locked) -> str:
    found = [bounded(account), denied_by_its_own_policy(account), denied_by_a_group(account)]
    own, missing = found.pop(1).split("; ")
    return "; ".join([inactive(account), found[0], own, found[1], missing])


WAYS = [
    inactive,
    key_deleted,
    user_deleted,
    policy_deleted,
    policy_narrowed,
    policy_full,
    bounded,
    bounded_by_aws,
    denied_inline,
    denied_by_its_own_policy,
    denied_attached,
    denied_by_a_later_version,
    denied_by_a_group,
    denied_by_a_groups_policy,
    everything_at_once,
]


def is_administrator(backend: Account) -> bool:
    found = backend.identities.credentials(backend.main_user.credentials().caller.access_key_id)
    if found is None or not found.active or found.caller.user_id != backend.main_user.id:
        return False
    documents = backend.identities.caller_policies(found.caller).identity
    return (
        any(map(allows_everything, documents))
        and not any(map(denies, documents))
        and backend.identities.caller_policies(found.caller).boundaries == []
    )


@pytest.mark.parametrize("lock_out", WAYS)
def test_the_next_start_makes_it_the_administrator_again(
    kept: Any, lock_out: Callable[[Locked], str]
) -> None:
    account = Locked(kept)
    reason = lock_out(account)
    assert not is_administrator(kept.account), "mend the test: it is not locked out"
    main = kept.account.main_user
    said = [notice for notice in (main.locked_out_notice(), main.restricted_notice()) if notice]
    assert said, "nobody says why"
    assert "kmscourse sandbox stop" in said[0]
    kept.restart()
    assert is_administrator(kept.account)
    assert kept.account.main_user.name == account.name
    assert kept.account.main_user.locked_out_notice() is kept.account.main_user.restricted_notice() is None
    (told,) = kept.account.notices
    assert f"({reason})" in told
    kept.restart()
    assert kept.account.notices == [told], "there was nothing more to mend"


@pytest.mark.parametrize("lock_out", WAYS)
def test_a_reset_makes_it_the_administrator_again(kept: Any, lock_out: Callable[[Locked], str]) -> None:
    account = Locked(kept)
    lock_out(account)
    kept.account.reset()
    for _ in range(2):
        assert is_administrator(kept.account)
        assert kept.account.main_user.name == account.name
        assert kept.account.main_user.credentials().caller.access_key_id == account.key_id
        assert kept.account.notices == []
        kept.restart()


def test_what_only_adds_rights_stays(kept: Any) -> None:
    account = Locked(kept)
    kept("iam:PutUserPolicy", **account.user, PolicyName="More", PolicyDocument=NARROW)
    kept("iam:CreateGroup", GroupName="Readers")
    kept("iam:PutGroupPolicy", GroupName="Readers", PolicyName="Read", PolicyDocument=NARROW)
    kept("iam:AddUserToGroup", GroupName="Readers", **account.user)
    kept(
        "iam:PutUserPermissionsBoundary",
        **account.user,
        PermissionsBoundary=f"arn:aws:iam::aws:policy/{ADMINISTRATOR}",
    )
    kept("iam:AttachUserPolicy", **account.user, PolicyArn=f"arn:aws:iam::aws:policy/{ADMINISTRATOR}")
    policy_deleted(account)
    before = kept("iam:GetAccountAuthorizationDetails")
    kept.restart()
    assert kept("iam:GetAccountAuthorizationDetails") == before
    assert kept.account.notices == []


def test_only_what_restricts_it_is_taken_off_it(kept: Any) -> None:
    account = Locked(kept)
    denied_attached(account)
    kept("iam:AttachUserPolicy", UserName="IAMLabUser", PolicyArn=POLICY)
    kept("iam:PutUserPolicy", **account.user, PolicyName="More", PolicyDocument=NARROW)
    kept.restart()
    assert POLICY in kept("iam:ListAttachedUserPolicies", UserName="IAMLabUser")
    assert POLICY not in kept("iam:ListAttachedUserPolicies", **account.user)
    assert "More" in kept("iam:ListUserPolicies", **account.user)
    assert "<AttachmentCount>1</AttachmentCount>" in kept("iam:GetPolicy", PolicyArn=POLICY)


def test_a_key_that_took_the_place_of_another_is_used(kept: Any) -> None:
    """Keys are rotated so on AWS; a key that was deleted never opens anything again."""
    account = Locked(kept)
    kept("iam:CreateAccessKey", **account.user)
    inactive(account)
    kept.restart()
    new = kept.account.main_user.credentials().caller.access_key_id
    assert new != account.key_id
    assert kept.account.identities.credentials(account.key_id).active is False
    kept("iam:DeleteAccessKey", **account.user, AccessKeyId=account.key_id)
    kept.restart()
    assert kept.account.identities.credentials(account.key_id) is None
    assert is_administrator(kept.account)


@pytest.mark.parametrize("renamed", [{"NewUserName": "boss"}, {"NewPath": "/people/"}])
def test_it_goes_by_the_name_that_it_has(kept: Any, renamed: dict[str, str]) -> None:
    user_id, account = kept.account.main_user.id, Locked(kept)
    kept("iam:UpdateUser", **account.user, **renamed)
    path, name = renamed.get("NewPath", "/"), renamed.get("NewUserName", account.name)
    for _ in range(2):
        assert kept.account.main_user.name == name
        assert kept.account.main_user.id == user_id
        caller = kept.account.main_user.credentials().caller
        assert caller.arn == f"arn:aws:iam::123456789012:user{path}{name}"
        assert is_administrator(kept.account)
        kept.restart()
    kept.account.reset()
    assert kept.account.main_user.name == name


def test_a_user_who_takes_its_old_name_is_not_it(kept: Any) -> None:
    account = Locked(kept)
    kept("iam:UpdateUser", **account.user, NewUserName="boss")
    kept("iam:CreateUser", **account.user)
    kept("iam:CreateAccessKey", **account.user)
    kept.restart()
    assert kept.account.main_user.name == "boss"
    assert "AdministratorAccess" not in kept("iam:ListUserPolicies", **account.user)


@pytest.mark.parametrize("taken", [str, str.upper])
def test_a_user_who_has_its_name_keeps_it(kept: Any, taken: Callable[[str], str]) -> None:
    account = Locked(kept)
    user_deleted(account)
    other = taken(account.name)
    kept.account.identities.iam.create_user("us-east-1", other)
    kept.account.commit()
    kept.restart()
    assert kept.account.main_user.name not in (account.name, other)
    assert kept.account.main_user.name.startswith("ed-user-")
    assert is_administrator(kept.account)
    assert kept.account.identities.access_keys(other) == []


def test_it_may_take_even_the_lab_users_name(kept: Any) -> None:
    account = Locked(kept)
    kept("iam:DeleteUserPolicy", UserName="IAMLabUser", PolicyName="BooksReader")
    kept("iam:DeleteUser", UserName="IAMLabUser")
    kept("iam:UpdateUser", **account.user, NewUserName="iamlabuser")
    kept.restart()
    kept.account.reset()
    assert is_administrator(kept.account)
    assert kept.account.main_user.name.startswith("ed-user-")
    assert "BooksReader" in kept("iam:ListUserPolicies", UserName="IAMLabUser")


def test_a_full_account_makes_room_for_it(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    user_deleted(Locked(kept))
    kept.account.close()
    with monkeypatch.context() as patch:
        patch.setattr(
            "kmscourse.sandbox.moto_adapter.iam.limit", lambda *_: pytest.fail("a quota was asked for")
        )
        kept.account = Account(kept.path)
    assert is_administrator(kept.account)


def test_an_account_of_an_earlier_version_knows_its_main_user_by_name(kept: Any) -> None:
    user_id, name, key = kept.account.main_user.id, kept.account.main_user.name, kept.key()
    del kept.account._about["main_user_id"]
    kept.account.commit()
    kept.restart()
    assert kept.account.main_user.id == user_id
    assert kept.account.main_user.name == name
    assert kept.account.notices == []
    assert [known.arn for known in kept.account.keys.of_region("us-east-1")] == [key]


def test_what_is_to_be_told_outlives_restarts_and_resets_and_is_bounded(kept: Any) -> None:
    for number in range(8):
        kept.account.notices = [*kept.account.notices, f"Something happened ({number})."]
    kept.account.commit()
    kept.restart()
    kept.account.reset()
    kept.restart()
    assert kept.account.notices == [f"Something happened ({number})." for number in range(3, 8)]
    kept.account.notices = []
    kept.account.commit()
    kept.restart()
    assert kept.account.notices == []


@pytest.mark.parametrize(
    ("statement", "all_of_it"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": ["kms:*", "*"], "Resource": ["*"]}, True),
        ({"Effect": "Allow", "Action": "kms:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:kms:*"}, False),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a": "true"}}}, False),
        ({"Effect": "Allow", "NotAction": "*", "Resource": "*"}, False),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, False),
    ],
)
def test_what_allows_everything(statement: dict[str, Any], all_of_it: bool) -> None:
    assert allows_everything({"Statement": statement}) is all_of_it
    assert allows_everything({"Statement": [statement]}) is all_of_it
    assert denies({"Statement": statement}) is (statement["Effect"] == "Deny")


@pytest.mark.parametrize("is_new", [True, False])
def test_a_start_that_cannot_be_written_is_one_sentence(
    kept: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_new: bool
) -> None:
    inactive(Locked(kept))
    kept.account.close()

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("kmscourse.sandbox.storage.file.Storage.write", full)
        with pytest.raises(SandboxError, match="could not write this change to disk"):
            Account(tmp_path / "new.db" if is_new else kept.path)
    kept.account = Account(kept.path)
    assert is_administrator(kept.account)
