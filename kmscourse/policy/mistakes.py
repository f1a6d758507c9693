"""What people get wrong in a policy's JSON: each mistake at its place, in one sentence that says what to do."""

from __future__ import annotations

import re
import unicodedata
from json import JSONDecodeError

from kmscourse.policy import places

COMMENTS = ("//", "/*", "#")
DOTS = ("...", "…")
TYPOGRAPHIC = tuple("“”„‘’«»")  # noqa: RUF001
BYTE_ORDER_MARK = "\ufeff"
CLOSES = {"{": "}", "[": "]"}
LITERALS = {"true": "true", "false": "false", "none": "null", "null": "null"}
TRAILING_COMMA = "there is nothing after this comma. Take it out."
_WORD = re.compile(r"[\w.+:*/$-]+")

Found = tuple[int, str] | None


def place(text: str, at: int) -> str:
    """As in: Line 3, column 7. Both count from 1, in characters."""
    line, column = places.line_and_column(text, at)
    return f"Line {line}, column {column}"


def mistake(text: str, error: JSONDecodeError) -> tuple[int, str]:
    """Where the mistake is that stopped Python's reader, and what to say of it."""
    at = error.pos
    if not text.strip():
        return 0, "there is nothing here. A policy is a JSON object with Version and Statement."
    return (
        _inside_a_text(text, error)
        or _foreign(at, text[at : at + 3])
        or _outside(text, error)
        or _comma(text, at)
        or _unquoted(text, error)
        or _bracket(text, error)
        or _missing(error)
        or (
            at,
            "this can't stand here. A value is a text in double quotes, a number, true, false, {…} or […].",
        )
    )


def _inside_a_text(text: str, error: JSONDecodeError) -> Found:
    at = error.pos
    if error.msg.startswith("Unterminated string"):
        return at, "this text has no double quote at its end. Write one."
    if error.msg.startswith("Invalid control character"):
        if text[at] not in "\n\r":
            return at, "a tab or another control character can't stand in a text. Write a space."
        return at, "the line ends within a text. Is a double quote missing before this?"
    if error.msg.startswith("Invalid \\"):
        return at, r"a backslash begins an escape, such as \". To mean the backslash itself, write it twice."
    return None


def _foreign(at: int, rest: str) -> Found:
    """What JSON does not have at all."""
    if rest.startswith(BYTE_ORDER_MARK):
        return at, 'an invisible byte order mark stands here. Save the text as "UTF-8 without BOM".'
    if rest.startswith(COMMENTS):
        return at, "JSON has no comments. Take this one out."
    if rest.startswith("'"):
        return at, "JSON puts text in double quotes."
    if rest.startswith(TYPOGRAPHIC):
        return at, f'{rest[0]} is a typographic quote. JSON puts text in plain ones: ".'
    if rest.startswith(DOTS):
        return at, "dots stand for what was left out. Write that, or take them out."
    if rest and rest[0] not in " \t\n\r" and unicodedata.category(rest[0])[0] in "ZC":
        return at, f"an invisible character (U+{ord(rest[0]):04X}) stands here. Take it out."
    return None


def _outside(text: str, error: JSONDecodeError) -> Found:
    """What stands before the policy's first bracket, or behind its last."""
    if not text.lstrip().startswith(("{", "[")):
        return len(text) - len(text.lstrip()), "a policy is a JSON object. Begin it with {."
    if not error.msg.startswith("Extra data"):
        return None
    if text[error.pos] == ",":
        return error.pos, "the policy has ended before this comma. Take it out."
    return error.pos, "the policy has ended, but more text follows. Is a bracket closed too early?"


def _comma(text: str, at: int) -> Found:
    rest, before = text[at:].lstrip(), text[:at].rstrip()
    if rest.startswith(",") and rest[1:].lstrip().startswith(("}", "]")):
        return at, TRAILING_COMMA
    if rest.startswith(("}", "]")) and before.endswith(","):
        return len(before) - 1, TRAILING_COMMA
    if rest.startswith(",") and before.endswith((",", "[", "{", ":")):
        return at, "there is nothing before this comma. Write what is missing, or take the comma out."
    return None


def _unquoted(text: str, error: JSONDecodeError) -> Found:
    """A name or a text without quotes. The reader may have taken its beginning for a number, as in 2012-10-17."""
    at = error.pos
    while (
        at
        and error.msg.startswith("Expecting ',' delimiter")
        and _WORD.match(text[at - 1 : at + 1])
        and _WORD.match(text[at])
    ):
        at -= 1
    word = _WORD.match(text, at)
    if not word:
        return None
    spelled = LITERALS.get(word.group().lower())
    if spelled:
        return at, f"JSON spells this {spelled}."
    return at, f'JSON puts text in double quotes: "{word.group().rstrip(":")}".'


def _bracket(text: str, error: JSONDecodeError) -> Found:
    at, rest = error.pos, text[error.pos :].strip()
    opened = places.innermost(text, at)
    if opened is None:
        return None
    still_open = f"the {opened.mark} of {place(text, opened.at).lower()} is still open"
    if not rest:
        return at, f"the text ends before the policy does: {still_open}. Close it with {CLOSES[opened.mark]}."
    if rest[0] in "}]" and rest[0] != CLOSES[opened.mark]:
        return at, f"this {rest[0]} can't close anything: {still_open}. Close that first, or take this out."
    return None


def _missing(error: JSONDecodeError) -> Found:
    if error.msg.startswith("Expecting ',' delimiter"):
        return error.pos, "a comma is missing before this."
    if error.msg.startswith("Expecting ':' delimiter"):
        return error.pos, "after a name comes a colon, then its value. Write the colon here."
    return None
