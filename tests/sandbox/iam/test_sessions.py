"""Temporary credentials as rows of plain JSON, those of earlier formats among them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
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
)
from kmscourse.sandbox.storage.file import Row

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
EARLIER = {
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
    assert session_from_json(EARLIER) == Session(
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


def test_the_converter_leaves_nothing_of_the_earlier_format() -> None:
    converted = session_of_earlier_format(EARLIER)
    assert converted["version"] == 1
    assert "user_id" not in converted
    assert "$object" not in json.dumps(converted)
    assert session_to_json(session_from_json(converted)).keys() == converted.keys()


@pytest.mark.parametrize(
    "document",
    [
        {"version": 2},
        {},
        {"$object": ["Key", {}]},
        {"$object": ["Session", {"access_key_id": "ASIA"}]},
        {"version": 1, "terms": {}, "unknown": 1},
    ],
)
def test_what_is_no_session_is_not_read(document: dict[str, Any]) -> None:
    with pytest.raises((LookupError, ValueError, TypeError)):
        session_from_json(document)


def test_a_row_of_an_earlier_format_opens_and_is_written_anew_when_it_is_changed(kept: Any) -> None:
    row: Any = EARLIER["$object"][1]
    user_id = kept.account.identities.session_for("IAMLabUser").caller.user_id
    ends = kept.account.now().timestamp() + 900
    document = {"$object": ["Session", {**row, "user_id": user_id, "expires": ends}]}
    kept.account.storage.write({Row("account/sessions", "ASIAEARLIER"): json.dumps(document)})
    kept.restart()
    sessions = kept.account.identities.sessions
    assert kept.account.identities.credentials("ASIAEARLIER").caller.made_by == "AssumeRole"
    sessions["ASIAEARLIER"] = sessions["ASIAEARLIER"]
    kept.account.commit()
    written = json.loads(kept.account.storage.document(Row("account/sessions", "ASIAEARLIER")))
    assert (written["version"], written["principal_id"]) == (1, user_id)


@pytest.mark.parametrize("account_id", ["000000000000", "123456789012", "123456789013", "999999999999"])
def test_an_access_key_id_tells_its_account(account_id: str) -> None:
    access_key_id = new_access_key_id("ASIA", account_id)
    assert len(access_key_id) == 20
    assert account_of(access_key_id) == account_id


@pytest.mark.parametrize("text", ["", "ASIA", "ASIA" + "a" * 16, "ASIA" + "1" * 16, "x" * 1000])
def test_what_is_no_access_key_id_tells_none(text: str) -> None:
    assert account_of(text) is None
