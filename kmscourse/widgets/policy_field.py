"""A policy to be edited: its text with line numbers, what is wrong with it at its place, and remarks by line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from ipywidgets import HTML, HBox, Textarea, Widget

from kmscourse.errors import PolicyError
from kmscourse.policy import Remark, lint, locate_statement, parse
from kmscourse.widgets.field import Field
from kmscourse.widgets.look import folded, message

SPARE = 1  # empty lines below the text, to go on writing


class PolicyField(Field):
    """The text of a policy; mistakes are said while one types, with the line and a mark where in the line.

    ``kind`` is whose policy it is, ``account`` the key's own; both are for the remarks.
    """

    def __init__(self, label: str, *, kind: Literal["key", "identity"] = "key", account: str) -> None:
        self.kind, self._account = kind, account
        self._numbers = HTML()
        super().__init__(
            Textarea(description=label, tooltip=f"{label}, as JSON", layout={"width": "auto"}),
            readable,
            live=True,
        )
        self.control.observe(self._number, "value")
        self._number(None)

    def placed(self) -> Widget:
        box = HBox([self._numbers, self.control])
        box.add_class("kms-editor")
        return box

    @property
    def policy(self) -> dict[str, Any] | None:
        """The policy, where the text can be read as one."""
        try:
            return parse(self.value)
        except PolicyError:
            return None

    def remarks(self) -> list[tuple[int, Remark]]:
        """What is wrong, dangerous or doubtful in it, each with its line. None, where it can't be read."""
        if self.policy is None:
            return []
        remarks = lint(self.value, kind=self.kind, account=self._account)
        return [(self._line(remark.statement), remark) for remark in remarks]

    def shown_remarks(self, before: Mapping[str, Any]) -> str:
        """The remarks as HTML; those that the policy ``before`` deserves as well are folded away."""
        old_gists = {_gist(remark) for remark in lint(before, kind=self.kind, account=self._account)}
        new_remarks: list[str] = []
        old_remarks: list[str] = []
        for line, remark in self.remarks():
            (old_remarks if _gist(remark) in old_gists else new_remarks).append(
                message("!", f"Line {line}: {remark}")
            )
        folded_remarks = (
            folded(f"Remarks on the policy as it is: {len(old_remarks)}", "".join(old_remarks))
            if old_remarks
            else ""
        )
        return "".join(new_remarks) + folded_remarks

    def say(self, problem: str) -> None:
        super().say(problem)
        self._number(None)

    def _line(self, number: int | None) -> int:
        offset = locate_statement(self.value, number) if number else 0
        text: str = self.value
        return text.count("\n", 0, offset) + 1

    def _number(self, _: object) -> None:
        """Number the lines, and mark those of which something is said."""
        lines = self.value.count("\n") + 1 + SPARE
        wrong = re.match(r"Line (\d+),", self.problem)
        marks = {line: "!" for line, _ in self.remarks()} | ({int(wrong[1]): "✗"} if wrong else {})
        numbers = "\n".join(f"{marks.get(line, ' ')}{line:>3}" for line in range(1, lines + 1))
        self._numbers.value = f'<div class="kms-numbers" aria-hidden="true">{numbers}</div>'
        self.control.rows = lines


def _gist(remark: Remark) -> tuple[str, str | None, str]:
    """A remark without the statement's number, which changes with what stands before it."""
    return remark.name, remark.sid, remark.reason


def text_of(policy: Mapping[str, Any]) -> str:
    """A policy in the layout of the page."""
    return json.dumps(policy, indent=4)


def readable(text: str) -> None:
    """Raises PolicyError with the line at fault, and a mark where in the line."""
    try:
        parse(text)
    except PolicyError as error:
        place = re.match(r"Line (\d+), column (\d+):", str(error))
        if place is None:
            raise
        number, column = int(place[1]), int(place[2])
        line = text.split("\n")[number - 1]
        raise PolicyError(f"{error}\n{number} | {line[: column - 1]}▸{line[column - 1 :]}") from None
