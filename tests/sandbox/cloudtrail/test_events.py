"""Every event that gets into the trail has the form of CloudTrail's records, whatever was called, and is not large."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.sandbox.application import Application
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.cloudtrail.redaction import MAX_PART, bounded
from tests.sandbox.conftest import OFFERED

TEXT, TRUTH, OBJECT = str, bool, dict
# Field: its type, and whether every event has it (CloudTrail User Guide, "CloudTrail record contents").
FIELDS: dict[str, tuple[type | tuple[type, ...], bool]] = {
    "eventVersion": (TEXT, True),
    "userIdentity": (OBJECT, True),
    "eventTime": (TEXT, True),
    "eventSource": (TEXT, True),
    "eventName": (TEXT, True),
    "awsRegion": (TEXT, True),
    "sourceIPAddress": (TEXT, True),
    "userAgent": (TEXT, True),
    "errorCode": (TEXT, False),
    "errorMessage": (TEXT, False),
    "requestParameters": ((OBJECT, type(None)), True),
    "responseElements": ((OBJECT, type(None)), True),
    "additionalEventData": (OBJECT, False),
    "requestID": (TEXT, False),
    "eventID": (TEXT, True),
    "readOnly": (TRUTH, True),
    "resources": (list, False),
    "eventType": (TEXT, True),
    "managementEvent": (TRUTH, True),
    "recipientAccountId": (TEXT, True),
    "serviceEventDetails": (OBJECT, False),
    "eventCategory": (TEXT, True),
}
IDENTITIES = {
    "IAMUser": {"principalId", "arn", "accountId", "accessKeyId", "userName"},
    "Root": {"principalId", "arn", "accountId"},
    "AssumedRole": {"principalId", "arn", "accountId", "sessionContext"},
    "FederatedUser": {"principalId", "arn", "accountId"},
    "AWSService": {"invokedBy"},
}


# Enough for many operations, and not enough for as many.
NAMES = {
    "KeyId": "alias/myKey",
    "TableName": "Books",
    "UserName": "IAMLabUser",
    "GroupName": "g",
    "RoleName": "r",
}


def faults(event: dict[str, Any]) -> list[str]:
    """What in an event is not as CloudTrail's records are."""
    found = [f"{name} is unknown" for name in event if name not in FIELDS]
    for name, (kind, always) in FIELDS.items():
        if always and name not in event:
            found.append(f"{name} is missing")
        if name in event and not isinstance(event[name], kind):
            found.append(f"{name} is {event[name]!r}")
    patterns = {
        "eventTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
        "eventSource": r"(kms|dynamodb|iam|sts|cloudtrail|tagging|signin)\.amazonaws\.com",
        "eventID": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "eventType": "AwsApiCall|AwsConsoleSignIn|AwsServiceEvent",
        "recipientAccountId": r"\d{12}",
        "eventCategory": "Management",
    }
    found += [
        f"{name} is {event[name]}"
        for name, pattern in patterns.items()
        if not re.fullmatch(pattern, event[name])
    ]
    identity = event["userIdentity"]
    if event["eventType"] == "AwsServiceEvent":
        found += [] if "invokedBy" in identity else ["nobody did it"]
    elif event["eventType"] == "AwsApiCall":
        found += [f"userIdentity has no {name}" for name in IDENTITIES[identity["type"]] - set(identity)]
    for parameters in (event["requestParameters"] or {}, event["responseElements"] or {}):
        if event["eventSource"] != "signin.amazonaws.com":
            found += [f"{name} begins with a capital" for name in parameters if name[0].isupper()]
    if len(json.dumps(event, allow_nan=False)) > 20_000:
        found.append("it is too large")
    return found


def tour(gate: Any) -> None:
    """Calls of every service: that work, that are refused, that make no sense; and what others do because of them."""
    key = gate.key(Tags=[{"TagKey": "a", "TagValue": "b"}], Description="x" * 8000)
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    blob = gate("kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=", EncryptionContext={"a": "b"})[
        "CiphertextBlob"
    ]
    gate("kms:Decrypt", CiphertextBlob=blob, EncryptionContext={"a": "b"})
    gate.books("alias/myKey")
    gate("dynamodb:Scan", TableName="Books")
    gate.refused("dynamodb:Scan", by="IAMLabUser", TableName="Books")
    gate("kms:CreateGrant", KeyId=key, GranteePrincipal=gate.arn("IAMLabUser"), Operations=["Decrypt"])
    gate("dynamodb:DeleteTable", TableName="Books")
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password="NewUs@r150")
    gate("kmscourse:SignIn", UserName="IAMLabUser", Password="NewUs@r150")
    gate.refused("kmscourse:SignIn", UserName="Nobody", Password="x")
    gate("sts:GetCallerIdentity")
    gate("cloudtrail:LookupEvents", StartTime=0.0, EndTime=float("inf"))
    gate("kms:ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    for service, operations in OFFERED.items():
        for operation in operations:
            for who in (gate.main, "IAMLabUser"):
                with contextlib.suppress(AwsError):
                    gate(f"{service}:{operation}", by=who, **NAMES)


def test_every_event_has_the_form_of_cloudtrails_records(gate: Any) -> None:
    tour(gate)
    events = [event for _, event in gate.account.storage.events()]
    assert len(events) > 150
    wrong = {f"{event['eventName']}: {fault}" for event in events for fault in faults(event)}
    assert wrong == set()


def test_a_part_that_is_too_large_is_left_out() -> None:
    parameters = {"tags": [{"key": "k" * 500}] * 25, "names": ["n" * 500] * 25}
    event = {"requestParameters": parameters, "responseElements": None, "eventName": "TagResource"}
    kept = bounded(event)
    size = len(json.dumps(parameters))
    assert size > MAX_PART
    assert kept == {
        "requestParameters": {"omitted": True, "originalSize": size},
        "responseElements": None,
        "eventName": "TagResource",
    }
    assert bounded(kept) == kept


def test_an_operation_that_aws_has_not_got_is_no_event(gate: Any) -> None:
    gate.refused("kms:MakeCoffee")
    gate.refused("kms:CreateCustomKeyStore")
    assert [event["eventName"] for event in gate.events()] == ["CreateCustomKeyStore"]


def test_what_kms_adds_to_a_request_is_recorded(gate: Any) -> None:
    key = gate.key()
    blob = gate("kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"]
    gate("kms:Decrypt", CiphertextBlob=blob)
    gate("kms:ReEncrypt", CiphertextBlob=blob, DestinationKeyId=key)
    gate("kms:PutKeyPolicy", KeyId=key, Policy=gate("kms:GetKeyPolicy", KeyId=key)["Policy"])
    recorded = {event["eventName"]: event["requestParameters"] for event in gate.events()}
    symmetric = "SYMMETRIC_DEFAULT"
    assert recorded["CreateKey"] == {
        "description": "",
        "origin": "AWS_KMS",
        "keyUsage": "ENCRYPT_DECRYPT",
        "keySpec": symmetric,
        "customerMasterKeySpec": symmetric,
        "bypassPolicyLockoutSafetyCheck": False,
    }
    assert recorded["Encrypt"] == {"keyId": key, "encryptionAlgorithm": symmetric}
    assert recorded["Decrypt"] == {"encryptionAlgorithm": symmetric}
    assert recorded["ReEncrypt"] == {
        "destinationKeyId": key,
        "sourceEncryptionAlgorithm": symmetric,
        "destinationEncryptionAlgorithm": symmetric,
    }
    assert recorded["PutKeyPolicy"] == {
        "keyId": key,
        "policyName": "default",
        "bypassPolicyLockoutSafetyCheck": False,
    }


def test_a_change_of_a_key_is_recorded_with_its_arn(gate: Any) -> None:
    key, other = gate.key(), gate.key()
    key_id = key.partition("/")[2]
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key_id)
    gate("kms:DisableKey", KeyId=key_id)
    gate("kms:EnableKey", KeyId=key_id)
    gate("kms:EnableKeyRotation", KeyId=key_id)
    gate("kms:UntagResource", KeyId=key_id, TagKeys=["a"])
    gate("kms:UpdateAlias", AliasName="alias/myKey", TargetKeyId=other)
    gate("kms:DeleteAlias", AliasName="alias/myKey")
    recorded = {event["eventName"]: event["responseElements"] for event in gate.events()}
    for name in ("CreateAlias", "DisableKey", "EnableKey", "EnableKeyRotation", "UntagResource"):
        assert recorded[name] == {"keyId": key}, name
    assert recorded["UpdateAlias"] == recorded["DeleteAlias"] == {"keyId": other}
    gate.refused("kms:EnableKey", KeyId="junk")
    assert gate.events(EventName="EnableKey")[0]["responseElements"] is None


def test_the_key_material_that_was_used_is_recorded(gate: Any) -> None:
    key = gate.key()
    made = gate("kms:GenerateDataKey", KeyId=key, KeySpec="AES_256")
    gate("kms:Decrypt", CiphertextBlob=made["CiphertextBlob"])
    for name in ("GenerateDataKey", "Decrypt"):
        event = gate.events(EventName=name)[0]
        assert event["additionalEventData"] == {"keyMaterialId": made["KeyMaterialId"]}
    gate("kms:RotateKeyOnDemand", KeyId=key)
    moved = gate("kms:ReEncrypt", CiphertextBlob=made["CiphertextBlob"], DestinationKeyId=key)
    assert gate.events(EventName="ReEncrypt")[0]["additionalEventData"] == {
        "sourceKeyMaterialId": made["KeyMaterialId"],
        "destinationKeyMaterialId": moved["DestinationKeyMaterialId"],
    }


@pytest.mark.parametrize(
    ("operation", "parameters", "more"),
    [
        ("AssumeRole", {"RoleSessionName": "work"}, {"assumedRoleUser"}),
        ("GetFederationToken", {"Name": "Ann"}, {"federatedUser", "packedPolicySize"}),
        ("GetSessionToken", {}, set()),
    ],
)
def test_new_credentials_are_recorded_by_their_id(
    gate: Any, operation: str, parameters: dict[str, str], more: set[str]
) -> None:
    role = {"RoleArn": gate.role("robot")} if operation == "AssumeRole" else {}
    given = gate(f"sts:{operation}", **role, **parameters)["Credentials"]
    [event] = gate.events(EventName=operation)
    assert event["responseElements"].keys() == {"credentials"} | more
    recorded = event["responseElements"]["credentials"]
    assert recorded.keys() == {"accessKeyId", "expiration"}
    assert recorded["accessKeyId"] == given["AccessKeyId"]
    assert given["SessionToken"] not in json.dumps(event)


def test_of_dynamodb_and_iam_no_answer_is_recorded(gate: Any) -> None:
    gate.books(gate.key())
    gate.user("Ann")
    for name in ("CreateTable", "CreateGrant", "CreateUser"):
        assert gate.events(EventName=name)[0]["responseElements"] is None


def test_a_new_access_key_is_recorded_without_its_secret(gate: Any) -> None:
    """As public records of CreateAccessKey have it: user, id, status and date."""
    gate.user("Ann")
    made = gate("iam:CreateAccessKey", UserName="Ann")["Xml"]
    (event,) = gate.events(EventName="CreateAccessKey")
    recorded = event["responseElements"]["accessKey"]
    assert recorded.keys() == {"userName", "accessKeyId", "status", "createDate"}
    assert (recorded["userName"], recorded["status"]) == ("Ann", "Active")
    assert f"<AccessKeyId>{recorded['accessKeyId']}<" in made
    (secret,) = re.findall("<SecretAccessKey>(.+)</SecretAccessKey>", made)
    assert secret not in repr(event)


def test_dates_are_written_out(gate: Any) -> None:
    key = gate.key()
    date = gate("kms:ScheduleKeyDeletion", KeyId=key)["DeletionDate"]
    recorded = gate.events(EventName="ScheduleKeyDeletion")[0]["responseElements"]["deletionDate"]
    shown = datetime.strptime(recorded, "%b %d, %Y, %I:%M:%S %p").replace(tzinfo=UTC)
    assert shown.timestamp() == int(date)


@pytest.mark.parametrize(
    ("name", "kind", "events"),
    [
        ("Books", "AWS::DynamoDB::Table", ["CreateTable"]),
        ("IAMLabUser", "AWS::IAM::User", ["ListAccessKeys"]),
    ],
)
def test_a_table_and_a_user_can_be_looked_up_by_name(
    gate: Any, name: str, kind: str, events: list[str]
) -> None:
    gate.books()
    gate("iam:ListAccessKeys", UserName="IAMLabUser")
    assert [event["eventName"] for event in gate.events(ResourceName=name)] == events
    assert events[0] in [event["eventName"] for event in gate.events(ResourceType=kind)]


def test_boto3_pages_through_all_events(
    sandbox: Application, main: boto3.Session, lab_user: boto3.Session
) -> None:
    kms, cloudtrail = main.client("kms"), main.client("cloudtrail")
    for number in range(130):
        kms.list_keys() if number % 2 else kms.list_aliases()
    with pytest.raises(ClientError):
        lab_user.client("kms").list_keys()
    pages = list(cloudtrail.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 50}))
    assert [len(page["Events"]) for page in pages][:2] == [50, 50]
    events = [event for page in pages for event in page["Events"]]
    assert len({event["EventId"] for event in events}) == len(events)
    assert [event["EventName"] for event in events].count("ListKeys") == 66
    times = [event["EventTime"] for event in events]
    assert times == sorted(times, reverse=True)
    denied = cloudtrail.lookup_events(
        LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": "IAMLabUser"}]
    )
    [event] = denied["Events"]
    assert json.loads(event["CloudTrailEvent"])["errorCode"] == "AccessDenied"
    assert (event["ReadOnly"], event["EventSource"], event["Resources"]) == ("true", "kms.amazonaws.com", [])


def test_a_session_policy_is_kept_whole(gate: Any) -> None:
    statements = [{"Effect": "Allow", "Action": f"kms:{'Describe' * 9}", "Resource": "*"}] * 8
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    assert len(policy) > 500, "longer than any other text in an event"
    gate("sts:GetFederationToken", Name="Ann", Policy=policy)
    (event,) = gate.events(EventName="GetFederationToken")
    assert event["requestParameters"] == {"name": "Ann", "policy": policy}
