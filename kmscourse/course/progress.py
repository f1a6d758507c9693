"""How far a student has come: which sections, exercises and challenge were begun, and done once. That stays, until
they reset.

Kept in ``progress.json`` in KMSCOURSE_HOME, for each account: later sections undo what earlier ones made, so the
account itself can't tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kmscourse.course.checks import EXERCISES
from kmscourse.course.sections import BEYOND_SECTIONS, LAB_SECTIONS, LAST_OF_LAB, SECTIONS, Section
from kmscourse.home.account_file import PROGRESS_FILE, AccountFile


class Progress:
    """The sections and exercises that were begun and done in one account."""

    def __init__(self, folder: Path, account_key: str) -> None:
        self._file = AccountFile(folder / PROGRESS_FILE, account_key)

    def done(self, section: int, exercise: int | None = None) -> bool:
        """Was that section (its checks), or that exercise of it (1 or 2), done once?"""
        return _name(section, exercise) in self._days

    def record(self, section: int, exercise: int | None = None) -> None:
        """Note that it is done, with the day; the first day stays."""
        self._note(_name(section, exercise))

    def record_begun(self, section: int, exercise: int | None = None) -> None:
        """Note that a section was opened, or an exercise checked, with the day; the first day stays."""
        self._note(_begun(_name(section, exercise)))

    def begun_day(self, section: int, exercise: int | None = None) -> str:
        """The day on which that section, or that exercise of it, was begun, as in 2026-07-01; "" where it wasn't.

        Where it was done with a course that did not note that yet, it is the day on which it was done.
        """
        days, name = self._days, _name(section, exercise)
        return days.get(_begun(name)) or days.get(name, "")

    def record_challenge(self) -> None:
        """Note that the last challenge is done, with the day; the first day stays."""
        self._note(_CHALLENGE)

    @property
    def challenge_day(self) -> str:
        """The day on which the last challenge was done, "" where it wasn't."""
        return self._days.get(_CHALLENGE, "")

    def day(self, section: int, exercise: int | None = None) -> str:
        """The day on which that section, or that exercise of it, was done, as in 2026-07-01; "" where it wasn't."""
        return self._days.get(_name(section, exercise), "")

    def start_over(self, section: int = 0) -> None:
        """Forget that this section and those after it were begun and done, and their exercises."""
        numbers = [number for number in EXERCISES if number < section]
        stays = [_name(number, exercise) for number in numbers for exercise in (None, *_exercises(number))]
        with self._file.update() as done:
            for name in done.keys() - {*stays, *map(_begun, stays)}:
                del done[name]

    @property
    def sections(self) -> list[int]:
        """The numbers of the sections that are done."""
        done = self._days
        return [section.number for section in SECTIONS if _name(section.number) in done]

    @property
    def exercises(self) -> list[tuple[int, int]]:
        """The exercises that are done: (section, 1 or 2)."""
        done = self._days
        every = [(number, exercise) for number in EXERCISES for exercise in _exercises(number)]
        return [exercise for exercise in every if _name(*exercise) in done]

    def __repr__(self) -> str:
        """A line for the lab, a mark for each section and both counts; and one for what is beyond it, once begun."""
        lab, beyond = self._told(LAB_SECTIONS), self._told(BEYOND_SECTIONS)
        has_begun = any(number > LAST_OF_LAB for number in [*self.sections, *dict(self.exercises)])
        return f"{lab}\n{beyond} beyond the lab" if has_begun else lab

    @property
    def _days(self) -> dict[str, str]:
        """The days that are kept, each by what was begun or done on it."""
        return {name: day for name, kept in self._file.read().items() if (day := _read(kept))}

    def _note(self, name: str) -> None:
        """Keep today as the day of that, if none is kept."""
        with self._file.update() as kept:
            if not _read(kept.get(name)):
                kept[name] = datetime.now(UTC).date().isoformat()

    def _told(self, part: Sequence[Section]) -> str:
        numbers = [section.number for section in part]
        sections = [number for number in self.sections if number in numbers]
        exercises = [exercise for exercise in self.exercises if exercise[0] in numbers]
        marks = "".join("■" if number in sections else "□" for number in numbers)
        of_exercises = sum(len(EXERCISES[number]) for number in numbers)
        return (
            f"{marks} {len(sections)} of {len(part)} sections, "
            f"{len(exercises)} of {of_exercises} exercises done"
        )


_CHALLENGE = "challenge"


def _read(kept: Any) -> str:
    """A day as it is kept, as in 2026-07-01; "" for what can't be one."""
    try:
        return date.fromisoformat(kept).isoformat()
    except (TypeError, ValueError):
        return ""


def _exercises(section: int) -> range:
    return range(1, len(EXERCISES[section]) + 1)


def _name(section: int, exercise: int | None = None) -> str:
    return f"section {section}" if exercise is None else f"section {section}, exercise {exercise}"


def _begun(name: str) -> str:
    return f"{name}, begun"
