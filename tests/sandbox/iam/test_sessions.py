"""Temporary credentials as rows of plain JSON, those of earlier formats among them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from kmscourse.sandbox.iam.sessions import (
    Session,
    SessionTerms,
    account_of,
    new_access_key_id,
    new_session,
    session_from_json,
    session_of_earlier_format,
    session_to_json,
    upgrade_session_rows,
)
from kmscourse.sandbox.storage.file import Row, _checksum

ACCOUNT = "123456789012"
TERMS = SessionTerms(
    made_by="AssumeRole",
    name="work",
    policies=('{"Version": "2012-10-17", "Statement": []}',),
    policy_arns=("arn:aws:iam::aws:policy/ReadOnlyAccess",),
    tags={"team": "blue"},
    transitive=("team",),
    source_identity="Ann",
)
# As the codec of the formats up to 5 wrote it.
EARLIER: dict[str, Any] = {
    "$object": [
        "Session",
        {
            "access_key_id": "ASIAEARLIER",
            "secret": "s",
            "token": "t",
            "user_id": "AROA1",
            "expires": 2000.5,
            "since": 1000.5,
            "terms": {
                "$object": [
                    "Terms",
                    {
                        "made_by": "AssumeRole",
                        "name": "work",
                        "policies": list(TERMS.policies),
                        "policy_arns": {"$tuple": list(TERMS.policy_arns)},
                        "tags": {"$dict": [["team", "blue"], ["$cost", "1"]]},
                        "transitive": ["team"],
                        "source_identity": "Ann",
                    },
                ]
            },
        },
    ]
}


@pytest.mark.parametrize("terms", [SessionTerms(), TERMS], ids=["sign-in", "role"])
def test_a_session_comes_back_from_json_as_it_was(terms: SessionTerms) -> None:
    session = new_session("AIDA1", 900, terms, ACCOUNT, datetime(2026, 1, 1, tzinfo=UTC))
    document = json.loads(json.dumps(session_to_json(session)))
    assert document["version"] == 1
    assert session_from_json(document) == session


def test_a_session_of_an_earlier_format() -> None:
    assert session_from_json(session_of_earlier_format(EARLIER)) == Session(
        "ASIAEARLIER",
        "s",
        "t",
        "AROA1",
        2000.5,
        1000.5,
        SessionTerms(
            "AssumeRole",
            "work",
            TERMS.policies,
            TERMS.policy_arns,
            {"team": "blue", "$cost": "1"},
            ("team",),
            "Ann",
        ),
    )


def test_a_session_from_before_there_were_roles() -> None:
    members = {"access_key_id": "ASIA1", "secret": "s", "token": "t", "user_id": "AIDA1", "expires": 2000.5}
    document = session_of_earlier_format({"$object": ["Session", members]})
    assert session_from_json(document) == Session("ASIA1", "s", "t", "AIDA1", 2000.5)


def test_the_upgrade_leaves_nothing_of_the_earlier_format_and_no_other_row_changed() -> None:
    other = (Row("account/about", "since"), "1.5")
    upgraded = list(
        upgrade_session_rows([other, (Row("account/sessions", "ASIAEARLIER"), json.dumps(EARLIER))])
    )
    assert upgraded[0] == other
    document = json.loads(upgraded[1][1])
    assert "user_id" not in document
    assert "$object" not in upgraded[1][1]
    assert session_to_json(session_from_json(document)).keys() == document.keys()


@pytest.mark.parametrize(
    "document",
    [{"version": 2}, {}, {"$object": ["Session", {}]}, {"version": 1, "terms": {}, "unknown": 1}],
)
def test_what_is_no_session_is_not_read(document: dict[str, Any]) -> None:
    with pytest.raises((LookupError, ValueError, TypeError)):
        session_from_json(document)


@pytest.mark.parametrize(
    "document", [{}, {"$object": ["Key", {}]}, {"$object": ["Session", {"access_key_id": "ASIA"}]}]
)
def test_what_was_no_session_is_not_upgraded(document: dict[str, Any]) -> None:
    with pytest.raises((LookupError, ValueError, TypeError)):
        session_of_earlier_format(document)


def test_the_sessions_of_an_earlier_file_still_open(
    tmp_path: Path, open_account: Callable[[Path], Any]
) -> None:
    path = tmp_path / "account.db"
    script = Path(__file__).parents[1].joinpath("storage", "format4.sql").read_text("utf-8")
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script.replace("moto 5.2.5", f"moto {version('moto')}"))
        select = "SELECT document FROM rows WHERE collection = 'iam/aws/users' AND key = 'IAMLabUser'"
        user = json.loads(database.execute(select).fetchone()[0])["$object"][1]
        ends = (datetime.now(UTC) + timedelta(hours=1)).timestamp()
        members: Any = {**EARLIER["$object"][1], "user_id": user["id"], "expires": ends}
        row, document = Row("account/sessions", "ASIAEARLIER"), json.dumps({"$object": ["Session", members]})
        insert = "INSERT INTO rows (collection, key, document, checksum) VALUES (?, ?, ?, ?)"
        database.execute(insert, (*row, document, _checksum(row, document)))
        database.commit()
    account = open_account(path)
    for _ in range(2):
        assert account.account.notices == [], "it was set aside"
        credentials = account.account.identities.credentials("ASIAEARLIER")
        assert credentials.token == "t"
        assert credentials.caller.temporary.issuer.name == "IAMLabUser"
        assert credentials.caller.temporary.tags == {"team": "blue", "$cost": "1"}
        policies = account.account.identities.caller_policies(credentials.caller)
        assert policies.session == {"Version": "2012-10-17", "Statement": []}
        account.restart()


@pytest.mark.parametrize("account_id", ["000000000000", "123456789012", "123456789013", "999999999999"])
def test_an_access_key_id_tells_its_account(account_id: str) -> None:
    access_key_id = new_access_key_id("ASIA", account_id)
    assert len(access_key_id) == 20
    assert account_of(access_key_id) == account_id


@pytest.mark.parametrize("text", ["", "ASIA", "ASIA" + "a" * 16, "ASIA" + "1" * 16, "x" * 1000])
def test_what_is_no_access_key_id_tells_none(text: str) -> None:
    assert account_of(text) is None
