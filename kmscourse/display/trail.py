"""The audit trail as a timeline: who asked what, through whom, on what, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kmscourse.audit import summary
from kmscourse.display.card import Card, Grid, Words
from kmscourse.display.moment import moment
from kmscourse.display.table import Code

HEAD = ("When", "Who", "Asked", "Through", "On", "Encryption context", "Answer")


class TrailCard(Card):
    """Events as ``audit.events`` gives them, in the order in which they happened.

    For a table to work with, hand ``map(audit.summary, events)`` to pandas.
    """

    def __init__(
        self, events: Iterable[Mapping[str, Any]], title: str = "What happened, in its order"
    ) -> None:
        rows = [_row(event) for event in reversed(list(events))]
        super().__init__(
            Grid(title, HEAD, rows) if rows else Words("Nothing of it is in the trail.", title + ".")
        )


def _row(event: Mapping[str, Any]) -> tuple[str, ...]:
    told = summary(event)
    service = event["eventSource"].partition(".")[0]
    return (
        moment(event["eventTime"]),
        told["who"],
        Code(f"{service}:{told['event']}"),
        told["through"],
        Code("\n".join(_things(event))),
        "\n".join(told["encryption context"].split(", ")),
        f"✗ {event['errorCode']}" if event.get("errorCode") else "✓",
    )


def _things(event: Mapping[str, Any]) -> list[str]:
    """What it was about: the keys, or else what the request names."""
    keys = [resource["ARN"] for resource in event.get("resources") or () if resource.get("ARN")]
    asked = event.get("requestParameters") or {}
    named = [asked[name] for name in ("keyId", "tableName", "userName", "aliasName") if asked.get(name)]
    return [_short(thing) for thing in keys or named[:1]]


def _short(thing: str) -> str:
    """A key's id without the ARN around it."""
    return thing.partition(":key/")[2] or thing
