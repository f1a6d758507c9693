"""When a key was last used: GetKeyLastUsage, and the condition key that protects keys which are still in use.

It is read from the audit trail, which keeps so many events of the whole account: what they tell is known from the
oldest of them on. On AWS, tracking began in April 2026, and a use may be recorded up to an hour late.

Source: AWS KMS API Reference, "GetKeyLastUsage", "KeyLastUsageData"; AWS KMS Developer Guide, "Determine past usage of
a KMS key", "kms:TrailingDaysWithoutKeyUsage".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from kmscourse.sandbox.operation import Answer, Context

if TYPE_CHECKING:
    from kmscourse.sandbox.kms.key import Key
    from kmscourse.sandbox.kms.resolve import KmsCall


def get_key_last_usage(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html"""
    key, trail = resolved.key, resolved.account.trail
    event = trail.last_use_of(key.arn)
    usage = (
        {}
        if event is None
        else {
            "Operation": event["eventName"],
            "Timestamp": _seconds(event["eventTime"]),
            "CloudTrailEventId": event["eventID"],
            "KmsRequestId": event["requestID"],
        }
    )
    return {
        "KeyId": key.id,
        "KeyLastUsage": usage,
        "TrackingStartDate": _tracking_start(resolved, key),
        "KeyCreationDate": key.created,
    }


def days_without_usage(resolved: KmsCall) -> Context:
    """``kms:TrailingDaysWithoutKeyUsage``: full days since the last use, or since a key that has none is tracked."""
    event = resolved.account.trail.last_use_of(resolved.key.arn)
    since = _tracking_start(resolved, resolved.key) if event is None else _seconds(event["eventTime"])
    days = (resolved.now - datetime.fromtimestamp(since, UTC)) // timedelta(days=1)
    return {"kms:TrailingDaysWithoutKeyUsage": str(max(days, 0))}


def _tracking_start(resolved: KmsCall, key: Key) -> float:
    return max(key.created, resolved.account.trail.since or 0.0)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
