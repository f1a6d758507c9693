"""What students export, made up: for the tests of what an instructor makes of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from kmscourse.course import export
from kmscourse.course.overview import Item, Overview

DAY = "2026-07-01"
Change = Callable[[Item], Item]


@cache
def nothing_done() -> tuple[Item, ...]:
    """Every item of the course, as it is at first."""
    with tempfile.TemporaryDirectory() as folder:
        return tuple(Overview(Path(folder), "123456789012").items)


def items(*changes: Change) -> list[Item]:
    """Every item of the course, each changed by all of these."""
    changed = list(nothing_done())
    for change in changes:
        changed = [change(item) for item in changed]
    return changed


def exported(*changes: Change) -> bytes:
    """The same as a file."""
    return export.write(items(*changes)).encode()


def opened(section: int) -> Change:
    """The section was opened."""
    return _where("section", section, begun=DAY)


def tried(section: int, number: int) -> Change:
    """The exercise was checked."""
    return _where("exercise", section, str(number), begun=DAY)


def solved(section: int, number: int) -> Change:
    """The exercise was solved."""
    return _where("exercise", section, str(number), begun=DAY, day=DAY)


def answered(kind: str, section: int, name: str, *, right: bool, choice: str = "") -> Change:
    """The question was answered."""
    return _where(kind, section, name, begun=DAY, day=DAY, right=right, choice=choice)


def _where(kind: str, section: int, name: str | None = None, **values: str | bool) -> Change:
    def change(item: Item) -> Item:
        is_meant = (item.kind, item.section) == (kind, section) and name in (None, item.name)
        return replace(item, **values) if is_meant else item  # type: ignore[arg-type]

    return change
