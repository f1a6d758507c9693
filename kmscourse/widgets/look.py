"""How the pages look: their style sheet, and the few pieces of HTML that they are made of. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from kmscourse.display.table import html_table

STYLE = f"<style>{Path(__file__).with_name('pages.css').read_text(encoding='utf-8')}</style>"

_LEAVE_KEYS = "p.addEventListener('focusin',e=>{e.target.dataset.lmSuppressShortcuts=true})"
_KEEP_CLICKS = (
    "p.addEventListener('pointerdown',e=>{e.target.closest('button')?.setPointerCapture(e.pointerId)})"
)
KEYS = f'<i class="kms-keys" onanimationstart="const p=this.closest(\'.kms-page\');{_LEAVE_KEYS};{_KEEP_CLICKS}"></i>'
"""Keeps the notebook's own keys from a page: without it, an arrow in a choice leaves the page, and dd deletes its cell.

JupyterLab leaves keys alone at an element with this attribute (Lumino, CommandRegistry), and ipywidgets sets none.

And keeps a click for the button that it began on: to press it leaves a field, which speaks then, and what the page
answers can move the button away from under the mouse before that is let go (W3C, Pointer Events, setPointerCapture).
"""

_MARKS = {"✓": "kms-yes", "✗": "kms-no", "!": "kms-mind"}
_COPY = "navigator.clipboard.writeText(this.dataset.text).then(()=>{this.textContent='Copied'})"


def message(mark: str, sentence: str, *, loud: bool = True) -> str:
    """A sentence for people, with its mark; read aloud when it appears, a mistake at once where it is ``loud``."""
    role = "alert" if mark == "✗" and loud else "status"
    return f'<div role="{role}" class="kms-say {_MARKS.get(mark, "")}">{mark} {escape(sentence)}</div>'


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
        f'<div class="kms-wide"><dt>{escape(name)}</dt>'
        f"<dd><code>{escape(value)}</code> {copy_button(name, value)}</dd></div>"
    )


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table that scrolls where the page is too narrow for it."""
    return scrolling(html_table(caption, head, rows))


def scrolling(html: str) -> str:
    """A card, which scrolls where the page is too narrow for it."""
    return f'<div class="kms-scroll" tabindex="0">{html}</div>'


def folded(summary: str, html: str) -> str:
    """What can be opened by whoever wants to see it."""
    return f"<details><summary>{escape(summary)}</summary>{html}</details>"
