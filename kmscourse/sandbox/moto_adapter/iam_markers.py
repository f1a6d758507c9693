"""The markers of IAM's lists: where the next page begins, and of which list.

Source: IAM API Reference, "ListUsers" (Marker: only what an answer gave). AWS refuses the marker of one list for
another (trek10inc/awsets, pull request 21); what its markers hold is not documented.
"""

from __future__ import annotations

import base64
import binascii
import json

from kmscourse.sandbox.call import AwsError


def marker_of(operation: str, place: int) -> str:
    """The marker of the page of an operation's list that begins with the entry at ``place``, from 0."""
    return base64.urlsafe_b64encode(json.dumps([operation, place]).encode()).decode()


def place_of(operation: str, marker: str | None) -> int:
    """Where the page begins that a marker stands for. Raises AwsError ValidationError for none of this operation's."""
    if not marker:
        return 0
    try:
        _, place = json.loads(base64.urlsafe_b64decode(marker))
        is_one = isinstance(place, int) and marker == marker_of(operation, place)
    except (binascii.Error, ValueError, TypeError):
        is_one = False
    if not is_one:
        raise AwsError("ValidationError", "Invalid Marker.")
    return int(place)
