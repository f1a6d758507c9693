"""The audit trail: what is in an event, whose it is, what never gets in, and how it is looked up."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError, Call, Caller, HttpRequest
from kmscourse.sandbox.cloudtrail.trail import Trail

SECRET = base64.b64encode(b"attack at dawn").decode()
CALLER = Caller("arn:aws:iam::123456789012:user/Ann", "123456789012", "AIDA1", "Ann", "AKIA1")


class Log:
    """A log in memory."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []

    def append_event(self, event: Mapping[str, Any]) -> None:
        self.kept.append(dict(event))

    def events(self, before: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        numbered = list(enumerate(self.kept, 1))
        return iter(
            [(number, event) for number, event in reversed(numbered) if before is None or number < before]
        )


def call(action: str, region: str = "us-east-1", **parameters: Any) -> Call:
    service, operation = action.split(":")
    http = HttpRequest("POST", "/", {}, b"")
    return Call(service, operation, region, parameters, "AKIA1", "request-1", http, user_agent="tests")


@pytest.fixture
def trail() -> Trail:
    return Trail(Log())


def record(trail: Trail, action: str, at: int = 0, region: str = "us-east-1", **parameters: Any) -> None:
    """A call without parameters that are looked at, ``at`` seconds after the epoch."""
    moment = datetime.fromtimestamp(at, UTC)
    trail.record(call(action, region, **parameters), CALLER, [], moment, answer={})


def names(answer: dict[str, Any]) -> list[str]:
    return [event["EventName"] for event in answer["Events"]]


def test_an_event_in_cloudtrails_shape(gate: Any) -> None:
    key = gate.key()
    gate("kms:Encrypt", KeyId=key, Plaintext=SECRET, EncryptionContext={"Dept": "HR"})
    event = gate.events(EventName="Encrypt")[0]
    caller = gate.caller(gate.main)
    assert event.pop("eventID").count("-") == 4
    assert abs(datetime.fromisoformat(event.pop("eventTime")).timestamp() - datetime.now().timestamp()) < 60
    assert event == {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": caller.user_id,
            "arn": gate.arn(gate.main),
            "accountId": gate.account_id,
            "accessKeyId": caller.access_key_id,
            "userName": gate.main,
        },
        "eventSource": "kms.amazonaws.com",
        "eventName": "Encrypt",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "tests",
        "requestParameters": {
            "keyId": key,
            "encryptionContext": {"Dept": "HR"},
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        },
        "responseElements": None,
        "requestID": "1234-5678",
        "readOnly": True,
        "resources": [{"accountId": gate.account_id, "type": "AWS::KMS::Key", "ARN": key}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": gate.account_id,
        "eventCategory": "Management",
    }


def test_a_scan_shows_as_the_decrypt_that_dynamodb_made(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    gate("dynamodb:Scan", TableName="Books")
    found = gate.events(EventName="Decrypt")[0]
    assert found["userIdentity"]["arn"] == gate.arn(gate.main)
    assert found["userIdentity"]["invokedBy"] == "dynamodb.amazonaws.com"
    assert (found["sourceIPAddress"], found["userAgent"]) == ("dynamodb.amazonaws.com",) * 2
    assert found["eventSource"] == "kms.amazonaws.com"
    assert found["requestParameters"] == {
        "encryptionContext": {
            "aws:dynamodb:tableName": "Books",
            "aws:dynamodb:subscriberId": gate.account_id,
        },
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }
    assert found["resources"] == [{"accountId": gate.account_id, "type": "AWS::KMS::Key", "ARN": key}]
    assert gate.events(EventName="Scan") == [], "a data event has no place in the event history"


def test_a_refused_scan_shows_as_the_refused_decrypt(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    gate.refused("dynamodb:Scan", by="IAMLabUser", TableName="Books")
    found = gate.events(Username="IAMLabUser")[0]
    assert (found["eventName"], found["errorCode"]) == ("Decrypt", "AccessDenied")
    assert found["errorMessage"] == (
        f"User: {gate.arn('IAMLabUser')} is not authorized to perform: kms:Decrypt on resource: {key} because no "
        "identity-based policy allows the kms:Decrypt action"
    )
    assert found["userIdentity"]["invokedBy"] == "dynamodb.amazonaws.com"
    # As in the public record of such a Decrypt (December 2021): the key is in the message alone.
    assert found["requestParameters"] is None
    assert "resources" not in found


def test_a_scan_that_dynamodb_refuses_never_reached_the_key(gate: Any) -> None:
    gate.books(gate.key())
    gate.user("Nobody")
    gate.refused("dynamodb:Scan", by="Nobody", TableName="Books")
    assert gate.events(Username="Nobody") == []


def test_the_calls_of_a_table_on_its_key(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    gate("dynamodb:DeleteTable", TableName="Books")
    on_key = [
        (event["eventName"], event["userIdentity"].get("userName"), event["userIdentity"].get("invokedBy"))
        for event in reversed(gate.events(ResourceName=key))
    ]
    service = "dynamodb.amazonaws.com"
    assert on_key == [
        ("CreateKey", gate.main, None),
        ("DescribeKey", gate.main, service),
        ("CreateGrant", gate.main, service),
        ("GenerateDataKey", None, service),
        ("Decrypt", gate.main, service),
        ("Decrypt", gate.main, service),  # the item that ``books`` puts
        ("RetireGrant", None, service),
    ]
    by_service = gate.events(EventName="RetireGrant")[0]["userIdentity"]
    assert by_service == {"type": "AWSService", "invokedBy": service}


def test_a_disabled_key_shows_in_the_trail(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    gate("kms:DisableKey", KeyId=key)
    gate.refused("dynamodb:Scan", TableName="Books")
    found = gate.events(EventName="Decrypt")[0]
    assert (found["errorCode"], found["errorMessage"]) == ("DisabledException", f"{key} is disabled.")


def test_a_key_that_dynamodb_does_not_find_shows_in_the_trail(gate: Any) -> None:
    unknown = f"arn:aws:kms:us-east-1:{gate.account_id}:key/00000000-0000-0000-0000-000000000000"
    with pytest.raises(AwsError):
        gate.books(unknown)
    [found] = gate.events(EventName="DescribeKey")
    assert (found["errorCode"], found["errorMessage"]) == (
        "NotFoundException",
        f"Key '{unknown}' does not exist",
    )
    assert found["userIdentity"]["invokedBy"] == "dynamodb.amazonaws.com"


def test_nothing_secret_gets_into_the_trail(gate: Any) -> None:
    key = gate.key()
    blob = gate("kms:Encrypt", KeyId=key, Plaintext=SECRET)["CiphertextBlob"]
    gate("kms:Decrypt", CiphertextBlob=blob)
    made = gate("kms:GenerateDataKey", KeyId=key, KeySpec="AES_256")
    grant = gate("kms:CreateGrant", KeyId=key, GranteePrincipal=gate.arn(gate.main), Operations=["Decrypt"])
    gate("kms:Encrypt", KeyId=key, Plaintext=SECRET, GrantTokens=[grant["GrantToken"]])
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password="NewUs@r150")
    gate.refused("iam:ChangePassword", OldPassword="NewUs@r150", NewPassword="OldUs@r150")
    access_key = gate("iam:CreateAccessKey", UserName="IAMLabUser")["Xml"]
    gate.refused("kms:PutKeyPolicy", KeyId=key, Policy='{"Secret": "attack"}')
    gate.books(key)
    text = json.dumps(gate.events())
    secret_key = access_key.split("<SecretAccessKey>")[1].split("<")[0]
    for secret in (
        SECRET, blob, made["Plaintext"], made["CiphertextBlob"], "Us@r150", secret_key, grant["GrantToken"],
        "attack", "The Dip",
    ):  # fmt: skip
        assert secret not in text
    assert grant["GrantId"] in text


def test_denied_and_impossible_calls_are_recorded(gate: Any) -> None:
    gate.refused("kms:ListKeys", by="IAMLabUser")
    gate.refused("kms:DescribeKey", by="IAMLabUser", KeyId="junk")
    gate.refused("kms:ReplicateKey", by="IAMLabUser", KeyId="junk")
    gate.refused("iam:ListUsers", by="IAMLabUser")
    codes = {event["eventName"]: event["errorCode"] for event in gate.events(Username="IAMLabUser")}
    assert codes == {
        "ListKeys": "AccessDenied",
        "DescribeKey": "NotFoundException",
        "ReplicateKey": "UnsupportedOperationException",
        "ListUsers": "AccessDenied",
    }


def test_of_a_call_that_was_not_allowed_no_parameters_are_kept(gate: Any) -> None:
    """As in public records of refused calls to KMS (2021), DynamoDB (ListTables, 2023), STS (AssumeRole, 2023), IAM."""
    key = gate.key()
    role = gate.role("robot", trusts=gate.arn(gate.main))
    for action, parameters in (
        ("kms:Encrypt", {"KeyId": key, "Plaintext": "aGVsbG8=", "EncryptionContext": {"a": "b"}}),
        ("kms:RetireGrant", {"KeyId": key, "GrantId": "0" * 64}),
        ("dynamodb:DeleteTable", {"TableName": "Films"}),
        ("iam:DeleteUser", {"UserName": "IAMLabUser"}),
        ("sts:AssumeRole", {"RoleArn": role, "RoleSessionName": "work"}),
    ):
        refusal = gate.refused(action, by="IAMLabUser", **parameters)
        [event, *_] = gate.events(Username="IAMLabUser")
        assert event["eventName"] == action.partition(":")[2]
        assert (event["errorCode"], event["errorMessage"]) == ("AccessDenied", refusal.message)
        assert (event["requestParameters"], event["responseElements"]) == (None, None)
        assert not {"resources", "additionalEventData"} & set(event)


def test_a_call_that_failed_for_another_reason_keeps_its_parameters(gate: Any) -> None:
    """As in public records of KMS's InvalidCiphertextException (2020), which has no message, and of IAM (2023)."""
    key = gate.key()
    blob = gate("kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"]
    gate.refused("kms:Decrypt", CiphertextBlob=blob, EncryptionContext={"a": "b"})
    event = gate.events(EventName="Decrypt")[0]
    assert event["errorCode"] == "InvalidCiphertextException"
    assert "errorMessage" not in event
    assert event["requestParameters"]["encryptionContext"] == {"a": "b"}
    assert event["resources"][0]["ARN"] == key
    gate.refused("iam:DeleteLoginProfile", UserName="IAMLabUser")
    event = gate.events(EventName="DeleteLoginProfile")[0]
    assert event["errorCode"] == "NoSuchEntityException", (
        "the code is NoSuchEntity, its class is what the trail has"
    )
    assert event["errorMessage"] == "Login Profile for User IAMLabUser cannot be found."
    assert event["requestParameters"] == {"userName": "IAMLabUser"}


@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        ("iam:CreateUser", {"UserName": "IAMLabUser"}, "EntityAlreadyExistsException"),
        ("iam:DeleteUser", {"UserName": "Nobody"}, "NoSuchEntityException"),
        (
            "iam:PutUserPolicy",
            {"UserName": "IAMLabUser", "PolicyName": "p", "PolicyDocument": "{"},
            "MalformedPolicyDocumentException",
        ),
        ("iam:CreateUser", {"UserName": "a b"}, "ValidationError"),
        ("kms:DescribeKey", {"KeyId": "alias/none"}, "NotFoundException"),
        ("dynamodb:DescribeTable", {"TableName": "None"}, "ResourceNotFoundException"),
    ],
)
def test_the_trail_names_an_error_by_its_class(
    gate: Any, action: str, parameters: dict[str, Any], code: str
) -> None:
    gate.refused(action, **parameters)
    assert gate.events(EventName=action.partition(":")[2])[0]["errorCode"] == code


def test_long_parameters_are_cut(gate: Any) -> None:
    gate("kms:CreateKey", Description="x" * 8000)
    event = gate.events(EventName="CreateKey")[0]
    assert len(event["requestParameters"]["description"]) == 500
    assert len(json.dumps(event)) < 4000


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("EventName", "ListKeys", ["ListKeys"]),
        ("EventSource", "kms.amazonaws.com", ["ListAliases", "ListKeys"]),
        ("Username", "Ann", ["ListTables", "ListAliases", "ListKeys"]),
        ("Username", "Bob", []),
        ("AccessKeyId", "AKIA1", ["ListTables", "ListAliases", "ListKeys"]),
        ("ReadOnly", "true", ["ListTables", "ListAliases", "ListKeys"]),
        ("ReadOnly", "false", []),
        ("ResourceName", "arn:x", []),
        ("ResourceType", "AWS::KMS::Key", []),
    ],
)
def test_looking_up_by_one_attribute(trail: Trail, attribute: str, value: str, expected: list[str]) -> None:
    for action in ("kms:ListKeys", "kms:ListAliases", "dynamodb:ListTables"):
        record(trail, action)
    attributes = [{"AttributeKey": attribute, "AttributeValue": value}]
    assert names(trail.look_up(call("cloudtrail:LookupEvents", LookupAttributes=attributes))) == expected


def test_looking_up_a_span_of_time(trail: Trail) -> None:
    for at in range(5):
        record(trail, "kms:ListKeys", at=at)
    found = trail.look_up(call("cloudtrail:LookupEvents", StartTime=1.0, EndTime=3.0))["Events"]
    assert [event["EventTime"] for event in found] == [3.0, 2.0, 1.0]
    found = trail.look_up(call("cloudtrail:LookupEvents", StartTime=1.9, EndTime=float("inf")))["Events"]
    assert [event["EventTime"] for event in found] == [4.0, 3.0, 2.0, 1.0]


def test_pages_hold_each_event_once(trail: Trail) -> None:
    for at in range(120):
        record(trail, "kms:ListKeys" if at % 2 else "kms:ListAliases", at=at)
    pages, token = [], None
    while True:
        more = {"NextToken": token} if token else {}
        answer = trail.look_up(call("cloudtrail:LookupEvents", MaxResults=50, **more))
        pages.append(answer["Events"])
        record(trail, "kms:ListKeys", at=500)  # What comes in meanwhile does not disturb the pages.
        token = answer.get("NextToken")
        if token is None:
            break
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [event["EventTime"] for page in pages for event in page] == [
        float(at) for at in reversed(range(120))
    ]


def test_events_are_of_a_region_and_iams_are_in_us_east_1(trail: Trail) -> None:
    record(trail, "kms:ListKeys", region="eu-west-1")
    record(trail, "iam:ListUsers", region="us-east-1")
    assert names(trail.look_up(call("cloudtrail:LookupEvents", region="eu-west-1"))) == ["ListKeys"]
    assert names(trail.look_up(call("cloudtrail:LookupEvents"))) == ["ListUsers"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"NextToken": "junk!"}, "InvalidNextTokenException"),
        ({"NextToken": "eA=="}, "InvalidNextTokenException"),
        ({"NextToken": "LTU="}, "InvalidNextTokenException"),  # -5
        ({"NextToken": "MA=="}, "InvalidNextTokenException"),  # 0
        ({"NextToken": "OTIyMzM3MjAzNjg1NDc3NTgwOA=="}, "InvalidNextTokenException"),  # 2 ** 63
        ({"NextToken": "WzEsICJhIl0="}, "InvalidNextTokenException"),  # [1, "a"]
        ({"StartTime": 2.0, "EndTime": 1.0}, "InvalidTimeRangeException"),
        (
            {"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "red"}]},
            "InvalidLookupAttributesException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2},
            "InvalidLookupAttributesException",
        ),
        ({"EventCategory": "management"}, "InvalidEventCategoryException"),
    ],
)
def test_lookups_that_are_refused(trail: Trail, parameters: dict[str, Any], code: str) -> None:
    with pytest.raises(AwsError) as refusal:
        trail.look_up(call("cloudtrail:LookupEvents", **parameters))
    assert (refusal.value.code, refusal.value.status) == (code, 400)


def test_a_token_is_for_the_search_that_it_came_with(trail: Trail) -> None:
    """CloudTrail API Reference, "InvalidNextTokenException": with other parameters a token is none."""
    for _ in range(3):
        record(trail, "kms:ListKeys")
    sought = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "ListKeys"}]}
    token = trail.look_up(call("cloudtrail:LookupEvents", **sought, MaxResults=1))["NextToken"]
    rest = trail.look_up(call("cloudtrail:LookupEvents", **sought, NextToken=token))["Events"]
    assert len(rest) == 2
    others: list[dict[str, Any]] = [{}, {**sought, "StartTime": 1.0}]
    for other in others:
        with pytest.raises(AwsError) as refusal:
            trail.look_up(call("cloudtrail:LookupEvents", **other, NextToken=token))
        assert refusal.value.code == "InvalidNextTokenException"


def test_there_are_no_insights(trail: Trail) -> None:
    record(trail, "kms:ListKeys")
    assert trail.look_up(call("cloudtrail:LookupEvents", EventCategory="insight")) == {"Events": []}


def test_the_console_leaves_no_api_events(trail: Trail) -> None:
    record(trail, "kmscourse:Status")
    assert trail.look_up(call("cloudtrail:LookupEvents"))["Events"] == []


def test_after_a_reset_the_trail_begins_anew(gate: Any) -> None:
    gate.key()
    assert len(gate.events(EventName="CreateKey")) == 1
    gate.application.reset()
    gate("kms:ListKeys")
    assert gate.events(EventName="CreateKey") == []
    assert len(gate.events(EventName="ListKeys")) == 1
