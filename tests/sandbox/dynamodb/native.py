"""Items and their values as Python has them, and the same as DynamoDB does: a naive model to compare with.

Text is ``str``, a number ``Decimal``, binary ``bytes``; the rest is what one would think. Two values are equal where
they are of one type and Python says so.
"""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

Native = Any
"""A value as Python has it."""

NAMES = ("a", "b", "c")
INDEXES = (0, 1, 2)

numbers = st.sampled_from(["0", "1", "1.5", "-2", "10", "0.1", "1e20"]).map(Decimal)
texts = st.sampled_from(["", "x", "xy", "y", "é", "\U0001f511", "z"])
binaries = st.sampled_from([b"", b"\x00", b"\x00\x01", b"\x80", b"x"])
scalars = st.one_of(texts, numbers, binaries, st.booleans(), st.none())
sets = st.one_of(*(st.sets(each, min_size=1, max_size=3) for each in (texts, numbers, binaries)))
natives: st.SearchStrategy[Native] = st.recursive(
    scalars | sets,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)
items = st.dictionaries(st.sampled_from(NAMES), natives, max_size=3)
paths = st.tuples(
    st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES) | st.sampled_from(INDEXES), max_size=2)
).map(lambda parts: (parts[0], *parts[1]))

NOTHING = object()
"""Where a path leads that leads nowhere."""


def attribute(value: Native) -> dict[str, Any]:
    """A value as a request has it."""
    match value:
        case bool():
            return {"BOOL": value}
        case None:
            return {"NULL": True}
        case str():
            return {"S": value}
        case Decimal():
            return {"N": str(value)}
        case bytes():
            return {"B": base64.b64encode(value).decode()}
        case list():
            return {"L": [attribute(each) for each in value]}
        case dict():
            return {"M": {name: attribute(each) for name, each in value.items()}}
    kind = type_name(next(iter(value)))
    return {f"{kind}S": [attribute(each)[kind] for each in value]}


def type_name(value: Native) -> str:
    """DynamoDB's name for the type of a value."""
    return next(iter(attribute(value)))


def item(attributes: dict[str, Native]) -> dict[str, Any]:
    """An item as a request has it."""
    return {name: attribute(value) for name, value in attributes.items()}


def native(value: dict[str, Any]) -> Native:
    """A value of an answer as Python has it."""
    ((kind, held),) = value.items()
    match kind:
        case "N":
            return Decimal(held)
        case "B":
            return base64.b64decode(held)
        case "NULL":
            return None
        case "SS" | "NS" | "BS":
            return {native({kind[0]: member}) for member in held}
        case "L":
            return [native(member) for member in held]
        case "M":
            return {name: native(member) for name, member in held.items()}
    return held


def natives_of(attributes: dict[str, Any]) -> dict[str, Native]:
    """An item of an answer as Python has it."""
    return {name: native(value) for name, value in attributes.items()}


def equal(left: Native, right: Native) -> bool:
    """Whether two values are equal, and both are there."""
    if left is NOTHING or right is NOTHING or type_name(left) != type_name(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(equal(left[name], right[name]) for name in left)
    return bool(left == right)


def at(path: tuple[str | int, ...], value: Native) -> Native:
    """What a path leads to in an item."""
    for element in path:
        if isinstance(value, dict):
            value = value.get(element, NOTHING)
        elif isinstance(value, list):
            value = dict(enumerate(value)).get(element, NOTHING)
        else:
            return NOTHING
    return value


class Placeholders:
    """Names and values of a request, given out as they are needed."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def path(self, path: tuple[str | int, ...]) -> str:
        """A path, all names in it behind placeholders."""
        text = ""
        for element in path:
            if isinstance(element, int):
                text += f"[{element}]"
            else:
                self.names[f"#{element}"] = element
                text += f"{'.' if text else ''}#{element}"
        return text

    def value(self, value: Native) -> str:
        """A placeholder for a value."""
        name = f":v{len(self.values)}"
        self.values[name] = attribute(value)
        return name

    @property
    def parameters(self) -> dict[str, Any]:
        """ExpressionAttributeNames and ExpressionAttributeValues."""
        given = {"ExpressionAttributeNames": self.names, "ExpressionAttributeValues": self.values}
        return {member: held for member, held in given.items() if held}
