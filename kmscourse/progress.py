"""How far a student has come: which sections and exercises were done once. What was done stays done.

Kept in ``progress.json`` in KMSCOURSE_HOME, for each account: later sections undo what earlier ones made, so the
account itself can't tell.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kmscourse.checks import EXERCISES
from kmscourse.course import SECTIONS
from kmscourse.kept import Kept


class Progress:
    """The sections and exercises that were done in one account."""

    def __init__(self, folder: Path, account_id: str) -> None:
        self._kept = Kept(folder / "progress.json", account_id)

    def done(self, section: int, exercise: int | None = None) -> bool:
        """Was that section (its checks), or that exercise of it (1 or 2), done once?"""
        return _name(section, exercise) in self._kept.read()

    def record(self, section: int, exercise: int | None = None) -> None:
        """Note that it is done, with the day; the first day stays."""
        kept = self._kept.read()
        kept.setdefault(_name(section, exercise), datetime.now(UTC).date().isoformat())
        self._kept.write(kept)

    @property
    def sections(self) -> list[int]:
        """The numbers of the sections that are done."""
        kept = self._kept.read()
        return [section.number for section in SECTIONS if _name(section.number) in kept]

    @property
    def exercises(self) -> list[tuple[int, int]]:
        """The exercises that are done: (section, 1 or 2)."""
        kept = self._kept.read()
        every = [(number, count) for number, some in EXERCISES.items() for count in range(1, len(some) + 1)]
        return [exercise for exercise in every if _name(*exercise) in kept]

    def __repr__(self) -> str:
        """One line: a mark for each section, and both counts."""
        sections, exercises = self.sections, self.exercises
        marks = "".join("■" if section.number in sections else "□" for section in SECTIONS)
        of_exercises = sum(map(len, EXERCISES.values()))
        return (
            f"{marks} {len(sections)} of {len(SECTIONS)} sections, "
            f"{len(exercises)} of {of_exercises} exercises done"
        )


def _name(section: int, exercise: int | None = None) -> str:
    return f"section {section}" if exercise is None else f"section {section}, exercise {exercise}"
