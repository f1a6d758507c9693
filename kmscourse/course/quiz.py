"""The quiz on KMS: twelve questions before the course, twelve others after it, and the first twelve a week later."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from kmscourse.course.answers import Answer, Answers
from kmscourse.course.questions import FIRST_HALF, SECOND_HALF, Question
from kmscourse.errors import CourseError

PARTS = {"before": FIRST_HALF, "after": SECOND_HALF, "again": FIRST_HALF}
"""The name of each part of the quiz, and its questions."""
PAUSE = timedelta(days=7)  # between the second part and the third


class Quiz:
    """One part of the quiz, as far as the learner has come with it. Raises CourseError for a part that isn't there."""

    def __init__(self, folder: Path, part: str) -> None:
        if part not in PARTS:
            raise CourseError(f"The quiz has the parts {', '.join(PARTS)}, and no part {part!r}.")
        self.part = part
        self.questions = PARTS[part]
        self._folder = folder
        self._answers = Answers(folder, f"quiz {part}")

    def keep(self, question: Question, choice: int | None) -> None:
        """Keep the answer to one of the questions. Raises as ``Answers.keep`` does."""
        self._answers.keep(question, choice)

    @property
    def given(self) -> dict[str, Answer]:
        """The answers so far, by the names of the questions."""
        names = {question.name for question in self.questions}
        return {name: answer for name, answer in self._answers.given.items() if name in names}

    @property
    def open_questions(self) -> list[Question]:
        """The questions that are still to be answered, in their order."""
        given = self.given
        return [question for question in self.questions if question.name not in given]

    @property
    def right_count(self) -> int:
        """How many answers are right."""
        return sum(answer.right for answer in self.given.values())

    @property
    def explains(self) -> bool:
        """Is each answer explained at once? Not before the course: it answers them, and they are asked again."""
        return self.part != "before"

    @property
    def sections_to_read_again(self) -> list[int]:
        """The sections that the wrong answers come from."""
        given = self.given
        return sorted({q.section for q in self.questions if q.name in given and not given[q.name].right})

    @property
    def makes_sense_from(self) -> date | None:
        """The day from which on the third part makes sense: a week after the second. None where that isn't done yet."""
        after = Quiz(self._folder, "after")
        if after.open_questions:
            return None
        return max(answer.day for answer in after.given.values()) + PAUSE

    def introduction(self) -> list[str]:
        """What to say before the first question, a sentence each."""
        left, count = len(self.open_questions), len(self.questions)
        sentences = [f"The quiz “{self.part}” has {count} questions."]
        if left < count:
            sentences = [f"Of the {count} questions of the quiz “{self.part}”, {left} are left."]
        if self.part == "again":
            since = self.makes_sense_from
            if since is None:
                sentences.append(
                    "It makes sense a week after the quiz “after”, which is not done yet. Do it now if you like."
                )
            else:
                sentences.append(
                    f"It makes sense from {since} on, a week after the quiz “after”. Do it now if you like."
                )
        return sentences

    def conclusion(self) -> list[str]:
        """What to say after the last question, a sentence each."""
        if self.open_questions:
            return [
                f"{len(self.open_questions)} of {len(self.questions)} questions are left. What you answered is kept."
            ]
        if not self.explains:
            return [f"All {len(self.questions)} answers are kept. The course answers these questions."]
        sentences = [f"{self.right_count} of {len(self.questions)} answers are right."]
        before = Quiz(self._folder, "before")
        if not before.open_questions:
            sentences.append(f"Before the course it was {before.right_count} of {len(before.questions)}.")
        if sections := self.sections_to_read_again:
            noun = "section" if len(sections) == 1 else "sections"
            sentences.append(f"Worth reading again: {noun} {', '.join(map(str, sections))}.")
        if self.part == "after":
            sentences.append(f"From {self.makes_sense_from} on: kmscourse quiz again")
        return sentences
