"""The questions that the course asks: what a cell will do, and what is still known of earlier sections.

question.py        what a question is
section_00.py …    those of each section: PREDICTIONS are asked in it, REVIEW in a later one
quiz_first_half.py, quiz_second_half.py    those of the quiz; misconceptions.py: what their wrong choices come from
"""

from __future__ import annotations

from collections.abc import Iterable

from kmscourse.course.questions import (
    section_00,
    section_01,
    section_02,
    section_03,
    section_04,
    section_05,
    section_06,
    section_07,
    section_08,
    section_09,
    section_10,
    section_11,
    section_12,
    section_13,
    section_14,
    section_15,
    section_16,
    section_17,
    section_18,
    section_19,
    section_20,
)
from kmscourse.course.questions.misconceptions import MISCONCEPTIONS
from kmscourse.course.questions.question import LETTERS, Choice, Question, plain
from kmscourse.course.questions.quiz_first_half import FIRST_HALF
from kmscourse.course.questions.quiz_second_half import SECOND_HALF
from kmscourse.errors import CourseError

__all__ = [
    "FIRST_HALF",
    "LETTERS",
    "MISCONCEPTIONS",
    "PREDICTIONS",
    "RECALL",
    "SECOND_HALF",
    "Choice",
    "Question",
    "find_prediction",
    "plain",
]

_SECTIONS = {
    0: section_00,
    1: section_01,
    2: section_02,
    3: section_03,
    4: section_04,
    5: section_05,
    6: section_06,
    7: section_07,
    8: section_08,
    9: section_09,
    10: section_10,
    11: section_11,
    12: section_12,
    13: section_13,
    14: section_14,
    15: section_15,
    16: section_16,
    17: section_17,
    18: section_18,
    19: section_19,
    20: section_20,
}

PREDICTIONS: dict[int, tuple[Question, ...]] = {
    number: section.PREDICTIONS for number, section in _SECTIONS.items()
}
"""Section -> the predictions that its notebook asks for, in their order."""


def _named(questions: Iterable[Question]) -> dict[str, Question]:
    return {question.name: question for question in questions}


_REVIEW = _named(question for section in _SECTIONS.values() for question in section.REVIEW)

RECALL: dict[int, tuple[Question, ...]] = {
    number: tuple(_REVIEW[name] for name in names)
    for number, names in {
        2: ("who-writes-the-policy", "an-alias-as-a-resource"),
        3: ("an-administrator-and-the-data", "which-form-to-keep"),
        4: ("what-a-context-may-say", "one-nonce-twice"),
        5: ("one-bit-changed", "what-an-invalid-ciphertext-lacks"),
        6: ("what-goes-to-kms", "who-only-writes"),
        7: ("the-key-that-you-name", "in-whose-name"),
        8: ("without-the-account-statement", "why-the-reader-is-named"),
        9: ("what-the-grant-allows", "through-a-service-only"),
        10: ("after-the-deletion-is-cancelled", "an-allow-and-a-deny"),
        11: ("who-chose-the-session-name", "a-grant-at-once"),
        12: ("which-contexts-are-equal", "who-opens-it-again"),
        13: ("how-many-secrets", "a-caller-without-the-tag"),
        14: ("neither-policy-names-the-reader", "two-permissions-for-one-call"),
        15: ("no-copy-is-left", "a-stolen-copy"),
        16: ("what-no-finding-means", "what-a-new-key-takes-over"),
        17: ("what-a-right-tag-proves", "done-with-a-grant"),
        18: ("the-partner-may-not-sign", "after-a-signing-key-is-disabled"),
        19: ("one-of-two-keys", "a-kept-data-key"),
        20: ("what-a-thief-keeps", "which-error-for-which-fault"),
    }.items()
}
"""Section -> the questions from earlier sections with which its notebook begins."""


def find_prediction(section: int, name: str) -> Question:
    """The prediction of that name in that section. Raises CourseError where there is none."""
    predictions = _named(PREDICTIONS[section])
    if name not in predictions:
        raise CourseError(
            f"Section {section} has no prediction {name!r}: it has {', '.join(predictions) or 'none'}."
        )
    return predictions[name]
