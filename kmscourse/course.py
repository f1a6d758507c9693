"""The sections in order: what each needs, what is in its way, and how to put an account where a section starts."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from kmscourse import lock
from kmscourse.account import Account
from kmscourse.errors import CourseError, ForeignError, HomeError
from kmscourse.holdings import guard_of, in_the_way
from kmscourse.home import cannot_write
from kmscourse.iam import LAB_USER
from kmscourse.notes import Notes
from kmscourse.pieces import PIECES, Piece


@dataclass(frozen=True)
class Section:
    """A notebook of the course.

    ``minutes`` is how long a student takes. ``needs`` names the pieces that earlier sections left and this one uses;
    ``clears`` those that must not be there yet, since it is this section that makes them or shows life without them.
    """

    number: int
    slug: str
    title: str
    minutes: int
    needs: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()

    @property
    def notebook(self) -> str:
        """The notebook's file name, as in ``07-read-as-another-user.ipynb``."""
        return f"{self.number:02}-{self.slug}.ipynb"


SECTIONS = (
    Section(0, "welcome", "Welcome", 10, needs=("IAMLabUser",)),
    Section(
        1,
        "create-a-key",
        "Create a customer managed key",
        20,
        needs=("IAMLabUser",),
        clears=("myKey", "permission"),
    ),
    Section(2, "generate-a-data-key", "Generate a data key", 15, needs=("myKey",)),
    Section(3, "encrypt-data", "Encrypt data with a data key", 20, needs=("myKey",)),
    Section(
        4,
        "decrypt-the-data-key",
        "Decrypt the data key",
        15,
        needs=("IAMLabUser", "myKey", "data key", "message"),
        clears=("permission",),
    ),
    Section(5, "decrypt-the-data", "Decrypt the data", 10, needs=("myKey", "message")),
    Section(
        6, "create-an-encrypted-table", "Create an encrypted table", 15, needs=("myKey",), clears=("Books",)
    ),
    Section(
        7,
        "read-as-another-user",
        "Read the table as someone else",
        15,
        needs=("IAMLabUser", "myKey", "Books"),
        clears=("sign-in", "permission"),
    ),
    Section(
        8,
        "modify-the-key-policy",
        "Modify the key policy",
        20,
        needs=("IAMLabUser", "myKey", "Books", "sign-in"),
        clears=("permission",),
    ),
    Section(9, "clean-up", "Clean up", 10, needs=("IAMLabUser", "myKey", "Books", "sign-in", "permission")),
)


def section(number: int) -> Section:
    """The section of that number. Raises CourseError where there is none."""
    if number not in range(len(SECTIONS)):
        raise CourseError(
            f"There is no section {number!r}: the course has sections 0 to {len(SECTIONS) - 1}."
        )
    return SECTIONS[number]


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
        stay = [piece for piece in _in_the_way_of(account, notes, here) if piece.keeps]
        return _said(stay, _step_back(account, notes, here), _catch_up(account, notes, here, stay))


def _in_the_way_of(account: Account, notes: Notes, here: Section) -> list[Piece]:
    return [piece for piece in reversed(PIECES) if piece.name in here.clears and piece.exists(account, notes)]


def _step_back(account: Account, notes: Notes, here: Section) -> list[Piece]:
    """Take away what would be in this section's way; in a real account nothing with which something would be lost."""
    pieces = [piece for piece in _in_the_way_of(account, notes, here) if account.practice or not piece.keeps]
    for piece in pieces:
        piece.undo(account, notes)
    return pieces


def _catch_up(account: Account, notes: Notes, here: Section, stay: Sequence[Piece] = ()) -> list[Piece]:
    """Make what this section needs, and make what stays usable."""
    made = []
    for piece in PIECES:
        if (piece.name in here.needs or piece in stay) and not piece.ready(account, notes):
            piece.make(account, notes)
            made.append(piece)
    return made


def _said(stay: Sequence[Piece], undone: Sequence[Piece], made: Sequence[Piece]) -> list[str]:
    what = {
        "Already there, and it stays (kmscourse aws cleanup removes it)": stay,
        "Stepped back": undone,
        "Caught up": made,
    }
    return [
        f"{words}: {', '.join(f'{piece.name} (section {piece.section})' for piece in pieces)}"
        for words, pieces in what.items()
        if pieces
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
