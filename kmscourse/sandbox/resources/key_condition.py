"""Which items a Query asks for: the conditions on its keys, read once and handed on in one plain form.

moto reads a KeyConditionExpression by itself, and more loosely than AWS: of two conditions on one key it takes the
last. Only the plain form goes on to it, so that the key which was decided on (``dynamodb:LeadingKeys``) is the one
that is read.

Source: DynamoDB Developer Guide, "Key condition expressions for the Query operation"; the texts as AWS prints them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.resources.expressions import Token, invalid, syntax_error, tokens

KIND = "KeyConditionExpression"
_COMPARISONS = ("=", "<", "<=", ">", ">=")
_NOT_FOR_KEYS = ("OR", "NOT", "IN", "<>")
_DEEPEST = 8


@dataclass(frozen=True)
class KeyCondition:
    """One condition: ``operator`` is a comparison, BETWEEN or begins_with; ``values`` as in a request."""

    attribute: str
    operator: str
    values: tuple[Mapping[str, Any], ...]
    text: str


def read(parameters: Mapping[str, Any]) -> list[KeyCondition]:
    """The conditions of a Query, in either form that DynamoDB knows; none where it has none at all.

    Raises AwsError ValidationException.
    """
    expression = parameters.get(KIND)
    if expression is None:
        return [
            KeyCondition(
                name,
                "=" if asked.get("ComparisonOperator") == "EQ" else str(asked.get("ComparisonOperator")),
                tuple(asked.get("AttributeValueList") or ()),
                "",
            )
            for name, asked in (parameters.get("KeyConditions") or {}).items()
        ]
    names = parameters.get("ExpressionAttributeNames") or {}
    reader = _Reader(tokens(KIND, expression, names), parameters.get("ExpressionAttributeValues") or {})
    found = list(reader.conditions())
    if len({condition.attribute for condition in found}) < len(found):
        raise AwsError(
            "ValidationException", "KeyConditionExpressions must only contain one condition per key"
        )
    return found


def plain(conditions: list[KeyCondition]) -> str:
    """The conditions in the one form in which they go on."""
    return " AND ".join(condition.text for condition in conditions)


class _Reader:
    """Reads ``conditions``: comparisons joined by AND, any of them in brackets."""

    def __init__(self, found: list[Token], values: Mapping[str, Mapping[str, Any]]) -> None:
        self._tokens = found
        self._values = values
        self._at = 0

    def conditions(self) -> Iterator[KeyCondition]:
        yield from self._joined()
        if self._at < len(self._tokens):
            raise self._unexpected()

    def _joined(self, depth: int = 0) -> Iterator[KeyCondition]:
        while True:
            if self._takes("("):
                if depth == _DEEPEST:
                    raise invalid(KIND, "The expression has redundant parentheses;")
                yield from self._joined(depth + 1)
                self._expect(")")
            else:
                yield self._condition()
            if not self._takes("AND"):
                return

    def _condition(self) -> KeyCondition:
        token = self._next()
        if token.kind == "name" and self._takes("("):
            if token.text != "begins_with":
                raise invalid(KIND, f"Invalid function name; function: {token.text}")
            key = self._name(self._next())
            self._expect(",")
            value = self._value()
            self._expect(")")
            return self._made(key, "begins_with", f"begins_with({key.text}, {value.text})", value)
        key = self._name(token)
        sign = self._next()
        if sign.word == "BETWEEN":
            low = self._value()
            self._expect("AND")
            high = self._value()
            return self._made(key, "BETWEEN", f"{key.text} BETWEEN {low.text} AND {high.text}", low, high)
        if sign.text not in _COMPARISONS:
            self._at -= 1
            raise self._unexpected()
        value = self._value()
        return self._made(key, sign.text, f"{key.text} {sign.text} {value.text}", value)

    def _made(self, key: Token, operator: str, text: str, *values: Token) -> KeyCondition:
        return KeyCondition(
            key.attribute, operator, tuple(self._values[value.text] for value in values), text
        )

    def _name(self, token: Token) -> Token:
        if token.attribute:
            return token
        self._at -= 1
        raise self._unexpected()

    def _value(self) -> Token:
        token = self._next()
        if token.kind != "value":
            self._at -= 1
            raise self._unexpected()
        if token.text not in self._values:
            fault = "An expression attribute value used in expression is not defined; attribute value: "
            raise invalid(KIND, fault + token.text)
        return token

    def _next(self) -> Token:
        if self._at >= len(self._tokens):
            raise self._unexpected()
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, text: str) -> bool:
        """Moves on if this is what stands there."""
        there = self._tokens[self._at] if self._at < len(self._tokens) else None
        if there is None or text not in (there.text, there.word):
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise self._unexpected()

    def _unexpected(self) -> AwsError:
        there = self._tokens[self._at] if self._at < len(self._tokens) else None
        if there is not None and (there.word or there.text) in _NOT_FOR_KEYS:
            return AwsError(
                "ValidationException", f"Invalid operator used in {KIND}: {there.word or there.text}"
            )
        return syntax_error(KIND, ["", *(token.text for token in self._tokens), ""], self._at + 1)
