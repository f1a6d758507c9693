"""A part of the quiz goes on where it was left, and says at its end what came of it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from kmscourse.course.answers import ANSWERS_FILE
from kmscourse.course.questions import FIRST_HALF
from kmscourse.course.quiz import PARTS, Quiz
from kmscourse.errors import CourseError


def answer_all(quiz: Quiz, *, wrong: int = 0) -> None:
    """Answer every question, the first ones wrongly."""
    for place, question in enumerate(quiz.open_questions):
        quiz.keep(question, (question.right + 1) % 4 if place < wrong else question.right)


def test_a_part_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="The quiz has the parts before, after, again, and no part 'now'"):
        Quiz(tmp_path, "now")


@pytest.mark.parametrize("part", PARTS)
def test_what_is_answered_is_not_asked_again(tmp_path: Path, part: str) -> None:
    first = Quiz(tmp_path, part)
    first.keep(first.questions[0], None)
    quiz = Quiz(tmp_path, part)
    assert quiz.open_questions == list(quiz.questions[1:])
    assert quiz.introduction()[0] == f"Of the 12 questions of the quiz “{part}”, 11 are left."
    assert quiz.conclusion() == ["11 of 12 questions are left. What you answered is kept."]


def test_the_parts_do_not_know_of_each_others_answers(tmp_path: Path) -> None:
    answer_all(Quiz(tmp_path, "before"))
    assert Quiz(tmp_path, "again").questions == FIRST_HALF
    assert len(Quiz(tmp_path, "again").open_questions) == 12


def test_before_the_course_nothing_is_given_away(tmp_path: Path) -> None:
    quiz = Quiz(tmp_path, "before")
    answer_all(quiz, wrong=5)
    assert not quiz.explains
    assert quiz.conclusion() == ["All 12 answers are kept. The course answers these questions."]


def test_after_the_course_it_is_compared_with_before(tmp_path: Path) -> None:
    answer_all(Quiz(tmp_path, "before"), wrong=7)
    quiz = Quiz(tmp_path, "after")
    answer_all(quiz, wrong=2)
    said = quiz.conclusion()
    assert said[:2] == ["10 of 12 answers are right.", "Before the course it was 5 of 12."]
    sections = sorted({question.section for question in quiz.questions[:2]})
    assert said[2] == f"Worth reading again: sections {sections[0]}, {sections[1]}."
    assert said[3] == f"From {date.today() + timedelta(days=7)} on: kmscourse quiz again"


def test_it_says_from_when_on_the_last_part_makes_sense(tmp_path: Path) -> None:
    quiz = Quiz(tmp_path, "again")
    assert "which is not done yet. Do it now if you like." in quiz.introduction()[1]
    after = Quiz(tmp_path, "after")
    answer_all(after)
    kept = json.loads((tmp_path / ANSWERS_FILE).read_text())
    for question in after.questions:
        kept["learner"]["quiz after"][question.name]["day"] = "2026-07-01"
    kept["learner"]["quiz after"][after.questions[3].name]["day"] = "2026-07-05"
    (tmp_path / ANSWERS_FILE).write_text(json.dumps(kept))
    assert quiz.makes_sense_from == date(2026, 7, 12)
    assert "It makes sense from 2026-07-12 on" in quiz.introduction()[1]
    answer_all(quiz)
    assert quiz.conclusion() == ["12 of 12 answers are right."]


def test_an_answer_to_a_question_that_is_no_more_does_not_count(tmp_path: Path) -> None:
    kept = {
        "learner": {
            "quiz before": {"of-an-earlier-edition": {"choice": 0, "right": True, "day": "2026-01-01"}}
        }
    }
    (tmp_path / ANSWERS_FILE).write_text(json.dumps(kept))
    quiz = Quiz(tmp_path, "before")
    assert (quiz.given, quiz.right_count, len(quiz.open_questions)) == ({}, 0, 12)
