"""The class as CSV: a row for each student, and no cell that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.classroom import Standing, Student, spreadsheet
from kmscourse.classroom.sources import readable
from kmscourse.classroom.spreadsheet import COLUMNS
from kmscourse.course.quiz import PARTS
from tests.exports import answered, items, opened, solved


def rows(*names: str) -> list[dict[str, str]]:
    written = spreadsheet(Standing([Student(name, items()) for name in names]))
    return list(csv.DictReader(io.StringIO(written)))


def test_a_student_is_a_row_of_numbers() -> None:
    question = PARTS["after"][0]
    anna = Student(
        "anna",
        items(opened(7), solved(7, 1), answered("quiz after", question.section, question.name, right=True)),
    )
    assert list(csv.DictReader(io.StringIO(spreadsheet(Standing([anna]))))) == [
        {
            **dict.fromkeys(COLUMNS, "0"),
            "name": "anna",
            "sections_opened": "1",
            "exercises_solved": "1",
            "quiz_after_right": "1",
            "quiz_after_answered": "1",
        }
    ]


@pytest.mark.parametrize(
    "name",
    ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", " =1", "\u3000=1", "＝1", "＋1", "－1", "＠1"],  # noqa: RUF001
)
def test_a_name_that_could_begin_a_formula_is_text(name: str) -> None:
    assert rows(name)[0]["name"] == f"'{name}"


@given(st.text(max_size=20).map(readable))
def test_every_other_name_is_as_it_is(name: str) -> None:
    written = rows(name)[0]["name"]
    assert written.removeprefix("'") == name.removeprefix("'")
    assert written[:1] not in ("=", "+", "-", "@")
