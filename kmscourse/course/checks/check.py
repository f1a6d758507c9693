"""A check: what should be true once something is done, what looks for it, and what to say where it isn't.

Checks look at the account itself (its keys, tables, users and audit trail), never at what a cell printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.account.denials import is_denied, unremembered
from kmscourse.course.notes import Notes


@dataclass(frozen=True)
class Observation:
    """What a look found: whether it is what was asked for, and what it is, in a few words.

    ``hint`` is for a near miss: it says what differs, and stands before the check's own hints.
    """

    passed: bool
    text: str
    hint: str = ""


Observer = Callable[[Account, Notes], Observation]


@dataclass(frozen=True)
class Check:
    """One thing that is true once a step is done.

    ``goal`` says it, ``look`` looks for it, and ``step`` is the heading in the section's notebook under which it is
    done. ``hints`` are for whoever hasn't got there yet, one more at each try: a nudge, the place to look at, the call.
    """

    goal: str
    look: Observer
    step: str
    hints: tuple[str, ...]


Exercise = tuple[Check, ...]
"""The checks of one exercise: it is solved when all of them are passed."""


@dataclass(frozen=True)
class Result:
    """A check, what its look found, and how often it was looked for in vain before."""

    check: Check
    observation: Observation
    tries: int = 0

    @property
    def passed(self) -> bool:
        """True where the goal is reached."""
        return self.observation.passed

    @property
    def hint(self) -> str:
        """What helps now: a word on the near miss, else the next of the check's hints."""
        hints = self.check.hints
        return self.observation.hint or hints[min(self.tries, len(hints) - 1)]

    def __str__(self) -> str:
        if self.passed:
            return f"✓ {self.check.goal} ({self.observation.text})"
        return "\n    ".join(
            [
                f"✗ Not yet. Goal: {self.check.goal}.",
                f"Found: {self.observation.text.rstrip('.')}.",
                f"Hint: {self.hint}",
                f"Step: “{self.check.step}”",
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


def run(
    checks: Sequence[Check], account: Account, notes: Notes, tries: Counter[Check] | None = None
) -> Report:
    """Look at the account with each of the checks. What AWS doesn't show is not yet as it should be.

    ``tries`` counts how often each was looked for in vain; what is missing now is counted in it.
    """
    tries = Counter() if tries is None else tries
    with unremembered(account.denials):
        results = [Result(check, _observe(check, account, notes), tries[check]) for check in checks]
    tries.update(result.check for result in results if not result.passed)
    return Report(results)


def _observe(check: Check, account: Account, notes: Notes) -> Observation:
    try:
        return check.look(account, notes)
    except ClientError as error:
        if not is_denied(error):
            raise
        return Observation(False, f"AWS doesn't show it: {error.response['Error']['Message']}")
