"""An event of the audit trail, in four columns."""

from __future__ import annotations

from typing import Any

import boto3

from kmscourse.audit import events, summary

CONTEXT = {"aws:dynamodb:tableName": "Books", "aws:dynamodb:subscriberId": "123456789012"}
IN_WORDS = "aws:dynamodb:tableName=Books, aws:dynamodb:subscriberId=123456789012"


def event(name: str, identity: dict[str, Any], parameters: dict[str, Any] | None) -> dict[str, Any]:
    return {"eventName": name, "userIdentity": identity, "requestParameters": parameters}


def test_a_call_that_a_service_makes_for_a_user_shows_both() -> None:
    identity = {"type": "IAMUser", "userName": "IAMLabUser", "invokedBy": "dynamodb.amazonaws.com"}
    assert summary(event("Decrypt", identity, {"encryptionContext": CONTEXT})) == {
        "event": "Decrypt",
        "who": "IAMLabUser",
        "through": "dynamodb.amazonaws.com",
        "encryption context": IN_WORDS,
    }


def test_a_grant_shows_the_context_that_it_will_hold_for() -> None:
    identity = {"type": "IAMUser", "userName": "ed-user-1", "invokedBy": "dynamodb.amazonaws.com"}
    parameters = {"constraints": {"encryptionContextSubset": CONTEXT}}
    assert summary(event("CreateGrant", identity, parameters))["encryption context"] == IN_WORDS


def test_a_service_on_its_own_is_called_by_its_type() -> None:
    identity = {"type": "AWSService", "invokedBy": "dynamodb.amazonaws.com"}
    assert summary(event("RetireGrant", identity, None))["who"] == "AWSService"


def test_a_call_made_alone_went_through_nobody() -> None:
    found = summary(event("ListKeys", {"type": "IAMUser", "userName": "ed-user-1"}, None))
    assert (found["through"], found["encryption context"]) == ("", "")


def test_events_are_found_by_their_user(main: boto3.Session, lab_user: boto3.Session) -> None:
    lab_user.client("dynamodb").list_tables()
    main.client("dynamodb").list_tables()
    found = events(main.client("cloudtrail"), user_name="IAMLabUser")
    assert [event["eventName"] for event in found] == ["ListTables"]


def test_a_session_of_a_role_is_called_by_both_names() -> None:
    identity = {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/Reader/Ada"}
    assert summary(event("Decrypt", identity, None))["who"] == "Reader/Ada"
