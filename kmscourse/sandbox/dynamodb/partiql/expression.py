"""PartiQL's conditions and assignments in DynamoDB's own expressions, every name and value a placeholder.

Source: DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions", "Update expressions".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kmscourse.sandbox.dynamodb.partiql.syntax import Node, Path, Term, Value
from kmscourse.sandbox.dynamodb.partiql.tokens import not_offered

_INFIX = ("=", "<>", "<", "<=", ">", ">=", "+", "-")
_CHANGES_OF_SETS = {"set_add": "ADD", "set_delete": "DELETE"}


class Expression:
    """The expressions of one request; they share their placeholders."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: list[Mapping[str, Any]] = []

    def placeholders(self) -> dict[str, Any]:
        """ExpressionAttributeNames and ExpressionAttributeValues, where there are any."""
        found: dict[str, Any] = {}
        if self._names:
            found["ExpressionAttributeNames"] = {stands: name for name, stands in self._names.items()}
        if self._values:
            found["ExpressionAttributeValues"] = {f":v{n}": value for n, value in enumerate(self._values)}
        return found

    def listed(self, attributes: Iterable[str]) -> str:
        """A ProjectionExpression."""
        return ", ".join(self._name(name) for name in dict.fromkeys(attributes))

    def text(self, node: Node) -> str:
        """A condition, or an operand of one."""
        if isinstance(node, Path):
            return self._path(node)
        if isinstance(node, Value):
            self._values.append(node.held)
            return f":v{len(self._values) - 1}"
        operands = [self._operand(node, operand) for operand in node.operands]
        match node.operator:
            case "AND" | "OR":
                return f" {node.operator} ".join(operands)
            case "NOT":
                return f"NOT {operands[0]}"
            case "BETWEEN":
                return f"{operands[0]} BETWEEN {operands[1]} AND {operands[2]}"
            case "IN":
                return f"{operands[0]} IN ({', '.join(operands[1:])})"
            case sign if sign in _INFIX:
                return f" {sign} ".join(operands)
        return f"{node.operator}({', '.join(operands)})"

    def update(self, sets: Sequence[tuple[Path, Node]], removes: Sequence[Path]) -> str:
        """An UpdateExpression."""
        clauses: dict[str, list[str]] = {}
        for path, node in sets:
            clause = _CHANGES_OF_SETS.get(node.operator) if isinstance(node, Term) else None
            if clause is None:
                clauses.setdefault("SET", []).append(f"{self._path(path)} = {self.text(node)}")
            else:
                clauses.setdefault(clause, []).append(self._change_of_set(path, node))
        for path in removes:
            clauses.setdefault("REMOVE", []).append(self._path(path))
        return " ".join(f"{clause} {', '.join(actions)}" for clause, actions in clauses.items())

    def _change_of_set(self, path: Path, node: Node) -> str:
        match node:
            case Term(_, (same, Value() as members)) if same == path:
                return f"{self._path(path)} {self.text(members)}"
        raise not_offered(
            "set_add and set_delete change the set that they are assigned to: a = set_add(a, <<…>>)"
        )

    def _operand(self, outer: Term, node: Node) -> str:
        inner = self.text(node)
        joins = isinstance(node, Term) and node.operator in ("AND", "OR", "NOT", "BETWEEN", "IN", *_INFIX)
        return (
            f"({inner})" if joins and outer.operator in ("AND", "OR", "NOT") and _is_joined(node) else inner
        )

    def _path(self, path: Path) -> str:
        first, *others = path.parts
        text = self._name(str(first))
        for part in others:
            text += f"[{part}]" if isinstance(part, int) else f".{self._name(part)}"
        return text

    def _name(self, name: str) -> str:
        return self._names.setdefault(name, f"#n{len(self._names)}")


def _is_joined(node: Node) -> bool:
    return isinstance(node, Term) and node.operator in ("AND", "OR", "NOT")
