"""What a change of policies opens and closes, asked of everybody in the account."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kmscourse.access import Snapshot, questions
from kmscourse.policy import Layers, evaluate, parse_principal
from kmscourse.widgets.look import message, table

Change = Callable[[str, str], Layers]
"""(a principal, a resource) -> the layers that would bear on it."""


@dataclass
class Answers:
    """Of one principal, by one way: the actions whose answer changes."""

    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


def answers(snapshot: Snapshot, resource: str, change: Change) -> tuple[dict[tuple[str, str], Answers], int]:
    """The answers about a resource that change, by principal and way, and the number of questions asked."""
    changed: dict[tuple[str, str], Answers] = {}
    question_count = 0
    before = {who: snapshot.layers(who, resource) for who in snapshot.people}
    after = {who: change(who, resource) for who in snapshot.people}
    for way, request in questions(snapshot, resource):
        question_count += 1
        was = evaluate(request, **before[request.principal]).allowed
        allowed = evaluate(request, **after[request.principal]).allowed
        if was != allowed:
            answers_of_one = changed.setdefault((request.principal, way), Answers())
            (answers_of_one.opened if allowed else answers_of_one.closed).append(request.action)
    return changed, question_count


def opens_and_closes(snapshot: Snapshot, resources: Iterable[str], change: Change) -> str:
    """The answers that change, as a table: who, to what, in which way, and which actions."""
    question_count = 0
    alike: dict[tuple[str, str, str, str], list[str]] = {}  # what several ways have in common
    for resource in resources:
        changed, number = answers(snapshot, resource, change)
        question_count += number
        for (who, way), answers_of_one in changed.items():
            opened = "\n".join(answers_of_one.opened) or "-"
            closed = "\n".join(answers_of_one.closed) or "-"
            same = (parse_principal(who).name, snapshot.name_of(resource), opened, closed)
            alike.setdefault(same, []).append(way)
    if not alike:
        return message(
            "·", f"Nobody's permission changes: {question_count} questions were asked before and after."
        )
    rows = [
        (who, resource_name, "\n".join(ways), *actions)
        for (who, resource_name, *actions), ways in alike.items()
    ]
    caption = f"What the change opens and closes ({question_count} questions asked before and after)"
    return table(caption, ("Who", "To what", "How", "Opens", "Closes"), rows)
