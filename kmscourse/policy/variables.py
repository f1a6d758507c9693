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

_WILDCARD = re.compile(r"[*?]")
_SPECIAL = re.compile(r"\$\{([^}]*)\}|[*?]")
_VARIABLE = re.compile(r"\s*([^,']*[^,'\s])\s*(?:,\s*'(.*)'\s*)?")


def wildcards_of(text: str) -> Pattern:
    """The text as tokens where only "*" and "?" mean more than themselves."""
    found: list[str | Wild] = []
    end = 0
    for special in _WILDCARD.finditer(text):
        found += [text[end : special.start()], Wild(special.group())]
        end = special.end()
    return (*found, text[end:])


def tokens(text: str, *, wildcards: bool) -> tuple[Token, ...]:
    """The text as tokens, variables among them; without ``wildcards`` a "*" is itself, as in StringEquals."""
    found: list[Token] = []
    end = 0
    for special in _SPECIAL.finditer(text):
        inside = special.group(1)
        if inside is not None:
            token: Token = inside if inside in ("*", "?", "$") else _variable(inside)
        elif wildcards:
            token = Wild(special.group())
        else:
            continue
        found += [text[end : special.start()], token]
        end = special.end()
    return (*found, text[end:])


def _variable(inside: str) -> Variable:
    shape = _VARIABLE.fullmatch(inside)
    return Variable(shape[1].lower(), shape[2]) if shape else Variable("", None)


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
