"""A PartiQL statement, once it is read.

A condition or an assigned value is a ``Path``, a ``Value`` or a ``Term`` of these. A term's operator is spelled as in
DynamoDB's own expressions: ``=`` … ``>=``, ``BETWEEN``, ``IN``, ``AND``, ``OR``, ``NOT``, ``+``, ``-``,
``attribute_exists``, ``begins_with``, ``size``, ``list_append`` …, or ``set_add`` and ``set_delete``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Path:
    """An attribute, or what lies within it: ``("Award", "Grammys", 0)``."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True)
class Value:
    """A literal, or a parameter (?), as DynamoDB has attributes: ``{"S": "The Dip"}``."""

    held: Mapping[str, Any]


@dataclass(frozen=True)
class Term:
    """An operator or function with what it is applied to."""

    operator: str
    operands: tuple[Node, ...]


Node: TypeAlias = Path | Value | Term


@dataclass(frozen=True)
class Statement:
    """What all statements have: a table, perhaps an index of it, and which items; ``where`` None means all."""

    table: str
    index: str | None
    where: Node | None

    verb = ""

    @property
    def action(self) -> str:
        """The permission that it needs, as in ``dynamodb:PartiQLSelect``."""
        return f"dynamodb:PartiQL{self.verb}"

    @property
    def conditions(self) -> list[Node]:
        """The conditions of the WHERE that must all hold."""
        return list(_joined(self.where)) if self.where is not None else []


@dataclass(frozen=True)
class Select(Statement):
    """``attributes`` is empty for ``*``; ``order`` are pairs of an attribute and whether it ascends."""

    attributes: tuple[str, ...]
    order: tuple[tuple[str, bool], ...]

    verb = "Select"


@dataclass(frozen=True)
class Exists(Select):
    """EXISTS(SELECT …), a condition on one item within a transaction."""


@dataclass(frozen=True)
class Insert(Statement):
    """``item`` as in PutItem."""

    item: Mapping[str, Any]

    verb = "Insert"


@dataclass(frozen=True)
class Update(Statement):
    """``sets`` are pairs of a path and what it becomes, ``removes`` what goes; ``returning`` as in ReturnValues."""

    sets: tuple[tuple[Path, Node], ...]
    removes: tuple[Path, ...]
    returning: str

    verb = "Update"


@dataclass(frozen=True)
class Delete(Statement):
    """``returning`` as in ReturnValues."""

    returning: str

    verb = "Delete"


def _joined(node: Node) -> list[Node]:
    if isinstance(node, Term) and node.operator == "AND":
        return [each for operand in node.operands for each in _joined(operand)]
    return [node]
