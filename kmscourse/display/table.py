"""A plain table in HTML and in text: what cards are made of. It needs no kernel and no style sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from re import sub

# Colours are the page's own, or see-through: they suit the light and the dark. GitHub drops every style.
TABLE = "border-collapse:collapse;margin:0 0 10px;font-size:inherit;table-layout:auto"
CAPTION = "text-align:left;caption-side:top;font-weight:600;padding:6px 0"
CELL = "text-align:left;vertical-align:top;padding:4px 10px;border-bottom:1px solid #8884;white-space:normal"
_CODE = "overflow-wrap:break-word"
_EIGHT = "white-space:nowrap"


class Code(str):
    """Text to be copied or compared letter by letter: an ARN, an id, an action, bytes."""

    __slots__ = ()


class Hex(Code):
    """Bytes in hex, two digits and a space each."""

    __slots__ = ()


def html_table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, row_headers: bool = False
) -> str:
    """A table with a caption and a head row; every text is escaped, a line break in a text stays one.

    ``row_headers``: the first cell of a row is its name. Without a head there is no head row.
    """
    lines = [
        f'<table style="{TABLE}"><caption style="{CAPTION}">{escape(caption)}</caption>',
        f"<thead><tr>{''.join(_cell(text, 'col') for text in head)}</tr></thead><tbody>"
        if head
        else "<tbody>",
    ]
    for row in rows:
        cells = [_cell(text, "row" if row_headers and number == 0 else "") for number, text in enumerate(row)]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody></table>"])


def _cell(text: str, heads: str) -> str:
    tag, scope = ("th", f' scope="{heads}"') if heads else ("td", "")
    return f'<{tag}{scope} style="{CELL}">{inline(text)}</{tag}>'


def inline(text: str) -> str:
    """A text as HTML, line for line. A long ARN may be broken after a colon or a slash, bytes after every eighth."""
    lines = escape(text).split("\n")
    if isinstance(text, Hex):
        lines = [sub(r"\S\S( \S\S){1,7}", rf'<span style="{_EIGHT}">\g<0></span>', line) for line in lines]
    if isinstance(text, Code):
        long = not isinstance(text, Hex) and max(map(len, lines)) > 30
        broken = [sub(r"(?<=[:/])(?=\S)", "<wbr>", line) if long else line for line in lines]
        lines = [f'<code style="{_CODE}">{line}</code>' if line else "" for line in broken]
    return "<br>".join(lines)


def text_table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The same for a terminal: columns aligned, a line for each row."""
    grid = [[text.replace("\n", ", ") for text in row] for row in ([head] if head else []) + list(rows)]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in grid
    ]
    return "\n".join([caption, *lines])
