"""A labelled control of a page, which says what is wrong with what was filled in."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from ipywidgets import HTML, Dropdown, Password, Text, VBox, Widget

from kmscourse.errors import KmsCourseError

WIDE = {"width": "auto", "max_width": "52em"}
LABELS = {"description_width": "12em"}
CALM = "line-height:1.4;white-space:pre-wrap;overflow-wrap:anywhere"


class Field:
    """A labelled control, with room below for what is wrong with its value.

    ``check`` raises KmsCourseError for a value that can't be right: when the page's button is pressed, and at every
    change from the first mistake on, or from the beginning where ``live``.
    """

    def __init__(
        self, control: Widget, check: Callable[[Any], object] = lambda value: None, *, live: bool = False
    ) -> None:
        self.control = control
        self.problem = ""
        self._check, self._live = check, live
        self._room = HTML()
        self.view = VBox([control, self._room])
        control.observe(self._changed, "value")

    @property
    def value(self) -> Any:
        """What has been filled in or chosen."""
        return self.control.value

    def passes(self) -> bool:
        """Whether the value can be right; if not, the field says why."""
        try:
            self._check(self.value)
        except KmsCourseError as error:
            self._live = True
            self.say(str(error))
        else:
            self.say("")
        return not self.problem

    def say(self, problem: str) -> None:
        """Show what is wrong, or nothing."""
        self.problem = problem
        self._room.value = message("✗", problem) if problem else ""

    def row(self) -> tuple[str, str]:
        """Label and value, or the choices with those taken marked; of a password nothing."""
        label = self.control.description
        if isinstance(self.control, Password):
            return label, ""
        if hasattr(self.control, "options"):
            index = self.control.index
            taken = index if isinstance(index, tuple) else (index,)
            names = [option if isinstance(option, str) else option[0] for option in self.control.options]
            return label, "\n".join(f"{'●' if i in taken else '○'} {name}" for i, name in enumerate(names))
        return label, str(self.value).replace("  ", "\N{NO-BREAK SPACE}" * 2)

    def _changed(self, _: object) -> None:
        if self._live:
            self.passes()


def message(mark: str, sentence: str) -> str:
    """A sentence for people, with its mark; read aloud when it appears."""
    role = "alert" if mark == "✗" else "status"
    return f'<div role="{role}" style="{CALM}">{mark} {escape(sentence)}</div>'


def text(label: str, placeholder: str = "", kind: type[Widget] = Text) -> Widget:
    """A line to type in. It speaks when it is left: a value on its way while one types could arrive after the click."""
    return kind(
        description=label,
        placeholder=placeholder,
        continuous_update=False,
        tooltip=label,
        style=LABELS,
        layout=WIDE,
    )


def fixed(label: str, value: str) -> Dropdown:
    """A choice of the console's page that this course has made already."""
    tooltip = f"{label}: the course takes {value}"
    return Dropdown(
        description=label, options=[value], disabled=True, tooltip=tooltip, style=LABELS, layout=WIDE
    )


def given(what: str) -> Callable[[object], None]:
    """A check: something has to be filled in or chosen."""

    def check(value: object) -> None:
        if not value:
            raise KmsCourseError(what)

    return check
