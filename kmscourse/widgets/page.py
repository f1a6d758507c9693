"""What the console's pages share: fields, a preview that follows them, a button, and what was answered.

A page is driven by its fields' values and its button, from a browser or from Python. Without a kernel (on GitHub, in
a notebook not yet run) it shows itself as a table of its fields.
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
from kmscourse.widgets.field import CALM, WIDE, Field, message

if TYPE_CHECKING:
    import boto3

    from kmscourse.account import Account


class Lab(Protocol):
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
    """A page of the console: fields, a preview that follows them, a button, and what came of pressing it."""

    title = ""
    action = ""

    def __init__(self, fields: Sequence[Field], more: Sequence[Widget] = ()) -> None:
        self.fields = fields
        self.preview = HTML(layout={"width": "auto"})
        self.button = Button(description=self.action, tooltip=self.title, button_style="primary")
        self.outcome = HTML(layout=WIDE)
        self.button.on_click(self._pressed)
        for field in fields:
            field.control.observe(self._follow, "value")
        heading = HTML(f'<h3 style="margin:0">{escape(self.title)}</h3>')
        parts = [heading, *(field.view for field in fields), self.preview, self.button, *more, self.outcome]
        self.view = VBox(parts, layout={"border": "1px solid #8888", "padding": "12px", "max_width": "76em"})
        self._follow(None)

    @abstractmethod
    def shown(self) -> str:
        """The preview's HTML for the fields as they are."""

    @abstractmethod
    def act(self) -> str:
        """Do what the button says; returns what to tell, or "" where a field has told what is wrong."""

    def _follow(self, _: object) -> None:
        self.preview.value = self.shown()

    def _pressed(self, _: object) -> None:
        passed = [field.passes() for field in self.fields]  # each says what is wrong with it
        if not all(passed):
            self.outcome.value = message("✗", "Nothing was sent: see what is marked ✗ above.")
            return
        with self.answering():
            told = self.act()
            self.outcome.value = message("✓", told) if told else ""

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While AWS is asked the button rests; a refusal is shown in full, as it was said."""
        self.button.disabled = True
        self.outcome.value = message("…", "One moment.")
        try:
            yield
        except (KmsCourseError, ClientError, BotoCoreError) as error:
            self.outcome.value = message("✗", "\n".join([str(error), *getattr(error, "__notes__", ())]))
        finally:
            self.button.disabled = False

    def __repr__(self) -> str:
        return f"{self.title}: a page to fill in. Run this cell to use it."

    def _repr_html_(self) -> str:
        return html_table(repr(self), ("Field", "Value"), [field.row() for field in self.fields])

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = self.view._repr_mimebundle_()
        return bundle | {"text/plain": repr(self), "text/html": self._repr_html_()}


def code(title: str, text: str) -> str:
    """Text to be copied, under its title."""
    return f'<div style="{CALM}">{escape(title)}</div><pre style="{CALM};margin:0 0 8px">{escape(text)}</pre>'


def scrolling(html: str) -> str:
    """A card with lines as close as in the rest of a notebook, which scrolls where the page is too narrow for it."""
    return f'<div style="line-height:1.4;overflow-x:auto">{html}</div>'
