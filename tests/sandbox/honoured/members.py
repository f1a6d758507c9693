"""Every member of an operation's input by its place, to any depth, as AWS's model has it.

A place is written ``Tags[].TagKey``, ``RequestItems{}.Keys``: ``[]`` stands for an entry of a list, ``{}`` for one of a
map. A structure that holds itself, as an attribute's value does, is gone through once.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from kmscourse.sandbox import console
from kmscourse.sandbox.model import shapes

_STEP = re.compile(r"[A-Za-z]+|\[\]|\{\}")


def members(action: str) -> Mapping[str, Shape | None]:
    """The members of an operation's input by their places, each with its shape; the console's have none."""
    service, _, operation = action.partition(":")
    if service == console.SERVICE:
        return dict.fromkeys(console.MEMBERS.operations.get(operation, "").split())
    shape = shapes.input_shape(service, operation)
    return {} if shape is None else dict(_of_structure(shape, "", ()))


def _of_structure(shape: StructureShape, place: str, around: tuple[str, ...]) -> Iterator[tuple[str, Shape]]:
    for name, member in shape.members.items():
        inner = f"{place}.{name}" if place else name
        yield inner, member
        yield from _within(member, inner, around)


def _within(shape: Shape, place: str, around: tuple[str, ...]) -> Iterator[tuple[str, Shape]]:
    if isinstance(shape, StructureShape) and shape.name not in around:
        yield from _of_structure(shape, place, (*around, shape.name))
    elif isinstance(shape, ListShape):
        yield from _within(shape.member, f"{place}[]", around)
    elif isinstance(shape, MapShape):
        yield from _within(shape.value, f"{place}{{}}", around)


def is_within(inner: str, outer: str) -> bool:
    """Whether one place is within another: ``Tags[].TagKey`` is within ``Tags``."""
    return inner.startswith(tuple(f"{outer}{mark}" for mark in (".", "[", "{")))


def with_value(parameters: Mapping[str, Any], place: str, value: Any) -> dict[str, Any]:
    """The same parameters with another value in a place: of a list and of a map, in the first entry."""
    changed = copy.deepcopy(dict(parameters))
    steps = _STEP.findall(place)
    holder: Any = changed
    for step, following in pairwise(steps):
        name = _name_in(holder, step)
        if isinstance(holder, dict):
            holder.setdefault(name, [{}] if following == "[]" else {})
        holder = holder[name]
    holder[_name_in(holder, steps[-1])] = value
    return changed


def _name_in(holder: Any, step: str) -> Any:
    """What a step of a place is called in what holds it."""
    return {"[]": 0, "{}": next(iter(holder), None) if step == "{}" else None}.get(step, step)


def example(shape: Shape | None) -> Any:
    """A value that the model takes, for a member that is to be refused."""
    if isinstance(shape, StructureShape):
        names = shape.required_members or list(shape.members)[:1]
        return {name: example(shape.members[name]) for name in names}
    if isinstance(shape, ListShape):
        return [example(shape.member)]
    if isinstance(shape, MapShape):
        return {"Books": example(shape.value)}
    if shape is not None and shape.type_name in ("integer", "long", "timestamp"):
        return max(1, shape.metadata.get("min", 1))
    if shape is not None and shape.type_name == "boolean":
        return True
    return (getattr(shape, "enum", None) or ["AAAA" * 5])[0]
