"""What was answered outlives the notebook and the practice account, and holds no text of anybody's."""

from __future__ import annotations

import json
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kmscourse.course.answers import ANSWERS_FILE, Answer, Answers
from kmscourse.course.questions import PREDICTIONS
from kmscourse.errors import CourseError

FIRST, SECOND = PREDICTIONS[0]


@pytest.fixture
def answers(tmp_path: Path) -> Answers:
    return Answers(tmp_path, "prediction")


def today() -> datetime:
    return datetime.now(UTC)


def test_nothing_is_answered_at_first(answers: Answers) -> None:
    assert answers.given == {}


def test_an_answer_is_kept_with_its_day(answers: Answers, tmp_path: Path) -> None:
    answers.keep(FIRST, FIRST.right)
    answers.keep(SECOND, None)
    day = today().date()
    assert Answers(tmp_path, "prediction").given == {
        FIRST.name: Answer(FIRST.right, True, day),
        SECOND.name: Answer(None, False, day),
    }


def test_a_later_answer_takes_the_place_of_an_earlier_one(answers: Answers) -> None:
    answers.keep(SECOND, 0)
    answers.keep(SECOND, SECOND.right)
    assert answers.given[SECOND.name].right


def test_each_occasion_has_its_own(answers: Answers, tmp_path: Path) -> None:
    answers.keep(FIRST, 0)
    Answers(tmp_path, "recall").keep(FIRST, 1)
    assert answers.given[FIRST.name].choice == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_it_is_for_its_owner_alone(answers: Answers, tmp_path: Path) -> None:
    answers.keep(FIRST, 0)
    assert stat.S_IMODE((tmp_path / ANSWERS_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "written",
    [
        5,
        "x",
        [],
        {FIRST.name: 5},
        {FIRST.name: {}},
        {FIRST.name: {"choice": "A", "right": True, "day": "2026-01-01"}},
        {FIRST.name: {"choice": True, "right": True, "day": "2026-01-01"}},
        {FIRST.name: {"choice": 0, "right": "yes", "day": "2026-01-01"}},
        {FIRST.name: {"choice": 0, "right": True, "day": "yesterday"}},
        {FIRST.name: {"choice": 0, "right": True, "day": 5}},
    ],
)
def test_what_somebody_else_wrote_and_is_no_answer_is_none(
    answers: Answers, tmp_path: Path, written: object
) -> None:
    (tmp_path / ANSWERS_FILE).write_text(json.dumps({"learner": {"prediction": written}}))
    assert answers.given == {}
    answers.keep(SECOND, 0)
    assert list(answers.given) == [SECOND.name]


def test_a_file_that_cannot_be_read_is_one_sentence(answers: Answers, tmp_path: Path) -> None:
    (tmp_path / ANSWERS_FILE).write_text("{nope")
    with pytest.raises(CourseError, match=r"answers\.json can't be read. Move it away"):
        answers.keep(FIRST, 0)
