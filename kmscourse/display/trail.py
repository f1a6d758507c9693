"""The audit trail as a timeline: who asked what, on what, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kmscourse.access import Refusal
from kmscourse.audit import summary
from kmscourse.display.card import Card, Grid, Words
from kmscourse.display.moment import moment
from kmscourse.display.table import Code
from kmscourse.errors import KmsCourseError

HEAD = ("When (UTC)", "Who", "Asked", "On", "Encryption context", "Answer")


class TrailCard(Card):
    """Events as ``audit.events`` gives them, in the order in which they happened.

    For a table to work with, hand ``map(audit.summary, events)`` to pandas.
    """

    def __init__(
        self, events: Iterable[Mapping[str, Any]], title: str = "What happened, in its order"
    ) -> None:
        in_order = list(reversed(list(events)))
        days = list(dict.fromkeys(moment(event["eventTime"]).partition(" ")[0] for event in in_order))
        title = f"{title} ({' to '.join(dict.fromkeys([days[0], days[-1]]))})" if days else title
        rows = [_row(event, dated=len(days) > 1) for event in in_order]
        super().__init__(
            Grid(title, HEAD, rows) if rows else Words("Nothing of it is in the trail.", f"{title}.")
        )


def _row(event: Mapping[str, Any], *, dated: bool) -> tuple[str, ...]:
    columns, when = summary(event), moment(event["eventTime"]).removesuffix("Z")
    return (
        when if dated else when.partition(" ")[2],
        f"{columns['who']}\nthrough {columns['through']}" if columns["through"] else columns["who"],
        Code(f"{event['eventSource'].partition('.')[0]}:{columns['event']}"),
        "\n".join(_things(event)),
        "\n".join(columns["encryption context"].split(", ")),
        f"✗ {event['errorCode']}" if event.get("errorCode") else "✓ answered",
    )


def _things(event: Mapping[str, Any]) -> list[str]:
    """What it was about: the keys, or else what the request names; where it was denied, what the message names."""
    keys = [resource["ARN"] for resource in event.get("resources") or () if resource.get("ARN")]
    parameters = event.get("requestParameters") or {}
    names = [
        parameters[name] for name in ("keyId", "tableName", "userName", "aliasName") if parameters.get(name)
    ]
    return [_short(str(thing)) for thing in keys or names[:1] or _refused(event)]


def _refused(event: Mapping[str, Any]) -> list[str]:
    """The ARN in AWS's sentence, if it has one: of a call that was denied, the trail keeps no parameters."""
    if event.get("errorCode") != "AccessDenied":
        return []
    try:
        resource = Refusal.read(event.get("errorMessage", "")).resource
    except KmsCourseError:  # a sentence that names neither action nor resource
        return []
    return [resource] if resource and resource != "*" else []


def _short(thing: str) -> str:
    """Of a key's ARN, how its id begins."""
    key_id = thing.partition(":key/")[2]
    return f"key\N{NO-BREAK SPACE}{key_id.removeprefix('mrk-')[:8]}…" if key_id else thing
