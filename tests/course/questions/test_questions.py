"""Each question has one right choice, a reason for every choice and a source; no place of a choice gives it away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pytest

from kmscourse.course import SECTIONS
from kmscourse.course.questions import (
    FIRST_HALF,
    LETTERS,
    PREDICTIONS,
    RECALL,
    SECOND_HALF,
    Question,
    find_prediction,
)
from kmscourse.errors import CourseError

ASKED_IN = {
    "predictions": [question for some in PREDICTIONS.values() for question in some],
    "recall": [question for some in RECALL.values() for question in some],
    "first half of the quiz": [*FIRST_HALF],
    "second half of the quiz": [*SECOND_HALF],
}
EVERY = [question for some in ASKED_IN.values() for question in some]
MAX_WORDS = 60

each_question = pytest.mark.parametrize("question", EVERY, ids=lambda question: question.name)


def test_no_two_have_one_name() -> None:
    assert max(Counter(question.name for question in EVERY).values()) == 1


@each_question
def test_one_choice_is_right_and_each_says_why(question: Question) -> None:
    assert sum(choice.right for choice in question.choices) == 1
    assert question.choices[question.right].right
    assert 3 <= len(question.choices) <= len(LETTERS)
    assert len({choice.text for choice in question.choices}) == len(question.choices)
    for choice in question.choices:
        assert choice.text
        assert choice.why
        assert not re.match(r"(yes|no|right|wrong)[ .,:]", choice.why, re.I) or not choice.right, (
            "whether it is right is said before the reason"
        )


@each_question
def test_it_is_short_and_its_code_is_marked(question: Question) -> None:
    assert len(question.text.split()) <= MAX_WORDS
    for text in (question.text, *(text for choice in question.choices for text in (choice.text, choice.why))):
        assert text.count("`") % 2 == 0, text
        assert len(text.split()) <= MAX_WORDS, text
        assert not re.search(r"kms:\w", re.sub("`.*?`", "", text)), (
            f"an action stands between backticks: {text}"
        )


@each_question
def test_its_source_is_a_public_page(question: Question) -> None:
    assert re.fullmatch(r"https://(docs\.aws\.amazon\.com|csrc\.nist\.gov)/[\w/.#-]+", question.source)


def places(questions: Sequence[Question]) -> Counter[str]:
    """How often the right choice is the first, the last, or one between."""
    return Counter(
        {0: "first", len(question.choices) - 1: "last"}.get(question.right, "between")
        for question in questions
    )


@pytest.mark.parametrize("kind", ASKED_IN)
def test_the_right_choice_is_in_any_place(kind: str) -> None:
    counts = Counter(question.right for question in ASKED_IN[kind])
    assert max(counts.values()) - min(counts.values()) <= 1, f"spread the right choices evenly: {counts}"
    assert set(places(ASKED_IN[kind])) == {"first", "between", "last"}


@pytest.mark.parametrize("kind", ASKED_IN)
def test_the_right_choice_is_not_known_by_its_length(kind: str) -> None:
    questions = ASKED_IN[kind]
    longest = [
        question
        for question in questions
        if question.right == max(range(len(question.choices)), key=lambda i: len(question.choices[i].text))
    ]
    assert len(longest) <= len(questions) / 2, [question.name for question in longest]


def test_each_section_asks_for_a_prediction_of_its_own() -> None:
    assert list(PREDICTIONS) == [section.number for section in SECTIONS]
    for number, predictions in PREDICTIONS.items():
        assert predictions
        assert all(question.section == number for question in predictions)


def test_from_the_third_section_on_two_earlier_ones_are_asked_about() -> None:
    assert list(RECALL) == [section.number for section in SECTIONS[2:]]
    for number, questions in RECALL.items():
        assert len(questions) == 2
        assert all(question.section < number for question in questions)


def test_every_earlier_section_is_asked_about_again() -> None:
    asked = {question.section for questions in RECALL.values() for question in questions}
    assert asked == {section.number for section in SECTIONS[:-1]}


def test_a_prediction_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(
        CourseError, match="Section 4 has no prediction 'one-byte-more': it has another-context"
    ):
        find_prediction(4, "one-byte-more")
