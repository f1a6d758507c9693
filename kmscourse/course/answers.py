"""What the learner has answered: predictions, questions from earlier sections, the quiz.

Kept in ``answers.json`` in KMSCOURSE_HOME, once for all accounts: what somebody knows hangs on no account, so it stays
when the practice account starts over. It holds places of choices and days, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kmscourse.course.questions import Question
from kmscourse.home.account_file import AccountFile

ANSWERS_FILE = "answers.json"
_LEARNER = "learner"


@dataclass(frozen=True)
class Answer:
    """The choice in place ``choice``, counted from 0 (None: "I don't know"), whether it is right, and the day."""

    choice: int | None
    right: bool
    day: date


class Answers:
    """The answers given on one ``occasion``: ``prediction``, ``recall``, or a part of the quiz."""

    def __init__(self, folder: Path, occasion: str) -> None:
        self._file = AccountFile(folder / ANSWERS_FILE, _LEARNER)
        self._occasion = occasion

    def keep(self, question: Question, choice: int | None) -> None:
        """Keep an answer in place of one that was given before. Raises as ``AccountFile.update`` does."""
        answer = {
            "choice": choice,
            "right": choice == question.right,
            "day": datetime.now(UTC).date().isoformat(),
        }
        with self._file.update() as occasions:
            occasions[self._occasion] = _answers_in(occasions, self._occasion) | {question.name: answer}

    @property
    def given(self) -> dict[str, Answer]:
        """The answers that are kept, by the names of their questions, in the order in which they were first given."""
        kept = _answers_in(self._file.read(), self._occasion)
        return {name: answer for name, each in kept.items() if (answer := _read(each)) is not None}


def _answers_in(occasions: dict[str, Any], occasion: str) -> dict[str, Any]:
    """The answers of an occasion; what somebody else has written in their place is none."""
    answers = occasions.get(occasion)
    return answers if isinstance(answers, dict) else {}


def _read(answer: Any) -> Answer | None:
    """An answer as it is kept; None for what can't be one."""
    try:
        choice, right = answer["choice"], answer["right"]
        day = date.fromisoformat(answer["day"])
    except (KeyError, TypeError, ValueError):
        return None
    if not isinstance(right, bool) or not (choice is None or type(choice) is int):
        return None
    return Answer(choice, right, day)
