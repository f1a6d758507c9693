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
from kmscourse.course.artifacts import Artifact, artifact_named
from kmscourse.course.caught_up import CaughtUp
from kmscourse.course.notes import Notes


@dataclass(frozen=True)
class Observation:
    """What a look found: whether it is what was asked for, and what it is, in a few words.

    ``hint`` is for a near miss: it says what differs, and stands before the check's own hints. ``by_course``: it is
    what the course has made to catch the learner up, so it counts for nobody.
    """

    passed: bool
    text: str
    hint: str = ""
    by_course: bool = False


_OF_A_KEY = ("DisabledException", "KMSInvalidStateException", "NotFoundException")
"""The codes with which KMS says that a key can't be used now: it is disabled, waits for something, or is gone."""

Observer = Callable[[Account, Notes], Observation]


@dataclass(frozen=True)
class Check:
    """One thing that is true once a step is done.

    ``goal`` says it, ``look`` looks for it, and ``step`` is the heading in the section's notebook under which it is
    done. ``hints`` are for whoever hasn't got there yet, one more at each try: a nudge, the place to look at, the call.
    (The challenge has neither.) Where the course makes the ``artifact`` that it is about, that is not counted.
    """

    goal: str
    look: Observer
    step: str = ""
    hints: tuple[str, ...] = ()
    artifact: str = ""


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
        """What helps now: a word on the near miss, else the next of the check's hints, if it has any."""
        hints = self.check.hints or ("",)
        return self.observation.hint or hints[min(self.tries, len(hints) - 1)]

    def __str__(self) -> str:
        if self.passed:
            return f"✓ {self.check.goal} ({self.observation.text})"
        lines = [f"✗ Not yet. Goal: {self.check.goal}.", f"Found: {self.observation.text.rstrip('.')}."]
        if self.hint:
            lines.append(f"Hint: {self.hint}")
        if self.check.step:
            lines.append(f"Step: “{self.check.step}”")
        return "\n    ".join(lines)


@dataclass(frozen=True)
class Report:
    """The results of some checks, shown one after the other."""

    results: Sequence[Result]

    @property
    def passed(self) -> bool:
        """True where every check is."""
        return all(result.passed for result in self.results)

    @property
    def counts(self) -> bool:
        """True where every check is passed by what the learner has done, and nothing by what the course has made."""
        return self.passed and not any(result.observation.by_course for result in self.results)

    def __repr__(self) -> str:
        return "\n".join(map(str, self.results))


def run(
    checks: Sequence[Check], account: Account, notes: Notes, tries: Counter[Check] | None = None
) -> Report:
    """Look at the account with each of the checks. What AWS refuses to a look is not yet as it should be.

    ``tries`` counts how often each was looked for in vain; what is missing now is counted in it.
    """
    tries = Counter() if tries is None else tries
    with unremembered(account.denials):
        results = [Result(check, _observe(check, account, notes), tries[check]) for check in checks]
    tries.update(result.check for result in results if not result.passed)
    return Report(results)


def _observe(check: Check, account: Account, notes: Notes) -> Observation:
    try:
        observation = check.look(account, notes)
        if not observation.passed or not check.artifact:
            return observation
        return _told_whose(observation, artifact_named(check.artifact), account, notes)
    except ClientError as error:
        if is_denied(error):
            return Observation(False, f"AWS doesn't show it: {error.response['Error']['Message']}")
        if error.response["Error"]["Code"] not in _OF_A_KEY:
            raise
        return Observation(False, f"{error.response['Error']['Code']}: {error.response['Error']['Message']}")


def _told_whose(observation: Observation, artifact: Artifact, account: Account, notes: Notes) -> Observation:
    """The same, with a word where it is the course that has made it."""
    if not CaughtUp(account, notes).has(artifact):
        return observation
    way = f"start over with Lab.open(section={artifact.section}, again=True)"
    if artifact.holds_data and not account.practice:
        way = "remove it with kmscourse aws cleanup, and start the section over"
    text = f"{observation.text}. The course has made it, so it does not count: to do it yourself, {way}"
    return Observation(True, text, by_course=True)
