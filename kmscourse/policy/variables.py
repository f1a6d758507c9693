"""Policy variables and wildcards: the text of a pattern, read into tokens.

``${aws:username}`` stands for a value of the request, ``${aws:PrincipalTag/team, 'none'}`` has a default,
and ``${*}``, ``${?}``, ``${$}`` are the bare characters. Only policies of Version 2012-10-17 have them; in
older ones such text means itself. IAM User Guide, "IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Wild(Enum):
    """A wildcard: any number of characters, or exactly one."""

    MANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """A value of the request that goes into the pattern, and what stands in where there is none."""

    key: str
    default: str | None


Token = str | Wild | Variable
Pattern = tuple[str | Wild, ...]

WILD: Mapping[str, Wild] = {wild.value: wild for wild in Wild}
_WILDCARD = re.compile(r"([*?])")
_SPECIAL = re.compile(r"\$\{([^{}]*)\}|[*?]")


def wildcards_of(text: str) -> Pattern:
    """The text as tokens where only "*" and "?" mean more than themselves."""
    if "*" not in text and "?" not in text:
        return (text,) if text else ()
    pieces = _WILDCARD.split(text)
    return tuple(WILD.get(piece, piece) for piece in pieces if piece)


def tokens(text: str, *, wildcards: bool) -> tuple[Token, ...]:
    """The text as tokens, variables among them; without ``wildcards`` a "*" is itself, as in StringEquals."""
    found: list[Token] = []
    end = 0
    for special in _SPECIAL.finditer(text):
        inside = special.group(1)
        if inside is not None:
            token: Token = inside if inside in ("*", "?", "$") else _variable(inside)
        elif wildcards:
            token = WILD[special.group()]
        else:
            continue
        found += [text[end : special.start()], token]
        end = special.end()
    return tuple(token for token in (*found, text[end:]) if token != "")


def _variable(inside: str) -> Variable:
    key, comma, default = (part.strip() for part in inside.partition(","))
    if not comma:
        return Variable(key.lower(), None)
    quoted = len(default) > 1 and default[0] == default[-1] == "'"
    return Variable(key.lower(), default[1:-1]) if quoted else Variable("", None)


def resolve(found: tuple[Token, ...], values: Mapping[str, tuple[str, ...]]) -> Pattern | None:
    """The tokens with the request's values in them, taken literally; None where a variable has no value.

    A key with several values can't be a variable.
    """
    resolved: list[str | Wild] = []
    for token in found:
        if isinstance(token, Variable):
            value = values.get(token.key, ())
            if len(value) == 1:
                resolved.append(value[0])
            elif not value and token.default is not None:
                resolved.append(token.default)
            else:
                return None
        else:
            resolved.append(token)
    return tuple(resolved)
