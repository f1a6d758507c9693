"""The controls of the pages, each with its label: lines of text, choices of one, choices of many, ticks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import traitlets
from ipywidgets import HTML, Checkbox, Dropdown, Password, RadioButtons, Text, Textarea, VBox, Widget

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


class Choices(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Any number of choices, with a box to tick for each. ``value`` holds what is ticked, in the order of the options.

    ``options`` are pairs of what is shown and what it stands for. Raises TraitError for a value that is no option.
    """

    value = traitlets.Tuple()

    def __init__(self, description: str, options: Sequence[tuple[str, str]] = ()) -> None:
        self.description = description
        self._boxes: list[Checkbox] = []
        self._label = HTML(f'<div class="kms-name">{escape(description)}</div>')
        self._room = VBox()
        self._room.add_class("kms-choices")
        super().__init__([self._label, self._room])
        self.add_class("kms-field")
        self.options: tuple[tuple[str, str], ...] = ()
        self.offer(options)

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Put other choices there; what was ticked, and is still among them, stays so."""
        before = self.value
        self.options = tuple(options)
        self._boxes = [tick(label) for label, _ in self.options]
        for box in self._boxes:
            box.observe(self._ticked, "value")
        self._room.children = self._boxes
        self.value = tuple(value for _, value in self.options if value in before)
        self._show(None)

    def focus(self) -> None:
        """Put the keyboard on the first box."""
        for box in self._boxes[:1]:
            box.focus()

    @property
    def index(self) -> tuple[int, ...]:
        """The places of what is ticked."""
        return tuple(i for i, (_, value) in enumerate(self.options) if value in self.value)

    @traitlets.validate("value")
    def _valid_values(self, proposal: Any) -> tuple[str, ...]:
        values = [value for _, value in self.options]
        if not set(proposal["value"]) <= set(values):
            raise traitlets.TraitError(f"{proposal['value']!r} has what is none of {values!r}")
        return tuple(value for value in values if value in proposal["value"])

    @traitlets.observe("value")
    def _show(self, _: object) -> None:
        for box, (_, value) in zip(self._boxes, self.options, strict=True):
            box.value = value in self.value

    def _ticked(self, change: Any) -> None:
        index = next(i for i, box in enumerate(self._boxes) if box is change["owner"])
        value = self.options[index][1]
        others = tuple(other for other in self.value if other != value)
        self.value = (*others, value) if change["new"] else others
