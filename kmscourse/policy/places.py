"""Where in a JSON text its parts stand: what Python's own reader forgets once it has read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass(slots=True)
class Bracket:
    """An object or a list that is open: where it begins, and how far it has been read."""

    mark: str
    at: int
    name: str | None = None  # of an object: the name (in its quotes) whose value comes next
    index: int = 0  # of a list: which item comes next
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Part:
    """A name or a value, and the place where it begins. ``path`` leads to it: names in quotes, and list indices.

    ``again``: it is a name that its object has had before.
    """

    path: tuple[str | int, ...]
    at: int
    text: str
    again: bool = False


def parts(text: str, end: int | None = None, opened: list[Bracket] | None = None) -> Iterator[Part]:
    """The parts of a text that is JSON as far as ``end``. ``opened`` is left with the brackets still open there."""
    stack = opened if opened is not None else []
    for token in _TOKEN.finditer(text, 0, len(text) if end is None else end):
        found, at = token.group(), token.start()
        top = stack[-1] if stack else None
        if found in "}]":
            del stack[-1:]
        elif found == ",":
            if top:
                top.name, top.index = None, top.index + 1
        elif found != ":":
            if top and top.mark == "{" and top.name is None:
                yield Part(_path(stack), at, found, again=found in top.names)
                top.names.add(found)
                top.name = found
                continue
            yield Part(_path(stack), at, found)
            if found in "{[":
                stack.append(Bracket(found, at))


def _path(stack: list[Bracket]) -> tuple[str | int, ...]:
    return tuple(bracket.index if bracket.mark == "[" else bracket.name or "" for bracket in stack[:3])


def innermost(text: str, end: int) -> Bracket | None:
    """The bracket that is open at ``end``, the last to have been opened."""
    stack: list[Bracket] = []
    for _ in parts(text, end, stack):
        pass
    return stack[-1] if stack else None


def statement(text: str, number: int) -> int:
    """Where a policy's statement begins, counted from 1; the policy's own beginning, where it has no such one."""
    wanted = (
        (('"Statement"', number - 1), ('"Statement"',)) if number == 1 else (('"Statement"', number - 1),)
    )
    found = {part.path: part.at for part in parts(text) if part.path in wanted}
    return next((found[path] for path in wanted if path in found), 0)


def statements(text: str) -> list[tuple[int, int]]:
    """From where to where each statement of a policy stands, white space before it included. The text must be JSON."""
    found: dict[int, int] = {}
    for part in parts(text):
        if part.path == ('"Statement"',) and part.text == "{":
            found[0] = part.at
        elif len(part.path) == 2 and part.path[0] == '"Statement"' and isinstance(part.path[1], int):
            found[part.path[1]] = part.at
    decoder = json.JSONDecoder()
    return [(len(text[:at].rstrip()), decoder.raw_decode(text, at)[1]) for _, at in sorted(found.items())]


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Both counted from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
