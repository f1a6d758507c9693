"""An account of the format before this one opens with all that it holds. format4.sql is one, as it was written then."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from kmscourse.errors import SandboxError
from kmscourse.sandbox.account import Account
from kmscourse.sandbox.storage.file import FORMAT, Storage

REGION, HERE = "us-east-1", "arn:aws:iam::123456789012:"
KEY = "arn:aws:kms:us-east-1:123456789012:key/45be8e04-0d5d-42ba-862f-3cbe653e6b3d"
OTHER = "arn:aws:kms:us-east-1:123456789012:key/a56a1550-4c3d-414a-a731-3a24e5ccaee4"
BOBS = "e3e6b6acd39b3da6b6ea0aff545019cb9fadded3d00492c6becf86af8093d8f8"
BOBS_TOKEN = "".join(
    (
        "4-a2rNObPaa26gr_VFAZy5-t3tPQBJLGvs-Gr4CT2PjIFiAtnBq1BdyRM3PqGEn16mCqfx",
        "Gmu6IbZyf1K3fZ2sRy529b5OmirBY1xM78NEo=",
    )
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The account's file: two keys, one of them with three grants by hand and a table's own."""
    path = tmp_path / "account.db"
    script = Path(__file__).with_name("format4.sql").read_text("utf-8")
    database = sqlite3.connect(path)
    database.executescript(script.replace("moto 5.2.5", f"moto {version('moto')}"))
    database.close()
    return path


def granted(account: Any) -> list[tuple[str, list[str]]]:
    """Whom the key's grants are for, and for what, the oldest first."""
    grants = sorted(account("kms:ListGrants", KeyId=KEY)["Grants"], key=lambda grant: grant["CreationDate"])
    return [(grant["GranteePrincipal"], list(grant["Operations"])) for grant in grants]


def test_its_grants_are_there_and_stay(file: Path, open_account: Callable[[Path], Any]) -> None:
    account = open_account(file)
    assert account.account.notices == [], "it was set aside"
    before = granted(account)
    assert before[:3] == [
        (f"{HERE}user/Anna", ["Encrypt", "Decrypt"]),  # It was Ann's, who has another name since.
        (f"{HERE}role/Reader", ["Decrypt"]),
        (f"{HERE}user/Bob", ["DescribeKey"]),
    ]
    assert before[3][0] == "dynamodb.us-east-1.amazonaws.com"
    assert len(before) == 4
    assert account("kms:ListGrants", KeyId=OTHER)["Grants"] == []
    bobs = account.account.keys.grant_of_token(REGION, BOBS_TOKEN)
    assert (bobs.id, bobs.key_id) == (BOBS, KEY.rpartition("/")[2])
    account("kms:RevokeGrant", KeyId=KEY, GrantId=BOBS)
    account("kms:CreateGrant", KeyId=OTHER, GranteePrincipal=f"{HERE}user/Bob", Operations=["Encrypt"])
    for _ in range(2):
        account.restart()
        assert granted(account) == before[:2] + before[3:], "an ended grant is back"
        assert len(account("kms:ListGrants", KeyId=OTHER)["Grants"]) == 1
    assert account.titles() == ["The Dip"]


def test_it_is_written_anew_at_once(file: Path, open_account: Callable[[Path], Any]) -> None:
    open_account(file).account.close()
    storage = Storage(file, version("moto"))
    rows = [row for row, _ in storage.rows()]
    assert not storage.is_outdated
    assert [row.collection for row in rows].count("kms/us-east-1/grants") == 4
    storage.close()
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT stamp FROM about").fetchall() == [
            (f"kmscourse account, format {FORMAT}, moto {version('moto')}",)
        ]
    database.close()


def test_where_it_cannot_be_written_it_stays_as_it_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "write", full)
        with pytest.raises(SandboxError, match=r"earlier version.*disk is full"):
            Account(file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name], "it was set aside"


def test_any_other_format_is_set_aside(file: Path, open_account: Callable[[Path], Any]) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE about SET stamp = replace(stamp, 'format 4', 'format 3')")
    database.close()
    assert "format 3" in open_account(file).account.notices[0]
