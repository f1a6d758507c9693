"""All that is kept of a learner's way through the course, one item a row: what was done, what was right, and when.

It comes from ``progress.json`` and ``answers.json`` alone, and names nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kmscourse.course.answers import Answer, Answers
from kmscourse.course.checks import EXERCISES
from kmscourse.course.progress import Progress
from kmscourse.course.questions import LETTERS, PREDICTIONS, RECALL, Question
from kmscourse.course.quiz import PARTS
from kmscourse.course.sections import LAST_OF_LAB, SECTIONS


@dataclass(frozen=True)
class Item:
    """Something that a learner can do in the course.

    ``day`` and ``begun`` are the days on which it was done and begun, as in 2026-07-01, "" where it wasn't. ``right``
    is None where nothing can be right or wrong. ``choice`` is the letter of the choice that was taken, "" for none.
    """

    kind: str
    name: str
    section: int | None
    day: str
    right: bool | None = None
    begun: str = ""
    choice: str = ""

    @property
    def done(self) -> bool:
        """Has it been done?"""
        return bool(self.day)

    @property
    def is_beyond(self) -> bool:
        """Is it of a section beyond the lab?"""
        return self.section is not None and self.section > LAST_OF_LAB


class Overview:
    """What is kept of one account, and of what was asked. Raises CourseError where a file can't be read."""

    def __init__(self, folder: Path, account_key: str) -> None:
        progress = Progress(folder, account_key)
        self.items = [
            *(
                Item(
                    "section",
                    section.title,
                    section.number,
                    progress.day(section.number),
                    begun=progress.begun_day(section.number),
                )
                for section in SECTIONS
            ),
            *(
                Item(
                    "exercise",
                    str(number),
                    section,
                    progress.day(section, number),
                    begun=progress.begun_day(section, number),
                )
                for section, exercises in EXERCISES.items()
                for number in range(1, len(exercises) + 1)
            ),
            *_answered("prediction", PREDICTIONS, Answers(folder, "prediction")),
            *_answered("recall", RECALL, Answers(folder, "recall")),
        ]
        for part, questions in PARTS.items():
            answers = Answers(folder, f"quiz {part}").given
            self.items += [_item(f"quiz {part}", q.section, q, answers) for q in questions]
        challenge_day = progress.challenge_day
        self.items.append(Item("challenge", "challenge", None, challenge_day, begun=challenge_day))

    def of(self, kind: str, section: int | None = None) -> list[Item]:
        """The items of a kind, or those of them in a section."""
        return [item for item in self.items if item.kind == kind and section in (None, item.section)]

    @property
    def kinds(self) -> list[str]:
        """The kinds that there are, in their order."""
        return list(dict.fromkeys(item.kind for item in self.items))

    @property
    def is_complete(self) -> bool:
        """Has every section of the lab been done, and every exercise in it, and the challenge?"""
        return all(
            item.done
            for kind in ("section", "exercise", "challenge")
            for item in self.of(kind)
            if not item.is_beyond
        )


def _answered(
    kind: str, questions_by_section: dict[int, tuple[Question, ...]], answers: Answers
) -> Iterable[Item]:
    given = answers.given
    for section, questions in questions_by_section.items():
        yield from (_item(kind, section, question, given) for question in questions)


def _item(kind: str, section: int, question: Question, given: dict[str, Answer]) -> Item:
    answer = given.get(question.name)
    if answer is None:
        return Item(kind, question.name, section, "")
    day = answer.day.isoformat()
    choices = dict(zip(range(len(question.choices)), LETTERS, strict=False))
    choice = "" if answer.choice is None else choices.get(answer.choice, "")
    return Item(kind, question.name, section, day, answer.right, day, choice)


def count_done(items: Sequence[Item]) -> str:
    """As in "3 of 10"."""
    return f"{sum(item.done for item in items)} of {len(items)}"


def count_right(items: Sequence[Item]) -> int:
    """How many of the answers are right."""
    return sum(item.right is True for item in items)
