"""Questions in a notebook, answered by a click, or by the arrow keys and Enter.

A prediction is answered once a cell below it has run, and a question from an earlier section at once. What has been
answered is then left in the notebook as plain HTML, so that it can be read on another day, without a kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from IPython.display import display
from ipywidgets import HTML, VBox

from kmscourse.cells import CELLS, Cell
from kmscourse.course.answers import Answers
from kmscourse.course.questions import LETTERS, Question, plain
from kmscourse.display.question import (
    AnswerCard,
    QuestionCard,
    explanation_html,
    question_html,
    verdict,
)
from kmscourse.errors import KmsCourseError
from kmscourse.widgets.controls import show
from kmscourse.widgets.look import SCRIPT, STYLE, message
from kmscourse.widgets.page import at_rest, button

_STYLE = f"<style>{Path(__file__).with_name('questions.css').read_text(encoding='utf-8')}</style>"

# ipywidgets has no radio group in which an arrow moves on without choosing. The buttons of the kernel become one here.
_MAKE_RADIO_GROUP = """
const group = this.closest('.kms-question').querySelector('.kms-options');
if (group.hasAttribute('role')) return;  // a change of the theme draws it again
const radios = () => [...group.querySelectorAll('button')];
const mark = (chosen, stop) => radios().forEach(radio => {
  radio.setAttribute('role', 'radio');
  radio.setAttribute('aria-checked', radio === chosen);
  radio.tabIndex = radio === stop ? 0 : -1;
});
group.setAttribute('role', 'radiogroup');
group.setAttribute('aria-label', this.dataset.label);
const first = radios().find(radio => radio.classList.contains('kms-chosen'));
mark(first, first || radios()[0]);
group.addEventListener('click', event => {
  const radio = event.target.closest('button');
  if (radio && !group.classList.contains('kms-answered')) mark(radio, radio);
});
group.addEventListener('keydown', event => {
  const step = {ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1}[event.key];
  const all = radios(), place = all.indexOf(event.target);
  if (!step || place < 0) return;
  event.preventDefault();
  const next = all[(place + step + all.length) % all.length];
  all.forEach(radio => { radio.tabIndex = radio === next ? 0 : -1; });
  next.focus();
});
"""


class AskedQuestion:
    """A question with a button for each choice. ``chosen`` is the place of the last choice, counted from 0, or None.

    ``choose`` is told of a choice, and returns what to say of it, as HTML. Where it ``is_final``, a choice can't be
    changed any more.
    """

    def __init__(
        self, question: Question, choose: Callable[[int | None], str], *, is_final: bool = False
    ) -> None:
        self.question = question
        self.chosen: int | None = None
        self._choose, self._is_final, self._is_answered = choose, is_final, False
        self.buttons = [
            button(f"{LETTERS[place]}. {plain(choice.text)}") for place, choice in enumerate(question.choices)
        ]
        for place, each in enumerate(self.buttons):
            each.on_click(lambda _, place=place: self.choose(place))
        self.options = VBox(self.buttons)
        self.options.add_class("kms-options")
        self.said = HTML()
        show(self.said, False)
        text = f'<div class="kms-asked-text">{question_html(question.text)}</div>'
        self.view = VBox(
            [HTML(f"{STYLE}{_STYLE}{SCRIPT}{text}"), self.options, self.said, _radio_group(question)]
        )
        for name in ("kms-page", "kms-question"):
            self.view.add_class(name)

    def choose(self, place: int | None) -> None:
        """Choose, as a click on that button does; None is "I don't know"."""
        if self._is_answered:
            return
        show(self.said, True)
        try:
            self.said.value = self._choose(place)
        except KmsCourseError as error:
            self.said.value = message("✗", str(error))
            return
        self.chosen = place
        for number, each in enumerate(self.buttons):
            (each.add_class if number == place else each.remove_class)("kms-chosen")
        if self._is_final:
            self._is_answered = True
            self.options.add_class("kms-answered")

    def __repr__(self) -> str:
        return repr(QuestionCard(self.question))

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = self.view._repr_mimebundle_()
        card = QuestionCard(self.question)
        return bundle | {"text/plain": repr(card), "text/html": at_rest(card._repr_html_())}


def explanations(question: Question, place: int | None) -> str:
    """Why the choice in that place is wrong, where one was made and it is, and why the right one is right, as HTML."""
    places = dict.fromkeys(each for each in (place, question.right) if each is not None)
    return "".join(f"<p><em>{LETTERS[each]}.</em> {explanation_html(question, each)}</p>" for each in places)


def _radio_group(question: Question) -> HTML:
    """What makes one radio group of a question's buttons, as soon as they are drawn (see ``look.SCRIPT``)."""
    script = HTML(
        f'<i class="kms-script" data-label="{escape(plain(question.text))}" '
        f'onanimationstart="{escape(_MAKE_RADIO_GROUP)}"></i>'
    )
    script.add_class("kms-unseen")
    return script


# --- predictions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Waiting:
    """A prediction that waits for a cell below it; ``counts`` where it was not answered on another day."""

    asked: AskedQuestion
    counts: bool


_waiting: dict[str, _Waiting] = {}
"""The predictions of this kernel that wait, by the names of their questions."""
_above: dict[str, frozenset[str]] = {}
"""The cells that had begun when a prediction was first asked for in this kernel: its own, and those above it."""


def ask_prediction(question: Question, answers: Answers) -> None:
    """Ask for a prediction. Once a cell below has run, the answer takes the question's place, chosen or not.

    The last choice before that is kept, where this prediction was not answered on another day.
    """
    before = _waiting.get(question.name)  # where its own cell is run again
    counts = before.counts if before else question.name not in answers.given

    def choose(place: int | None) -> str:
        if counts:
            answers.keep(question, place)
        letter = LETTERS[place] if place is not None else "nothing"
        sentence = f"You chose {letter}. Now run the next cell: then the answer appears here."
        return message("●", sentence if counts else f"{sentence} (What you chose the first time counts.)")

    asked = AskedQuestion(question, choose)
    if before is not None and before.asked.chosen is not None:
        asked.choose(before.asked.chosen)
    _waiting[question.name] = _Waiting(asked, counts)
    above = _above.setdefault(question.name, CELLS.begun)
    shown = display(asked, display_id=True)  # type: ignore[no-untyped-call]  # IPython has no types here

    def answer(cell: Cell) -> None:
        if cell.key not in above:
            CELLS.forget(question.name)
            _waiting.pop(question.name, None)
            shown.update(AnswerCard(question, asked.chosen))

    CELLS.after_each(question.name, answer)


# --- questions from earlier sections --------------------------------------------------------------------------


def ask_at_once(questions: Sequence[Question], answers: Answers) -> None:
    """Ask questions that are answered as soon as a choice is made. The first answer is kept."""
    for question in questions:
        _ask_at_once(question, answers)


def _ask_at_once(question: Question, answers: Answers) -> None:
    def choose(place: int | None) -> str:
        if question.name not in answers.given:
            answers.keep(question, place)
        said = f"<p><strong>{verdict(question, place)}</strong></p>{explanations(question, place)}"
        return f'<div role="status">{said}</div>'

    asked = AskedQuestion(question, choose, is_final=True)
    own = CELLS.begun
    shown = display(asked, display_id=True)  # type: ignore[no-untyped-call]

    def leave(cell: Cell) -> None:
        if cell.key not in own and asked.chosen is not None:
            CELLS.forget(question.name)
            shown.update(AnswerCard(question, asked.chosen))

    CELLS.after_each(question.name, leave)
