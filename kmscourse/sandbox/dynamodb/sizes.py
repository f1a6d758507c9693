"""How large items are, in bytes, and what DynamoDB counts for reading and writing them.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats", "DynamoDB read and write operations capacity unit
consumption", "Quotas in Amazon DynamoDB"; for numbers, lists and maps what was measured of AWS.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from decimal import Decimal

from kmscourse.sandbox.dynamodb import numbers
from kmscourse.sandbox.dynamodb.attribute_values import AttributeValue, Item

MAX_ITEM = 409_600
MAX_PAGE = 1 << 20
MAX_TRANSACTION = 4 << 20
MAX_BATCH_READ = 16 << 20

_READ_UNIT, _WRITE_UNIT = 4096, 1024
_DOCUMENT = 3  # what a list or map takes by itself; each member one more


def size_of_item(item: Item) -> int:
    """The bytes of an item: names and values."""
    return sum(len(name.encode()) + size_of(value) for name, value in item.items())


def size_of(value: AttributeValue) -> int:
    """The bytes of a value."""
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            return numbers.size(Decimal(held))
        case "B":
            return len(base64.b64decode(held))
        case "SS" | "NS" | "BS":
            return sum(size_of({kind[0]: member}) for member in held)
        case "L":
            return _DOCUMENT + sum(1 + size_of(member) for member in held)
        case "M":
            return _DOCUMENT + len(held) + size_of_item(held)
    return 1


def depth(value: AttributeValue) -> int:
    """How many levels a value has: one, and those of what is in it."""
    levels, members = 0, [value]
    while members:
        levels += 1
        members = [inner for member in members for inner in _members(member)]
    return levels


def read_units(size: int, *, consistent: bool) -> float:
    """The read capacity units for so many bytes; at least those of one small item."""
    return _units(size, _READ_UNIT) * (1.0 if consistent else 0.5)


def write_units(size: int) -> float:
    """The write capacity units for an item of so many bytes."""
    return _units(size, _WRITE_UNIT)


def _units(size: int, unit: int) -> float:
    return float(max(1, -(-size // unit)))


def _members(value: AttributeValue) -> Iterator[AttributeValue]:
    if "M" in value:
        yield from value["M"].values()
    elif "L" in value:
        yield from value["L"]
