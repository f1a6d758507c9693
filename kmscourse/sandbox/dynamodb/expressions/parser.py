"""Reads expressions: what they say, whatever their placeholders stand for.

Written by hand, to name the token that AWS names, and to stay within the interpreter's stack: a condition in brackets
costs two calls, and DynamoDB's limit on operators bounds how deep they stand in one another.

Source: DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions" (syntax), "Using update
expressions in DynamoDB", "Quotas in Amazon DynamoDB" (expression parameters); the texts as AWS prints them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from kmscourse.sandbox.dynamodb.expressions.faults import InvalidExpressionError
from kmscourse.sandbox.dynamodb.expressions.syntax import (
    COMPARATORS,
    SIGNS,
    Action,
    Condition,
    Junction,
    Not,
    Operand,
    Operator,
    Path,
    Section,
    Value,
)
from kmscourse.sandbox.dynamodb.expressions.tokens import Tokens

MAX_SIZE = 4096  # bytes
MAX_OPERATORS = 300
MAX_PATH_ELEMENTS = 32
_MAX_INDEX = 2**31 - 1
_MAX_BRACKETS = MAX_OPERATORS  # Any more of them in one another say nothing.
_MAX_FUNCTIONS = 32  # Any more of them in one another are of no use.

_CONDITION_WORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
_UPDATE_WORDS = frozenset({"SET", "REMOVE", "ADD", "DELETE"})

T = TypeVar("T")
Node = Condition | Path | Value
"""A condition; or an operand, which is none by itself."""


def parse_condition(text: str) -> Condition:
    """A condition, a filter or a condition on keys. Raises InvalidExpressionError."""
    return _ConditionParser(text, _CONDITION_WORDS).whole_condition()


def parse_projection(text: str) -> tuple[Path, ...]:
    """The paths of a projection. Raises InvalidExpressionError."""
    parser = _Parser(text, frozenset())
    paths = parser.list_of(parser.path)
    parser.end()
    return paths


def parse_update(text: str) -> tuple[Section, ...]:
    """The sections of an update. Raises InvalidExpressionError."""
    return _UpdateParser(text, _UPDATE_WORDS).sections()


class _Parser:
    """What expressions have in common: paths, values, functions, brackets."""

    def __init__(self, text: str, keywords: frozenset[str]) -> None:
        size = len(text.encode())
        if size > MAX_SIZE:
            fault = f"Expression size has exceeded the maximum allowed size; expression size: {size}"
            raise InvalidExpressionError(fault)
        self.tokens = Tokens(text, keywords)
        if self.tokens.here.kind == "end":
            raise InvalidExpressionError("The expression can not be empty;")
        self._opened: list[int] = []  # where the brackets stand that are open
        self._closed = (-1, -1)  # where those stand that were closed last
        self._functions = 0
        self._has_redundant_brackets = False

    def end(self) -> None:
        """Nothing is left."""
        self.tokens.expect_end()
        if self._has_redundant_brackets:
            raise _redundant_brackets()

    def list_of(self, read: Callable[[], T]) -> tuple[T, ...]:
        """One or more, with commas between them."""
        members = [read()]
        while self.tokens.takes(","):
            members.append(read())
        return tuple(members)

    def path(self) -> Path:
        return self.path_from(Path((self._name(),)))

    def path_from(self, begun: Path) -> Path:
        """A path that begins with this one."""
        elements = list(begun.elements)
        while True:
            if self.tokens.takes("."):
                elements.append(self._name())
            elif self.tokens.takes("["):
                elements.append(self._index())
                self.tokens.expect("]")
            else:
                break
        if len(elements) > MAX_PATH_ELEMENTS:
            fault = f"The document path has too many nesting levels; nesting levels: {len(elements)}"
            raise InvalidExpressionError(fault)
        return Path(tuple(elements))

    def value(self) -> Value:
        if self.tokens.here.kind != "value":
            raise self.tokens.unexpected()
        return Value(self.tokens.advance().text)

    def operand(self) -> Operand:
        """An operand of a function or comparator."""
        if self.opens():
            inner = self.operand()
            self.close()
            return self.continued(inner)
        return self.bare_operand()

    def bare_operand(self) -> Operand:
        """An operand without brackets."""
        if self.tokens.here.kind == "value":
            return self.value()
        if self.tokens.here.kind == "name" and self.tokens.following.text == "(":
            return self._function()
        return self.path()

    def continued(self, operand: Operand) -> Operand:
        """What an operand in brackets is the beginning of."""
        return operand

    def opens(self) -> bool:
        """Moves on over an opening bracket, if one is next."""
        if not self.tokens.takes("("):
            return False
        self._opened.append(self.tokens.place - 1)
        if len(self._opened) > _MAX_BRACKETS:
            raise _redundant_brackets()
        return True

    def close(self) -> None:
        """Moves on over the bracket that belongs to the one that was opened last."""
        self.tokens.expect(")")
        opened, closed = self._opened.pop(), self.tokens.place - 1
        self._has_redundant_brackets |= self._closed == (opened + 1, closed - 1)
        self._closed = (opened, closed)

    def _function(self) -> Operator:
        name = self.tokens.advance().text
        self.tokens.expect("(")
        self._functions += 1
        if self._functions > _MAX_FUNCTIONS:
            raise InvalidExpressionError(
                f"The function is not allowed to be used this way in an expression; function: {name}"
            )
        operands = self.list_of(self.operand)
        self._functions -= 1
        self.tokens.expect(")")
        return Operator(name, operands)

    def _name(self) -> str:
        if self.tokens.here.kind not in ("name", "placeholder"):
            raise self.tokens.unexpected()
        return self.tokens.advance().text

    def _index(self) -> int:
        if self.tokens.here.kind != "number":
            raise self.tokens.unexpected()
        digits = self.tokens.advance().text
        if len(digits) > len(str(_MAX_INDEX)) or int(digits) > _MAX_INDEX:
            raise InvalidExpressionError(f"List index is not within the allowable range; index: [{digits}]")
        return int(digits)


class _ConditionParser(_Parser):
    """Conditions: AND binds closer than OR, NOT closer than both."""

    _operators = 0

    def whole_condition(self) -> Condition:
        condition = self._required(self._condition())
        self.end()
        return condition

    def continued(self, operand: Operand) -> Operand:
        return self.path_from(operand) if isinstance(operand, Path) else operand

    def _condition(self) -> Node:
        """Conditions joined by AND and OR. An operand may stand alone: it is compared behind its brackets."""
        first = self._test()
        if self.tokens.here.text not in ("AND", "OR"):
            return first
        alternatives = [[self._required(first)]]
        while word := self._operator("AND", "OR"):
            if word == "OR":
                alternatives.append([])
            alternatives[-1].append(self._required(self._test()))
        return _joined("OR", [_joined("AND", conditions) for conditions in alternatives])

    def _test(self) -> Node:
        """A single condition, one in brackets, or an operand; behind any number of NOTs."""
        negations = 0
        while self._operator("NOT"):
            negations += 1
        if self.opens():
            node = self._condition()
            self.close()
            node = self.path_from(node) if isinstance(node, Path) else node
        else:
            node = self.bare_operand()
        if isinstance(node, Path | Value) or (isinstance(node, Operator) and node.is_function):
            node = self._compared(node)
        for _ in range(negations):
            node = Not(self._required(node))
        return node

    def _compared(self, operand: Operand) -> Operand:
        """An operand, or a comparison of it where one follows."""
        comparator = self._operator(*COMPARATORS)
        if comparator:
            return Operator(comparator, (operand, self.operand()))
        if self._operator("BETWEEN"):
            low = self.operand()
            self.tokens.expect("AND")
            return Operator("BETWEEN", (operand, low, self.operand()))
        if self._operator("IN"):
            self.tokens.expect("(")
            candidates = self.list_of(self.operand)
            self.tokens.expect(")")
            return Operator("IN", (operand, *candidates))
        return operand

    def _operator(self, *texts: str) -> str:
        """Moves on over one of these, if one is next; its text."""
        text = self.tokens.here.text
        if not self.tokens.takes(*texts):
            return ""
        self._operators += 1
        if self._operators > MAX_OPERATORS:
            fault = f"The expression contains too many operators; operator count: {self._operators}"
            raise InvalidExpressionError(fault)
        return text

    def _required(self, node: Node) -> Condition:
        """``node``, which has to be a condition here."""
        if isinstance(node, Path | Value):
            raise self.tokens.unexpected()
        return node


class _UpdateParser(_Parser):
    """Updates: sections of actions."""

    def sections(self) -> tuple[Section, ...]:
        sections = [self._section()]
        while self.tokens.here.kind != "end":
            sections.append(self._section())
        self.end()
        return tuple(sections)

    def _section(self) -> Section:
        if self.tokens.here.kind != "keyword":
            raise self.tokens.unexpected()
        word = self.tokens.advance().text
        read = {"SET": self._assignment, "REMOVE": self._removal}.get(word, self._with_value)
        return Section(word, self.list_of(read))

    def _assignment(self) -> Action:
        path = self.path()
        self.tokens.expect("=")
        return Action(path, self._assigned(may_add=True))

    def _removal(self) -> Action:
        return Action(self.path())

    def _with_value(self) -> Action:
        return Action(self.path(), self.value())

    def _assigned(self, *, may_add: bool) -> Operand:
        """An operand, or two with a sign between them, where one may be."""
        if self.opens():
            left = self._assigned(may_add=may_add)
            self.close()
        else:
            left = self.bare_operand()
        is_sum = isinstance(left, Operator) and left.name in SIGNS
        if not may_add or is_sum or self.tokens.here.text not in SIGNS:
            return left
        sign = self.tokens.advance().text
        return Operator(sign, (left, self._assigned(may_add=False)))


def _joined(word: str, conditions: Sequence[Condition]) -> Condition:
    """Conditions joined by AND or OR; one stays as it is."""
    return conditions[0] if len(conditions) == 1 else Junction(word, tuple(conditions))


def _redundant_brackets() -> InvalidExpressionError:
    return InvalidExpressionError("The expression has redundant parentheses;")
