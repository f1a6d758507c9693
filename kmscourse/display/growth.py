"""What each section adds to the architecture, and so what of it is new: told from the way the section starts.

That way is the course's own promise (``course.prepare`` keeps it, and a test holds the two together). Nothing is asked
of the account to know it, so that opening a notebook leaves no calls in the audit trail that the student didn't make.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kmscourse.display.architecture import MY_KEY, Architecture, Component, listed
from kmscourse.iam import LAB_USER

Start = Callable[[Architecture], Architecture]


def _start_of_8(now: Architecture) -> Architecture:
    names = tuple(name for name in now.lets_in or () if name != LAB_USER)
    return replace(now, lets_in=names, keeps_out=(), at_key=None if now.at_key is None else False)


def _start_of_9(now: Architecture) -> Architecture:
    return replace(
        now,
        key_state="Enabled",
        lets_in=tuple(dict.fromkeys([*(now.lets_in or ()), LAB_USER])),
        keeps_out=(),
        table_key=MY_KEY,
        granted=True,
        reader=True,
        at_table=True,
        at_key=True,
    )


STARTS: dict[int, Start] = {
    1: lambda now: replace(now, key_state=None, lets_in=(), keeps_out=()),
    2: lambda now: replace(now, data_key=False),
    3: lambda now: replace(now, message=False),
    4: lambda now: replace(now, opened=False),
    6: lambda now: replace(now, table_key=None, granted=False, at_table=None, at_key=None),
    7: lambda now: replace(now, reader=False, at_table=None, at_key=None),
    8: _start_of_8,
    9: _start_of_9,
}
"""For each section that changes the architecture: what it was before, as far as the section is about it."""


def architecture_before(now: Architecture, section: int) -> Architecture:
    """The architecture as it was when the section started; all that the section isn't about is as it is now."""
    return STARTS[section](now) if section in STARTS else now


def find_changes(now: Architecture, earlier: Architecture) -> dict[Component, str]:
    """The parts that are new, changed or gone, each with that word."""
    now_sentences, earlier_sentences = now.sentences(), earlier.sentences()
    changed = {}
    for part in Component:
        if now_sentences.get(part) != earlier_sentences.get(part):
            changed[part] = (
                "gone" if part not in now_sentences else "changed" if part in earlier_sentences else "new"
            )
    return changed


def describe_changes(changed: dict[Component, str]) -> list[str]:
    """The changes as sentences, such as "New here: the table Books and its table key."."""
    kinds = {"new": "New here", "changed": "Changed here", "gone": "Gone"}
    return [
        f"{opening}: {listed([part.value for part, kind in changed.items() if kind == word])}."
        for word, opening in kinds.items()
        if word in changed.values()
    ]
