"""The quiz covers each misconception before and after the course, with other cases, and its halves weigh the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from kmscourse.course.questions import FIRST_HALF, MISCONCEPTIONS, SECOND_HALF, Question
from kmscourse.course.questions.question import WHO, WHY, WORKS

HALVES = {"first": FIRST_HALF, "second": SECOND_HALF}

each_half = pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)


@each_half
def test_a_half_has_twelve_questions_four_of_each_kind(half: Sequence[Question]) -> None:
    assert Counter(question.kind for question in half) == {WHY: 4, WORKS: 4, WHO: 4}


@each_half
def test_a_half_has_a_wrong_choice_for_every_misconception(half: Sequence[Question]) -> None:
    held = {choice.misconception for question in half for choice in question.choices} - {""}
    assert held == set(MISCONCEPTIONS)


@each_half
def test_no_misconception_is_right(half: Sequence[Question]) -> None:
    for question in half:
        assert not question.choices[question.right].misconception
        assert any(choice.misconception for choice in question.choices), question.name


def test_the_halves_have_no_case_in_common() -> None:
    texts = [question.text for question in (*FIRST_HALF, *SECOND_HALF)]
    assert len(set(texts)) == len(texts)
    choices = Counter(choice.text for question in (*FIRST_HALF, *SECOND_HALF) for choice in question.choices)
    assert max(choices.values()) == 1, choices.most_common(1)
