"""What every page is: a title, what stands under it, and how it shows itself without a kernel.

A page is driven by its fields' values and its buttons, from a browser or from Python. What it has answered is about the
fields as they were: any change of one clears it. Where no kernel is, as on GitHub or the day after, the page shows
itself as a table of what it holds; ``AT_REST`` marks that table (jupyter/saving.py keeps it when a notebook is saved).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from ipywidgets import HTML, Box, Button, VBox, Widget

from kmscourse.display.card import Banner, Grid, framed, with_style
from kmscourse.errors import KmsCourseError
from kmscourse.look import AT_REST
from kmscourse.widgets.look import SCRIPT, STYLE, message

if TYPE_CHECKING:
    import boto3

    from kmscourse.account import Account


RUN = "Run this cell to use it."


class LabProtocol(Protocol):
    """What a page needs of the notebook's ``lab``."""

    account: Account

    def client(self, service: str) -> Any:
        """A boto3 client of the account's main user."""

    def sign_in(self, user_name: str, password: str) -> boto3.Session:
        """A session of whoever has this user name and password."""

    @property
    def key_arn(self) -> str:
        """The ARN of the key that the course works with."""


class Page(ABC):
    """A page of the console. ``outcome`` says what came of the last thing that was done on it."""

    title = ""
    _lab: LabProtocol

    def __init__(self, parts: Sequence[Widget]) -> None:
        self.outcome = HTML()
        self._resting: Sequence[Widget] = ()  # while AWS is asked
        heading = HTML(f"{STYLE}{SCRIPT}<h3>{escape(self.title)}</h3>")
        self.view = VBox([heading, *parts, self.outcome])
        self.view.add_class("kms-page")
        for control in controls(parts):
            control.observe(self._input_changed, "value")

    @abstractmethod
    def rows(self) -> list[tuple[str, str]]:
        """What the page holds, by name: for where it can't be used."""

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While AWS is asked the buttons rest; a refusal is shown in full, as it was said."""
        for control in self._resting:
            control.disabled = True
        self.outcome.value = message("…", "One moment.")
        try:
            yield
        except (KmsCourseError, ClientError, BotoCoreError) as error:
            self.outcome.value = self.refused(error)
        finally:
            for control in self._resting:
                control.disabled = False

    def refused(self, error: Exception) -> str:
        """What to say of a refusal, as HTML."""
        return message("✗", "\n".join([str(error), *getattr(error, "__notes__", ())]))

    def really(self, sentence: str) -> str:
        """What happens beside, or otherwise, on an account that isn't the practice account; nothing on that one."""
        practice = self._lab.account.practice
        return "" if practice else message("!", f"On this account, which is real: {sentence}")

    def clear_answer(self) -> None:
        """Take away what was answered: it was about something else than what is on the page now."""
        self.outcome.value = ""

    def _input_changed(self, _: object) -> None:
        self.clear_answer()

    def __repr__(self) -> str:
        return f"{self.title}: a page to fill in. {RUN}"

    def _repr_html_(self) -> str:
        banner = Banner(f"· {self.title}.", f"A page to fill in. {RUN}")
        held = Grid("What it holds", ("Field", "Value"), self.rows())
        return with_style(framed(at_rest(f"{banner.html()}\n{held.html()}")))

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = self.view._repr_mimebundle_()
        return bundle | {"text/plain": repr(self), "text/html": self._repr_html_()}


def at_rest(html: str) -> str:
    """What stands for a widget where no kernel is, marked so that it takes the widget's place in a saved notebook."""
    return f'<div class="{AT_REST}">{html}</div>'


def controls(widgets: Iterable[Widget]) -> Iterator[Widget]:
    """The controls among these widgets and within them: whatever has a value that somebody can change."""
    for widget in widgets:
        if widget.has_trait("value") and not isinstance(widget, HTML):
            yield widget
        elif isinstance(widget, Box):
            yield from controls(widget.children)


def button(label: str, title: str = "", *, primary: bool = False) -> Button:
    """A button; ``title`` says what it does where its label can't."""
    return Button(
        description=label, tooltip=title or label, button_style="primary" if primary else "", layout={}
    )
