"""Which members of an operation's input are in AWS's model and not honoured, and whether a call asks for them.

What is honoured is told by name. Whatever else the model has, or will have in a later botocore, is found here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

Place = tuple[str, ...]
"""Where a member stands: the names that lead to it, with ``EACH`` for the entries of a list or a map."""

EACH = "*"


def places_not_honoured(
    shape: StructureShape, members: str, structures: Mapping[str, str], around: frozenset[str] = frozenset()
) -> Iterator[Place]:
    """The places of the members of a structure that are not honoured; what is within such a one goes with it.

    ``members`` are the names of those that are honoured, with spaces between them, ``structures`` the same for the
    structures within, by the names of their shapes. ``around`` are those that hold this one.
    """
    for name, member in shape.members.items():
        if name not in members.split():
            yield (name,)
        else:
            yield from ((name, *place) for place in _within(member, structures, around))


def _within(shape: Shape, structures: Mapping[str, str], around: frozenset[str]) -> Iterator[Place]:
    if isinstance(shape, StructureShape) and shape.name not in around:  # An attribute's value holds others.
        members = structures.get(shape.name, "")
        yield from places_not_honoured(shape, members, structures, around | {shape.name})
    elif isinstance(shape, ListShape | MapShape):
        entry = shape.member if isinstance(shape, ListShape) else shape.value
        yield from ((EACH, *place) for place in _within(entry, structures, around))


def is_asked_for(parameters: Any, place: Place) -> bool:
    """Whether parameters of the model's types ask for anything in that place. Neither null nor False does."""
    if not place:
        return _asks(parameters)
    first, rest = place[0], place[1:]
    if parameters is None:
        return False
    if first != EACH:
        return is_asked_for(parameters.get(first), rest)
    entries = parameters.values() if isinstance(parameters, Mapping) else parameters
    return any(is_asked_for(entry, rest) for entry in entries)


def _asks(value: Any) -> bool:
    """A structure asks for nothing where no member of it does: ``{"StreamEnabled": False}``."""
    if isinstance(value, Mapping) and value:
        return any(map(_asks, value.values()))
    return value is not None and value is not False


def printed(place: Place) -> str:
    """A place as a refusal names it: ``RequestItems.AttributesToGet``."""
    return ".".join(name for name in place if name != EACH)
