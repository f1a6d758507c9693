"""cloudtrail:LookupEvents: the event history searched by one attribute and a span of time, in pages, newest first.

Source: CloudTrail API Reference, "LookupEvents", "Event".
"""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from kmscourse.sandbox.call import AwsError, Call

MOST = 50
Events = Callable[[int | None], Iterator[tuple[int, dict[str, Any]]]]


def answer(call: Call, events: Events) -> dict[str, Any]:
    """The events of the call's region that match; ``events`` yields all below a number, newest first.

    Raises AwsError: InvalidLookupAttributesException, InvalidTimeRangeException, InvalidMaxResultsException,
    InvalidNextTokenException, InvalidEventCategoryException.
    """
    parameters = call.parameters
    limit = parameters.get("MaxResults", MOST)
    if not 1 <= limit <= MOST:
        raise AwsError("InvalidMaxResultsException", f"MaxResults must be between 1 and {MOST}.")
    wanted = _wanted(parameters.get("LookupAttributes") or [])
    start, end = parameters.get("StartTime"), parameters.get("EndTime")
    if start is not None and end is not None and start > end:
        raise AwsError("InvalidTimeRangeException", "StartTime must not be after EndTime.")
    category = parameters.get("EventCategory")
    if category is not None and category != "insight":
        raise AwsError("InvalidEventCategoryException", "The only EventCategory to ask for is insight.")
    if category is not None:
        return {"Events": []}  # There are no insights.
    matching = (
        (number, event)
        for number, event in events(_number(parameters.get("NextToken")))
        if event["awsRegion"] == call.region and _within(event, start, end) and wanted(_summary(event))
    )
    found = list(islice(matching, limit + 1))
    shown = {
        "Events": [{**_summary(event), "CloudTrailEvent": json.dumps(event)} for _, event in found[:limit]]
    }
    if len(found) <= limit:
        return shown
    return {**shown, "NextToken": base64.b64encode(str(found[limit - 1][0]).encode()).decode()}


def _summary(event: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of an event that LookupEvents shows, and searches by."""
    identity = event["userIdentity"]
    summary = {
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "ReadOnly": "true" if event["readOnly"] else "false",
        "EventTime": _seconds(event["eventTime"]),
        "EventSource": event["eventSource"],
        "Resources": [
            {"ResourceType": kind, "ResourceName": name} for kind, name in dict.fromkeys(_resources(event))
        ],
    }
    named = {
        "AccessKeyId": identity.get("accessKeyId"),
        "Username": _user_of(identity),
    }
    return {**summary, **{name: value for name, value in named.items() if value}}


def _resources(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Type and name of what an event is about: keys by their ARN, what is named in a parameter by its name."""
    for resource in event.get("resources", []):
        yield resource["type"], resource["ARN"]
    parameters = event["requestParameters"] or {}
    for parameter, kind in _NAMED_IN.get(event["eventSource"], {}).items():
        name = parameters.get(parameter)
        if isinstance(name, str) and name:
            yield kind, name


# The parameters that name a resource of a type that can be looked up (CloudTrail User Guide, "Supported resource types"
# of the event history; which of them AWS lists for which event is inferred).
_NAMED_IN: Mapping[str, Mapping[str, str]] = {
    "dynamodb.amazonaws.com": {"tableName": "AWS::DynamoDB::Table"},
    "iam.amazonaws.com": {
        "userName": "AWS::IAM::User",
        "groupName": "AWS::IAM::Group",
        "roleName": "AWS::IAM::Role",
        "policyArn": "AWS::IAM::Policy",
    },
}


def _user_of(identity: Mapping[str, Any]) -> str | None:
    """A user's name, an assumed role's session's; else who is there at all."""
    if identity.get("type") in ("AssumedRole", "FederatedUser"):
        return str(identity["principalId"]).partition(":")[2]
    return identity.get("userName") or identity.get("invokedBy") or identity.get("arn")


_TEXTS = ("EventId", "EventName", "ReadOnly", "Username", "EventSource", "AccessKeyId")
_OF_RESOURCES = ("ResourceType", "ResourceName")


def _wanted(attributes: Sequence[Mapping[str, str]]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a summary has the one attribute that is looked for; every one has, where none is."""
    if not attributes:
        return lambda summary: True
    name, value = attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]
    if len(attributes) > 1 or name not in _TEXTS + _OF_RESOURCES:
        raise AwsError(
            "InvalidLookupAttributesException",
            f"LookupAttributes takes one attribute, of: {', '.join(sorted(_TEXTS + _OF_RESOURCES))}.",
        )
    if name in _OF_RESOURCES:
        return lambda summary: any(resource[name] == value for resource in summary["Resources"])
    return lambda summary: summary.get(name) == value


def _within(event: Mapping[str, Any], start: float | None, end: float | None) -> bool:
    at = _seconds(event["eventTime"])
    return (start is None or at > start - 1) and (end is None or at <= end)  # Events know whole seconds only.


def _seconds(moment: str) -> float:
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def _number(token: str | None) -> int | None:
    if token is None:
        return None
    with contextlib.suppress(ValueError):
        number = int(base64.b64decode(token, validate=True))
        if 0 < number < 1 << 62:
            return number
    raise AwsError("InvalidNextTokenException", "The NextToken is none that LookupEvents gave.")
