"""A page to fill in: fields, a preview that follows them, and a button that does what the preview shows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence

from ipywidgets import HTML, Button, HBox, Widget

from kmscourse.widgets.controls import focus_on
from kmscourse.widgets.field import Field
from kmscourse.widgets.look import message
from kmscourse.widgets.page import Page, button

UNSENT = message("✗", "Nothing was sent: see what is marked ✗ above.")


class Form(Page):
    """A page with fields and a button. ``refresh`` is there where the account can change beneath the page.

    ``body`` is what stands above the preview, the fields where nothing is said; ``before`` and ``after`` are more
    buttons, to the left and right of the page's own.
    """

    action = ""
    refreshes = False

    def __init__(
        self,
        fields: Sequence[Field],
        *,
        body: Sequence[Widget] | None = None,
        before: Sequence[Button] = (),
        after: Sequence[Button] = (),
    ) -> None:
        self.fields = fields
        self.preview = HTML()
        self.button = button(self.action, self.title, primary=True)
        self.refresh = button("Refresh", "Read the account again")
        self.when_done: list[Callable[[], object]] = []
        self.buttons = HBox(self.arranged(before, after), layout={"flex_flow": "row wrap"})
        super().__init__([*(body or [field.view for field in fields]), self.preview, self.buttons])
        self._resting = [self.button]
        self.button.on_click(self._pressed)
        self.refresh.on_click(self._refreshed)
        for field in fields:
            field.control.observe(self._update_preview, "value")
        self._update_preview(None)

    def arranged(self, before: Sequence[Button], after: Sequence[Button]) -> list[Button]:
        """The buttons, from left to right."""
        return [*before, self.button, *after, *([self.refresh] if self.refreshes else [])]

    @abstractmethod
    def preview_html(self) -> str:
        """The preview's HTML for the fields as they are."""

    @abstractmethod
    def act(self) -> str:
        """Do what the button says; returns what to tell, or "" where a field has told what is wrong."""

    def result(self) -> str:
        """What is shown below what was told, as HTML."""
        return ""

    def read(self) -> None:
        """Read the account, as it is now."""

    def rows(self) -> list[tuple[str, str]]:
        return [field.row() for field in self.fields]

    def _update_preview(self, _: object) -> None:
        self.preview.value = self.preview_html()

    def _input_changed(self, change: object) -> None:
        super()._input_changed(change)
        for field in self.fields:
            field.check_again()

    def _pressed(self, _: object) -> None:
        wrong = [field for field in self.fields if not field.passes()]  # each says what is wrong with it
        if wrong:
            self.outcome.value = UNSENT
            focus_on(wrong[0].control)
            return
        with self.answering():
            sentence = self.act()
            self.outcome.value = message("✓", sentence) + self.result() if sentence else ""
            if sentence:
                for tell in self.when_done:
                    tell()
        self.settle()

    def settle(self) -> None:
        """Once AWS has answered: put the keyboard where it was, or where one goes on."""
        focus_on(self.button, self.refresh)

    def _refreshed(self, _: object) -> None:
        with self.answering():
            self.read()
            self._update_preview(None)
            self.outcome.value = message("✓", "This is the account as it is now.")
