"""A class by what its students have exported: how far each has come, and where many of them are stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kmscourse.course.checks import EXERCISES
from kmscourse.course.overview import Item
from kmscourse.course.questions import LETTERS, MISCONCEPTIONS, PREDICTIONS, Choice, Question
from kmscourse.course.quiz import PARTS
from kmscourse.course.sections import SECTIONS
from kmscourse.errors import CourseError

QUIZ = {part: f"quiz {part}" for part in PARTS}
"""The part of the quiz, and its items' kind."""

_IN_A_NOTEBOOK = ("section", "exercise", "prediction", "recall")
_SECTIONS = {section.number for section in SECTIONS}
_KNOWN = {
    *(("exercise", section, str(n)) for section, each in EXERCISES.items() for n in range(1, len(each) + 1)),
    *(("prediction", section, q.name) for section, questions in PREDICTIONS.items() for q in questions),
    *((QUIZ[part], q.section, q.name) for part, questions in PARTS.items() for q in questions),
}


@dataclass(frozen=True)
class Score:
    """How many answers were given, and how many of them are right."""

    answered: int
    right: int


class Student:
    """What one student has exported, under a name. Raises CourseError where nothing of it is of this course.

    What this version of the course does not know, from another one, is left out.
    """

    def __init__(self, name: str, items: Iterable[Item]) -> None:
        self.name = name
        self.items = list(items)
        self._by_place = {
            place: item for item in self.items if (place := (item.kind, item.section, item.name)) in _KNOWN
        }
        if not self._by_place:
            raise CourseError("it has nothing of this course in it.")
        self._opened = {
            item.section
            for item in self.items
            if item.kind in _IN_A_NOTEBOOK and item.section in _SECTIONS and (item.done or item.begun)
        }

    def has_opened(self, section: int) -> bool:
        """Was that section opened? Earlier exports tell it by what was done in it."""
        return section in self._opened

    def find(self, kind: str, section: int, name: str) -> Item | None:
        """The item of that kind, section and name, if it is in the export."""
        return self._by_place.get((kind, section, name))

    @property
    def sections_opened(self) -> int:
        """How many sections were opened."""
        return len(self._opened)

    @property
    def exercises_solved(self) -> int:
        """How many exercises were solved."""
        return sum(item.done for item in self._by_place.values() if item.kind == "exercise")

    @property
    def predictions(self) -> Score:
        """The predictions."""
        return self._score("prediction")

    @property
    def quiz(self) -> dict[str, Score]:
        """Each part of the quiz."""
        return {part: self._score(kind) for part, kind in QUIZ.items()}

    def _score(self, kind: str) -> Score:
        answered = [item for item in self._by_place.values() if item.kind == kind and item.done]
        return Score(len(answered), sum(item.right is True for item in answered))


@dataclass(frozen=True)
class ExerciseStanding:
    """How a class stands with an exercise; ``goal`` says what it is about.

    ``opened``: so many have opened its section. ``solved``: so many of them have solved it. ``stuck``: so many have had
    it checked, and not solved it.
    """

    section: int
    number: int
    goal: str
    opened: int
    solved: int
    stuck: int

    @property
    def open(self) -> int:
        """How many have opened the section, and not solved it: those who are stuck, and those who have not tried."""
        return self.opened - self.solved


@dataclass(frozen=True)
class QuestionStanding:
    """How a class stands with a question of a part of the quiz, and the wrong choice that most of them took, if any."""

    part: str
    question: Question
    answered: int
    wrong: int
    common_wrong: Choice | None

    @property
    def misconception(self) -> str:
        """What those who took that choice may believe, "" where that is not known."""
        return MISCONCEPTIONS.get(self.common_wrong.misconception, "") if self.common_wrong else ""


class Standing:
    """The class: its students, and where it is stuck. ``set_aside``: a sentence for each export that isn't in it."""

    def __init__(self, students: Sequence[Student], set_aside: Sequence[str] = ()) -> None:
        self.students = list(students)
        self.set_aside = list(set_aside)

    @property
    def exercises(self) -> list[ExerciseStanding]:
        """Every exercise of an opened section, first those at which most are stuck, then those that most have open."""
        standings = [
            self._exercise(section, number, exercise[0].goal)
            for section, exercises in EXERCISES.items()
            for number, exercise in enumerate(exercises, 1)
        ]
        return sorted(
            (standing for standing in standings if standing.opened),
            key=lambda standing: (-standing.stuck, -standing.open, standing.section, standing.number),
        )

    @property
    def questions(self) -> list[QuestionStanding]:
        """Every question of the quiz that was answered, first those that most answered wrong."""
        standings = [self._question(part, q) for part, questions in PARTS.items() for q in questions]
        return sorted(
            (standing for standing in standings if standing.answered),
            key=lambda standing: (-standing.wrong, standing.answered),
        )

    def _exercise(self, section: int, number: int, goal: str) -> ExerciseStanding:
        opened = [student for student in self.students if student.has_opened(section)]
        items = [student.find("exercise", section, str(number)) for student in opened]
        return ExerciseStanding(
            section,
            number,
            goal,
            len(opened),
            sum(item is not None and item.done for item in items),
            sum(item is not None and bool(item.begun) and not item.done for item in items),
        )

    def _question(self, part: str, question: Question) -> QuestionStanding:
        found = [student.find(QUIZ[part], question.section, question.name) for student in self.students]
        answered = [item for item in found if item is not None and item.done]
        wrong = [item for item in answered if not item.right]
        letters = [letter for letter in LETTERS[: len(question.choices)] if letter != LETTERS[question.right]]
        taken = Counter(item.choice for item in wrong if item.choice in letters)
        common = min(taken, key=lambda letter: (-taken[letter], letter), default=None)
        return QuestionStanding(
            part,
            question,
            len(answered),
            len(wrong),
            question.choices[LETTERS.index(common)] if common else None,
        )
