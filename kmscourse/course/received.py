"""What came in for an exercise: made once with the learner's key, and kept as a note until it is wanted again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from secrets import SystemRandom
from typing import Any

from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.course.notes import Notes
from kmscourse.errors import CourseError

Item = dict[str, str]


def receive(
    account: Account,
    notes: Notes,
    note: str,
    *,
    alias: str,
    answer: str,
    make: Callable[[Account, str], Iterable[Item]],
    again: bool,
) -> list[Item]:
    """The items of the note ``note``, each with a ``name``, in no order.

    ``make`` makes them for the account and the ARN of the key behind ``alias`` where there are none yet, where the key
    is another one, or ``again``. The note ``answer`` was then about others, and is taken away. Raises CourseError where
    there is no such key.
    """
    key = keys.find_key(account.client("kms"), alias)
    if key is None:
        name = alias.removeprefix("alias/")
        raise CourseError(f"No key has the alias {name}: run the cells of this section from its first one.")
    if not again and received(notes, note).get("key") == key:
        return list(received(notes, note)["items"])
    made = list(make(account, key))
    SystemRandom().shuffle(made)
    singular = note.removesuffix("s")
    items = [{"name": f"{singular}-{number:02}", **item} for number, item in enumerate(made, 1)]
    if answer in notes:
        del notes[answer]
    since = datetime.now(UTC).isoformat(timespec="seconds")
    notes[note] = json.dumps({"key": key, "since": since, "items": items})
    return items


def received(notes: Notes, note: str) -> dict[str, Any]:
    """What came in: the ``items``, ``since`` when, and the ARN of the ``key`` that they are about; else {}."""
    kept: dict[str, Any] = json.loads(notes[note]) if note in notes else {}
    return kept
