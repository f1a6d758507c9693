"""The audit trail as a timeline: the first event first, refusals with their code."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.audit import events
from kmscourse.course import artifacts, prepare
from kmscourse.course.notes import Notes
from kmscourse.display.trail import TrailCard
from kmscourse.iam import LAB_USER


def test_what_dynamodb_did_for_a_caller_is_told_with_its_context(account: Account, notes: Notes) -> None:
    prepare(account, notes, 7)
    account.client("dynamodb").scan(TableName=artifacts.TABLE)
    found = events(account.client("cloudtrail"), event_name="Decrypt")
    *_, last = repr(TrailCard(found)).splitlines()
    assert len(repr(TrailCard(found)).splitlines()) == 2 + len(found)
    for told in (
        account.user_arn.rpartition("/")[2],
        "kms:Decrypt",
        "dynamodb.amazonaws.com",
        f"key\N{NO-BREAK SPACE}{artifacts.key_arn(account).rpartition('/')[2][:8]}…",
        "aws:dynamodb:tableName=Books, aws:dynamodb:subscriberId=123456789012",
        "✓ answered",
    ):
        assert told in last


def test_of_what_was_denied_the_key_is_read_in_the_message(account: Account, notes: Notes) -> None:
    """Nothing else of the call is kept, its encryption context least of all."""
    prepare(account, notes, 7)
    with pytest.raises(ClientError):
        account.session_for(LAB_USER).client("dynamodb").scan(TableName=artifacts.TABLE)
    *_, last = repr(TrailCard(events(account.client("cloudtrail"), event_name="Decrypt"))).splitlines()
    key_id = artifacts.key_arn(account).rpartition("/")[2]
    for told in (LAB_USER, "dynamodb.amazonaws.com", f"key\N{NO-BREAK SPACE}{key_id[:8]}…", "✗ AccessDenied"):
        assert told in last
    assert "aws:dynamodb" not in last


@pytest.mark.parametrize("message", [{}, {"errorMessage": "Access Denied"}])
def test_a_message_that_names_nothing_leaves_the_place_empty(
    account: Account, message: dict[str, str]
) -> None:
    account.client("kms").list_keys()
    [event] = events(account.client("cloudtrail"), event_name="ListKeys")[:1]
    _, _, row = repr(TrailCard([{**event, "errorCode": "AccessDenied", **message}])).splitlines()
    assert "kms:ListKeys" in row


def test_the_first_event_stands_first(account: Account) -> None:
    kms = account.client("kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=arn)
    _, _, *rows = repr(TrailCard(events(account.client("cloudtrail"), resource=arn))).splitlines()
    assert ["kms:CreateKey" in rows[0], "kms:DisableKey" in rows[1]] == [True, True]
    assert all(row.endswith("✓ answered") for row in rows)


def test_an_event_without_a_key_says_what_it_named(account: Account) -> None:
    account.client("iam").get_user(UserName=LAB_USER)
    _, _, row = repr(TrailCard(events(account.client("cloudtrail"), event_name="GetUser")[:1])).splitlines()
    assert row.split()[2:] == ["iam:GetUser", LAB_USER, "✓", "answered"]


def test_the_day_is_said_once_or_with_every_event() -> None:
    event = {"eventName": "Decrypt", "eventSource": "kms.amazonaws.com", "userIdentity": {"type": "Root"}}
    first, second = (
        {**event, "eventTime": when} for when in ("2026-11-26T23:59:59Z", "2026-11-27T00:00:01Z")
    )
    caption, _, row = repr(TrailCard([first])).splitlines()
    assert caption.endswith("(2026-11-26)")
    assert row.startswith("23:59:59  ")
    caption, _, *rows = repr(TrailCard([second, first])).splitlines()
    assert caption.endswith("(2026-11-26 to 2026-11-27)")
    assert [row[:19] for row in rows] == ["2026-11-26 23:59:59", "2026-11-27 00:00:01"]


def test_nothing_is_said_as_such() -> None:
    assert repr(TrailCard([], "Grants")) == "Grants. Nothing of it is in the trail."


def test_what_an_event_says_is_shown_and_never_run() -> None:
    event = {
        "eventTime": "2026-11-26T03:34:47Z",
        "eventName": "<script>",
        "eventSource": "kms.amazonaws.com",
        "userIdentity": {"type": "<script>"},
        "requestParameters": {"encryptionContext": {"<script>": "<script>"}, "keyId": "<script>"},
        "errorCode": "<script>",
    }
    html = TrailCard([event])._repr_html_()
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 6
