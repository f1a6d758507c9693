"""Every member of an operation's input by its place, and parameters in which one of them is what a test wants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from kmscourse.sandbox.model.shapes import input_shape
from tests.sandbox.fuzz.drawing import LIKELY

Place = tuple[str | int, ...]
_DEEPEST = 6


def places(action: str, *kinds: str) -> list[Place]:
    """The places of all members of these types (integer, string …); attributes of items hold anything, and are none."""
    shape = input_shape(*action.split(":"))
    return [] if shape is None else list(_places(shape, (), kinds))


def _places(shape: Shape, place: Place, kinds: tuple[str, ...]) -> Iterator[Place]:
    if len(place) > _DEEPEST or shape.name == "AttributeValue":
        return
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from _places(member, (*place, name), kinds)
    elif isinstance(shape, ListShape):
        yield from _places(shape.member, (*place, 0), kinds)
    elif isinstance(shape, MapShape):
        yield from _places(shape.value, (*place, "Books"), kinds)
    elif shape.type_name in kinds:
        yield place


def parameters_with(action: str, place: Place, value: Any) -> dict[str, Any]:
    """Parameters that could be right, but for ``value`` in that place."""
    shape = input_shape(*action.split(":"))
    found: dict[str, Any] = _filled(shape, place, value)
    return found


def _filled(shape: Any, place: Place | None, value: Any, name: str = "") -> Any:
    """``place`` None: this part is as it could be right."""
    if place == ():
        return value
    if place is None and name in LIKELY:
        return LIKELY[name][0]
    first, rest = (place[0], place[1:]) if place else (None, None)
    if isinstance(shape, StructureShape):
        names = [*shape.required_members, *([first] if first not in shape.required_members and first else [])]
        return {
            each: _filled(shape.members[each], rest if each == first else None, value, each) for each in names
        }
    if isinstance(shape, ListShape):
        return [_filled(shape.member, rest, value)]
    if isinstance(shape, MapShape):
        return {"Books": _filled(shape.value, rest, value)}
    if shape.type_name in ("integer", "long", "timestamp"):
        return max(1, shape.metadata.get("min", 1))
    if shape.type_name == "boolean":
        return False
    return (shape.metadata.get("enum") or ["AAAA"])[0]
