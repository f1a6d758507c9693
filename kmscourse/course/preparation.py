"""How an account is put where a section starts: what is in its way goes, and what it needs is made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from botocore.exceptions import ClientError

from kmscourse.access import Refusal
from kmscourse.account import Account
from kmscourse.course.artifacts import ARTIFACTS, Artifact
from kmscourse.course.inventory import find_taken_names, require_guard
from kmscourse.course.notes import Notes
from kmscourse.course.sections import Section, find_section
from kmscourse.errors import CourseError, ForeignError, HomeError, KmsCourseError
from kmscourse.home import cannot_write, lock
from kmscourse.iam import LAB_USER

PREPARE_SECONDS = 900.0  # in a real account a table alone takes minutes to go and to come


@contextlib.contextmanager
def lock_preparation(folder: Path) -> Iterator[None]:
    """Within the block nobody else who uses this home prepares or resets an account; others wait, and say so.

    Raises CourseError where that takes longer than PREPARE_SECONDS, HomeError where the home can't be used.
    """
    path = folder / "prepare.lock"
    try:
        with lock.held(path, PREPARE_SECONDS, _say_that_it_waits):
            yield
    except lock.TakenError:
        raise CourseError(
            f"Another notebook or command has been preparing the account for {PREPARE_SECONDS / 60:.0f} minutes. "
            "Interrupt it or end it, then try again."
        ) from None
    except lock.UnusableError as error:
        raise HomeError(cannot_write(path, error)) from None


def _say_that_it_waits() -> None:
    print("Another notebook or command is preparing the account: waiting until it has done so.", flush=True)


def prepare(account: Account, notes: Notes, number: int) -> list[str]:
    """Put the account where section ``number`` starts; returns a sentence for each kind of thing that was done.

    In a real account what holds something stays where it is, and is said to: a key, a table. Raises ForeignError there,
    before anything is made, where something that is not the course's has one of its names, and CourseError where a
    permission is missing; CourseError too where the practice account has been changed so that a step is refused.
    """
    to_start = find_section(number)
    if account.practice:
        with _explain_way_out(number):
            return _sentences([], _step_back(account, notes, to_start), _catch_up(account, notes, to_start))
    taken_names = find_taken_names(account)
    if taken_names:
        needs_account = f"user {LAB_USER}" in taken_names
        elsewhere = "another account" if needs_account else "another account or another Region"
        raise ForeignError(
            f"The account {account.id} has {', '.join(taken_names)} already, which the course did not make and leaves "
            f"alone: take the course in {elsewhere}."
        )
    with _explain_refusal(account):
        staying = [artifact for artifact in _find_unwelcome(account, notes, to_start) if artifact.holds_data]
        undone = _step_back(account, notes, to_start)
        return _sentences(staying, undone, _catch_up(account, notes, to_start, staying))


def _find_unwelcome(account: Account, notes: Notes, to_start: Section) -> list[Artifact]:
    """What is there and must not be when the section starts, the latest made first."""
    to_clear = [artifact for artifact in reversed(ARTIFACTS) if artifact.name in to_start.clears]
    return [artifact for artifact in to_clear if artifact.exists(account, notes)]


def _step_back(account: Account, notes: Notes, to_start: Section) -> list[Artifact]:
    """Take away what would be in the section's way; in a real account nothing with which something would be lost."""
    unwelcome = _find_unwelcome(account, notes, to_start)
    undone = [artifact for artifact in unwelcome if account.practice or not artifact.holds_data]
    for artifact in undone:
        artifact.undo(account, notes)
    return undone


def _catch_up(
    account: Account, notes: Notes, to_start: Section, staying: Sequence[Artifact] = ()
) -> list[Artifact]:
    """Make what the section needs, and make what stays usable."""
    needed = [artifact for artifact in ARTIFACTS if artifact.name in to_start.needs or artifact in staying]
    made = []
    for artifact in needed:
        if not artifact.is_ready(account, notes):
            artifact.make(account, notes)
            made.append(artifact)
    return made


def _sentences(
    staying: Sequence[Artifact], undone: Sequence[Artifact], made: Sequence[Artifact]
) -> list[str]:
    """What was done, a sentence for each kind of it."""
    artifacts_by_opening = {
        "Already there, and it stays (kmscourse aws cleanup removes it)": staying,
        "Stepped back": undone,
        "Caught up": made,
    }
    return [
        f"{opening}: {', '.join(f'{artifact.name} (section {artifact.section})' for artifact in artifacts)}"
        for opening, artifacts in artifacts_by_opening.items()
        if artifacts
    ]


@contextlib.contextmanager
def _explain_way_out(number: int) -> Iterator[None]:
    """Say of a refusal in the practice account how to go on: to run the cell again, or to restart, changes nothing."""
    try:
        yield
    except ClientError as error:
        raise CourseError(
            f"The practice account has been changed so that section {number} can't start: {error}. Undo what is in the "
            f"way, or start the account over: kmscourse sandbox reset --section {number}"
        ) from error


@contextlib.contextmanager
def _explain_refusal(account: Account) -> Iterator[None]:
    """Say of a refusal which permission the main user lacks, or else AWS's words, and what was made before it."""
    made = require_guard(account).made
    count_before = len(made)
    try:
        yield
    except ClientError as error:
        action = _refused_action(error)
        if action:
            problem = f"{account.user_arn} lacks the permission {action}: add it"
        else:
            problem = f"AWS refused {error.operation_name} ({error}): mend that"
        raise CourseError(
            f"{problem}, and run this cell again. Made so far: {', '.join(made[count_before:]) or 'nothing'} "
            "(kmscourse aws status lists what is there)."
        ) from error


def _refused_action(error: ClientError) -> str | None:
    """The action that AWS refused for lack of a permission, None where AWS says something else."""
    try:
        return Refusal.read(str(error)).action
    except KmsCourseError:
        return None
