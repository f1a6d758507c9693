"""What was asked of the account, and by whom: CloudTrail's events, read as plain dictionaries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_cloudtrail import CloudTrailClient

__all__ = ["events", "summary"]


def events(
    cloudtrail: CloudTrailClient,
    *,
    event_name: str | None = None,
    resource: str | None = None,
    user_name: str | None = None,
    max_events: int | None = None,
) -> list[dict[str, Any]]:
    """The events of one name (``Decrypt``), or on one resource (a key ARN), or by one user; or all; the newest first.

    CloudTrail looks for one attribute at a time, so give one of the three at most.
    ``max_events`` is how many at most; AWS hands out fifty an answer, and two answers a second.

    Each is CloudTrail's own record, with ``eventName``, ``userIdentity``, ``errorCode`` and so on. The practice
    account answers at once; AWS may take up to fifteen minutes to show an event
    (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html).
    """
    looked_for = {"EventName": event_name, "ResourceName": resource, "Username": user_name}
    attributes: list[Any] = [
        {"AttributeKey": name, "AttributeValue": value}
        for name, value in looked_for.items()
        if value is not None
    ]
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=attributes, PaginationConfig={} if max_events is None else {"MaxItems": max_events}
    )
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def summary(event: Mapping[str, Any]) -> dict[str, str]:
    """An event in four columns: what was asked, by whom, through which service, for which encryption context.

    A role's session is ROLE/SESSION. ``through`` is empty for a call that its caller made alone; the context of a
    CreateGrant is the one that the grant will hold for.
    """
    identity, parameters = event["userIdentity"], event.get("requestParameters") or {}
    limits = parameters.get("constraints") or {}
    context = parameters.get("encryptionContext") or limits.get("encryptionContextSubset") or {}
    return {
        "event": event["eventName"],
        "who": identity.get("userName") or _session_name(identity) or identity["type"],
        "through": identity.get("invokedBy", ""),
        "encryption context": ", ".join(f"{name}={value}" for name, value in context.items()),
    }


def _session_name(identity: Mapping[str, Any]) -> str:
    """The role and the name of a role's session, as its ARN has them; "" for anybody else."""
    return str(identity.get("arn", "")).partition(":assumed-role/")[2]
