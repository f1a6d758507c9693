"""A plain HTML table: what cards are made of. It needs no kernel and no style sheet, so a static page shows it too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_CELL = "text-align:left;vertical-align:top;padding:4px 10px;border-bottom:1px solid #8884"


def html_table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a caption and a head row; every text is escaped, a line break in a text stays one."""

    def cell(tag: str, text: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return f'<{tag}{scope} style="{_CELL}">{escape(text).replace(chr(10), "<br>")}</{tag}>'

    lines = [
        f'<table style="border-collapse:collapse"><caption style="text-align:left">{escape(caption)}</caption>'
    ]
    lines.append("<thead><tr>" + "".join(cell("th", text) for text in head) + "</tr></thead><tbody>")
    lines += ["<tr>" + "".join(cell("td", text) for text in row) + "</tr>" for row in rows]
    return "\n".join([*lines, "</tbody></table>"])


def text_table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The same for a terminal: columns aligned, a line for each row."""
    grid = [list(head), *([text.replace("\n", ", ") for text in row] for row in rows)]
    widths = [max(len(row[column]) for row in grid) for column in range(len(head))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in grid
    ]
    return "\n".join([caption, *lines])
