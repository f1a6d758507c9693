"""Cards: blocks, one under the other, each in HTML for a page and in words for a terminal or a screen reader.

The HTML is static, with a kernel or without one, and brings its style sheet with it: JupyterLab, VS Code and nbviewer
show it with its colours, GitHub, which drops them, as plain tables and paragraphs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Protocol

from kmscourse.display.table import ROOMS, html_table, inline, text_table
from kmscourse.look import sign_class, style

_FOLDER = Path(__file__).parent
_STACKED = (_FOLDER / "stacked.css").read_text(encoding="utf-8")
LOOK = (_FOLDER / "cards.css").read_text(encoding="utf-8") + "".join(
    f"@container (max-width: {width}em) {{ .kms-card.kms-card .{kind} {{ {_STACKED} }} }}"
    for kind, width in ROOMS.items()
)
"""The style sheet of cards."""

STYLE = style(LOOK)


class Block(Protocol):
    """A part of a card."""

    def html(self) -> str:
        """For a page."""

    def text(self) -> str:
        """For a terminal; "" where the page folds it away."""


class Card:
    """Blocks, one under the other."""

    def __init__(self, *blocks: Block) -> None:
        self.blocks = blocks

    def __repr__(self) -> str:
        return "\n".join(text for block in self.blocks if (text := block.text()))

    def html(self) -> str:
        """For a page that has the style sheet already."""
        return framed("\n".join(block.html() for block in self.blocks))

    def _repr_html_(self) -> str:
        return with_style(self.html())


def framed(html: str) -> str:
    """What a card consists of, as a card."""
    return f'<div class="kms-card">\n{html}\n</div>'


def with_style(html: str) -> str:
    """Cards, for a cell to show."""
    return f"<div>\n{STYLE}\n{html}\n</div>"


@dataclass(frozen=True)
class Words:
    """A paragraph, which may begin with something said loudly."""

    sentence: str
    loud: str = ""

    def html(self) -> str:
        """For a page."""
        loud = f"<strong>{escape(self.loud)}</strong> " if self.loud else ""
        return f"<p>{loud}{inline(self.sentence)}</p>"

    def text(self) -> str:
        """For a terminal."""
        return f"{self.loud} {self.sentence}".strip()


@dataclass(frozen=True)
class Banner:
    """An answer that nobody overlooks. ``loud`` begins with its sign, as in "✗ Refused.": it gives the colour."""

    loud: str
    sentence: str

    def html(self) -> str:
        """For a page."""
        sentence = f"<strong>{escape(self.loud)}</strong> {inline(self.sentence)}".rstrip()
        return f'<p class="kms-banner {sign_class(self.loud)}">{sentence}</p>'

    def text(self) -> str:
        """For a terminal."""
        return f"{self.loud} {self.sentence}".strip()


@dataclass(frozen=True)
class Facts:
    """Names and values, a row for each."""

    caption: str
    rows: Sequence[tuple[str, str]]

    def html(self) -> str:
        """For a page."""
        return html_table(self.caption, (), self.rows, row_headers=True)

    def text(self) -> str:
        """For a terminal."""
        return text_table(self.caption, (), self.rows)


@dataclass(frozen=True)
class Grid:
    """Rows under a head."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def html(self) -> str:
        """For a page."""
        return html_table(self.caption, self.head, self.rows)

    def text(self) -> str:
        """For a terminal."""
        return text_table(self.caption, self.head, self.rows)


@dataclass(frozen=True)
class Folded:
    """What only some want to read: JSON, or text as it is. A terminal doesn't show it."""

    summary: str
    content: object

    def html(self) -> str:
        """For a page."""
        content = self.content if isinstance(self.content, str) else as_json(self.content)
        return f"<details><summary>{escape(self.summary)}</summary><pre>{escape(content)}</pre></details>"

    def text(self) -> str:
        """For a terminal."""
        return ""


@dataclass(frozen=True)
class Points:
    """A list; under each point what is folded away."""

    caption: str
    points: Sequence[tuple[str, Sequence[Folded]]]

    def html(self) -> str:
        """For a page."""
        items = [
            f"<li>{escape(point)}{''.join(block.html() for block in folded)}</li>"
            for point, folded in self.points
        ]
        return f"<p><strong>{escape(self.caption)}</strong></p><ul>{''.join(items)}</ul>"

    def text(self) -> str:
        """For a terminal."""
        return "\n".join([f"{self.caption}:", *(f"- {point}" for point, _ in self.points)])


def as_json(document: object) -> str:
    """A document as AWS's console lays it out."""
    return json.dumps(document, indent=4, ensure_ascii=False, default=str)
