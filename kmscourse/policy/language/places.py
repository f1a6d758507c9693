"""Where in a JSON text its parts stand: what Python's own reader forgets once it has read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_STATEMENT = '"Statement"'


@dataclass(slots=True)
class Bracket:
    """An object or a list that is open: where it begins, and how far it has been read."""

    mark: str
    start: int
    name: str | None = None  # of an object: the name (in its quotes) whose value comes next
    index: int = 0  # of a list: which item comes next
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class JsonToken:
    """A name or a value, and the place where it begins. ``path`` leads to it: names in quotes, and list indices.

    ``repeated``: it is a name that its object has had before.
    """

    path: tuple[str | int, ...]
    start: int
    text: str
    repeated: bool = False


def json_tokens(
    text: str, end: int | None = None, open_brackets: list[Bracket] | None = None
) -> Iterator[JsonToken]:
    """The tokens of a text that is JSON as far as ``end``. ``open_brackets`` is left with those still open there."""
    stack = open_brackets if open_brackets is not None else []
    for match in _TOKEN.finditer(text, 0, len(text) if end is None else end):
        mark, start = match.group(), match.start()
        top = stack[-1] if stack else None
        if mark in "}]":
            del stack[-1:]
        elif mark == ",":
            if top:
                top.name, top.index = None, top.index + 1
        elif mark != ":":
            if top and top.mark == "{" and top.name is None:
                yield JsonToken(_path(stack), start, mark, repeated=mark in top.names)
                top.names.add(mark)
                top.name = mark
                continue
            yield JsonToken(_path(stack), start, mark)
            if mark in "{[":
                stack.append(Bracket(mark, start))


def _path(stack: list[Bracket]) -> tuple[str | int, ...]:
    return tuple(bracket.index if bracket.mark == "[" else bracket.name or "" for bracket in stack[:3])


def innermost_bracket(text: str, end: int) -> Bracket | None:
    """The bracket that is open at ``end``, the last to have been opened."""
    stack: list[Bracket] = []
    for _ in json_tokens(text, end, stack):
        pass
    return stack[-1] if stack else None


def locate_statement(text: str, number: int) -> int:
    """Where a policy's statement begins, counted from 1; the policy's own beginning, where it has no such one."""
    paths: list[tuple[str | int, ...]] = [(_STATEMENT, number - 1)]
    if number == 1:
        paths.append((_STATEMENT,))  # a single statement may stand without a list around it
    starts = {token.path: token.start for token in json_tokens(text) if token.path in paths}
    return next((starts[path] for path in paths if path in starts), 0)


def locate_statements(text: str) -> list[tuple[int, int]]:
    """From where to where each statement of a policy stands, white space before it included. The text must be JSON."""
    starts: dict[int, int] = {}
    for token in json_tokens(text):
        if token.path == (_STATEMENT,) and token.text == "{":
            starts[0] = token.start
        elif len(token.path) == 2 and token.path[0] == _STATEMENT and isinstance(token.path[1], int):
            starts[token.path[1]] = token.start
    decoder = json.JSONDecoder()
    return [
        (len(text[:start].rstrip()), decoder.raw_decode(text, start)[1])
        for _, start in sorted(starts.items())
    ]


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """Both counted from 1."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
