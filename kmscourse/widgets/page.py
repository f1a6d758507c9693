"""What every page is: a title, what stands under it, and how it shows itself without a kernel.

A page is driven by its fields' values and its buttons, from a browser or from Python. On GitHub, or in a notebook
that has not been run, it shows itself as a table of what it holds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from ipywidgets import HTML, Button, VBox, Widget

from kmscourse.display.table import html_table
from kmscourse.errors import KmsCourseError
from kmscourse.widgets.look import KEYS, STYLE, message

if TYPE_CHECKING:
    import boto3

    from kmscourse.account import Account


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

    def __init__(self, parts: Sequence[Widget]) -> None:
        self.outcome = HTML()
        self._resting: Sequence[Button] = ()
        heading = HTML(f"{STYLE}{KEYS}<h3>{escape(self.title)}</h3>")
        self.view = VBox([heading, *parts, self.outcome])
        self.view.add_class("kms-page")

    @abstractmethod
    def rows(self) -> list[tuple[str, str]]:
        """What the page holds, by name: for where it can't be used."""

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While AWS is asked the buttons rest; a refusal is shown in full, as it was said."""
        for button in self._resting:
            button.disabled = True
        self.outcome.value = message("…", "One moment.")
        try:
            yield
        except (KmsCourseError, ClientError, BotoCoreError) as error:
            self.outcome.value = self.refused(error)
        finally:
            for button in self._resting:
                button.disabled = False

    def refused(self, error: Exception) -> str:
        """What to say of a refusal, as HTML."""
        return message("✗", "\n".join([str(error), *getattr(error, "__notes__", ())]))

    def __repr__(self) -> str:
        return f"{self.title}: a page to fill in. Run this cell to use it."

    def _repr_html_(self) -> str:
        return html_table(repr(self), ("Field", "Value"), self.rows())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = self.view._repr_mimebundle_()
        return bundle | {"text/plain": repr(self), "text/html": self._repr_html_()}


def button(label: str, title: str = "", *, primary: bool = False) -> Button:
    """A button; ``title`` says what it does where its label can't."""
    return Button(
        description=label, tooltip=title or label, button_style="primary" if primary else "", layout={}
    )
