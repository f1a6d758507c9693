"""The conditions, paths and values of PartiQL.

Source: DynamoDB Developer Guide, "PartiQL operators", "PartiQL functions", "PartiQL data types".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.partiql.syntax import Node, Path, Term, Value
from kmscourse.sandbox.dynamodb.partiql.tokens import Token, malformed, not_offered, tokens

T = TypeVar("T")

_DEEPEST = 32  # DynamoDB's own limit for what lies within an item.
_COMPARISONS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_TESTS = {"begins_with": 2, "contains": 2, "attribute_type": 2}
_CHANGES = {"list_append": 2, "set_add": 2, "set_delete": 2}
# Words that begin or join clauses: as the name of an attribute they stand in double quotes.
_RESERVED = frozenset(
    {
        "AND",
        "BETWEEN",
        "BY",
        "DELETE",
        "EXISTS",
        "FALSE",
        "FROM",
        "IN",
        "INSERT",
        "INTO",
        "IS",
        "MISSING",
        "NOT",
    }
    | {"NULL", "OR", "ORDER", "REMOVE", "RETURNING", "SELECT", "SET", "TRUE", "UPDATE", "VALUE", "WHERE"}
)


class Conditions:
    """A place in a statement, and what can be read from there on. Raises AwsError where it is something else."""

    def __init__(self, text: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        self._tokens = list(tokens(text))
        self._parameters = list(parameters)
        self._at = 0
        self._depth = 0

    @property
    def here(self) -> Token:
        return self._tokens[self._at]

    def advance(self) -> Token:
        token = self.here
        if token.kind != "end":
            self._at += 1
        return token

    def takes(self, text: str) -> bool:
        """Moves on if this symbol or keyword stands here."""
        if text not in (self.here.word, self.here.text) or self.here.kind in ("text", "quoted"):
            return False
        self.advance()
        return True

    def expect(self, text: str) -> None:
        if not self.takes(text):
            raise malformed(f"{text} is expected where {self.here.text or 'its end'} stands")

    def expect_end(self) -> None:
        if self.here.kind != "end":
            raise malformed(f"{self.here.text} has no place there")

    def parameters_left(self) -> bool:
        return bool(self._parameters)

    def listed(self, read: Callable[[], T]) -> list[T]:
        """One or more, with commas between them."""
        found = [read()]
        while self.takes(","):
            found.append(read())
        return found

    def condition(self) -> Node:
        return self._joined("OR", lambda: self._joined("AND", self._negation))

    def _joined(self, word: str, read: Callable[[], Node]) -> Node:
        found = [read()]
        while self.takes(word):
            found.append(read())
        return found[0] if len(found) == 1 else Term(word, tuple(found))

    def _negation(self) -> Node:
        if self.takes("NOT"):
            return Term("NOT", (self._deeper(self._negation),))
        if self.takes("("):
            inner = self._deeper(self.condition)
            self.expect(")")
            return inner
        return self._test()

    def _test(self) -> Node:
        left = self.operand(tests=True)
        if isinstance(left, Term) and left.operator in _TESTS:
            return left
        if self.takes("IS"):
            return self._presence(left)
        negated = self.takes("NOT")
        if self.takes("BETWEEN"):
            low = self.operand()
            self.expect("AND")
            found = Term("BETWEEN", (left, low, self.operand()))
        elif self.takes("IN"):
            closing = "]" if self.takes("[") else ")"
            if closing == ")":
                self.expect("(")
            found = Term("IN", (left, *self.listed(self.value)))
            self.expect(closing)
        else:
            sign = _COMPARISONS.get(self.here.text) if self.here.kind == "symbol" else None
            if sign is None or negated:
                raise malformed(f"a comparison is expected where {self.here.text or 'its end'} stands")
            self.advance()
            found = Term(sign, (left, self.operand()))
        return Term("NOT", (found,)) if negated else found

    def _presence(self, path: Node) -> Node:
        negated = self.takes("NOT")
        if self.takes("MISSING"):
            return Term("attribute_exists" if negated else "attribute_not_exists", (path,))
        if self.takes("NULL"):
            is_null = Term("attribute_type", (path, Value({"S": "NULL"})))
            return Term("NOT", (is_null,)) if negated else is_null
        raise not_offered("IS is followed by MISSING or NULL, or NOT before these")

    def operand(self, tests: bool = False) -> Node:
        """A path, a value, a function of these, or a sum; of the functions that are tests only where ``tests``."""
        left = self._simple(tests)
        for sign in ("+", "-"):
            if self.takes(sign):
                return Term(sign, (left, self._simple(False)))
        return left

    def _simple(self, tests: bool) -> Node:
        name = self.here.text.lower()
        if self.here.kind == "word" and self._tokens[self._at + 1].text == "(":
            known = {"size": 1, **(_TESTS if tests else _CHANGES)}
            if name not in known:
                raise not_offered(f"there is no function {self.here.text} here")
            self.advance()
            self.expect("(")
            operands = tuple(self.listed(lambda: self._deeper(self.operand)))
            self.expect(")")
            if len(operands) != known[name]:
                raise malformed(f"{name} takes {known[name]} arguments")
            return Term(name, operands)
        is_name = self.here.kind == "quoted" or (self.here.word and self.here.word not in _RESERVED)
        return self.path() if is_name else self.value()

    def path(self) -> Path:
        parts: list[str | int] = [self._member()]
        while True:
            if self.takes("."):
                parts.append(self._member())
            elif self.here.text == "[" and self._tokens[self._at + 1].kind == "number":
                self.advance()
                number = self.advance().text
                if not number.isdigit():
                    raise malformed(f"{number} is no place in a list")
                parts.append(int(number))
                self.expect("]")
            else:
                return Path(tuple(parts))

    def _member(self) -> str:
        token = self.advance()
        if token.kind not in ("word", "quoted") or token.word in _RESERVED or not token.content:
            raise malformed(f"the name of an attribute is expected where {token.text or 'its end'} stands")
        return token.content

    def value(self) -> Value:
        """A literal or a parameter."""
        return Value(self._deeper(self._value))

    def _value(self) -> Mapping[str, Any]:
        token = self.advance()
        match token:
            case Token("text"):
                return {"S": token.content}
            case Token("number"):
                return {"N": token.text}
            case Token("symbol", "-" | "+") if self.here.kind == "number":
                return {"N": token.text.replace("+", "") + self.advance().text}
            case Token("symbol", "?"):
                if not self._parameters:
                    raise AwsError(
                        "ValidationException", "Number of parameters in request and statement don't match."
                    )
                return self._parameters.pop(0)
            case Token("symbol", "["):
                return {"L": self._members("]", self.value_held)}
            case Token("symbol", "{"):
                return {"M": dict(self._members("}", self._pair))}
            case Token("symbol", "<<"):
                return _set(self._members(">>", self.value_held))
        literals = {"TRUE": {"BOOL": True}, "FALSE": {"BOOL": False}, "NULL": {"NULL": True}}
        if token.word in literals:
            return literals[token.word]
        raise malformed(f"a value is expected where {token.text or 'its end'} stands")

    def value_held(self) -> Mapping[str, Any]:
        return self.value().held

    def _members(self, closing: str, read: Callable[[], T]) -> list[T]:
        if self.takes(closing):
            return []
        found = self.listed(read)
        self.expect(closing)
        return found

    def _pair(self) -> tuple[str, Mapping[str, Any]]:
        name = self.advance()
        if name.kind != "text":
            raise malformed("the names in an item or map stand in single quotes")
        self.expect(":")
        return name.content, self.value_held()

    def _deeper(self, read: Callable[[], T]) -> T:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise malformed("it is nested too deeply")
        found = read()
        self._depth -= 1
        return found


def _set(members: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """<<…>> as DynamoDB's set of texts, numbers or bytes."""
    kinds = {kind for member in members for kind in member}
    if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
        raise malformed("a set holds texts, or numbers, or bytes, and at least one")
    (kind,) = kinds
    return {f"{kind}S": [member[kind] for member in members]}
