"""What the course made to catch a learner up counts for nobody; what the learner makes themselves does, at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmscourse.account import Account
from kmscourse.course import SECTIONS, artifacts, prepare
from kmscourse.course.artifacts import ARTIFACTS, artifact_named
from kmscourse.course.caught_up import CaughtUp
from kmscourse.course.checks import CHECKS, EXERCISES, Report, run
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER
from tests.course.beginnings import BEGINNINGS

NUMBERS = [section.number for section in SECTIONS]
MADE_BY = {1: "myKey", 3: "message", 6: "Books", 8: "permission"}
"""Section -> the artifact on which alone its checks depend."""
Make = Callable[[Account, Notes], object]


def report(account: Account, notes: Notes, section: int) -> Report:
    return run(CHECKS[section], account, notes)


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("opened", BEGINNINGS)
def test_only_opening_a_section_does_no_section_and_no_exercise(
    account: Account, notes: Notes, opened: int, again: bool
) -> None:
    prepare(account, notes, opened, again=again)
    prepare(account, notes, opened)
    done = [number for number in NUMBERS if report(account, notes, number).counts]
    solved = [
        (number, place)
        for number, exercises in EXERCISES.items()
        for place, exercise in enumerate(exercises, 1)
        if run(exercise, account, notes).counts
    ]
    assert (done, solved) == ([], []), "the course's own calls count for nobody"


@pytest.mark.parametrize("opened", BEGINNINGS)
def test_on_a_real_account_it_does_none_either(empty_account: Account, notes: Notes, opened: int) -> None:
    prepare(empty_account, notes, opened)
    assert [number for number in NUMBERS if report(empty_account, notes, number).counts] == []


@pytest.mark.parametrize(("section", "name"), MADE_BY.items())
def test_what_the_course_made_passes_and_says_that_it_does_not_count(
    account: Account, notes: Notes, section: int, name: str
) -> None:
    prepare(account, notes, 4 if section < 4 else 9)
    found = report(account, notes, section)
    assert found.passed
    assert not found.counts
    assert f"to do it yourself, start over with Lab.open(section={section}, again=True)" in repr(found)


@pytest.mark.parametrize(("section", "name"), MADE_BY.items())
def test_what_the_learner_makes_after_starting_over_counts(
    account: Account, notes: Notes, section: int, name: str
) -> None:
    prepare(account, notes, 4 if section < 4 else 9)
    prepare(account, notes, section, again=True)
    artifact_named(name).make(account, notes)
    assert report(account, notes, section).counts


def test_what_the_learner_makes_by_whatever_way_counts_without_starting_over(
    account: Account, notes: Notes
) -> None:
    """The table of the course's is deleted and made anew, as with the AWS CLI in a terminal."""
    prepare(account, notes, 7)
    assert not report(account, notes, 6).counts
    artifacts.remove_table(account, notes)
    artifacts.make_table(account, notes)
    assert report(account, notes, 6).counts


def test_what_the_learner_has_made_still_counts_when_later_sections_are_opened(
    account: Account, notes: Notes
) -> None:
    prepare(account, notes, 1)
    artifacts.make_key(account, notes)
    for number in range(2, 10):
        prepare(account, notes, number)
    assert report(account, notes, 1).counts
    assert not report(account, notes, 6).counts


def test_a_table_of_the_learners_into_which_the_course_put_the_book_does_not_count(
    account: Account, notes: Notes
) -> None:
    prepare(account, notes, 6)
    artifacts.make_table(account, notes)
    account.client("dynamodb").delete_item(
        TableName=artifacts.TABLE, Key={name: {"S": value} for name, value in artifacts.BOOK.items()}
    )
    prepare(account, notes, 7)
    assert not report(account, notes, 6).counts


def test_section_eight_counts_where_the_learner_narrows_what_the_course_allowed(
    account: Account, notes: Notes
) -> None:
    prepare(account, notes, 9)
    artifacts.take_permission(account, notes)
    account.client("kms").create_grant(
        KeyId=artifacts.key_arn(account),
        GranteePrincipal=artifacts.lab_user_arn(account),
        Operations=["Decrypt"],
    )
    assert not CaughtUp(account, notes).has(artifact_named("permission"))


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_each_artifact_is_told_from_another_of_its_name(
    account: Account, notes: Notes, artifact: object
) -> None:
    assert isinstance(artifact, artifacts.Artifact)
    if artifact.name == LAB_USER:
        return  # nothing takes it away
    prepare(account, notes, 9)
    caught_up = CaughtUp(account, notes)
    if not artifact.is_ready(account, notes):
        caught_up.make(artifact)
    assert caught_up.has(artifact)
    artifact.undo(account, notes)
    if artifact.name in ("data key", "message"):
        notes.clear()
    assert not artifact.is_ready(account, notes)
    assert not caught_up.has(artifact)
