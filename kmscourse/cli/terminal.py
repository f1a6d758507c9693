"""Text for a terminal, or a pipe, whose encoding doesn't have every character that the course writes."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata
from collections.abc import Sequence

_IN_ASCII = dict(zip("✓✗■□●○▸·─├└", "+x#-*o>--|`", strict=True)) | {
    "→": "->",
    "←": "<-",
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("‘’", "'"),  # noqa: RUF001
    **dict.fromkeys("–—", "-"),  # noqa: RUF001
}
_HANDLER = "kmscourse.in_ascii"


def write_every_character() -> None:
    """Let stdout and stderr write what their encoding lacks in its nearest form of ASCII, and fail at nothing."""
    codecs.register_error(_HANDLER, _in_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    nearest = _IN_ASCII.get(character) or unicodedata.normalize("NFKD", character)
    return nearest.encode("ascii", "ignore").decode() or "?", error.start + 1


def count_of(number: int, noun: str) -> str:
    """As in "1 key" and "2 keys"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as lines, each column as wide as its widest text."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """How many columns of a terminal it takes: a Chinese sign two, an accent or a joiner of its own none."""
    return sum(
        0
        if unicodedata.category(sign) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(sign) in "WF"
        else 1
        for sign in text
    )


def agreed(question: str) -> bool:
    """Ask, and return whether the answer is yes. The end of the input is a no."""
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False
