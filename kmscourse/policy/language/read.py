"""A policy read from its text, as it stands in a console's editor or a file: with the place of every mistake.

What people get wrong in JSON is said in one sentence each, and what to do about it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, NoReturn

from kmscourse.errors import PolicyError
from kmscourse.policy.language.document import compile_policy
from kmscourse.policy.language.places import (
    innermost_bracket,
    json_tokens,
    line_and_column,
    locate_statement,
)

COMMENTS = ("//", "/*", "#")
DOTS = ("...", "…")
TYPOGRAPHIC = tuple("“”„‘’«»")  # noqa: RUF001
BYTE_ORDER_MARK = "\ufeff"
CLOSES = {"{": "}", "[": "]"}
LITERALS = {"true": "true", "false": "false", "none": "null", "null": "null"}
TRAILING_COMMA = "there is nothing after this comma. Take it out."
POLICY_NAME = "default"  # the one that every key policy has
ASK_FOR_POLICY = 'To get the policy alone, call "aws kms get-key-policy" with "--query Policy --output text".'
_WORD = re.compile(r"[\w.+:*/$-]+")

Mistake = tuple[int, str]  # where it is, and what to say of it


def parse(policy: str | Mapping[str, Any]) -> dict[str, Any]:
    """The policy as a dict. PolicyError says what is wrong with it, for text with line and column."""
    if not isinstance(policy, str):
        compile_policy(policy)
        return dict(deepcopy(policy))
    document = _read_json(policy)
    wrapping = _find_wrapping(document)
    if wrapping:
        raise PolicyError(
            f"{_place(policy, len(policy) - len(policy.lstrip()))}: {wrapping} {ASK_FOR_POLICY}"
        )
    try:
        compile_policy(document)
    except PolicyError as error:
        raise PolicyError(f"{_place(policy, _locate(policy, str(error)))}: {error}") from None
    return dict(document)


def _read_json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_make_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        position, sentence = _find_mistake(text, error)
    except _NameTwiceError as error:
        repeated = (token.start for token in json_tokens(text) if token.repeated)
        position, sentence = next(repeated, 0), str(error)
    except _ConstantError as error:
        constant = str(error)
        position = next((token.start for token in json_tokens(text) if token.text == constant), 0)
        sentence = f"{constant} is not JSON. Use a number, a text, true or false."
    except RecursionError:
        raise PolicyError("The policy is nested too deeply to be one.") from None
    except ValueError:  # Python reads no integers of thousands of digits
        raise PolicyError("A number in the policy is longer than any that a policy needs.") from None
    raise PolicyError(f"{_place(text, position)}: {sentence}")


def _find_wrapping(document: object) -> str | None:
    """What to say of a policy that is still wrapped in what AWS CLI has printed."""
    if isinstance(document, str) and document.lstrip().startswith("{"):
        return "the policy is a text in quotes here."
    if isinstance(document, dict) and isinstance(document.get("Policy"), str):
        return "this is KMS's whole answer, and the policy is a text in it."
    return None


def _locate(text: str, complaint: str) -> int:
    """Where in the text the statement begins that the complaint is about, or else the policy."""
    number = re.match(r"Statement (\d+)", complaint)
    return locate_statement(text, int(number[1])) if number else len(text) - len(text.lstrip())


class _NameTwiceError(ValueError):
    """An object has a name twice. The reader says so once the object has been read, without its place."""


class _ConstantError(ValueError):
    """NaN or Infinity, which Python's reader takes and JSON does not have."""


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise _NameTwiceError(
                f'"{name}" stands twice in one object, and only one can count. Take one of them out.'
            )
        members[name] = value
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


def _place(text: str, position: int) -> str:
    """As in: Line 3, column 7. Both count from 1, in characters."""
    line, column = line_and_column(text, position)
    return f"Line {line}, column {column}"


def _find_mistake(text: str, error: json.JSONDecodeError) -> Mistake:
    """Where the mistake is that stopped Python's reader, and what to say of it."""
    position = error.pos
    if not text.strip():
        return 0, "there is nothing here. A policy is a JSON object with Version and Statement."
    return (
        _find_in_text(text, error)
        or _find_foreign_mark(position, text[position : position + 3])
        or _find_outside(text, error)
        or _find_comma(text, position)
        or _find_unquoted(text, error)
        or _find_bracket(text, error)
        or _find_missing_mark(error)
        or (
            position,
            "this can't stand here. A value is a text in double quotes, a number, true, false, {…} or […].",
        )
    )


def _find_in_text(text: str, error: json.JSONDecodeError) -> Mistake | None:
    position = error.pos
    if error.msg.startswith("Unterminated string"):
        return position, "this text has no double quote at its end. Write one."
    if error.msg.startswith("Invalid control character"):
        if text[position] not in "\n\r":
            return position, "a tab or another control character can't stand in a text. Write a space."
        return position, "the line ends within a text. Is a double quote missing before this?"
    if error.msg.startswith("Invalid \\"):
        return (
            position,
            r"a backslash begins an escape, such as \". To mean the backslash itself, write it twice.",
        )
    return None


def _find_foreign_mark(position: int, rest: str) -> Mistake | None:
    """What JSON does not have at all."""
    if rest.startswith(BYTE_ORDER_MARK):
        return position, 'an invisible byte order mark stands here. Save the text as "UTF-8 without BOM".'
    if rest.startswith(COMMENTS):
        return position, "JSON has no comments. Take this one out."
    if rest.startswith("'"):
        return position, "JSON puts text in double quotes."
    if rest.startswith(TYPOGRAPHIC):
        return position, f'{rest[0]} is a typographic quote. JSON puts text in plain ones: ".'
    if rest.startswith(DOTS):
        return position, "dots stand for what was left out. Write that, or take them out."
    if rest and rest[0] not in " \t\n\r" and unicodedata.category(rest[0])[0] in "ZC":
        return position, f"an invisible character (U+{ord(rest[0]):04X}) stands here. Take it out."
    return None


def _find_outside(text: str, error: json.JSONDecodeError) -> Mistake | None:
    """What stands before the policy's first bracket, or behind its last."""
    if not text.lstrip().startswith(("{", "[")):
        return len(text) - len(text.lstrip()), "a policy is a JSON object. Begin it with {."
    if not error.msg.startswith("Extra data"):
        return None
    if text[error.pos] == ",":
        return error.pos, "the policy has ended before this comma. Take it out."
    if text[error.pos :].split() == [POLICY_NAME]:
        return error.pos, f"this is the policy's name, which AWS CLI prints behind it. {ASK_FOR_POLICY}"
    return error.pos, "the policy has ended, but more text follows. Is a bracket closed too early?"


def _find_comma(text: str, position: int) -> Mistake | None:
    rest, before = text[position:].lstrip(), text[:position].rstrip()
    if rest.startswith(",") and rest[1:].lstrip().startswith(("}", "]")):
        return position, TRAILING_COMMA
    if rest.startswith(("}", "]")) and before.endswith(","):
        return len(before) - 1, TRAILING_COMMA
    if rest.startswith(",") and before.endswith((",", "[", "{", ":")):
        return position, "there is nothing before this comma. Write what is missing, or take the comma out."
    return None


def _find_unquoted(text: str, error: json.JSONDecodeError) -> Mistake | None:
    """A name or a text without quotes. The reader may have taken its beginning for a number, as in 2012-10-17."""
    position = error.pos
    while (
        position
        and error.msg.startswith("Expecting ',' delimiter")
        and _WORD.match(text[position - 1 : position + 1])
        and _WORD.match(text[position])
    ):
        position -= 1
    word = _WORD.match(text, position)
    if not word:
        return None
    spelled = LITERALS.get(word.group().lower())
    if spelled:
        return position, f"JSON spells this {spelled}."
    return position, f'JSON puts text in double quotes: "{word.group().rstrip(":")}".'


def _find_bracket(text: str, error: json.JSONDecodeError) -> Mistake | None:
    position, rest = error.pos, text[error.pos :].strip()
    bracket = innermost_bracket(text, position)
    if bracket is None:
        return None
    still_open = f"the {bracket.mark} of {_place(text, bracket.start).lower()} is still open"
    if not rest:
        return (
            position,
            f"the text ends before the policy does: {still_open}. Close it with {CLOSES[bracket.mark]}.",
        )
    if rest[0] in "}]" and rest[0] != CLOSES[bracket.mark]:
        return (
            position,
            f"this {rest[0]} can't close anything: {still_open}. Close that first, or take this out.",
        )
    return None


def _find_missing_mark(error: json.JSONDecodeError) -> Mistake | None:
    if error.msg.startswith("Expecting ',' delimiter"):
        return error.pos, "a comma is missing before this."
    if error.msg.startswith("Expecting ':' delimiter"):
        return error.pos, "after a name comes a colon, then its value. Write the colon here."
    return None
