"""How an account is put where a section starts: what is in its way goes, and what it needs is made."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course.artifacts import ARTIFACTS, Artifact
from kmscourse.course.inventory import guard_of, in_the_way
from kmscourse.course.notes import Notes
from kmscourse.course.sections import Section, section
from kmscourse.errors import CourseError, ForeignError, HomeError
from kmscourse.home import cannot_write, lock
from kmscourse.iam import LAB_USER

PREPARE_SECONDS = 900.0  # in a real account a table alone takes minutes to go and to come


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
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
    here = section(number)
    if account.practice:
        with _way_out_told(number):
            return _said([], _step_back(account, notes, here), _catch_up(account, notes, here))
    names = in_the_way(account)
    if names:
        elsewhere = "another account" if f"user {LAB_USER}" in names else "another account or another Region"
        raise ForeignError(
            f"The account {account.id} has {', '.join(names)} already, which the course did not make and leaves alone: "
            f"take the course in {elsewhere}."
        )
    with _refusal_explained(account):
        stay = [artifact for artifact in _in_the_way_of(account, notes, here) if artifact.keeps]
        return _said(stay, _step_back(account, notes, here), _catch_up(account, notes, here, stay))


def _in_the_way_of(account: Account, notes: Notes, here: Section) -> list[Artifact]:
    return [
        artifact
        for artifact in reversed(ARTIFACTS)
        if artifact.name in here.clears and artifact.exists(account, notes)
    ]


def _step_back(account: Account, notes: Notes, here: Section) -> list[Artifact]:
    """Take away what would be in this section's way; in a real account nothing with which something would be lost."""
    artifacts = [
        artifact
        for artifact in _in_the_way_of(account, notes, here)
        if account.practice or not artifact.keeps
    ]
    for artifact in artifacts:
        artifact.undo(account, notes)
    return artifacts


def _catch_up(account: Account, notes: Notes, here: Section, stay: Sequence[Artifact] = ()) -> list[Artifact]:
    """Make what this section needs, and make what stays usable."""
    made = []
    for artifact in ARTIFACTS:
        if (artifact.name in here.needs or artifact in stay) and not artifact.ready(account, notes):
            artifact.make(account, notes)
            made.append(artifact)
    return made


def _said(stay: Sequence[Artifact], undone: Sequence[Artifact], made: Sequence[Artifact]) -> list[str]:
    what = {
        "Already there, and it stays (kmscourse aws cleanup removes it)": stay,
        "Stepped back": undone,
        "Caught up": made,
    }
    return [
        f"{words}: {', '.join(f'{artifact.name} (section {artifact.section})' for artifact in artifacts)}"
        for words, artifacts in what.items()
        if artifacts
    ]


@contextlib.contextmanager
def _way_out_told(number: int) -> Iterator[None]:
    """Say of a refusal in the practice account how to go on: to run the cell again, or to restart, changes nothing."""
    try:
        yield
    except ClientError as error:
        raise CourseError(
            f"The practice account has been changed so that section {number} can't start: {error}. Undo what is in the "
            f"way, or start the account over: kmscourse sandbox reset --section {number}"
        ) from error


@contextlib.contextmanager
def _refusal_explained(account: Account) -> Iterator[None]:
    """Say of a refusal which permission the main user lacks, or else AWS's words, and what was made before it."""
    made = guard_of(account).made
    before = len(made)
    try:
        yield
    except ClientError as error:
        named = re.search(r"not authorized to perform: ([\w-]+:\w+)", str(error))
        if named:
            what = f"{account.user_arn} lacks the permission {named[1]}: add it"
        else:
            what = f"AWS refused {error.operation_name} ({error}): mend that"
        raise CourseError(
            f"{what}, and run this cell again. Made so far: {', '.join(made[before:]) or 'nothing'} "
            "(kmscourse aws status lists what is there)."
        ) from error
