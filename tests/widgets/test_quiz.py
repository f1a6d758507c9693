"""The quiz in a notebook: one question after the other, each answer kept at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmscourse.course.quiz import PARTS, Quiz
from kmscourse.jupyter.saving import leave_out_live_pages
from kmscourse.widgets.quiz import QuizPage
from tests.widgets.reading import words


def answer(page: QuizPage, place: int) -> str:
    """Choose, and return what the page says of it."""
    assert page.asked is not None
    page.asked.buttons[place].click()
    return words(page.asked.said.value)


def test_each_answer_is_kept_and_the_next_question_comes(tmp_path: Path) -> None:
    page = QuizPage(Quiz(tmp_path, "before"))
    assert "1 of 12 · What still works?" in words(page._head.value)
    assert answer(page, 2) == "Your answer is kept."
    assert len(Quiz(tmp_path, "before").given) == 1
    page.next.click()
    assert "2 of 12" in words(page._head.value)
    page.skip.click()
    kept = list(Quiz(tmp_path, "before").given.values())
    assert [each.choice for each in kept] == [2, None]


def test_a_saved_notebook_says_how_to_take_it(tmp_path: Path) -> None:
    data = QuizPage(Quiz(tmp_path, "before"))._repr_mimebundle_()
    leave_out_live_pages({"type": "notebook", "content": {"cells": [{"outputs": [{"data": data}]}]}})
    assert set(data) == {"text/plain", "text/html"}
    assert "Run this cell to take it" in data["text/html"]


def test_an_answer_can_be_given_once(tmp_path: Path) -> None:
    page = QuizPage(Quiz(tmp_path, "before"))
    answer(page, 0)
    answer(page, 1)
    page.skip.click()
    (kept,) = Quiz(tmp_path, "before").given.values()
    assert kept.choice == 0


def test_before_the_course_no_answer_is_given_away(tmp_path: Path) -> None:
    page = QuizPage(Quiz(tmp_path, "before"))
    for question in page.quiz.questions:
        said = answer(page, 0)
        for choice in question.choices:
            assert choice.why.replace("`", "") not in said
        page.next.click()
    assert page.asked is None
    assert "All 12 answers are kept." in words(page._head.value)


@pytest.mark.parametrize("part", ["after", "again"])
def test_after_the_course_each_answer_is_explained(tmp_path: Path, part: str) -> None:
    page = QuizPage(Quiz(tmp_path, part))
    for number, question in enumerate(page.quiz.questions):
        wrong = (question.right + 1) % 4
        said = answer(page, wrong if number else question.right)
        assert question.choices[question.right].why.replace("`", "") in said
        assert (question.choices[wrong].why.replace("`", "") in said) == bool(number)
        page.next.click()
    assert "1 of 12 answers are right." in words(page._head.value)


def test_it_goes_on_where_it_was_left(tmp_path: Path) -> None:
    quiz = Quiz(tmp_path, "after")
    quiz.keep(quiz.questions[0], 0)
    assert "2 of 12" in words(QuizPage(quiz)._head.value)


@pytest.mark.parametrize("part", PARTS)
def test_without_a_kernel_it_says_how_to_begin(tmp_path: Path, part: str) -> None:
    bundle = QuizPage(Quiz(tmp_path, part))._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    for shown in (bundle["text/plain"], bundle["text/html"]):
        assert "Run this cell to take it" in shown
        assert f"kmscourse quiz {part}" in shown
