"""A part of the quiz in a notebook: one question after the other, each answer kept as soon as it is given."""

from __future__ import annotations

from html import escape
from typing import Any

from ipywidgets import HTML, HBox, VBox

from kmscourse.course.questions import Question
from kmscourse.course.quiz import Quiz
from kmscourse.display.question import verdict
from kmscourse.widgets.controls import focus_on, show
from kmscourse.widgets.look import SCRIPT, STYLE
from kmscourse.widgets.page import at_rest, button
from kmscourse.widgets.questions import AskedQuestion, explanations


class QuizPage:
    """Asks the questions of a part that are still open. ``asked`` is the one that is shown, None at the end.

    Where the part explains its answers, each is explained before the next question comes.
    """

    def __init__(self, quiz: Quiz) -> None:
        self.quiz = quiz
        self.asked: AskedQuestion | None = None
        self.skip = button("I don't know", "Go on without an answer")
        self.next = button("Next question", "Go on to the next question", primary=True)
        self.skip.on_click(lambda _: self._skip())
        self.next.on_click(lambda _: self._go_on())
        self._head, self._room, self._buttons = HTML(), VBox(), HBox([self.skip, self.next])
        self.view = VBox([HTML(f"{STYLE}{SCRIPT}"), self._head, self._room, self._buttons])
        self.view.add_class("kms-page")
        self._show_next()

    def _show_next(self) -> None:
        question = next(iter(self.quiz.open_questions), None)
        if question is None:
            self.asked = None
            self._room.children = []
            show(self._buttons, False)
            self._say(*self.quiz.conclusion())
            return
        number = self.quiz.questions.index(question) + 1
        said = [] if self.quiz.given else self.quiz.introduction()
        self._say(*said, f"{number} of {len(self.quiz.questions)} · {question.kind}")
        self.asked = AskedQuestion(question, lambda place: self._answer(question, place), is_final=True)
        self._room.children = [self.asked.view]
        show(self.skip, True)
        show(self.next, False)

    def _answer(self, question: Question, place: int | None) -> str:
        """Keep an answer, and return what to say of it."""
        self.quiz.keep(question, place)
        show(self.skip, False)
        show(self.next, True)
        focus_on(self.next)
        if not self.quiz.explains:
            return '<div role="status">Your answer is kept.</div>'
        said = "You gave no answer." if place is None else verdict(question, place)
        return f'<div role="status"><p><strong>{said}</strong></p>{explanations(question, place)}</div>'

    def _skip(self) -> None:
        if self.asked is not None:
            self.asked.choose(None)

    def _go_on(self) -> None:
        self._show_next()
        if self.asked is not None:
            focus_on(self.asked.buttons[0])

    def _say(self, *sentences: str) -> None:
        lines = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
        self._head.value = f'<div role="status">{lines}</div>'

    def __repr__(self) -> str:
        part = self.quiz.part
        return f"The quiz “{part}”. Run this cell to take it, or type in a terminal: kmscourse quiz {part}"

    def _repr_html_(self) -> str:
        return at_rest(f"<p>{escape(repr(self))}</p>")

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = self.view._repr_mimebundle_()
        return bundle | {"text/plain": repr(self), "text/html": self._repr_html_()}
