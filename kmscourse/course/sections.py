"""The sections of the course in order, and what each needs: first those of the lab, then those beyond it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from kmscourse.course.artifacts import KEY_ALIAS, TABLE
from kmscourse.errors import CourseError
from kmscourse.iam import LAB_USER


@dataclass(frozen=True)
class Names:
    """What notebooks and their exercises call the things that they make in plain boto3; an alias begins with alias/."""

    aliases: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def __or__(self, other: Names) -> Names:
        """The names of both, each once."""
        both = ((getattr(self, name), getattr(other, name)) for name in self.__dataclass_fields__)
        return Names(*(tuple(dict.fromkeys([*own, *others])) for own, others in both))


LAST_OF_LAB = 9
LAB_NAMES = Names((KEY_ALIAS, "alias/noKey"), (TABLE, "Films"), (LAB_USER,))
"""What the lab, sections 0 to 9, uses."""


TENANTS = ("alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett")
"""Whom section 12 keeps apart: each has a user, as in tenant-alfa."""


@dataclass(frozen=True)
class Section:
    """A notebook of the course.

    ``minutes`` is how long a student takes. ``needs`` names the artifacts that earlier sections left and this one uses;
    ``clears`` those that must not be there yet, since it is this section that makes them or shows life without them.
    ``names`` must be free, or the course's own, in a real account: those of what it makes, and of what it needs.
    One that is ``practice_only`` is in no real account.
    """

    number: int
    slug: str
    title: str
    minutes: int
    needs: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    names: Names = LAB_NAMES
    practice_only: bool = False

    @property
    def is_beyond(self) -> bool:
        """Is it beyond the lab that the course is built on?"""
        return self.number > LAST_OF_LAB

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
    Section(
        10,
        "roles",
        "Roles: permission that nobody carries",
        22,
        names=Names(
            aliases=("alias/payroll",),
            users=("Ada", "Ben"),
            roles=("PayrollKeyAdmin", "PayrollKeyUser", "PayrollWriter"),
        ),
    ),
    Section(
        11,
        "grants",
        "Grants: what the key policy does not show",
        21,
        needs=("myKey", "Books"),
        names=Names(aliases=(KEY_ALIAS,), tables=(TABLE,), users=("Nora", "Otto", "Pia")),
    ),
    Section(
        12,
        "tenants",
        "One statement, ten tenants",
        23,
        names=Names(
            aliases=("alias/tenants",),
            users=(*(f"tenant-{name}" for name in TENANTS), "tenant-support"),
        ),
    ),
    Section(
        13,
        "rotation",
        "Rotate, and what that does not do",
        24,
        names=Names(
            aliases=("alias/letters-2025", "alias/letters-2026", "alias/letters-now"),
            users=("letters-reader", "letters-mover"),
        ),
    ),
    Section(
        14,
        "imported-key-material",
        "Bring your own key",
        25,
        needs=(LAB_USER, "myKey"),
        names=Names(
            aliases=("alias/vault", "alias/cellar", "alias/north", "alias/south", "alias/west", KEY_ALIAS),
            users=(LAB_USER,),
        ),
    ),
    Section(
        15,
        "test-a-policy",
        "Test a policy before it is in force",
        21,
        names=Names(aliases=("alias/reports",), users=("Wanda", "Rolf", "Max")),
    ),
    Section(
        16,
        "thousand-records",
        "A thousand records",
        22,
        names=Names(aliases=("alias/records",), users=("records-reader",)),
    ),
    Section(
        17,
        "signatures",
        "Sign, verify, MAC",
        22,
        names=Names(
            aliases=("alias/releases", "alias/future", "alias/receipts", "alias/lock"), users=("Rosa",)
        ),
    ),
    Section(
        18,
        "encryption-sdk",
        "The library for it",
        20,
        names=Names(aliases=("alias/orders", "alias/orders-backup", "alias/stranger")),
    ),
    Section(
        19,
        "incident",
        "Incident: somebody else has your key",
        22,
        names=Names(aliases=("alias/loans",)),
        practice_only=True,
    ),
    Section(
        20,
        "ten-tickets",
        "Ten tickets",
        22,
        names=Names(aliases=("alias/baskets", "alias/returns", "alias/payments", "alias/shifts")),
        practice_only=True,
    ),
)

LAB_SECTIONS = tuple(section for section in SECTIONS if not section.is_beyond)
BEYOND_SECTIONS = tuple(section for section in SECTIONS if section.is_beyond)
"""The two parts of the course."""


def all_names() -> Names:
    """The names that any section uses that is not in the practice account only."""
    return reduce(or_, (section.names for section in SECTIONS if not section.practice_only))


def find_section(number: int) -> Section:
    """The section of that number. Raises CourseError where there is none."""
    for section in SECTIONS:
        if section.number == number:
            return section
    raise CourseError(f"There is no section {number!r}: the course has sections 0 to {SECTIONS[-1].number}.")
