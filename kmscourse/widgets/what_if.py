"""The policies of an account, and copies of them to be edited: what would be decided if they were as they are typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kmscourse.access import Snapshot
from kmscourse.errors import PolicyError
from kmscourse.policy import Layers, compile_policy, parse
from kmscourse.widgets.policy_field import text_of

ELSEWHERE = "444455556666"  # an account id of AWS's documentation
STRANGER = f"arn:aws:iam::{ELSEWHERE}:user/Visitor"

Document = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A policy that can be edited: the key policy of ``owner``, or one that ``owner`` carries; its name, if any."""

    kind: Literal["key", "identity"]
    owner: str
    name: str = ""


class WhatIf:
    """An account, and what has been typed in place of its policies. A text that can't be read changes nothing."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._typed: dict[Sheet, str] = {}
        self._read: dict[Sheet, Document] = {}

    def sheets(self, principal: str, resource: str) -> dict[Sheet, str]:
        """The policies that bear on what a principal asks of a resource, each with what to call it."""
        sheets = {
            Sheet("key", owner): f"Key policy of {self.snapshot.name_of(owner)}"
            for owner in self.bears_on(resource)
            if ":key/" in owner
        }
        person = self.snapshot.people.get(principal)
        if person is not None:
            for name in person.policies:
                sheets[Sheet("identity", principal, name)] = (
                    f"{name.removesuffix(', inline')}, a policy of {person.name}"
                )
            sheets[Sheet("identity", principal)] = f"One more policy for {person.name}"
        if principal == STRANGER:
            sheets[Sheet("identity", principal)] = f"What the visitor's own account ({ELSEWHERE}) allows"
        return sheets

    def bears_on(self, resource: str) -> list[str]:
        """The resource; and of a table that a key of the account's own encrypts, that key."""
        table = self.snapshot.tables.get(resource)
        return [resource] if table is None or table.key_arn is None else [resource, table.key_arn]

    def saved(self, sheet: Sheet) -> Document:
        """The policy as it is in the account; nothing where it is one more, everything where it is a stranger's."""
        if sheet.kind == "key":
            return self.snapshot.key_policy(sheet.owner)
        person = self.snapshot.people.get(sheet.owner)
        if person is not None and sheet.name in person.policies:
            return person.policies[sheet.name]
        everything = [{"Effect": "Allow", "Action": ["kms:*", "dynamodb:*"], "Resource": "*"}]
        return {"Version": "2012-10-17", "Statement": everything if sheet.owner == STRANGER else []}

    def text(self, sheet: Sheet) -> str:
        """The policy as it has been typed, or else as it is in the account."""
        return self._typed.get(sheet, text_of(self.saved(sheet)))

    def type(self, sheet: Sheet, text: str) -> None:
        """Put a text in a policy's place."""
        self.put_back(sheet)
        if text == text_of(self.saved(sheet)):
            return
        self._typed[sheet] = text
        try:
            self._read[sheet] = parse(text)
            compile_policy(self._read[sheet])
        except PolicyError:
            self._read.pop(sheet, None)

    def put_back(self, sheet: Sheet) -> None:
        """Forget what was typed in a policy's place."""
        self._typed.pop(sheet, None)
        self._read.pop(sheet, None)

    @property
    def edited(self) -> list[Sheet]:
        """The policies that would be others than they are."""
        return [sheet for sheet, document in self._read.items() if document != self.saved(sheet)]

    def layers(self, principal: str, resource: str) -> Layers:
        """Everything that bears on what a principal asks of a resource, as it is typed."""
        layers = self.snapshot.layers(principal, resource)
        own = [sheet for sheet in self.sheets(principal, resource) if sheet.kind == "identity"]
        if own:
            layers["identity_policies"] = [self._document(sheet) for sheet in own]
        if ":key/" in resource:
            layers["resource_policy"] = self._document(Sheet("key", resource))
        return layers

    def _document(self, sheet: Sheet) -> Document:
        return self._read[sheet] if sheet in self._read else self.saved(sheet)
