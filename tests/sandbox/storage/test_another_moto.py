"""A file that another version of moto wrote: keys, aliases and grants stay, what moto keeps starts over."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmscourse.errors import SandboxError
from kmscourse.policy import LAB_USER
from kmscourse.sandbox.storage.file import Storage
from tests.sandbox.conftest import Practice, book

Open = Callable[[Path], Practice]
NOTICE = re.compile(r"written under moto 1\.0\.0\. .*start over; keys, aliases and grants stay\.")
ENCRYPTED = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/one"}}
BOB = "arn:aws:iam::123456789012:user/bob"
FORMATS = {"4": "format4.sql", "5": "format5.sql"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An account with a key, on which a user and a table have grants, under another version of moto."""
    account = Practice(tmp_path / "account.db")
    key = account.key()
    account("kms:CreateAlias", AliasName="alias/one", TargetKeyId=key)
    account.account.identities.add_user("bob", {})
    account("kms:CreateGrant", KeyId=key, GranteePrincipal=BOB, Operations=["Decrypt"])
    account.books(**ENCRYPTED)
    account.account.close()
    restamp(tmp_path / "account.db")
    return tmp_path / "account.db"


def restamp(path: Path) -> None:
    """Have the file say that another version of moto wrote it."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE about SET stamp = substr(stamp, 1, instr(stamp, 'moto')) || 'oto 1.0.0'")


def grants(account: Practice) -> list[list[str]]:
    """What the grants on the key are for."""
    key = account("kms:DescribeKey", KeyId="alias/one")["KeyMetadata"]["Arn"]
    return sorted(grant["Operations"] for grant in account("kms:ListGrants", KeyId=key)["Grants"])


def users(account: Practice) -> set[str]:
    return set(account.account.identities.iam.users)


def copies(path: Path) -> list[bytes]:
    return [copy.read_bytes() for copy in path.parent.glob("account-set-aside-*.db")]


def test_keys_aliases_and_grants_stay_and_the_rest_starts_over(file: Path, open_account: Open) -> None:
    before = file.read_bytes()
    account = open_account(file)
    main = account.account.main_user.name
    assert grants(account) == [["Decrypt"]], "DynamoDB's goes with its table"
    assert users(account) == {main, LAB_USER}
    assert account("dynamodb:ListTables") == {"TableNames": []}
    assert NOTICE.search("".join(account.account.notices))
    account.restart()
    assert account.account.main_user.name == main
    assert copies(file) == [before]


def test_what_was_sealed_opens(tmp_path: Path, open_account: Open) -> None:
    account = open_account(tmp_path / "account.db")
    sealed = account("kms:Encrypt", KeyId=account.key(), Plaintext="aGVsbG8=")["CiphertextBlob"]
    account.account.close()
    restamp(tmp_path / "account.db")
    account.restart()
    assert account("kms:Decrypt", CiphertextBlob=sealed)["Plaintext"] == "aGVsbG8="


def test_a_table_made_again_has_a_grant_of_its_own(file: Path, open_account: Open) -> None:
    account = open_account(file)
    account.books(**ENCRYPTED)
    account.put("The Dip")
    assert account.titles() == ["The Dip"]
    account("dynamodb:DeleteTable", TableName="Books")
    assert grants(account) == [["Decrypt"]]


def test_a_transaction_sent_again_is_done_on_the_new_table(tmp_path: Path, open_account: Open) -> None:
    account, put = open_account(tmp_path / "account.db"), {"TableName": "Books", "Item": book("The Dip")}
    sent = {"TransactItems": [{"Put": put}], "ClientRequestToken": "once"}
    account.books()
    account("dynamodb:TransactWriteItems", **sent)
    account.account.close()
    restamp(tmp_path / "account.db")
    account.restart()
    account.books()
    account("dynamodb:TransactWriteItems", **sent)
    assert account.titles() == ["The Dip"]


def test_a_grant_is_of_no_other_user_who_gets_the_name(file: Path, open_account: Open) -> None:
    account = open_account(file)
    account("iam:CreateUser", UserName="bob")
    key = account("kms:DescribeKey", KeyId="alias/one")["KeyMetadata"]["Arn"]
    (grant,) = account("kms:ListGrants", KeyId=key)["Grants"]
    assert grant["GranteePrincipal"].startswith("AIDA")


@pytest.mark.parametrize("script", FORMATS.values(), ids=FORMATS)
def test_an_earlier_format_keeps_its_keys_too(tmp_path: Path, open_account: Open, script: str) -> None:
    path = tmp_path / "account.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(Path(__file__).with_name(script).read_text("utf-8"))
        count = database.execute(
            "SELECT count(*) FROM rows WHERE collection LIKE 'kms/us-east-1/keys'"
        ).fetchone()
    restamp(path)
    account = open_account(path)
    assert len(account("kms:ListKeys")["Keys"]) == count[0] > 0
    assert NOTICE.search("".join(account.account.notices))


def test_a_start_that_is_killed_after_its_first_write_has_done_all_of_it(
    file: Path, open_account: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, killed = Storage.write, file.parent / "killed"

    def write_and_copy(*arguments: Any) -> None:
        write(*arguments)
        if not killed.exists():
            shutil.copytree(file.parent, killed)

    monkeypatch.setattr(Storage, "write", write_and_copy)
    open_account(file)
    account = open_account(killed / file.name)
    assert LAB_USER in users(account)
    assert NOTICE.search("".join(account.account.notices))


def test_where_it_cannot_be_written_it_stays_as_it_is(
    file: Path, open_account: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "write", full)
        with pytest.raises(SandboxError, match="disk is full"):
            open_account(file)
    assert file.read_bytes() == before
    assert grants(open_account(file)) == [["Decrypt"]]


def test_of_a_damaged_file_nothing_is_said_to_stay(file: Path, open_account: Open) -> None:
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM rows WHERE (collection, key) = ('account/about', 'since')")
    before = file.read_bytes()
    (notice,) = open_account(file).account.notices
    assert "is damaged" in notice
    assert copies(file) == [before]
