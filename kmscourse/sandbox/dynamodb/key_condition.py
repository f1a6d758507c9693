"""Which items a Query asks for: the conditions on its keys, read once and handed on in one plain form.

moto reads a KeyConditionExpression by itself, and more loosely than AWS: of two conditions on one key it takes the
last. Only the plain form goes on to it, so that the key which was decided on (``dynamodb:LeadingKeys``) is the one
that is read.

Source: DynamoDB Developer Guide, "Key condition expressions for the Query operation"; the texts as AWS prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.expressions import Reading, Token, invalid

KIND = "KeyConditionExpression"
_COMPARISONS = ("=", "<", "<=", ">", ">=")
_NOT_FOR_KEYS = ("OR", "NOT", "IN", "<>")
_DEEPEST = 8
_VALUE = re.compile(r":[A-Za-z0-9_]+")


@dataclass(frozen=True)
class KeyCondition:
    """One condition: ``operator`` is a comparison, BETWEEN or begins_with; ``values`` as in a request."""

    attribute: str
    operator: str
    values: tuple[Mapping[str, Any], ...]
    text: str


def read(parameters: Mapping[str, Any]) -> list[KeyCondition]:
    """The conditions of a Query; none where it has none at all.

    Raises AwsError ValidationException.
    """
    expression = parameters.get(KIND)
    if expression is None:
        return []
    for name in parameters.get("ExpressionAttributeValues") or {}:
        if not _VALUE.fullmatch(name):
            fault = f'ExpressionAttributeValues contains invalid key: Syntax error; key: "{name}"'
            raise AwsError("ValidationException", fault)
    found = list(_Reader(KIND, expression, parameters).conditions())
    if len({condition.attribute for condition in found}) < len(found):
        raise AwsError(
            "ValidationException", "KeyConditionExpressions must only contain one condition per key"
        )
    return found


def plain(conditions: list[KeyCondition]) -> str:
    """The conditions in the one form in which they go on."""
    return " AND ".join(condition.text for condition in conditions)


class _Reader(Reading):
    """Reads ``conditions``: comparisons joined by AND, any of them in brackets."""

    def conditions(self) -> Iterator[KeyCondition]:
        yield from self._joined()
        self.expect_end()

    def _joined(self, depth: int = 0) -> Iterator[KeyCondition]:
        while True:
            if self.takes("("):
                if depth == _DEEPEST:
                    raise invalid(KIND, "The expression has redundant parentheses;")
                yield from self._joined(depth + 1)
                self.expect(")")
            else:
                yield self._condition()
            if not self.takes("AND"):
                return

    def _condition(self) -> KeyCondition:
        if self.here.kind == "name" and not self.here.attribute:
            function = self.advance().text
            if not self.takes("("):
                self._at -= 1
                raise self.unexpected()
            if function != "begins_with":
                raise invalid(KIND, f"Invalid function name; function: {function}")
            key = self._key()
            self.expect(",")
            value = self.value()
            self.expect(")")
            return self._made(key, "begins_with", f"begins_with({key.text}, {value.text})", value)
        key = self._key()
        if self.takes("BETWEEN"):
            low = self.value()
            self.expect("AND")
            high = self.value()
            return self._made(key, "BETWEEN", f"{key.text} BETWEEN {low.text} AND {high.text}", low, high)
        if self.here.text not in _COMPARISONS:
            raise self.unexpected()
        sign = self.advance().text
        if self.here.attribute:
            fault = f"Invalid condition in {KIND}: Multiple attribute names used in one condition"
            raise invalid(KIND, fault)
        value = self.value()
        return self._made(key, sign, f"{key.text} {sign} {value.text}", value)

    def _key(self) -> Token:
        if not self.here.attribute:
            raise self.unexpected()
        return self.advance()

    def _made(self, key: Token, operator: str, text: str, *values: Token) -> KeyCondition:
        return KeyCondition(key.attribute, operator, tuple(self.values[value.text] for value in values), text)

    def unexpected(self) -> AwsError:
        found = self.here.word or self.here.text
        if found in _NOT_FOR_KEYS:
            return AwsError("ValidationException", f"Invalid operator used in {KIND}: {found}")
        return super().unexpected()
