"""A question with its choices: as it is asked, with the answers folded away, and once it has been answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from kmscourse.course.questions import LETTERS, Question, plain
from kmscourse.display.card import Banner, Card

RIGHT, WRONG, NOT_CHOSEN = "Your answer is right.", "Your answer is wrong.", "You went on without an answer."


class QuestionCard(Card):
    """A question as it is asked. A page can unfold the answer to each choice; a terminal shows the choices alone."""

    def __init__(self, question: Question) -> None:
        super().__init__(_Asked(question), _Choices(question))


class AnswerCard(Card):
    """A question that has been answered by the choice in place ``chosen``, counted from 0, or was left (None).

    The chosen and the right one are explained, the others can be unfolded.
    """

    def __init__(self, question: Question, chosen: int | None) -> None:
        super().__init__(_Asked(question), Banner(verdict(question, chosen), ""), _Answers(question, chosen))


def verdict(question: Question, chosen: int | None) -> str:
    """What to say first of an answer."""
    if chosen is None:
        return NOT_CHOSEN
    return f"✓ {RIGHT}" if chosen == question.right else f"✗ {WRONG}"


def question_html(text: str) -> str:
    """A text of a question as HTML: what stands between backticks is code."""
    return re.sub("`(.*?)`", r"<code>\1</code>", escape(text))


def explanation_html(question: Question, place: int) -> str:
    """Why the choice in that place is right or wrong; of the right one, where one can read on."""
    choice = question.choices[place]
    said = f"<strong>{'✓ Right.' if choice.right else '✗ Wrong.'}</strong> {question_html(choice.why)}"
    return f"{said} {_source(question)}" if choice.right else said


def _source(question: Question) -> str:
    return f'<a href="{escape(question.source)}">Source</a>'


@dataclass(frozen=True)
class _Asked:
    """The question itself."""

    question: Question

    def html(self) -> str:
        return f"<p><strong>{question_html(self.question.text)}</strong></p>"

    def text(self) -> str:
        return plain(self.question.text)


@dataclass(frozen=True)
class _Choices:
    """The choices, each with its answer folded away."""

    question: Question

    def html(self) -> str:
        return "\n".join(_folded(self.question, place) for place in range(len(self.question.choices)))

    def text(self) -> str:
        return "\n".join(_labelled(self.question, place) for place in range(len(self.question.choices)))


@dataclass(frozen=True)
class _Answers:
    """The choices, of which the chosen and the right one are unfolded."""

    question: Question
    chosen: int | None

    def html(self) -> str:
        return "\n".join(
            _folded(self.question, place, is_open=self._is_shown(place), is_chosen=place == self.chosen)
            for place in range(len(self.question.choices))
        )

    def text(self) -> str:
        lines = []
        for place, choice in enumerate(self.question.choices):
            lines.append(
                _labelled(self.question, place) + ("  (your choice)" if place == self.chosen else "")
            )
            if self._is_shown(place):
                lines.append(f"   {'✓ Right.' if choice.right else '✗ Wrong.'} {plain(choice.why)}")
        return "\n".join([*lines, f"Source: {self.question.source}"])

    def _is_shown(self, place: int) -> bool:
        return place in (self.chosen, self.question.right)


def _labelled(question: Question, place: int) -> str:
    return f"{LETTERS[place]}. {plain(question.choices[place].text)}"


def _folded(question: Question, place: int, *, is_open: bool = False, is_chosen: bool = False) -> str:
    label = f"{LETTERS[place]}. {question_html(question.choices[place].text)}"
    if is_chosen:
        label += " <em>(your choice)</em>"
    return (
        f'<details class="kms-choice"{" open" if is_open else ""}><summary>{label}</summary>'
        f"<p>{explanation_html(question, place)}</p></details>"
    )
