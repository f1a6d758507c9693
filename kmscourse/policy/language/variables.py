"""Policy variables and wildcards: the text of a pattern, read into tokens.

``${aws:username}`` stands for a value of the request, ``${aws:PrincipalTag/team, 'none'}`` has a default,
and ``${*}``, ``${?}``, ``${$}`` are the bare characters. Only policies of Version 2012-10-17 have them; in
older ones such text means itself. IAM User Guide, "IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum


class Wildcard(Enum):
    """Any number of characters, or exactly one."""

    MANY = "*"
    ONE = "?"


MANY, ONE = Wildcard


@dataclass(frozen=True, slots=True)
class Variable:
    """A value of the request that goes into the pattern, and what stands in where there is none."""

    key: str
    default: str | None


Token = str | Wildcard | Variable
Pattern = tuple[str | Wildcard, ...]
Values = Mapping[str, tuple[str, ...]]  # of a request's condition keys, whose names are in lower case

WILDCARDS: Mapping[str, Wildcard] = {wildcard.value: wildcard for wildcard in Wildcard}
_WILDCARD = re.compile(r"([*?])")
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_SPECIAL = re.compile(rf"{_VARIABLE.pattern}|[*?]")
_LITERAL = ("*", "?", "$")  # ${*} is the character itself


def split_wildcards(text: str) -> Pattern:
    """The text as tokens where only "*" and "?" mean more than themselves."""
    if "*" not in text and "?" not in text:
        return (text,) if text else ()
    return tuple([WILDCARDS.get(token, token) for token in _WILDCARD.split(text) if token])


def split_variables(text: str, *, wildcards: bool) -> tuple[Token, ...]:
    """The text as tokens, variables among them; without ``wildcards`` a "*" is itself, as in StringEquals."""
    tokens: list[Token] = []
    end = 0
    for special in _SPECIAL.finditer(text):
        inside = special.group(1)
        if inside is not None:
            token: Token = inside if inside in _LITERAL else _read_variable(inside)
        elif wildcards:
            token = WILDCARDS[special.group()]
        else:
            continue
        tokens += [text[end : special.start()], token]
        end = special.end()
    return tuple(token for token in (*tokens, text[end:]) if token != "")


def _read_variable(inside: str) -> Variable:
    key, comma, default = (part.strip() for part in inside.partition(","))
    if not comma:
        return Variable(key.lower(), None)
    quoted = len(default) > 1 and default[0] == default[-1] == "'"
    return Variable(key.lower(), default[1:-1]) if quoted else Variable("", None)


def variable_keys(text: str) -> Iterator[str]:
    """The condition keys that the text has as variables, as it writes them."""
    for variable in _VARIABLE.finditer(text):
        key = variable[1].partition(",")[0].strip()
        if key not in _LITERAL:
            yield key


def resolve_variables(tokens: tuple[Token, ...], values: Values) -> Pattern | None:
    """The tokens with the request's values in them, taken literally; None where a variable has no value.

    A key with several values can't be a variable.
    """
    resolved: list[str | Wildcard] = []
    for token in tokens:
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


def fill_in(text: str, values: Values) -> str | None:
    """The text with the request's values in place of its variables; None where one of them has no value."""
    tokens = resolve_variables(split_variables(text, wildcards=False), values)
    return None if tokens is None else "".join(map(str, tokens))
