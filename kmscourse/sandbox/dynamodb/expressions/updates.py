"""What an update makes of an item.

All that it reads is read from the item as it was; indexes of lists are those from before, too.

Source: DynamoDB Developer Guide, "Using update expressions in DynamoDB"; the texts as AWS prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from kmscourse.sandbox.dynamodb import numbers
from kmscourse.sandbox.dynamodb.attribute_values import (
    AttributeValue,
    Item,
    kept,
    type_of,
)
from kmscourse.sandbox.dynamodb.expressions.conditions import at
from kmscourse.sandbox.dynamodb.expressions.scope import Elements, Scope
from kmscourse.sandbox.dynamodb.expressions.syntax import (
    Action,
    Operand,
    Operator,
    Path,
    Section,
    Value,
)
from kmscourse.sandbox.dynamodb.refusals import invalid

_NO_PATH = "The document path provided in the update expression is invalid for update"
_NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
_WRONG_TYPE = "An operand in the update expression has an incorrect data type"
_CREATING = ("SET", "ADD")  # The others leave alone what is not there.


def updated(
    before: Item | None, key: Item, sections: Sequence[Section], scope: Scope
) -> dict[str, AttributeValue] | None:
    """The item after an update; None where there was none, and nothing makes one. The update was checked before.

    Raises AwsError ValidationException for what can't be done to this item.
    """
    actions = [(section.word, action) for section in sections for action in section.actions]
    if before is None:
        actions = [(word, action) for word, action in actions if word in _CREATING]
        if sections and not actions:
            return None
    item = key if before is None else before
    assigned = {
        action.path: _value(action.value, item, scope)
        for word, action in actions
        if word == "SET" and action.value is not None
    }
    written: dict[Elements, AttributeValue] = {}
    removed: list[Elements] = []
    for word, action in actions:
        elements = scope.path(action.path)
        _require_parent(elements, item)
        there = at(elements, item)
        value = assigned[action.path] if word == "SET" else _combined(word, there, action, scope)
        if value is not None:
            written[elements] = value
        elif there is not None:
            removed.append(elements)
    return _changed(item, written, removed)


def _value(operand: Operand, item: Item, scope: Scope) -> AttributeValue:
    match operand:
        case Path():
            found = at(scope.path(operand), item)
            if found is None:
                raise invalid(_NO_ATTRIBUTE)
            return found
        case Operator("if_not_exists", (Path() as path, other)):
            found = at(scope.path(path), item)
            return _value(other, item, scope) if found is None else found
        case Operator("list_append"):
            first, second = (_held("L", _value(each, item, scope)) for each in operand.operands)
            return {"L": [*first, *second]}
        case Operator(sign, operands):
            left, right = (Decimal(_held("N", _value(each, item, scope))) for each in operands)
            return _sum(left, right if sign == "+" else right.copy_negate())
    return scope.value(operand)


def _held(kind: str, value: AttributeValue) -> Any:
    """What a value of this type holds."""
    if kind not in value:
        raise invalid(_WRONG_TYPE)
    return value[kind]


def _sum(left: Decimal, right: Decimal) -> AttributeValue:
    try:
        return {"N": numbers.plain(numbers.add(left, right))}
    except numbers.NumberError as fault:
        raise invalid(str(fault)) from None


def _combined(word: str, there: AttributeValue | None, action: Action, scope: Scope) -> AttributeValue | None:
    """What REMOVE, ADD or DELETE make of what is there; None for nothing."""
    if not isinstance(action.value, Value):
        return None
    given = scope.value(action.value)
    if there is None:
        return given if word == "ADD" else None
    kind = type_of(given)
    held = _held(kind, kept(there))
    if kind == "N":
        return _sum(Decimal(held), Decimal(given["N"]))
    members = {*held, *given[kind]} if word == "ADD" else {*held} - {*given[kind]}
    return kept({kind: list(members)}) if members else None


def _require_parent(elements: Elements, item: Item) -> None:
    """What a path leads through is there, and is what the path takes it for."""
    *steps, last = elements
    if steps:
        parent = at(tuple(steps), item) or {}
        if ("M" if isinstance(last, str) else "L") not in parent:
            raise invalid(_NO_PATH)


def _changed(
    item: Item, written: dict[Elements, AttributeValue], removed: list[Elements]
) -> dict[str, AttributeValue]:
    """The item with its changes. What goes, goes last and from behind: so each index is still that from before."""
    changed: dict[str, Any] = dict(item)
    for name in {elements[0] for elements in (*written, *removed) if len(elements) > 1}:
        changed[str(name)] = deepcopy(changed[str(name)])
    for elements in sorted(written):
        members, last = _members(changed, elements)
        if isinstance(members, list) and last >= len(members):
            members.append(written[elements])
        else:
            members[last] = written[elements]
    for elements in sorted(removed, reverse=True):
        members, last = _members(changed, elements)
        del members[last]
    return changed


def _members(item: dict[str, Any], elements: Elements) -> tuple[Any, Any]:
    """The dict or list that the last element of a path is in, and that element."""
    members: Any = item
    *steps, last = elements
    for element in steps:
        value = members[element]
        members = value["M"] if "M" in value else value["L"]
    return members, last
