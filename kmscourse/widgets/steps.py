"""A page in steps, as the console has them: Cancel, Previous, Next, and at the last the button that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ipywidgets import HTML, Button, VBox, Widget

from kmscourse.widgets.controls import focus_on, show
from kmscourse.widgets.field import Field
from kmscourse.widgets.form import Form
from kmscourse.widgets.look import message
from kmscourse.widgets.page import button

_CURRENT = ' aria-current="step"'


@dataclass(frozen=True)
class FormStep:
    """One step: its title, its fields, and the widgets that show them (the fields' own, where nothing is said)."""

    title: str
    fields: Sequence[Field] = ()
    body: Sequence[Widget] | None = None


class SteppedForm(Form):
    """A form of several steps. ``step`` is the one that is shown, counted from 0.

    Next goes on only from a step without mistakes. The page's button stands on the last step; from Python it can be
    pressed on any, and leads back to the first mistake. Cancel makes the page as it was at first.
    """

    cancelled = "Nothing has been done."

    def __init__(self, steps: Sequence[FormStep]) -> None:
        self.steps = steps
        self.step = 0
        self.cancel = button("Cancel", "Drop everything that was filled in")
        self.previous = button("Previous", "Go back to the step before")
        self.next = button("Next", "Go on to the next step", primary=True)
        self._where = HTML()
        self._rooms = [VBox(step.body or [field.view for field in step.fields]) for step in steps]
        fields = [field for step in steps for field in step.fields]
        super().__init__(fields, body=[self._where, *self._rooms])
        self.buttons.add_class("kms-at-the-right")
        self._at_first = [field.value for field in fields]
        self._resting = [self.cancel, self.previous, self.next, self.button]
        self.cancel.on_click(self._start_over)
        self.previous.on_click(self._back)
        self.next.on_click(self._on)
        self.go(0)

    def arranged(self, before: Sequence[Button], after: Sequence[Button]) -> list[Button]:
        at_the_left = [self.refresh] if self.refreshes else []
        return [*at_the_left, self.cancel, self.previous, self.next, self.button]

    def go(self, step: int) -> None:
        """Show a step; one before the first, or behind the last, is that one."""
        self.step = min(max(step, 0), len(self.steps) - 1)
        last = len(self.steps) - 1
        items = [
            f"<li{_CURRENT if number == self.step else ''}>{number + 1} {escape(each.title)}</li>"
            for number, each in enumerate(self.steps)
        ]
        self._where.value = (
            f'<ol class="kms-steps" aria-label="Steps">{"".join(items)}</ol>'
            f'<div role="status"><h4>Step {self.step + 1} of {last + 1}: '
            f"{escape(self.steps[self.step].title)}</h4></div>"
        )
        for number, room in enumerate(self._rooms):
            show(room, number == self.step)
        show(self.previous, self.step > 0)
        show(self.next, self.step < last)
        show(self.button, self.step == last)
        self.outcome.value = ""
        self._update_preview(None)

    def leave(self) -> None:
        """What the account has to say before the step is left: raise, or say it at a field."""

    def _start_over(self, _: object) -> None:
        for field, value in zip(self.fields, self._at_first, strict=True):
            field.start_over(value)
        self.go(0)
        self.outcome.value = message("·", self.cancelled)
        focus_on(self.next)

    def _back(self, _: object) -> None:
        self.go(self.step - 1)
        focus_on(self.previous, self.next)

    def _on(self, _: object) -> None:
        for field in self.steps[self.step].fields:
            field.passes()
        if not self._mistakes(self.step):
            with self.answering():
                self.leave()
                self.outcome.value = ""
                if not self._mistakes(self.step):
                    self.go(self.step + 1)
        focus_on(*self._mistakes(self.step), self.next, self.button)

    def _mistakes(self, step: int) -> list[Widget]:
        """The controls of a step in which something is wrong."""
        return [field.control for field in self.steps[step].fields if field.problem]

    def _pressed(self, pressed: object) -> None:
        super()._pressed(pressed)
        wrong = next((number for number in range(len(self.steps)) if self._mistakes(number)), None)
        if wrong is not None and wrong != self.step:
            outcome = self.outcome.value
            self.go(wrong)
            self.outcome.value = outcome
            focus_on(*self._mistakes(wrong))
