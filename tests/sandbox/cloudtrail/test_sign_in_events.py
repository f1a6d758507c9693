"""Sign-ins to the console in the audit trail, as CloudTrail documents them."""

from __future__ import annotations

import json
from typing import Any

import pytest

PASSWORD = "NewUs@r150"


@pytest.fixture
def signed_up(gate: Any) -> Any:
    """An account whose lab user has a password."""
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password=PASSWORD)
    return gate


def sign_ins(gate: Any) -> list[dict[str, Any]]:
    return gate.events(EventSource="signin.amazonaws.com")


def test_a_sign_in_is_in_the_trail(signed_up: Any) -> None:
    signed_up("kmscourse:SignIn", UserName="IAMLabUser", Password=PASSWORD)
    [event] = sign_ins(signed_up)
    user = signed_up.caller("IAMLabUser")
    assert event.pop("eventID").count("-") == 4
    assert event.pop("eventTime").endswith("Z")
    assert event == {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": user.user_id,
            "arn": user.arn,
            "accountId": signed_up.account_id,
            "userName": "IAMLabUser",
        },
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "tests",
        "requestParameters": None,
        "responseElements": {"ConsoleLogin": "Success"},
        "additionalEventData": {
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": "No",
        },
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": signed_up.account_id,
        "eventCategory": "Management",
    }


def test_a_wrong_password_is_a_failure_of_that_user(signed_up: Any) -> None:
    signed_up.refused("kmscourse:SignIn", UserName="IAMLabUser", Password="guess-guess")
    [event] = signed_up.events(Username="IAMLabUser")
    assert event["responseElements"] == {"ConsoleLogin": "Failure"}
    assert event["errorMessage"] == "Failed authentication"
    assert "errorCode" not in event
    assert event["userIdentity"] == {
        "type": "IAMUser",
        "principalId": signed_up.caller("IAMLabUser").user_id,
        "accountId": signed_up.account_id,
        "accessKeyId": "",
        "userName": "IAMLabUser",
    }


def test_a_name_that_is_no_users_is_not_kept(signed_up: Any) -> None:
    signed_up.refused("kmscourse:SignIn", UserName=PASSWORD, Password="x")
    [event] = signed_up.events(EventName="ConsoleLogin")
    assert event["userIdentity"]["userName"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert event["errorMessage"] == "No username found in supplied account"
    assert PASSWORD not in json.dumps(signed_up.events())


def test_what_is_no_sign_in_is_no_event(signed_up: Any) -> None:
    signed_up("kmscourse:SessionFor", UserName="IAMLabUser")
    signed_up.refused("kmscourse:SignIn", UserName="IAMLabUser", Password=5)
    signed_up.refused("kmscourse:SignIn", by="IAMLabUser", UserName="IAMLabUser", Password=PASSWORD)
    assert sign_ins(signed_up) == []
