"""Long lists in pages, as KMS hands them out with Limit, Marker and NextMarker.

Source: AWS KMS API Reference, "ListKeys" and the other lists, each with its limits.
"""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kmscourse.sandbox.call import AwsError, Call

# How many entries a page has where the caller does not say, and how many it can have.
LIMITS: Mapping[str, tuple[int, int]] = {
    "Keys": (100, 1000),
    "Aliases": (50, 100),
    "Grants": (50, 100),
    "Tags": (50, 50),
    "Rotations": (100, 1000),
}


def page(call: Call, answer: dict[str, Any], member: str, name: Callable[[Any], str]) -> dict[str, Any]:
    """``answer`` with a page of the entries of ``member``, in the order of their names."""
    entries = {name(entry): entry for entry in answer[member]}
    return page_of(call, member, sorted(entries), entries.__getitem__)


def page_of(call: Call, member: str, names: Sequence[str], entry: Callable[[str], Any]) -> dict[str, Any]:
    """The entries for those of ``names``, which are in their order, that follow the Marker; at most Limit of them.

    A marker keeps its place when entries come and go, so that one may delete what a page shows before asking for the
    next. Raises AwsError InvalidMarkerException, ValidationException.
    """
    usual, most = LIMITS[member]
    limit = call.parameters.get("Limit") or usual
    if limit > most:
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have "
            f"value less than or equal to {most}",
        )
    marker = call.parameters.get("Marker")
    start = 0 if marker is None else bisect_right(names, _last_shown(marker, member))
    shown = names[start : start + limit]
    more = start + limit < len(names)
    paged = {member: [entry(name) for name in shown], "Truncated": more}
    if more:
        paged["NextMarker"] = base64.b64encode(json.dumps([member, shown[-1]]).encode()).decode()
    return paged


def _last_shown(marker: str, member: str) -> str:
    """The name of the last entry of the page that a marker came with."""
    try:
        of, last = json.loads(base64.b64decode(marker, validate=True))
    except (binascii.Error, ValueError, TypeError):
        of, last = None, None
    if of != member or not isinstance(last, str):
        raise AwsError("InvalidMarkerException", "Could not deserialize marker")
    return last
