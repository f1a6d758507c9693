"""A policy as a card: a row for each statement, in words a beginner can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.display.card import Card, Grid
from kmscourse.display.table import Code
from kmscourse.policy import PrincipalKind, parse_principal, principals_of, statements_of

EFFECTS = {"Allow": "✓ Allow", "Deny": "✗ Deny"}
_HEAD = ("Statement", "Effect", "Who", "May do", "On", "If")


class PolicyCard(Card):
    """A policy document, shown as a table: statement, effect, who, may do, on, if."""

    def __init__(self, policy: Mapping[str, Any], title: str = "") -> None:
        super().__init__(statements(policy, title))


def statements(policy: Mapping[str, Any], title: str = "") -> Grid:
    """The table of a policy's statements."""
    rows = [_row(statement) for statement in statements_of(policy)]
    return Grid(title or str(policy.get("Id", "Policy")), _HEAD, rows)


def _row(statement: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(statement.get("Sid", "")),
        _effect(statement),
        _who(statement),
        Code(_either(statement, "Action")),
        Code(_either(statement, "Resource")),
        Code(_conditions(statement.get("Condition", {}))),
    )


def _effect(statement: Mapping[str, Any]) -> str:
    effect = str(statement.get("Effect", ""))
    return EFFECTS.get(effect, effect)


def _lines(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _either(statement: Mapping[str, Any], element: str) -> str:
    if element in statement:
        return _lines(statement[element])
    return f"all but {_lines(statement[f'Not{element}'])}" if f"Not{element}" in statement else ""


def _who(statement: Mapping[str, Any]) -> str:
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return "whoever has this policy"
    prefix, element = ("all but ", "NotPrincipal") if "NotPrincipal" in statement else ("", "Principal")
    return Code(prefix + _lines([_name(name) for name in principals_of(statement, element)]))


def _name(name: str) -> str:
    """A principal as the policy names it; of an id, whose it was."""
    who = parse_principal(str(name))
    return who.name if who.kind is PrincipalKind.DELETED else name


def _conditions(condition: object) -> str:
    if not isinstance(condition, Mapping):
        return str(condition)
    return "\n".join(
        f"{key} {operator} {_lines(value)}"
        for operator, keys in condition.items()
        for key, value in (keys.items() if isinstance(keys, Mapping) else [("", keys)])
    )
