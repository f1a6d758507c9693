"""How an account is put where a section starts: what it needs is made, and what the learner has made stays.

Only a learner who starts the section over has something taken away.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from kmscourse.access import Refusal
from kmscourse.account import Account
from kmscourse.course import incident, tickets
from kmscourse.course.artifacts import ARTIFACTS, Artifact
from kmscourse.course.caught_up import CaughtUp
from kmscourse.course.inventory import find_taken_names, require_guard
from kmscourse.course.notes import Notes
from kmscourse.course.sections import Section, find_section
from kmscourse.course.stage import Stage
from kmscourse.errors import CourseError, ForeignError, HomeError, KmsCourseError
from kmscourse.home import cannot_write, lock

STAGES = (incident.STAGE, tickets.STAGE)
"""What two sections set up by a call of their own, and begin without."""
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


@dataclass(frozen=True)
class Preparation:
    """What was done to put an account where a section starts.

    ``undone`` was taken away and ``made`` was missing; ``kept`` is there although the section starts without it, and
    ``to_take_back`` names what of that would go if it started over; ``effects`` say what is otherwise meanwhile.
    """

    section: Section
    undone: Sequence[Artifact | Stage]
    made: Sequence[Artifact]
    kept: Sequence[Artifact | Stage]
    effects: Sequence[str]
    to_take_back: Sequence[str]

    @property
    def can_start_over(self) -> bool:
        """Would anything be taken back?"""
        return bool(self.to_take_back)

    @property
    def sentences(self) -> list[str]:
        """What there is to say of it, a sentence for each kind of thing."""
        said = [
            _list(name, some)
            for name, some in (("Stepped back", self.undone), ("Caught up", self.made))
            if some
        ]
        if not self.kept:
            return said
        sentence = _list("Kept as it is", self.kept)
        if self.effects:
            sentence += f". {'; '.join(self.effects)}"
        if self.can_start_over:
            sentence += f"; to start over: Lab.open(section={self.section.number}, again=True)"
        else:
            sentence += " (kmscourse aws cleanup removes it)"
        return [*said, sentence]


def _list(opening: str, artifacts: Sequence[Artifact | Stage]) -> str:
    return f"{opening}: {', '.join(map(_named, artifacts))}"


def _named(artifact: Artifact | Stage) -> str:
    return f"{artifact.name} (section {artifact.section})"


def prepare(account: Account, notes: Notes, number: int, *, again: bool = False) -> Preparation:
    """Make what section ``number`` needs and is missing. What is there stays: it may be the learner's work.

    ``again`` starts the section over: what it starts without is taken away first, in a real account only what holds
    nothing that would be lost. Raises CourseError there for a section of the practice account alone, and ForeignError,
    before anything is made, where something that is not the course's has one of the section's names; CourseError where
    a permission is missing, where something of the learner's can't be used as it is, or where the practice account has
    been changed so that a step is refused.
    """
    section = find_section(number)
    if account.practice:
        with _explain_way_out(number):
            return _prepare(account, notes, section, again)
    if section.practice_only:
        raise CourseError(f"Section {number} is in the practice account only: unset KMSCOURSE_TARGET.")
    taken_names = find_taken_names(account, section.names)
    if taken_names:
        needs_account = any(
            name.startswith(("user ", "role ")) for name in taken_names
        )  # they are in no Region
        elsewhere = "another account" if needs_account else "another account or another Region"
        raise ForeignError(
            f"The account {account.id} has {', '.join(taken_names)} already, which the course did not make and leaves "
            f"alone: take the course in {elsewhere}."
        )
    with _explain_refusal(account):
        return _prepare(account, notes, section, again)


def _prepare(account: Account, notes: Notes, section: Section, again: bool) -> Preparation:
    caught_up = CaughtUp(account, notes)
    unwelcome = _find_unwelcome(account, notes, section)
    undone = [artifact for artifact in unwelcome if again and _can_be_undone(account, artifact)]
    for artifact in undone:
        caught_up.undo(artifact)
    kept = [artifact for artifact in unwelcome if artifact not in undone]
    stages = [stage for stage in STAGES if stage.section == section.number and stage.is_there(account)]
    for stage in stages if again else ():
        stage.clear(account)
    made = []
    for artifact in ARTIFACTS:
        is_needed = artifact.name in section.needs or (again and artifact in kept)
        if not is_needed or artifact.is_ready(account, notes):
            continue
        if misfit := artifact.misfit(account, notes):
            if not account.practice:
                raise CourseError(f"{misfit}: delete it, then run this cell again.")
            if not again:
                raise CourseError(
                    f"{misfit}: delete it, or start over with Lab.open(section={section.number}, again=True)."
                )
            caught_up.undo(artifact)
        caught_up.make(artifact)
        made.append(artifact)
    return Preparation(
        section,
        [*undone, *(stages if again else ())],
        made,
        [*kept, *(() if again else stages)],
        [effect for artifact in kept if (effect := artifact.effect(account, notes))],
        [
            *(_named(artifact) for artifact in kept if _can_be_undone(account, artifact)),
            *(() if again else map(_named, stages)),
        ],
    )


def _find_unwelcome(account: Account, notes: Notes, section: Section) -> list[Artifact]:
    """What is there although the section starts without it, the latest made first."""
    to_clear = [artifact for artifact in reversed(ARTIFACTS) if artifact.name in section.clears]
    return [artifact for artifact in to_clear if artifact.exists(account, notes)]


def _can_be_undone(account: Account, artifact: Artifact) -> bool:
    """May the course take it away, where the learner starts over? In a real account not with what it holds."""
    return account.practice or not artifact.holds_data


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
