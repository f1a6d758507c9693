"""The controls of the pages, each with its label: lines of text, numbers, choices of one, ticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ipywidgets import Checkbox, Dropdown, IntText, Password, RadioButtons, Text, Textarea, Widget

WIDE = {"width": "auto", "max_width": "44em"}

Options = Sequence[str] | Sequence[tuple[str, Any]]


def show(widget: Widget, shown: bool) -> None:
    """Let a widget be seen, or not; what it holds stays."""
    widget.layout.display = None if shown else "none"


def focus_on(*widgets: Widget) -> None:
    """Put the keyboard on the first of these widgets that can be seen: a button that rests loses it."""
    shown = (widget for widget in widgets if widget.layout.display != "none")
    if (first := next(shown, None)) is not None:
        first.focus()


def text(label: str, placeholder: str = "", kind: type[Widget] = Text) -> Widget:
    """A line to type in. It speaks when it is left: a value on its way while one types could arrive after the click."""
    return kind(
        description=label, placeholder=placeholder, continuous_update=False, tooltip=label, layout=WIDE
    )


def lines(label: str, placeholder: str = "", rows: int = 3) -> Textarea:
    """Some lines to type in; they speak when they are left."""
    area = Textarea(
        description=label,
        placeholder=placeholder,
        rows=rows,
        continuous_update=False,
        tooltip=label,
        layout=WIDE,
    )
    area.add_class("kms-monospace")
    return area


def number(label: str, value: int) -> IntText:
    """A whole number to type in; whether it can be is said at its field, and never made another one in silence."""
    return IntText(
        value=value, description=label, continuous_update=False, tooltip=label, layout={"width": "18em"}
    )


def one_of(label: str, options: Options) -> RadioButtons:
    """One of a few choices, all of them to be seen."""
    return RadioButtons(description=label, options=options, tooltip=label, layout={"width": "auto"})


def chosen(label: str, options: Options) -> Dropdown:
    """One of many choices."""
    return Dropdown(description=label, options=options, tooltip=label, layout=WIDE)


def offer(control: Widget, options: Options) -> None:
    """Put other choices into a choice of one: what was chosen, and is still among them, stays; else it is the first."""
    before, values = control.value, [option if isinstance(option, str) else option[1] for option in options]
    if tuple(control.options) != tuple(options):
        control.options = options
    control.value = before if before in values else next(iter(values), None)


def tick(label: str, *, value: bool = False) -> Checkbox:
    """Yes or no."""
    return Checkbox(description=label, value=value, indent=False, tooltip=label, layout={"width": "auto"})


class Secret(Password):  # type: ignore[misc]  # ipywidgets has no types
    """A password to type in: what is typed is in no picture of it, nor in the state that is saved with a notebook."""

    def __repr__(self) -> str:
        return f"Secret(description={self.description!r})"

    def get_state(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        """What the page is told, and may keep: that the field is empty."""
        state: dict[str, Any] = super().get_state(*arguments, **options)
        return state | {"value": ""} if "value" in state else state
