"""cloudtrail:LookupEvents: the event history searched by one attribute and a span of time, in pages, newest first.

Source: CloudTrail API Reference, "LookupEvents", "Event".
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from kmscourse.sandbox.call import AwsError, Call
from kmscourse.sandbox.cloudtrail.history import History

MAX_RESULTS = 50


def look_up_events(call: Call, history: History) -> dict[str, Any]:
    """The events of the call's region that match.

    Raises AwsError: InvalidLookupAttributesException, InvalidTimeRangeException, InvalidMaxResultsException,
    InvalidNextTokenException, InvalidEventCategoryException.
    """
    parameters = call.parameters
    limit = parameters.get("MaxResults", MAX_RESULTS)
    if not 1 <= limit <= MAX_RESULTS:
        raise AwsError("InvalidMaxResultsException", f"MaxResults must be between 1 and {MAX_RESULTS}.")
    attribute = _attribute(parameters.get("LookupAttributes") or [])
    start, end = parameters.get("StartTime"), parameters.get("EndTime")
    if start is not None and end is not None and start > end:
        raise AwsError("InvalidTimeRangeException", "StartTime must not be after EndTime.")
    category = parameters.get("EventCategory")
    if category is not None and category != "insight":
        raise AwsError("InvalidEventCategoryException", "The only EventCategory to ask for is insight.")
    if category is not None:
        return {"Events": []}  # There are no insights.
    before = _place(parameters)
    matching = history.find(call.region, attribute, before=before, start=start, end=end)
    matches = list(islice(matching, limit + 1))
    shown = {
        "Events": [{**_summary(event), "CloudTrailEvent": json.dumps(event)} for _, event in matches[:limit]]
    }
    if len(matches) <= limit:
        return shown
    return {**shown, "NextToken": _token(parameters, matches[limit - 1][0])}


def attributes_of(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The attributes by which an event can be looked up, each with its value."""
    summary = _summary(event)
    yield from ((name, summary[name]) for name in _TEXTS if name in summary)
    yield from ((name, resource[name]) for name in _OF_RESOURCES for resource in summary["Resources"])


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


def _attribute(attributes: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """The one attribute that is looked for; that of every event, where none is."""
    if not attributes:
        return "", ""
    name, value = attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]
    if len(attributes) > 1 or name not in _TEXTS + _OF_RESOURCES:
        raise AwsError(
            "InvalidLookupAttributesException",
            f"LookupAttributes takes one attribute, of: {', '.join(sorted(_TEXTS + _OF_RESOURCES))}.",
        )
    return name, value


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _token(parameters: Mapping[str, Any], place: int) -> str:
    """The NextToken behind the event at ``place``; it is for a search for the same alone, in pages of any size."""
    search = {name: value for name, value in parameters.items() if name not in ("NextToken", "MaxResults")}
    digest = hashlib.sha256(json.dumps(search, sort_keys=True).encode()).hexdigest()
    return base64.b64encode(json.dumps([place, digest]).encode()).decode()


def _place(parameters: Mapping[str, Any]) -> int | None:
    """Behind which event a page begins; None for the first page."""
    token = parameters.get("NextToken")
    if token is None:
        return None
    with contextlib.suppress(ValueError, TypeError):
        place, _ = json.loads(base64.b64decode(token, validate=True))
        if isinstance(place, int) and 0 < place < 1 << 62 and token == _token(parameters, place):
            return place
    raise AwsError("InvalidNextTokenException", "The NextToken is none that LookupEvents gave.")
