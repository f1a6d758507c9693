"""Whether an item meets a condition or filter.

What does not fit is not met, and refuses nothing: an attribute that is missing, values of two types. Only ``<>`` is met
by what can't be equal.

Source: DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions"; what AWS answers where
that says nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kmscourse.sandbox.dynamodb.attribute_values import (
    ORDERED_TYPES,
    AttributeValue,
    Comparable,
    Item,
    comparable,
)
from kmscourse.sandbox.dynamodb.expressions.scope import Elements, Scope
from kmscourse.sandbox.dynamodb.expressions.syntax import (
    Condition,
    Junction,
    Not,
    Operand,
    Operator,
    Path,
    Value,
)

Predicate = Callable[[Item], bool]
_Read = Callable[[Item], Comparable | None]

_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MEMBER_TYPES = {"SS": "S", "NS": "N", "BS": "B"}
_SIZED = ("S", "B", "SS", "NS", "BS", "L", "M")


def predicate(condition: Condition, scope: Scope) -> Predicate:
    """The condition as a function of an item; one that does not exist is empty. It was checked before."""
    match condition:
        case Not(inner):
            is_met = predicate(inner, scope)
            return lambda item: not is_met(item)
        case Junction(word, conditions):
            return _joined(word, [predicate(each, scope) for each in conditions])
    return _test(condition, scope)


def at(elements: Elements, item: Item) -> AttributeValue | None:
    """What a document path leads to; None where that is nothing."""
    found: Any = item.get(str(elements[0]))
    for element in elements[1:]:
        if found is None:
            return None
        if isinstance(element, str):
            found = found.get("M", {}).get(element)
        else:
            members = found.get("L", ())
            found = members[element] if element < len(members) else None
    return found  # type: ignore[no-any-return]


def compares(operator_name: str, value: AttributeValue, others: Sequence[AttributeValue]) -> bool:
    """Whether a value compares with others as one of =, <, <=, >, >=, BETWEEN, begins_with says."""
    tested, *rest = [comparable(each) for each in (value, *others)]
    if operator_name == "BETWEEN":
        return _ordered("<=", rest[0], tested) and _ordered("<=", tested, rest[1])
    return _RELATIONS[operator_name](tested, rest[0])


def _joined(word: str, conditions: list[Predicate]) -> Predicate:
    decides = word == "OR"

    def is_met(item: Item) -> bool:
        for condition in conditions:
            if condition(item) is decides:
                return decides
        return not decides

    return is_met


def _test(test: Operator, scope: Scope) -> Predicate:
    first, *rest = [_read(operand, scope) for operand in test.operands]
    match test.name:
        case "attribute_exists":
            return lambda item: first(item) is not None
        case "attribute_not_exists":
            return lambda item: first(item) is None
        case "IN":
            return _is_in(first, rest)
        case "BETWEEN":
            return _is_between(first, *rest)
    holds = _RELATIONS[test.name]
    [second] = rest
    return lambda item: holds(first(item), second(item))


def _is_in(tested: _Read, candidates: list[_Read]) -> Predicate:
    def is_met(item: Item) -> bool:
        value = tested(item)
        return any(_equal(value, candidate(item)) for candidate in candidates)

    return is_met


def _is_between(tested: _Read, low: _Read, high: _Read) -> Predicate:
    def is_met(item: Item) -> bool:
        value = tested(item)
        return _ordered("<=", low(item), value) and _ordered("<=", value, high(item))

    return is_met


def _read(operand: Operand, scope: Scope) -> _Read:
    """What an operand is in an item; None for nothing."""
    match operand:
        case Value():
            constant = comparable(scope.value(operand))
            return lambda item: constant
        case Path():
            return _read_path(scope.path(operand))
    [inner] = [_read(each, scope) for each in operand.operands]
    return lambda item: _size(inner(item))


def _read_path(elements: Elements) -> _Read:
    def read(item: Item) -> Comparable | None:
        found = at(elements, item)
        return None if found is None else comparable(found)

    return read


def _equal(left: Comparable | None, right: Comparable | None) -> bool:
    return left is not None and left == right


def _ordered(sign: str, left: Comparable | None, right: Comparable | None) -> bool:
    if left is None or right is None or left[0] != right[0] or left[0] not in ORDERED_TYPES:
        return False
    return _ORDERS[sign](left[1], right[1])


def _in_order(sign: str) -> Callable[[Comparable | None, Comparable | None], bool]:
    return lambda left, right: _ordered(sign, left, right)


def _begins_with(whole: Comparable | None, beginning: Comparable | None) -> bool:
    if whole is None or beginning is None or whole[0] != beginning[0] or whole[0] not in ("S", "B"):
        return False
    return bool(whole[1].startswith(beginning[1]))


def _contains(whole: Comparable | None, part: Comparable | None) -> bool:
    if whole is None or part is None:
        return False
    kind, held = whole
    if kind in ("S", "B"):
        return part[0] == kind and part[1] in held
    if kind in _MEMBER_TYPES:
        return part[0] == _MEMBER_TYPES[kind] and part[1] in held
    return kind == "L" and part in held


def _is_of_type(value: Comparable | None, name: Comparable | None) -> bool:
    return value is not None and name is not None and value[0] == name[1]


def _size(value: Comparable | None) -> Comparable | None:
    """The characters of a text, the bytes of a binary, the members of all else that has any."""
    if value is None or value[0] not in _SIZED:
        return None
    return "N", Decimal(len(value[1]))


_RELATIONS: Mapping[str, Callable[[Comparable | None, Comparable | None], bool]] = {
    "=": _equal,
    "<>": lambda left, right: not _equal(left, right),
    **{sign: _in_order(sign) for sign in _ORDERS},
    "begins_with": _begins_with,
    "contains": _contains,
    "attribute_type": _is_of_type,
}
