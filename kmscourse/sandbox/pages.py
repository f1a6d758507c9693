"""Long lists in pages, as KMS hands them out with Limit, Marker and NextMarker.

Source: AWS KMS API Reference, "ListKeys".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from kmscourse.sandbox.call import AwsError, Call

DEFAULT_LIMIT = {"Keys": 100, "Aliases": 50, "Grants": 50, "Tags": 50, "Rotations": 100}


def page(call: Call, answer: dict[str, Any], member: str, name: Callable[[Any], str]) -> dict[str, Any]:
    """``answer`` with the entries of ``member`` after the Marker, at most Limit of them.

    ``name`` tells one entry from another. Raises AwsError InvalidMarkerException.
    """
    entries = answer[member]
    limit = call.parameters.get("Limit") or DEFAULT_LIMIT[member]
    start = _start(call.parameters.get("Marker"), [name(entry) for entry in entries])
    shown, rest = entries[start : start + limit], entries[start + limit :]
    paged = {member: shown, "Truncated": bool(rest)}
    if rest:
        paged["NextMarker"] = base64.b64encode(name(shown[-1]).encode()).decode()
    return paged


def _start(marker: str | None, names: list[str]) -> int:
    if marker is None:
        return 0
    try:
        return names.index(base64.b64decode(marker, validate=True).decode()) + 1
    except (binascii.Error, ValueError):
        raise AwsError("InvalidMarkerException", "Could not deserialize marker") from None
