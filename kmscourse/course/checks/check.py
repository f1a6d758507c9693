"""A check: what should be true once something is done, what looks for it, and what to say where it isn't.

Checks look at the account itself (its keys, tables, users and audit trail), never at what a cell printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.account.denials import is_denied, unremembered
from kmscourse.course.notes import Notes


@dataclass(frozen=True)
class Observation:
    """What a look found: whether it is what was wanted, and what it is, in a few words."""

    passed: bool
    text: str


Observer = Callable[[Account, Notes], Observation]


@dataclass(frozen=True)
class Check:
    """One thing that is true once a step is done.

    ``sentence`` says it, ``look`` looks for it, ``hint`` is for whoever hasn't got there yet, and ``step`` is the
    heading in the section's notebook under which it is done.
    """

    sentence: str
    look: Observer
    hint: str
    step: str


@dataclass(frozen=True)
class Result:
    """A check, and what its look found."""

    check: Check
    observation: Observation

    @property
    def passed(self) -> bool:
        """True where it is what was wanted."""
        return self.observation.passed

    def __str__(self) -> str:
        if self.passed:
            return f"✓ {self.check.sentence} ({self.observation.text})"
        return "\n    ".join(
            [
                f"✗ not yet: {self.check.sentence}",
                f"found: {self.observation.text}",
                f"hint: {self.check.hint}",
                f"step: “{self.check.step}”",
            ]
        )


@dataclass(frozen=True)
class Report:
    """The results of some checks, shown one after the other."""

    results: Sequence[Result]

    @property
    def passed(self) -> bool:
        """True where every check is."""
        return all(result.passed for result in self.results)

    def __repr__(self) -> str:
        return "\n".join(map(str, self.results))


def run(checks: Sequence[Check], account: Account, notes: Notes) -> Report:
    """Look at the account with each of the checks. What AWS doesn't show is not yet as it should be."""
    with unremembered(account.denials):
        return Report([Result(check, _observe(check, account, notes)) for check in checks])


def _observe(check: Check, account: Account, notes: Notes) -> Observation:
    try:
        return check.look(account, notes)
    except ClientError as error:
        if not is_denied(error):
            raise
        return Observation(False, f"AWS doesn't show it: {error.response['Error']['Message']}")
