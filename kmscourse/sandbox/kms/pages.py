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

from kmscourse.sandbox.call import AwsError

# How many entries a page has where the caller does not say, and how many it can have.
LIMITS: Mapping[str, tuple[int, int]] = {
    "Keys": (100, 1000),
    "Aliases": (50, 100),
    "Grants": (50, 100),
    "Tags": (50, 50),
    "Rotations": (100, 1000),
}


def page(
    parameters: Mapping[str, Any], member: str, names: Sequence[str], entry: Callable[[str], Any]
) -> dict[str, Any]:
    """A page of the list ``member``: the entries for those of ``names`` that follow the Marker, at most Limit of them.

    ``names`` are in their order. A marker keeps its place when entries come and go, so that one may delete what a page
    shows before asking for the next. Raises AwsError InvalidMarkerException, ValidationException.
    """
    default_limit, max_limit = LIMITS[member]
    limit = parameters.get("Limit") or default_limit
    if limit > max_limit:
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have "
            f"value less than or equal to {max_limit}",
        )
    marker = parameters.get("Marker")
    start = 0 if marker is None else bisect_right(names, _last_shown(marker, member))
    shown = names[start : start + limit]
    is_truncated = start + limit < len(names)
    answer = {member: [entry(name) for name in shown], "Truncated": is_truncated}
    if is_truncated:
        answer["NextMarker"] = base64.b64encode(json.dumps([member, shown[-1]]).encode()).decode()
    return answer


def _last_shown(marker: str, member: str) -> str:
    """The name of the last entry of the page that a marker came with."""
    try:
        list_name, last = json.loads(base64.b64decode(marker, validate=True))
    except (binascii.Error, ValueError, TypeError):
        list_name, last = None, None
    if list_name != member or not isinstance(last, str):
        raise AwsError("InvalidMarkerException", "Could not deserialize marker")
    return last
