"""How far a class has come, and where it is stuck: counted from what its students exported."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.classroom import Standing, Student
from kmscourse.classroom.standing import Score
from kmscourse.course.overview import Item
from kmscourse.course.questions import LETTERS, PREDICTIONS
from kmscourse.course.quiz import PARTS
from kmscourse.course.sections import SECTIONS
from kmscourse.errors import CourseError
from tests.exports import DAY, Change, answered, items, opened, solved, tried

FIRST, SECOND = PARTS["before"][:2]


def student(*changes: Change, name: str = "anna") -> Student:
    return Student(name, items(*changes))


def to_first(right: bool, choice: str = "") -> Change:
    """The first question of the quiz before the course was answered."""
    return answered("quiz before", FIRST.section, FIRST.name, right=right, choice=choice)


def test_at_first_nothing_is_begun() -> None:
    anna = student()
    assert (anna.sections_opened, anna.exercises_solved, anna.predictions) == (0, 0, Score(0, 0))
    assert anna.quiz == dict.fromkeys(PARTS, Score(0, 0))
    standing = Standing([anna])
    assert (standing.exercises, standing.questions) == ([], [])


def test_a_student_is_counted() -> None:
    one, two = PREDICTIONS[7][0], PREDICTIONS[6][0]
    anna = student(
        opened(6),
        opened(7),
        tried(7, 1),
        solved(7, 2),
        answered("prediction", 7, one.name, right=True),
        answered("prediction", 6, two.name, right=False),
        to_first(right=True),
        answered("quiz after", PARTS["after"][0].section, PARTS["after"][0].name, right=False),
    )
    assert (anna.sections_opened, anna.exercises_solved, anna.predictions) == (2, 1, Score(2, 1))
    assert anna.quiz == {"before": Score(1, 1), "after": Score(1, 0), "again": Score(0, 0)}


def test_a_section_in_which_something_was_done_was_opened() -> None:
    """As it has to be with exports of an earlier version, which do not say so."""
    early = [Item("exercise", "1", 7, DAY), Item("prediction", PREDICTIONS[6][0].name, 6, DAY, right=True)]
    assert Student("anna", early).sections_opened == 2


def test_to_answer_the_quiz_is_not_to_open_a_section() -> None:
    assert student(to_first(right=True)).sections_opened == 0


def test_who_is_stuck_has_had_it_checked_and_not_solved_it() -> None:
    standing = Standing(
        [
            student(opened(7), name="has not tried"),
            student(opened(7), tried(7, 1), name="is stuck"),
            student(opened(7), tried(7, 1), tried(7, 2), name="is stuck twice"),
            student(opened(7), solved(7, 1), name="has solved it"),
            student(opened(8), name="is elsewhere"),
        ]
    )
    first, second = (each for each in standing.exercises if each.section == 7)
    assert (first.number, first.opened, first.solved, first.stuck, first.open) == (1, 4, 1, 2, 3)
    assert (second.number, second.opened, second.solved, second.stuck, second.open) == (2, 4, 0, 1, 4)
    assert first.goal == "DynamoDB has answered IAMLabUser a call about Books"


def test_first_come_the_exercises_at_which_most_are_stuck() -> None:
    standing = Standing([student(opened(1), opened(2), tried(2, 2)), student(opened(1), solved(1, 1))])
    assert [(each.section, each.number) for each in standing.exercises] == [(2, 2), (1, 2), (1, 1), (2, 1)]


def test_first_come_the_questions_that_most_answered_wrong() -> None:
    second = answered("quiz before", SECOND.section, SECOND.name, right=False)
    standing = Standing(
        [student(to_first(right=False), second), student(to_first(right=True), second), student(second)]
    )
    assert [(each.question.name, each.wrong, each.answered) for each in standing.questions] == [
        (SECOND.name, 3, 3),
        (FIRST.name, 1, 2),
    ]


def test_a_question_says_which_wrong_choice_most_have_taken_and_what_may_be_behind_it() -> None:
    wrong = next(letter for letter in LETTERS if letter != LETTERS[FIRST.right])
    right = LETTERS[FIRST.right]
    standing = Standing(
        [
            student(to_first(right=False, choice=wrong)),
            student(to_first(right=False)),
            student(to_first(right=True, choice=right)),
            student(to_first(right=True, choice=right)),
        ]
    )
    (question,) = standing.questions
    assert question.common_wrong == FIRST.choices[LETTERS.index(wrong)]
    assert question.misconception == "To disable a key cuts everybody off at once."


def test_where_nobody_said_which_choice_none_is_named() -> None:
    (question,) = Standing([student(to_first(right=False))]).questions
    assert (question.common_wrong, question.misconception) == (None, "")


@pytest.mark.parametrize(
    "unknown",
    [
        [],
        [Item("section", "Welcome", 900, DAY)],
        [Item("exercise", "3", 7, DAY)],
        [Item("dance", "1", 7, DAY)],
        [Item("prediction", "<script>", 7, DAY)],
    ],
)
def test_an_export_of_something_else_is_refused(unknown: Sequence[Item]) -> None:
    with pytest.raises(CourseError, match="nothing of this course"):
        Student("anna", unknown)


def test_what_a_later_version_of_the_course_adds_is_left_out() -> None:
    later = [Item("section", "Later", 900, DAY, begun=DAY), Item("exercise", "9", 7, DAY)]
    anna = Student("anna", [*items(opened(7)), *later])
    assert (anna.sections_opened, anna.exercises_solved) == (1, 0)


some_changes = st.lists(
    st.one_of(
        st.builds(opened, st.integers(0, 20)),
        st.builds(tried, st.integers(0, 20), st.integers(1, 2)),
        st.builds(solved, st.integers(0, 20), st.integers(1, 2)),
        st.builds(to_first, st.booleans(), st.sampled_from(["", *LETTERS])),
    ),
    max_size=12,
)


@given(st.lists(some_changes, max_size=5))
def test_the_counts_fit_together(changes: list[list[Change]]) -> None:
    standing = Standing([student(*each) for each in changes])
    for exercise in standing.exercises:
        assert 0 <= exercise.stuck <= exercise.open <= exercise.opened <= len(standing.students)
    for question in standing.questions:
        assert 0 <= question.wrong <= question.answered <= len(standing.students)
    assert sum(each.solved for each in standing.exercises) == sum(
        each.exercises_solved for each in standing.students
    )
    assert all(each.sections_opened <= len(SECTIONS) for each in standing.students)
