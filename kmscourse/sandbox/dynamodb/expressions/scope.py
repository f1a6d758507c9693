"""What the placeholders of a request stand for.

Source: DynamoDB Developer Guide, "Expression attribute names (aliases) in DynamoDB", "Using expression attribute values
in DynamoDB"; the texts as AWS prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kmscourse.sandbox.dynamodb.attribute_values import AttributeValue
from kmscourse.sandbox.dynamodb.expressions.faults import InvalidExpressionError
from kmscourse.sandbox.dynamodb.expressions.syntax import Path, Value

Elements = tuple[str | int, ...]
"""The names and indexes that a document path leads along."""


@dataclass(frozen=True)
class Scope:
    """The names of attributes (``#name``) and the values (``:name``) of a request.

    Each method raises InvalidExpressionError for a placeholder that stands for nothing.
    """

    names: Mapping[str, str]
    values: Mapping[str, AttributeValue]

    def path(self, path: Path) -> Elements:
        """What a path leads along."""
        return tuple(
            self._name(element) if isinstance(element, str) and element.startswith("#") else element
            for element in path.elements
        )

    def value(self, value: Value) -> AttributeValue:
        """The value of a placeholder."""
        if value.name not in self.values:
            fault = "An expression attribute value used in expression is not defined; attribute value: "
            raise InvalidExpressionError(fault + value.name)
        return self.values[value.name]

    def _name(self, placeholder: str) -> str:
        if placeholder not in self.names:
            fault = "An expression attribute name used in the document path is not defined; attribute name: "
            raise InvalidExpressionError(fault + placeholder)
        return self.names[placeholder]


def shown(elements: Elements) -> str:
    """A path as AWS's refusals show it: ``[a, [1], b]``."""
    return f"[{', '.join(f'[{each}]' if isinstance(each, int) else each for each in elements)}]"
