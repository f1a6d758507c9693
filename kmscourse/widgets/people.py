"""The users and roles of an account, to be ticked: with paths, types and a search, as the console has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import traitlets
from ipywidgets import HTML, Checkbox, HBox, Text, VBox

from kmscourse.widgets.controls import WIDE, show, tick

SERVICE_LINKED = "/aws-service-role/"


@dataclass(frozen=True)
class Person:
    """A user or a role: its name, its IAM path, which of the two it is, and its ARN."""

    name: str
    path: str
    kind: str
    arn: str


def people_of(iam: Any) -> list[Person]:
    """The account's users, then its roles, by name. AWS's own roles are left out. Raises ClientError."""
    users = [user for page in iam.get_paginator("list_users").paginate() for user in page["Users"]]
    roles = [role for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]]
    named_users = [Person(user["UserName"], user["Path"], "User", user["Arn"]) for user in users]
    named_roles = [
        Person(role["RoleName"], role["Path"], "Role", role["Arn"])
        for role in roles
        if not role["Path"].startswith(SERVICE_LINKED)
    ]
    return [
        person for kind in (named_users, named_roles) for person in sorted(kind, key=lambda one: one.name)
    ]


class People(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Any number of people, with a box to tick for each. ``value`` holds the ARNs that are ticked, in their order.

    What is searched for hides the others, and changes nothing of what is ticked. Raises TraitError for a value that is
    nobody's ARN.
    """

    value = traitlets.Tuple()

    def __init__(self, description: str, people: Sequence[Person] = ()) -> None:
        self.description = description
        self._boxes: list[Checkbox] = []
        self._rows: list[HBox] = []
        label = HTML(f'<div class="kms-name">{escape(description)}</div>')
        self.search = Text(description="Search by name", placeholder="A part of the name", layout=WIDE)
        self.search.add_class("kms-search")
        head = HTML('<div class="kms-person"><span>Name</span><span>Path</span><span>Type</span></div>')
        self._room = VBox()
        self._room.add_class("kms-people")
        self._count = HTML()
        super().__init__([label, self.search, head, self._room, self._count])
        self.add_class("kms-field")
        self.people: tuple[Person, ...] = ()
        self.offer(people)
        self.search.observe(self._show, "value")

    def offer(self, people: Sequence[Person]) -> None:
        """Put other people there; those who were ticked, and are still among them, stay so."""
        before = self.value
        self.people = tuple(people)
        self._boxes = [tick(person.name) for person in self.people]
        self._rows = [_row(box, person) for box, person in zip(self._boxes, self.people, strict=True)]
        for box in self._boxes:
            box.observe(self._ticked, "value")
        self._room.children = self._rows
        self.value = tuple(person.arn for person in self.people if person.arn in before)
        self._show(None)

    def focus(self) -> None:
        """Put the keyboard on the first box that can be seen, or else on the search."""
        shown = (
            box for box, row in zip(self._boxes, self._rows, strict=True) if row.layout.display != "none"
        )
        next(shown, self.search).focus()

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Name and ARN of each."""
        return tuple((person.name, person.arn) for person in self.people)

    @property
    def index(self) -> tuple[int, ...]:
        """The places of those who are ticked."""
        return tuple(i for i, person in enumerate(self.people) if person.arn in self.value)

    @traitlets.validate("value")
    def _valid_values(self, proposal: Any) -> tuple[str, ...]:
        arns = [person.arn for person in self.people]
        if not set(proposal["value"]) <= set(arns):
            raise traitlets.TraitError(f"{proposal['value']!r} has what is none of {arns!r}")
        return tuple(arn for arn in arns if arn in proposal["value"])

    @traitlets.observe("value")
    def _show(self, _: object) -> None:
        typed = self.search.value.strip().casefold()
        found = [typed in person.name.casefold() for person in self.people]
        for box, row, person, is_found in zip(self._boxes, self._rows, self.people, found, strict=True):
            box.value = person.arn in self.value
            show(row, is_found)
        self._count.value = (
            f'<div role="status" class="kms-hint">{sum(found)} of {len(found)} shown, '
            f"{len(self.value)} chosen</div>"
        )

    def _ticked(self, change: Any) -> None:
        index = next(i for i, box in enumerate(self._boxes) if box is change["owner"])
        arn = self.people[index].arn
        others = tuple(other for other in self.value if other != arn)
        self.value = (*others, arn) if change["new"] else others


def _row(box: Checkbox, person: Person) -> HBox:
    path, kind = HTML(f"<span>{escape(person.path)}</span>"), HTML(f"<span>{person.kind}</span>")
    box.tooltip = f"{person.kind} {person.name}, path {person.path}"
    row = HBox([box, path, kind])
    row.add_class("kms-person")
    return row
