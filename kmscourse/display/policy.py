"""A policy as a card: a row for each statement, in words a beginner can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmscourse.display.table import html_table, text_table

_HEAD = ("Statement", "Effect", "Who", "May do", "On", "If")


class PolicyCard:
    """A policy document, shown as a table: statement, effect, who, may do, on, if."""

    def __init__(self, policy: Mapping[str, Any], title: str = "") -> None:
        statements = policy["Statement"]
        self._rows = [_row(s) for s in (statements if isinstance(statements, list) else [statements])]
        self._title = title or str(policy.get("Id", "Policy"))

    def __repr__(self) -> str:
        return text_table(self._title, _HEAD, self._rows)

    def _repr_html_(self) -> str:
        return html_table(self._title, _HEAD, self._rows)


def _row(statement: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(statement.get("Sid", "")),
        str(statement["Effect"]),
        _who(statement),
        _either(statement, "Action"),
        _either(statement, "Resource"),
        _conditions(statement.get("Condition", {})),
    )


def _lines(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _either(statement: Mapping[str, Any], element: str) -> str:
    if element in statement:
        return _lines(statement[element])
    return f"all but {_lines(statement[f'Not{element}'])}" if f"Not{element}" in statement else ""


def _who(statement: Mapping[str, Any]) -> str:
    prefix = "all but " if "NotPrincipal" in statement else ""
    principal = statement.get("Principal", statement.get("NotPrincipal", "whoever has this policy"))
    if isinstance(principal, Mapping):
        principal = [
            arn for arns in principal.values() for arn in (arns if isinstance(arns, list) else [arns])
        ]
    return prefix + _lines(principal)


def _conditions(condition: Mapping[str, Mapping[str, object]]) -> str:
    return "\n".join(
        f"{key} {operator} {_lines(value)}"
        for operator, keys in condition.items()
        for key, value in keys.items()
    )
