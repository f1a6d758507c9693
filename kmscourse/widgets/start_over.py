"""Below the set-up cell of a section that is not as it begins: a button that starts it over, once that is confirmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ipywidgets import HTML, HBox

from kmscourse.widgets.controls import focus_on, show
from kmscourse.widgets.look import hint, message
from kmscourse.widgets.page import Page, button


class StartOverPage(Page):
    """Says first what would be taken back, and takes it back only then.

    ``to_take_back`` are the names of it; ``start_over`` does it, and returns what it has done, a sentence each.
    """

    def __init__(
        self, section: int, to_take_back: Sequence[str], start_over: Callable[[], Sequence[str]]
    ) -> None:
        self.title = f"Start section {section} over"
        self._to_take_back, self._start_over = to_take_back, start_over
        self.ask = button(f"Start section {section} over …", "Says first what it takes back")
        self.confirm = button("Take it back", f"Take back: {', '.join(to_take_back)}", primary=True)
        self.leave = button("Leave it as it is", "Close this question")
        self._question = HTML(
            hint(f"This takes back: {', '.join(to_take_back)}. Everything else stays. Is that what you want?")
        )
        super().__init__([self.ask, self._question, HBox([self.confirm, self.leave])])
        self._resting = [self.confirm, self.leave]
        self.ask.on_click(lambda _: self._open(True))
        self.leave.on_click(lambda _: self._open(False))
        self.confirm.on_click(self._confirmed)
        self._show_question(False)

    def rows(self) -> list[tuple[str, str]]:
        return [("Would be taken back", ", ".join(self._to_take_back))]

    def _open(self, is_open: bool) -> None:
        self._show_question(is_open)
        focus_on(self.confirm if is_open else self.ask)

    def _show_question(self, is_open: bool) -> None:
        show(self.ask, not is_open)
        for part in (self._question, self.confirm, self.leave):
            show(part, is_open)

    def _confirmed(self, _: object) -> None:
        with self.answering():
            sentences = self._start_over()
            self._show_question(False)
            show(self.ask, False)
            self.outcome.value = message(
                "✓", "\n".join([*sentences, "Run the cells below again, from the top."])
            )
