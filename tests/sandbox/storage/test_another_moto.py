"""A file that another version of moto wrote: what the course keeps itself is there, what moto kept starts over."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmscourse.errors import SandboxError
from kmscourse.sandbox.account import Account
from kmscourse.sandbox.storage import copies

REGION = "us-east-1"


@pytest.fixture
def written(kept: Any) -> dict[str, Any]:
    """What an account held whose file says that moto 0.1 wrote it."""
    key = kept.key(Description="mine", Tags=[{"TagKey": "team", "TagValue": "blue"}])
    kept("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    kept("iam:CreateUser", UserName="Ann")
    ann = f"arn:aws:iam::{kept.account.account_id}:user/Ann"
    token = kept("kms:CreateGrant", KeyId=key, GranteePrincipal=ann, Operations=["Decrypt"])["GrantToken"]
    blob = kept("kms:Encrypt", KeyId=key, Plaintext=base64.b64encode(b"word").decode())["CiphertextBlob"]
    kept.books(SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key})
    main = kept.account.main_user.name
    kept.account.close()
    with sqlite3.connect(kept.path, isolation_level=None) as database:
        database.execute("UPDATE about SET stamp = substr(stamp, 1, instr(stamp, 'moto')) || 'oto 0.1'")
    database.close()
    return {"path": kept.path, "key": key, "blob": blob, "token": token, "main": main}


def test_keys_aliases_and_grants_stay(written: Any, open_account: Callable[[Path], Any]) -> None:
    account = open_account(written["path"])
    for _ in range(2):
        described = account("kms:DescribeKey", KeyId="alias/myKey")["KeyMetadata"]
        assert (described["Arn"], described["Description"]) == (written["key"], "mine")
        opened = account("kms:Decrypt", CiphertextBlob=written["blob"])
        assert base64.b64decode(opened["Plaintext"]) == b"word"
        assert account("kms:ListResourceTags", KeyId=written["key"])["Tags"]
        account.restart()


def test_users_and_tables_start_over(written: Any, open_account: Callable[[Path], Any]) -> None:
    account = open_account(written["path"])
    assert account("dynamodb:ListTables")["TableNames"] == []
    users = account("iam:ListUsers")
    assert "IAMLabUser" in users
    assert ">Ann<" not in users
    assert account.account.main_user.name == written["main"]
    assert account.account.main_user.restricted_notice() is None


def test_a_grant_goes_on_for_whom_it_was_made(written: Any, open_account: Callable[[Path], Any]) -> None:
    """Another user of the same name is another one, and what DynamoDB had for a table is gone with it."""
    account = open_account(written["path"])
    (grant,) = account("kms:ListGrants", KeyId=written["key"])["Grants"]
    assert grant["GranteePrincipal"].startswith("AIDA")
    account("iam:CreateUser", UserName="Ann")
    (grant,) = account("kms:ListGrants", KeyId=written["key"])["Grants"]
    assert grant["GranteePrincipal"].startswith("AIDA")


def test_it_is_said_once_and_the_file_is_kept(written: Any, open_account: Callable[[Path], Any]) -> None:
    before = written["path"].read_bytes()
    account = open_account(written["path"])
    (notice,) = account.account.notices
    (copy,) = written["path"].parent.glob("account-set-aside-*.db")
    assert copy.read_bytes() == before
    assert notice == (
        "The practice account's file was written under moto 0.1. Users, roles, policies and tables start over; keys, "
        f"aliases and grants stay. The file as it was is kept as {copy.name}."
    )
    account.account.notices = []
    account.account.commit()
    account.restart()
    assert account.account.notices == []
    assert len(list(written["path"].parent.glob("account-set-aside-*.db"))) == 1


def test_without_room_for_the_copy_nothing_is_touched(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = written["path"].read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(copies.shutil, "copyfileobj", full)
        with pytest.raises(SandboxError, match="No space left on device"):
            Account(written["path"])
    assert written["path"].read_bytes() == before
