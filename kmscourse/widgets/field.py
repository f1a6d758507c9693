"""A labelled control of a page, which says what is wrong with what was filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Checkbox, Password, VBox, Widget

from kmscourse.errors import KmsCourseError
from kmscourse.widgets.controls import show
from kmscourse.widgets.look import hint, message


class Field:
    """A labelled control, with room below for what is wrong with its value.

    ``check`` raises KmsCourseError for a value that can't be right: when the page's button is pressed, and at every
    change from the first mistake on, or from the beginning where ``live``. ``note`` is what to know about it.
    """

    def __init__(
        self,
        control: Widget,
        check: Callable[[Any], object] = lambda value: None,
        *,
        live: bool = False,
        note: str = "",
    ) -> None:
        self.control = control
        self.problem = ""
        self._check, self._live = check, live
        self._live_at_first = live
        self._note, self._room = HTML(), HTML()
        self.view = VBox([self.placed(), self._note, self._room])
        self.view.add_class("kms-field")
        self.tell(note)
        self.say("")
        control.observe(self._changed, "value")

    def placed(self) -> Widget:
        """The control as it stands on the page."""
        return self.control

    @property
    def value(self) -> Any:
        """What has been filled in or chosen."""
        return self.control.value

    @property
    def offered(self) -> bool:
        """Whether the field stands on the page as it is now; one that doesn't can't be wrong."""
        return bool(self.view.layout.display != "none")

    def offer(self, offered: bool) -> None:
        """Put the field on the page, or take it away; its value stays."""
        show(self.view, offered)

    def passes(self) -> bool:
        """Whether the value can be right; if not, the field says why."""
        try:
            if self.offered:
                self._check(self.value)
        except KmsCourseError as error:
            self._live = True
            self.say(str(error))
        else:
            self.say("")
        return not self.problem

    def check_again(self) -> None:
        """Once anything on the page has changed: what was wrong here may be right now."""
        if self._live or self.problem:
            self.passes()

    def start_over(self, value: object) -> None:
        """Be as at first, when this was the value, and nothing had been said."""
        self._live = self._live_at_first
        self.problem = ""
        self.control.value = value
        self.say("")

    def say(self, problem: str) -> None:
        """Show what is wrong, or nothing."""
        self.problem = problem
        self._room.value = message("✗", problem) if problem else ""
        show(self._room, bool(problem))

    def tell(self, note: str) -> None:
        """Show what to know about the field as it stands, or nothing."""
        self._note.value = hint(note) if note else ""
        show(self._note, bool(note))

    def row(self) -> tuple[str, str]:
        """Label and value, or the choices with those taken marked; of a password nothing."""
        label = self.control.description
        if isinstance(self.control, Password):
            return label, ""
        if isinstance(self.control, Checkbox):
            return label, "●" if self.value else "○"
        if hasattr(self.control, "options") and hasattr(self.control, "index"):
            index = self.control.index
            taken = index if isinstance(index, tuple) else (index,)
            names = [option if isinstance(option, str) else option[0] for option in self.control.options]
            return label, "\n".join(f"{'●' if i in taken else '○'} {name}" for i, name in enumerate(names))
        return label, str(self.value).replace("  ", "\N{NO-BREAK SPACE}" * 2)

    def _changed(self, _: object) -> None:
        self.check_again()


def require_days(least: int, most: int) -> Callable[[int], None]:
    """A check: a number of days within these bounds."""

    def check(days: int) -> None:
        if not least <= days <= most:
            raise KmsCourseError(f"{days} days are not possible: type a number from {least} to {most}.")

    return check


def require_value(problem: str) -> Callable[[object], None]:
    """A check: something has to be filled in or chosen."""

    def check(value: object) -> None:
        if not value:
            raise KmsCourseError(problem)

    return check
