"""A question to a learner, with its choices."""

from __future__ import annotations

from dataclasses import dataclass

KMS_GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide/"
KMS_API = "https://docs.aws.amazon.com/kms/latest/APIReference/"
DYNAMODB_GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"

LETTERS = "ABCD"

WHY, WORKS, WHO = "Why is it refused?", "What still works?", "Who may now?"
"""The kinds of questions that the quiz asks."""


def plain(text: str) -> str:
    """A text of a question without the backticks around its code."""
    return text.replace("`", "")


@dataclass(frozen=True)
class Choice:
    """A choice, and why it is right or wrong. Names of AWS's stand between backticks.

    Whoever takes a wrong one may have the ``misconception`` of that name (``misconceptions.py``).
    """

    text: str
    why: str
    right: bool = False
    misconception: str = ""


@dataclass(frozen=True)
class Question:
    """A question of ``section``, whose ``choices`` stand in the order in which they are shown: one of them is right.

    ``source`` is the public page that says why. ``kind`` is what a question of the quiz is about.
    """

    name: str
    section: int
    text: str
    choices: tuple[Choice, ...]
    source: str
    kind: str = ""

    @property
    def right(self) -> int:
        """The place of the right choice, counted from 0."""
        return next(place for place, choice in enumerate(self.choices) if choice.right)
