"""The sections of the course in order, and what each needs."""

from __future__ import annotations

from dataclasses import dataclass

from kmscourse.errors import CourseError
from kmscourse.iam import LAB_USER


@dataclass(frozen=True)
class Section:
    """A notebook of the course.

    ``minutes`` is how long a student takes. ``needs`` names the artifacts that earlier sections left and this one uses;
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
    Section(0, "welcome", "Welcome", 19, needs=(LAB_USER,)),
    Section(
        1,
        "create-a-key",
        "Create a customer managed key",
        23,
        needs=(LAB_USER,),
        clears=("myKey", "permission"),
    ),
    Section(2, "generate-a-data-key", "Generate a data key", 23, needs=("myKey",)),
    Section(3, "encrypt-data", "Encrypt data with a data key", 20, needs=("myKey",)),
    Section(
        4,
        "decrypt-the-data-key",
        "Decrypt the data key",
        20,
        needs=(LAB_USER, "myKey", "data key", "message"),
        clears=("permission",),
    ),
    Section(
        5,
        "decrypt-the-data",
        "Decrypt the data",
        20,
        needs=(LAB_USER, "myKey", "message"),
        clears=("permission",),
    ),
    Section(
        6, "create-an-encrypted-table", "Create an encrypted table", 20, needs=("myKey",), clears=("Books",)
    ),
    Section(
        7,
        "read-as-another-user",
        "Read the table as someone else",
        20,
        needs=(LAB_USER, "myKey", "Books"),
        clears=("sign-in", "permission"),
    ),
    Section(
        8,
        "modify-the-key-policy",
        "Modify the key policy",
        25,
        needs=(LAB_USER, "myKey", "Books", "sign-in"),
        clears=("permission",),
    ),
    Section(9, "clean-up", "Clean up", 22, needs=(LAB_USER, "myKey", "Books", "sign-in", "permission")),
)


def find_section(number: int) -> Section:
    """The section of that number. Raises CourseError where there is none."""
    if number not in range(len(SECTIONS)):
        raise CourseError(
            f"There is no section {number!r}: the course has sections 0 to {len(SECTIONS) - 1}."
        )
    return SECTIONS[number]
