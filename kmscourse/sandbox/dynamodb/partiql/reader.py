"""PartiQL's statements, read: what the grammar of DynamoDB's documentation has, and no more.

Source: DynamoDB Developer Guide, "PartiQL select statements for DynamoDB", likewise insert, update and delete,
"PartiQL operators", "PartiQL functions", "PartiQL data types".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.partiql.conditions import Conditions
from kmscourse.sandbox.dynamodb.partiql.syntax import (
    Delete,
    Exists,
    Insert,
    Node,
    Path,
    Select,
    Statement,
    Update,
)
from kmscourse.sandbox.dynamodb.partiql.tokens import malformed, not_offered

_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
_RETURNING = {
    ("ALL", "OLD"): "ALL_OLD",
    ("ALL", "NEW"): "ALL_NEW",
    ("MODIFIED", "OLD"): "UPDATED_OLD",
    ("MODIFIED", "NEW"): "UPDATED_NEW",
}


def read(text: str, parameters: Sequence[Mapping[str, Any]] = ()) -> Statement:
    """The statement in ``text``, with ``parameters`` in the places of its question marks.

    Raises AwsError: ValidationException, or UnsupportedOperationException for what is not offered.
    """
    reader = _Reader(text, parameters)
    statement = reader.statement()
    reader.expect_end()
    if reader.parameters_left():
        raise AwsError("ValidationException", "Number of parameters in request and statement don't match.")
    return statement


class _Reader(Conditions):
    """Reads statements; what conditions and values are is ``Conditions``'s to know."""

    def statement(self) -> Statement:
        verb = self.here.word
        if verb == "EXISTS":
            self.advance()
            self.expect("(")
            select = self.select()
            self.expect(")")
            return Exists(select.table, select.index, select.where, select.attributes, select.order)
        reading = {
            "SELECT": self.select,
            "INSERT": self.insert,
            "UPDATE": self.update,
            "DELETE": self.delete,
        }.get(verb)
        if reading is None:
            raise malformed("it must begin with SELECT, INSERT, UPDATE or DELETE")
        return reading()

    def select(self) -> Select:
        self.expect("SELECT")
        attributes = () if self.takes("*") else tuple(self.listed(self._attribute))
        self.expect("FROM")
        table, index = self._table()
        where = self.condition() if self.takes("WHERE") else None
        order: tuple[tuple[str, bool], ...] = ()
        if self.takes("ORDER"):
            self.expect("BY")
            order = tuple(self.listed(self._ordering))
        return Select(table, index, where, attributes, order)

    def insert(self) -> Insert:
        self.expect("INSERT")
        self.expect("INTO")
        table = self._table_alone()
        self.expect("VALUE")
        value = self.value().held
        if "M" not in value:
            raise malformed("an item is written {'name': value, …}")
        return Insert(table, None, None, value["M"])

    def update(self) -> Update:
        self.expect("UPDATE")
        table = self._table_alone()
        sets: list[tuple[Path, Node]] = []
        removes: list[Path] = []
        while self.here.word in ("SET", "REMOVE"):
            if self.takes("SET"):
                sets += self.listed(self._assignment)
            else:
                self.advance()
                removes += self.listed(self.path)
        if not sets and not removes:
            raise malformed("after the table of an UPDATE comes SET or REMOVE")
        where = self._where()
        return Update(table, None, where, tuple(sets), tuple(removes), self._returning())

    def delete(self) -> Delete:
        self.expect("DELETE")
        self.expect("FROM")
        table = self._table_alone()
        where, returning = self._where(), self._returning()
        if returning not in ("", "ALL_OLD"):
            raise malformed("a DELETE can return ALL OLD * and nothing else")
        return Delete(table, None, where, returning)

    def _where(self) -> Node:
        if not self.takes("WHERE"):
            raise AwsError(
                "ValidationException",
                "Where clause does not contain a mandatory equality on all key attributes",
            )
        return self.condition()

    def _returning(self) -> str:
        if not self.takes("RETURNING"):
            return ""
        which, when = self.advance().word, self.advance().word
        self.expect("*")
        if (which, when) not in _RETURNING:
            raise malformed("RETURNING is followed by ALL or MODIFIED, then OLD or NEW, then *")
        return _RETURNING[which, when]

    def _assignment(self) -> tuple[Path, Node]:
        path = self.path()
        self.expect("=")
        return path, self.operand()

    def _attribute(self) -> str:
        parts = self.path().parts
        if len(parts) > 1:
            raise not_offered("a SELECT names whole attributes, or all of them with *")
        return str(parts[0])

    def _ordering(self) -> tuple[str, bool]:
        name = self._attribute()
        if self.takes("DESC"):
            return name, False
        self.takes("ASC")
        return name, True

    def _table(self) -> tuple[str, str | None]:
        """``Books``, ``"Books"`` or ``"Books"."by-title"``."""
        table = self._table_name()
        return (table, self._table_name()) if self.takes(".") else (table, None)

    def _table_alone(self) -> str:
        table, index = self._table()
        if index is not None:
            raise malformed("only a SELECT goes through an index")
        return table

    def _table_name(self) -> str:
        token = self.advance()
        if token.kind not in ("word", "quoted") or not _NAME.fullmatch(token.content):
            raise malformed(
                "a table's name has 3 to 255 letters, digits, _, - and ., in double quotes if need be"
            )
        return token.content
