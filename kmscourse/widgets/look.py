"""How the pages look: their style sheet, and the few pieces of HTML that they are made of. Every text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from kmscourse.display.card import LOOK, Card, framed
from kmscourse.display.table import breakable, html_table
from kmscourse.look import sign_class, style

_FOLDER = Path(__file__).parent
STYLE = style(LOOK, (_FOLDER / "pages.css").read_text(encoding="utf-8"))

_SCRIPT = re.sub(r"/\*.*?\*/", "", (_FOLDER / "pages.js").read_text(encoding="utf-8"), flags=re.DOTALL)
SCRIPT = f'<i class="kms-script" onanimationstart="{escape(_SCRIPT)}"></i>'
"""What a page does in the browser by itself, run once when it is drawn: a script in it would not be run."""

_COPY = "navigator.clipboard.writeText(this.dataset.text).then(()=>{this.textContent='Copied'})"


def message(mark: str, sentence: str, *, loud: bool = True) -> str:
    """A sentence for people, with its mark; read aloud when it appears, a mistake at once where it is ``loud``."""
    role = "alert" if mark == "✗" and loud else "status"
    text = breakable(escape(f"{mark} {sentence}"))
    return f'<div role="{role}" class="kms-say {sign_class(mark)}">{text}</div>'


def hint(sentence: str) -> str:
    """What to know about a field, below it."""
    return f'<div class="kms-hint">{escape(sentence)}</div>'


def code(title: str, text: str) -> str:
    """Text to be copied, under its title."""
    return (
        f'<div class="kms-name">{escape(title)}</div>'
        f'<div class="kms-code"><pre>{escape(text)}</pre>{copy_button(title, text)}</div>'
    )


def copy_button(what: str, text: str) -> str:
    """A button that puts the text on the clipboard, where the browser lets it."""
    return (
        f'<button type="button" class="kms-copy" aria-label="Copy: {escape(what)}" '
        f'data-text="{escape(text)}" onclick="{escape(_COPY)}">Copy</button>'
    )


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values, as the console's boxes have them; an ARN and a link can be copied."""
    return f'<dl class="kms-facts">{"".join(_fact(name, value) for name, value in rows)}</dl>'


def _fact(name: str, value: str) -> str:
    if not value.startswith(("arn:", "https:")):
        return f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
    return (
        f'<div class="kms-across"><dt>{escape(name)}</dt>'
        f"<dd><code>{breakable(escape(value))}</code> {copy_button(name, value)}</dd></div>"
    )


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, as cards have them."""
    return framed(html_table(caption, head, rows))


def cards(*shown: Card) -> str:
    """Cards on a page, one under the other."""
    return "\n".join(card.html() for card in shown)


def folded(summary: str, html: str) -> str:
    """What can be opened by whoever wants to see it."""
    return f"<details><summary>{escape(summary)}</summary>{html}</details>"
