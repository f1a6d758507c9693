"""What of an item a projection shows.

Source: DynamoDB Developer Guide, "Using projection expressions in DynamoDB"; what AWS answers where that says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kmscourse.sandbox.dynamodb.attribute_values import AttributeValue, Item
from kmscourse.sandbox.dynamodb.expressions.scope import Elements

_Wanted = dict[str | int, Any]
"""By name or index, what is wanted of what is there; None where that is all of it."""


def project(item: Item, paths: Sequence[Elements]) -> dict[str, AttributeValue]:
    """The part of an item that the paths lead to; of a list the elements that they name, close together."""
    return _members(item, _tree(paths))


def _tree(paths: Sequence[Elements]) -> _Wanted:
    root: _Wanted = {}
    for *steps, last in paths:
        wanted = root
        for element in steps:
            wanted = wanted.setdefault(element, {})
        wanted[last] = None
    return root


def _members(members: Item, wanted: _Wanted) -> dict[str, AttributeValue]:
    parts = {
        name: _part(members[name], inner)
        for name, inner in wanted.items()
        if isinstance(name, str) and name in members
    }
    return {name: part for name, part in parts.items() if part is not None}


def _part(value: AttributeValue, wanted: _Wanted | None) -> AttributeValue | None:
    """What is wanted of a value; None where it has nothing of that."""
    if wanted is None:
        return value
    if "M" in value:
        members = _members(value["M"], wanted)
        return {"M": members} if members else None
    if "L" in value:
        indexes = sorted(index for index in wanted if isinstance(index, int) and index < len(value["L"]))
        parts = [_part(value["L"][index], wanted[index]) for index in indexes]
        elements = [part for part in parts if part is not None]
        return {"L": elements} if elements else None
    return None
