"""The sections in order: what each needs, what is in its way, and how to put an account where a section starts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kmscourse import lock
from kmscourse.account import Account
from kmscourse.errors import CourseError, HomeError
from kmscourse.notes import Notes
from kmscourse.pieces import PIECES


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
    Section(1, "create-a-key", "Create a customer managed key", 20, needs=("IAMLabUser",), clears=("myKey",)),
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
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock.held(path, PREPARE_SECONDS, _say_that_it_waits))
        except lock.TakenError:
            raise CourseError(
                f"Another notebook or command has been preparing the account for {PREPARE_SECONDS / 60:.0f} minutes. "
                "Interrupt it or end it, then try again."
            ) from None
        except OSError as error:
            raise HomeError(
                f"The file {path} can't be written ({error.strerror or error}). "
                "Set KMSCOURSE_HOME to a folder that you can write to."
            ) from None
        yield


def _say_that_it_waits() -> None:
    print("Another notebook or command is preparing the account: waiting until it has done so.", flush=True)


def prepare(account: Account, notes: Notes, number: int) -> list[str]:
    """Put the account where section ``number`` starts; returns a sentence for each kind of thing that was done.

    In a real account nothing is ever taken away: what is in the way is named instead.
    """
    here = section(number)
    in_the_way = [
        piece for piece in reversed(PIECES) if piece.name in here.clears and piece.exists(account, notes)
    ]
    if account.practice:
        for piece in in_the_way:
            piece.undo(account, notes)
    missing = []
    for piece in PIECES:
        if piece.name in here.needs and not piece.ready(account, notes):
            piece.make(account, notes)
            missing.append(piece)
    said = {
        "Stepped back" if account.practice else "In the way (it is yours, so it stays)": in_the_way,
        "Caught up": missing,
    }
    return [
        f"{what}: {', '.join(f'{piece.name} (section {piece.section})' for piece in pieces)}"
        for what, pieces in said.items()
        if pieces
    ]
