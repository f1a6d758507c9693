"""A plain table in HTML and in text: what cards are made of. It needs no kernel, and stays a table without its style.

GitHub drops every style and class. ``cards.css`` is how it looks elsewhere: where there is little room, a row of many
columns becomes a block with a line for each cell, and the cell then says which column it is of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from kmscourse.look import sign_class

ROOMS = {"kms-narrow": 32, "kms-middle": 46, "kms-wide": 62}
"""The width, in em, below which a table's rows become blocks; a table is of the first kind that it fits into."""

LONG = 30  # letters; a text of so many is a sentence, and no word
SENTENCE_ROOM, PADDING, LETTER, CODE_LETTER = 10.0, 1.5, 0.56, 0.6  # em

_LONG_WORD = re.compile(r"\S{21,}")
_JOINT = re.compile(r"(?<=\S{8}[:/.=])(?=\S)")  # where a long word may be broken
_PLACE = re.compile(r"(?<=\S{8}[:/.=])(?=\S)|(?<=-)")  # and where browsers do so by themselves


class Code(str):
    """Text to be copied or compared letter by letter: an ARN, an id, an action, bytes."""

    __slots__ = ()


class Hex(Code):
    """Bytes in hex, two digits and a space each."""

    __slots__ = ()


def html_table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    row_headers: bool = False,
) -> str:
    """A table with a caption and a head row; every text is escaped, a line break in a text stays one.

    ``row_headers``: the first cell of a row is its name. Without a head there is no head row.
    """
    rows = [tuple(row) for row in rows]
    lines = [
        table_opening(caption, kind_of([*([head] if head else []), *rows])),
        f"<thead><tr>{''.join(_cell(text, 'col') for text in head)}</tr></thead><tbody>"
        if head
        else "<tbody>",
    ]
    for row in rows:
        cells = [
            _cell(text, "row" if row_headers and number == 0 else "", head[number] if head else "")
            for number, text in enumerate(row)
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody></table>"])


def table_opening(caption: str, kind: str) -> str:
    """How a table of this kind begins."""
    return f'<table class="{kind}"><caption>{escape(caption)}</caption>'


def kind_of(rows: Sequence[Sequence[str]]) -> str:
    """The kind of a table: how much room its columns need, so that no word is broken and no sentence squeezed."""
    needed = sum(max(map(_room, column)) + PADDING for column in zip(*rows, strict=True))
    return next((kind for kind, width in ROOMS.items() if needed <= width), "kms-wide")


def _room(text: str) -> float:
    """The least width of a cell, in em."""
    words = [
        part for word in text.split() for part in (_PLACE.split(word) if _LONG_WORD.match(word) else [word])
    ]
    widest = max(map(len, words), default=0) * (CODE_LETTER if isinstance(text, Code) else LETTER)
    return max(widest, SENTENCE_ROOM) if is_sentence(text) else widest


def is_sentence(text: str) -> bool:
    """Whether a text needs a line of some length to be read."""
    return len(text) > LONG and not isinstance(text, Code)


def _cell(text: str, heads: str, column: str = "") -> str:
    if heads:
        return f'<th scope="{heads}">{inline(text)}</th>'
    return f"<td{attributes(text, column)}>{inline(text)}</td>"


def attributes(text: str, column: str) -> str:
    """The attributes of a cell: of which column it is, and whether it needs room for a sentence."""
    label = f' data-label="{escape(column)}"' if column else ""
    long = ' class="kms-long"' if is_sentence(text) else ""
    return label + long


def inline(text: str) -> str:
    """A text as HTML, line for line, in which a long word may be broken; bytes may be after every eighth.

    A line that begins with a sign wears its colour.
    """
    lines = escape(text).split("\n")
    if isinstance(text, Hex):
        lines = [re.sub(r"\S\S( \S\S){1,7}", r"<span>\g<0></span>", line) for line in lines]
    else:
        lines = [breakable(line) for line in lines]
    if isinstance(text, Code):
        lines = [f"<code>{line}</code>" if line else "" for line in lines]
    else:
        lines = [signed(line) for line in lines]
    return "<br>".join(lines)


def breakable(html: str) -> str:
    """Escaped text whose long words may be broken, but only after a colon, a slash, a dot or an equals sign."""
    return _LONG_WORD.sub(lambda word: _JOINT.sub("<wbr>", word[0]), html)


def signed(html: str) -> str:
    """Escaped text in the colour of the sign that it begins with, which stays on the line of the first word."""
    kind = sign_class(html)
    return f'<span class="kms-sign {kind}">{html.replace(" ", "&nbsp;", 1)}</span>' if kind else html


def text_table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The same for a terminal: columns aligned, a line for each row."""
    grid = [[text.replace("\n", ", ") for text in row] for row in ([head] if head else []) + list(rows)]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in grid
    ]
    return "\n".join([caption, *lines])
