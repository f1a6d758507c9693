"""Attribute values as a request has them, ``{"S": "a"}``: what is one, the form in which it is kept, how two compare.

Two layers of AWS's check them, each with its own texts: the newer one the operations in ``_NEWER``, the older one all
others.

Source: DynamoDB API Reference, "AttributeValue"; DynamoDB Developer Guide, "Supported data types and naming rules in
Amazon DynamoDB"; the texts as recorded of AWS in 2026.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb import numbers
from kmscourse.sandbox.dynamodb.refusals import invalid, invalid_parameter, invalid_request

AttributeValue = Mapping[str, Any]
Item = Mapping[str, AttributeValue]
"""Attribute values by the names of the attributes."""

TYPES = ("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL")
ORDERED_TYPES = ("S", "N", "B")
SET_TYPES = ("SS", "NS", "BS")
MAX_DEPTH = 32
MAX_NAME = 65_535  # bytes
TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported "
    "limit"
)

_NEWER = ("PutItem", "UpdateItem", "DeleteItem", "GetItem", "BatchGetItem", "Query")
_EMPTY_SETS = {
    "SS": "An string set  may not be empty",
    "NS": "An number set  may not be empty",
    "BS": "Binary sets should not be empty",
}
_EXPRESSION_VALUE = re.compile(r"\bexpressionAttributeValues\.(:\w+)\.member")

Comparable = tuple[str, Any]
"""A value's type, and what Python compares as DynamoDB compares the value."""


def check(operation: str, value: AttributeValue, path: str) -> None:
    """Raises AwsError ValidationException where ``value``, which stands at ``path`` in the request, is none.

    What lies within maps and lists is checked by itself; the types of JSON are as they should be.
    """
    held = [kind for kind in TYPES if value.get(kind) is not None]
    if len(held) != 1:
        fault = "has more than one datatypes set" if held else "is empty"
        raise invalid_request(
            operation, f"Supplied AttributeValue {fault}, must contain exactly one of the supported datatypes"
        )
    if path.count(".m.") + path.count(".l.") >= MAX_DEPTH:
        raise invalid_request(operation, TOO_DEEP)
    try:
        _check_held(operation, held[0], value[held[0]])
    except AwsError as fault_of_value:
        raise _located(operation, fault_of_value, path) from None


def name_fault(name: str) -> str:
    """What is wrong with the name of an attribute of an item, in the words of DynamoDB; nothing of one that is good."""
    if not name:
        return "Empty attribute name"
    is_too_large = len(name.encode()) > MAX_NAME
    return f"Attribute name is too large, must be less than {MAX_NAME + 1} bytes" if is_too_large else ""


def _located(operation: str, fault: AwsError, path: str) -> AwsError:
    """The refusal of a value, with the placeholder that has it where the older layer names that."""
    value = _EXPRESSION_VALUE.search(path)
    if operation in _NEWER or not value:
        return invalid_request(operation, fault.message)
    return invalid(f"ExpressionAttributeValues contains invalid value: {fault.message} for key {value[1]}")


def _check_held(operation: str, kind: str, held: Any) -> None:
    if kind == "N" and isinstance(held, str):
        _check_number(operation, held)
    elif kind in SET_TYPES and isinstance(held, list):
        _check_set(operation, kind, held)
    elif kind == "NULL" and held is False:
        raise invalid_parameter("Null attribute value types must have the value of true")


def _check_number(operation: str, text: str) -> None:
    if not text and operation not in _NEWER:
        raise invalid(numbers.NOT_NUMERIC)
    try:
        numbers.parse(text)
    except numbers.NumberError as fault:
        raise invalid(str(fault)) from None


def _check_set(operation: str, kind: str, members: Sequence[Any]) -> None:
    if not members:
        raise invalid_parameter(_EMPTY_SETS[kind])
    texts = [member for member in members if isinstance(member, str)]
    for text in texts if kind == "NS" else ():
        _check_number(operation, text)
    try:
        place = _first_repeat([_MEMBERS[kind](text) for text in texts])
    except ValueError:  # It is no Base64, and refused as that.
        return
    if place is not None:
        raise _repeated(operation, kind, texts, place)


def _first_repeat(members: Sequence[Hashable]) -> int | None:
    known = set()
    for place, member in enumerate(members):
        if member in known:
            return place
        known.add(member)
    return None


def _repeated(operation: str, kind: str, texts: Sequence[str], place: int) -> AwsError:
    """The refusal of a set whose member at ``place`` is a repeated one."""
    newer = operation in _NEWER
    if kind == "NS":
        fault = "Input collection contains duplicates"
        return invalid_parameter(f"{fault}.") if newer else invalid(fault)
    of_type = "of type BS" if kind == "BS" else ""
    if newer:
        before = sorted(texts[:place], key=_MEMBERS[kind])
        texts = [f'"{text}"' for text in (*before, *texts[place:])]
    shown = (", " if kind == "SS" or not newer else ",").join(text[:300] for text in texts[:100])
    return invalid_parameter(f"Input collection [{shown}]{of_type} contains duplicates.")


def type_of(value: AttributeValue) -> str:
    """One of ``TYPES``; what else a request has beside it is ignored."""
    return next(kind for kind, held in value.items() if held is not None and kind in TYPES)


def kept(value: AttributeValue) -> dict[str, Any]:
    """A value in the form in which DynamoDB keeps it: numbers without empty digits, the members of sets in order."""
    kind = type_of(value)
    held = value[kind]
    match kind:
        case "N":
            held = numbers.plain(numbers.parse(held))
        case "B":
            held = _encoded(_decoded(held))
        case "SS":
            held = sorted(held)
        case "NS":
            held = [numbers.plain(number) for number in sorted(map(numbers.parse, held))]
        case "BS":
            held = [_encoded(member) for member in sorted(map(_decoded, held))]
        case "M":
            held = {name: kept(member) for name, member in held.items()}
        case "L":
            held = [kept(member) for member in held]
    return {kind: held}


def kept_item(item: Item) -> dict[str, AttributeValue]:
    """The same of all attributes of an item."""
    return {name: kept(value) for name, value in item.items()}


def comparable(value: AttributeValue) -> Comparable:
    """What is equal for equal values, and ordered as they are for the ``ORDERED_TYPES``.

    Text is compared by the bytes of its UTF-8, which Python's order of characters agrees with.
    """
    ((kind, held),) = value.items()
    make = _COMPARABLE.get(kind)
    return kind, held if make is None else make(held)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


_MEMBERS: Mapping[str, Callable[[str], Any]] = {"SS": str, "NS": Decimal, "BS": _decoded}


def _comparable_members(member: Callable[[str], Hashable]) -> Callable[[Sequence[str]], frozenset[Hashable]]:
    return lambda held: frozenset(map(member, held))


_COMPARABLE: Mapping[str, Callable[[Any], Any]] = {
    "N": Decimal,
    "B": _decoded,
    **{kind: _comparable_members(member) for kind, member in _MEMBERS.items()},
    "L": lambda held: [comparable(member) for member in held],
    "M": lambda held: {name: comparable(member) for name, member in held.items()},
}
