"""A question shows its choices and hides its answers; an answer shows what was chosen and what is right."""

from __future__ import annotations

import re

import pytest

from kmscourse.course.questions import PREDICTIONS, Choice, Question
from kmscourse.display.question import AnswerCard, QuestionCard

QUESTION = Question(
    "sample",
    0,
    "What does `a < b` say?",
    (
        Choice("Nothing.", "It says something."),
        Choice("That `a` is less.", "It is so.", right=True),
        Choice("That `b` is less.", "It is the other way round."),
    ),
    "https://docs.aws.amazon.com/",
)
EVERY = [question for some in PREDICTIONS.values() for question in some]


def folded(html: str) -> list[str]:
    """What is folded away in HTML."""
    return re.findall(r"<details class=\S+><summary>.*?</summary>(.*?)</details>", html, re.DOTALL)


def test_a_question_is_asked_with_its_answers_folded_away() -> None:
    html = QuestionCard(QUESTION)._repr_html_()
    assert len(folded(html)) == 3
    seen = re.sub(r"(<summary>.*?</summary>).*?</details>", r"\1", html)
    for choice in QUESTION.choices:
        assert choice.why not in seen
    assert "<code>a &lt; b</code>" in html, "code is marked, and every text escaped"
    assert repr(QuestionCard(QUESTION)).splitlines() == [
        "What does a < b say?",
        "A. Nothing.",
        "B. That a is less.",
        "C. That b is less.",
    ]


@pytest.mark.parametrize("question", EVERY, ids=lambda question: question.name)
def test_no_answer_is_lost_on_a_page_without_a_kernel(question: Question) -> None:
    html = QuestionCard(question)._repr_html_()
    assert html.count("✓ Right.") == 1
    assert html.count("✗ Wrong.") == len(question.choices) - 1
    assert f'href="{question.source}"' in html


def test_a_wrong_answer_is_explained_and_so_is_the_right_one() -> None:
    card = AnswerCard(QUESTION, 2)
    assert len(folded(card._repr_html_())) == 1, "the third choice can still be unfolded"
    assert repr(card).splitlines() == [
        "What does a < b say?",
        "✗ Your answer is wrong.",
        "A. Nothing.",
        "B. That a is less.",
        "   ✓ Right. It is so.",
        "C. That b is less.  (your choice)",
        "   ✗ Wrong. It is the other way round.",
        "Source: https://docs.aws.amazon.com/",
    ]


def test_a_right_answer_is_told_why_it_is_right() -> None:
    said = repr(AnswerCard(QUESTION, 1))
    assert "✓ Your answer is right." in said
    assert "B. That a is less.  (your choice)\n   ✓ Right. It is so." in said
    assert "✗" not in said


def test_whoever_made_no_choice_is_told_so_and_sees_the_answer() -> None:
    said = repr(AnswerCard(QUESTION, None))
    assert "You went on without an answer." in said
    assert "✓ Right. It is so." in said
    assert "your choice" not in said
