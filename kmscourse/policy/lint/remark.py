"""What the linter has to say: one remark, with its reason and its mend."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave it is, in the words that IAM Access Analyzer has for its policy checks."""

    ERROR = "error"  # AWS refuses it, or a part of it never does anything
    SECURITY = "security warning"  # it opens more than anybody should want
    WARNING = "warning"  # it does something else than it seems to
    SUGGESTION = "suggestion"  # it could be better


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of one point. ``name`` never changes.

    ``statement`` counts from 1, and is None where the policy as a whole is meant; ``sid`` is its Sid.
    ``reason`` says in a sentence what is wrong, ``mend`` what to do about it.
    """

    name: str
    severity: Severity
    statement: int | None
    sid: str | None
    reason: str
    mend: str

    @property
    def where(self) -> str:
        """As in: statement 2 ("Allow use of the key")."""
        if self.statement is None:
            return "the policy"
        return f"statement {self.statement}" + (f' ("{self.sid}")' if self.sid else "")

    def __str__(self) -> str:
        return (
            f"{self.severity.capitalize()} on {self.where}, {self.name}:\n    {self.reason}\n    {self.mend}"
        )
