"""Which events are uses of a key, so that the last one is found at once.

Source: AWS KMS Developer Guide, "Determine past usage of a KMS key": the operations that count are the values that
KMS's model has for ``KeyLastUsageData.Operation``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from kmscourse.sandbox.model.shapes import service_model

USED_KEY = "UsedKey"  # An attribute of events that LookupEvents does not have.


def used_keys(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The attribute ``USED_KEY`` for each key that a cryptographic operation was done with, and not in vain."""
    if (
        event["eventSource"] == "kms.amazonaws.com"
        and "errorCode" not in event
        and event["eventName"] in _operations()
    ):
        yield from ((USED_KEY, resource["ARN"]) for resource in event.get("resources", ()))


@cache
def _operations() -> frozenset[str]:
    return frozenset(service_model("kms").shape_for("KeyLastUsageTrackingOperation").metadata["enum"])
