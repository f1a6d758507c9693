"""The conditions on keys of a Query: a partition key that equals a value, and perhaps one condition on the sort key.

Source: DynamoDB Developer Guide, "Key condition expressions for the Query operation in DynamoDB"; the texts as recorded
of AWS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kmscourse.sandbox.dynamodb.attribute_values import AttributeValue
from kmscourse.sandbox.dynamodb.expressions.conditions import compares
from kmscourse.sandbox.dynamodb.expressions.faults import InvalidExpressionError
from kmscourse.sandbox.dynamodb.expressions.scope import Scope
from kmscourse.sandbox.dynamodb.expressions.syntax import (
    Condition,
    Junction,
    Not,
    Operator,
    Path,
    Value,
)

_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_KIND = "KeyConditionExpression"


@dataclass(frozen=True)
class KeyCondition:
    """One condition on a key: ``operator`` is =, <, <=, >, >=, BETWEEN or begins_with, with its ``values``."""

    attribute: str
    operator: str
    values: tuple[AttributeValue, ...]

    def is_met(self, value: AttributeValue) -> bool:
        """Whether a key attribute with this value meets it."""
        return compares(self.operator, value, self.values)


def key_conditions(condition: Condition, scope: Scope) -> Sequence[KeyCondition]:
    """The conditions that are joined by AND. Raises InvalidExpressionError for what is none on keys."""
    found = [_key_condition(test, scope) for test in _joined(condition)]
    if len({each.attribute for each in found}) < len(found):
        raise InvalidExpressionError(f"{_KIND}s must only contain one condition per key")
    return found


def _joined(condition: Condition) -> list[Operator]:
    match condition:
        case Not():
            raise _unusable("NOT")
        case Junction("OR"):
            raise _unusable("OR")
        case Junction(_, conditions):
            return [test for each in conditions for test in _joined(each)]
        case Operator():
            return [condition]
    raise TypeError(condition)


def _key_condition(test: Operator, scope: Scope) -> KeyCondition:
    if test.name not in (*_MIRRORED, "BETWEEN", "begins_with"):
        raise _unusable(test.name)
    first = test.operands[0]
    if isinstance(first, Value) and test.name not in _MIRRORED:
        raise _invalid(f"{test.name} operator must have the key attribute as its first operand")
    attribute = _only_attribute(test, scope)
    operator = _MIRRORED[test.name] if isinstance(first, Value) else test.name
    values = [scope.value(operand) for operand in test.operands if isinstance(operand, Value)]
    return KeyCondition(attribute, operator, tuple(values))


def _only_attribute(test: Operator, scope: Scope) -> str:
    """The one attribute that a condition is about; an attribute itself, no part of one."""
    found: list[str] = []
    for operand in test.operands:
        if isinstance(operand, Operator):
            raise InvalidExpressionError(f"{_KIND}s cannot contain nested operations")
        if isinstance(operand, Path):
            attribute, *nested = scope.path(operand)
            if found:
                raise _invalid("Multiple attribute names used in one condition")
            if nested:
                raise InvalidExpressionError(f"{_KIND}s cannot have conditions on nested attributes")
            found.append(str(attribute))
    if not found:
        raise _invalid("No key attribute specified")
    return found[0]


def _unusable(operator: str) -> InvalidExpressionError:
    return InvalidExpressionError(f"Invalid operator used in {_KIND}: {operator}")


def _invalid(fault: str) -> InvalidExpressionError:
    return InvalidExpressionError(f"Invalid condition in {_KIND}: {fault}")
