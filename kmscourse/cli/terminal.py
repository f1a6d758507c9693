"""Text for a terminal, or a pipe, whose encoding doesn't have every character that the course writes."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata

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
