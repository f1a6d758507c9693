"""All that is kept of a learner's way is shown, one row for each thing, and nothing about the learner."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kmscourse.course import SECTIONS
from kmscourse.course.answers import Answers
from kmscourse.course.checks import EXERCISES
from kmscourse.course.overview import Overview, count_done, count_right
from kmscourse.course.progress import Progress
from kmscourse.course.questions import PREDICTIONS, RECALL
from kmscourse.course.quiz import PARTS

ACCOUNT = "123456789012"


def overview(folder: Path) -> Overview:
    return Overview(folder, ACCOUNT)


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def test_at_first_everything_is_there_and_nothing_done(tmp_path: Path) -> None:
    items = overview(tmp_path).items
    assert len(items) == (
        len(SECTIONS)
        + sum(map(len, EXERCISES.values()))
        + sum(map(len, PREDICTIONS.values()))
        + sum(map(len, RECALL.values()))
        + sum(map(len, PARTS.values()))
        + 1
    )
    assert not any(item.done for item in items)
    assert not overview(tmp_path).is_complete


def test_what_is_done_has_its_day(tmp_path: Path) -> None:
    progress = Progress(tmp_path, ACCOUNT)
    progress.record(7)
    progress.record(7, 2)
    progress.record_challenge()
    done = {(item.kind, item.section, item.name): item.day for item in overview(tmp_path).items if item.done}
    assert done == {
        ("section", 7, SECTIONS[7].title): today(),
        ("exercise", 7, "2"): today(),
        ("challenge", None, "challenge"): today(),
    }


def test_what_is_answered_is_right_or_not(tmp_path: Path) -> None:
    first, second = PREDICTIONS[0]
    answers = Answers(tmp_path, "prediction")
    answers.keep(first, first.right)
    answers.keep(second, (second.right + 1) % 3)
    Answers(tmp_path, "quiz after").keep(PARTS["after"][0], None)
    kept = overview(tmp_path)
    assert [item.right for item in kept.of("prediction", 0)] == [True, False]
    total = sum(map(len, PREDICTIONS.values()))
    assert (count_done(kept.of("prediction")), count_right(kept.of("prediction"))) == (f"2 of {total}", 1)
    assert kept.of("quiz after")[0].right is False
    assert kept.of("quiz before")[0].right is None


def test_it_is_complete_with_every_section_exercise_and_the_challenge(tmp_path: Path) -> None:
    progress = Progress(tmp_path, ACCOUNT)
    for section, exercises in EXERCISES.items():
        progress.record(section)
        for number in range(1, len(exercises) + 1):
            progress.record(section, number)
    assert not overview(tmp_path).is_complete
    progress.record_challenge()
    assert overview(tmp_path).is_complete
    progress.start_over(9)
    assert not overview(tmp_path).is_complete


def test_what_was_begun_has_its_day_whether_it_is_done_or_not(tmp_path: Path) -> None:
    progress = Progress(tmp_path, ACCOUNT)
    progress.record_begun(7)
    progress.record_begun(7, 1)
    progress.record(7, 2)
    begun = {
        (item.kind, item.name): (item.begun, item.day) for item in overview(tmp_path).items if item.begun
    }
    assert begun == {
        ("section", SECTIONS[7].title): (today(), ""),
        ("exercise", "1"): (today(), ""),
        ("exercise", "2"): (today(), today()),
    }


def test_the_choice_that_was_taken_has_its_letter(tmp_path: Path) -> None:
    first, second, *_ = PARTS["after"]
    answers = Answers(tmp_path, "quiz after")
    answers.keep(first, 1)
    answers.keep(second, None)
    assert [item.choice for item in overview(tmp_path).of("quiz after")][:3] == ["B", "", ""]


def test_a_choice_that_the_question_no_longer_has_has_no_letter(tmp_path: Path) -> None:
    Answers(tmp_path, "quiz after").keep(PARTS["after"][0], 17)
    assert overview(tmp_path).of("quiz after")[0].choice == ""
