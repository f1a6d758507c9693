"""Moments as cards write them: in UTC, to the second."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(when: datetime | str | None) -> str:
    """As in "2026-11-26 03:34:45Z"; "" for none. A text is CloudTrail's, in ISO 8601."""
    if when is None:
        return ""
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
