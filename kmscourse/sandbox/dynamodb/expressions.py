"""The expressions of a DynamoDB request: split into tokens once, and read from there by every stage.

Permissions depend on which attributes they name (``dynamodb:Attributes``) and on which key a Query asks for
(``dynamodb:LeadingKeys``), so what is no token of DynamoDB's is refused, and no attribute can hide behind it. moto
reads a KeyConditionExpression more loosely than AWS (of two conditions on one key it takes the last), breaks at some
conditions that AWS refuses, and takes values that nothing uses. So a key condition goes on to it in one plain form, and
the grammar of conditions is checked here.

Source: DynamoDB Developer Guide, "Using expressions in DynamoDB", "Key condition expressions for the Query operation",
"Condition and filter expressions, operators, and functions"; the texts as AWS prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.refusals import invalid

KEY_CONDITION = "KeyConditionExpression"
KINDS = (
    "ConditionExpression",
    "FilterExpression",
    KEY_CONDITION,
    "ProjectionExpression",
    "UpdateExpression",
)
WORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
MAX_LENGTH = 4096
MAX_DEPTH, MAX_KEY_DEPTH = 150, 8

# Each operation's expressions, in the order in which AWS names them.
EXPRESSIONS: Mapping[str, Sequence[str]] = {
    "GetItem": ("ProjectionExpression",),
    "PutItem": ("ConditionExpression",),
    "DeleteItem": ("ConditionExpression",),
    "ConditionCheckItem": ("ConditionExpression",),
    "UpdateItem": ("UpdateExpression", "ConditionExpression"),
    "Query": ("ProjectionExpression", "FilterExpression", KEY_CONDITION),
    "Scan": ("ProjectionExpression", "FilterExpression"),
}
_CONDITIONS = ("ConditionExpression", "FilterExpression")
_NUMBERED = ("PutItem", "DeleteItem", "UpdateItem")  # Whose refusals begin with a count.

_CLAUSES = frozenset({"SET", "REMOVE", "ADD", "DELETE"})
_TOKEN = re.compile(
    r"(?P<placeholder>#[A-Za-z0-9_]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<value>:[A-Za-z0-9_]+)"
    r"|(?P<number>[0-9]+)|(?P<symbol><>|<=|>=|[=<>()\[\].,+-])|(?P<gap>\s+)|(?P<other>.)",
    re.DOTALL,
)
_VALUE = re.compile(r":[A-Za-z0-9_]+")
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_KEY_COMPARISONS = ("=", "<", "<=", ">", ">=")
_NOT_FOR_KEYS = ("OR", "NOT", "IN", "<>")
_OPERANDS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}


@dataclass(frozen=True)
class Token:
    """A token of an expression: ``kind`` is placeholder, name, value, number or symbol.

    ``attribute`` is the attribute of the item that it stands for; empty for anything else, so for keywords,
    functions, and the members of a map, which follow a dot.
    """

    kind: str
    text: str
    attribute: str = ""

    @property
    def word(self) -> str:
        """A keyword in capitals; empty for anything else."""
        return self.text.upper() if self.kind == "name" and self.text.upper() in WORDS else ""


@dataclass(frozen=True)
class KeyCondition:
    """One condition on a key: ``operator`` is a comparison, BETWEEN or begins_with; ``values`` as in a request.

    ``text`` is the condition in the form in which it goes on to moto.
    """

    attribute: str
    operator: str
    values: tuple[Mapping[str, Any], ...]
    text: str


class Expressions:
    """The expressions of one request. Each property raises AwsError ValidationException for what can't be read."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The values that placeholders (``:name``) stand for."""
        values: Mapping[str, Any] = self._parameters.get("ExpressionAttributeValues") or {}
        return values

    @cached_property
    def tokens(self) -> Mapping[str, Sequence[Token]]:
        """The tokens of each expression that is given, by its kind."""
        names = self._parameters.get("ExpressionAttributeNames") or {}
        return {
            kind: _tokens(kind, self._parameters[kind], names)
            for kind in KINDS
            if self._parameters.get(kind) is not None
        }

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The attributes of an item that the expressions name; of a path, its first name."""
        return frozenset(
            token.attribute for tokens in self.tokens.values() for token in tokens if token.attribute
        )

    @cached_property
    def key_conditions(self) -> Sequence[KeyCondition]:
        """The conditions on keys that a Query gives; none where it gives none."""
        if KEY_CONDITION not in self.tokens:
            return ()
        for name in self.values:
            if not _VALUE.fullmatch(name):
                fault = f'ExpressionAttributeValues contains invalid key: Syntax error; key: "{name}"'
                raise invalid(fault)
        conditions = list(_KeyConditionReader(KEY_CONDITION, self).conditions())
        if len({condition.attribute for condition in conditions}) < len(conditions):
            raise invalid("KeyConditionExpressions must only contain one condition per key")
        return conditions

    @property
    def plain_key_condition(self) -> str:
        """The conditions on keys in the one form in which they go on to moto."""
        return " AND ".join(condition.text for condition in self.key_conditions)

    def check(self, operation: str) -> None:
        """Raises AwsError ValidationException where ``operation`` refuses an expression, or a value for one."""
        kinds = EXPRESSIONS[operation]
        given = [kind for kind in kinds if kind in self.tokens]
        if self._parameters.get("ExpressionAttributeNames") is not None and not given:
            raise invalid("ExpressionAttributeNames can only be specified when using expressions")
        with_values = [kind for kind in kinds if kind != "ProjectionExpression"]
        if self._parameters.get("ExpressionAttributeValues") is not None and not set(given) & set(
            with_values
        ):
            are = "are" if len(with_values) > 1 else "is"
            raise invalid(
                "ExpressionAttributeValues can only be specified when using expressions"
                + (f": {' and '.join(with_values)} {are} null" if with_values else "")
            )
        for kind in given:
            if kind in _CONDITIONS:
                _ConditionReader(kind, self).check()
        self._check_values(operation, given)

    def _check_values(self, operation: str, given: Sequence[str]) -> None:
        """Each value in an expression is given, and each one that is given is in an expression."""
        used = set()
        for kind in given:
            for token in self.tokens[kind]:
                if token.kind == "value":
                    if token.text not in self.values:
                        raise _undefined_value(kind, token)
                    used.add(token.text)
        unused = [name for name in self.values if name not in used]
        if unused:
            count = "1 validation error detected: " if operation in _NUMBERED else ""
            raise invalid(
                f"{count}Value provided in ExpressionAttributeValues unused in expressions: keys: "
                f"{{{', '.join(unused)}}}"
            )


def _tokens(kind: str, text: str, names: Mapping[str, str]) -> list[Token]:
    """The tokens of ``text``, an expression of one of the ``KINDS``. Raises AwsError ValidationException."""
    if len(text) > MAX_LENGTH:
        fault = f"Expression size has exceeded the maximum allowed size; expression size: {len(text)}"
        raise _invalid_expression(kind, fault)
    matches = [match for match in _TOKEN.finditer(text) if match.lastgroup != "gap"]
    if not matches:
        count = "1 validation error detected: " if kind == "UpdateExpression" else ""
        raise invalid(f"{count}Invalid {kind}: The expression can not be empty;")
    texts = ["", *(match[0] for match in matches), ""]
    for place, match in enumerate(matches):
        if match.lastgroup == "other":
            raise _syntax_error(kind, texts, place + 1)
        if match.lastgroup == "placeholder" and match[0] not in names:
            fault = "An expression attribute name used in the document path is not defined; attribute name: "
            raise _invalid_expression(kind, fault + match[0])
    return [
        Token(str(match.lastgroup), match[0], _attribute(kind, names, *texts[place : place + 3]))
        if match.lastgroup in ("name", "placeholder")
        else Token(str(match.lastgroup), match[0])
        for place, match in enumerate(matches)
    ]


def _attribute(kind: str, names: Mapping[str, str], before: str, text: str, after: str) -> str:
    """The attribute of the item itself that ``text``, between ``before`` and ``after``, stands for; empty for none."""
    if before == ".":
        return ""
    if text.startswith("#"):
        return names[text]
    begins_clause = kind == "UpdateExpression" and text.upper() in _CLAUSES and re.match("[#A-Za-z_]", after)
    is_word = kind != "UpdateExpression" and text.upper() in WORDS
    return "" if after == "(" or begins_clause or is_word else text


class _Reader:
    """A place in an expression, and what may stand there. Raises AwsError ValidationException for anything else."""

    def __init__(self, kind: str, expressions: Expressions) -> None:
        self.kind = kind
        self.values = expressions.values
        self._tokens = expressions.tokens[kind]
        self._at = 0

    @property
    def here(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else Token("end", "")

    def advance(self) -> Token:
        token = self.here
        self._at += 1
        return token

    def takes(self, text: str) -> bool:
        """Moves on if this symbol or keyword stands here."""
        if text not in (self.here.text, self.here.word):
            return False
        self._at += 1
        return True

    def expect(self, text: str) -> None:
        if not self.takes(text):
            raise self.unexpected()

    def expect_end(self) -> None:
        if self.here.kind != "end":
            raise self.unexpected()

    def value(self) -> Token:
        """A placeholder of a value that the request gives."""
        if self.here.kind != "value":
            raise self.unexpected()
        if self.here.text not in self.values:
            raise _undefined_value(self.kind, self.here)
        return self.advance()

    def unexpected(self) -> AwsError:
        """The refusal of what stands here."""
        texts = ["", *(token.text for token in self._tokens), ""]
        return _syntax_error(self.kind, texts, min(self._at + 1, len(texts) - 1))


class _KeyConditionReader(_Reader):
    """Reads conditions on keys: comparisons joined by AND, any of them in brackets."""

    def conditions(self) -> Iterator[KeyCondition]:
        yield from self._joined()
        self.expect_end()

    def _joined(self, depth: int = 0) -> Iterator[KeyCondition]:
        while True:
            if self.takes("("):
                if depth == MAX_KEY_DEPTH:
                    raise _invalid_expression(self.kind, "The expression has redundant parentheses;")
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
                raise _invalid_expression(self.kind, f"Invalid function name; function: {function}")
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
        if self.here.text not in _KEY_COMPARISONS:
            raise self.unexpected()
        sign = self.advance().text
        if self.here.attribute:
            fault = f"Invalid condition in {self.kind}: Multiple attribute names used in one condition"
            raise _invalid_expression(self.kind, fault)
        value = self.value()
        return self._made(key, sign, f"{key.text} {sign} {value.text}", value)

    def _key(self) -> Token:
        if not self.here.attribute:
            raise self.unexpected()
        return self.advance()

    def _made(self, key: Token, operator: str, text: str, *values: Token) -> KeyCondition:
        return KeyCondition(key.attribute, operator, tuple(self.values[value.text] for value in values), text)

    def unexpected(self) -> AwsError:
        text = self.here.word or self.here.text
        if text in _NOT_FOR_KEYS:
            return invalid(f"Invalid operator used in {self.kind}: {text}")
        return super().unexpected()


class _ConditionReader(_Reader):
    """Reads a condition or filter to its end, to see that it is one."""

    _depth = 0

    def check(self) -> None:
        self._condition()
        self.expect_end()

    def _condition(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _invalid_expression(self.kind, "The expression contains too many operators")
        self._test()
        while self.takes("AND") or self.takes("OR"):
            self._test()
        self._depth -= 1

    def _test(self) -> None:
        self.takes("NOT")
        if self.takes("("):
            self._condition()
            self.expect(")")
        elif not self._is_test():
            self._operand()
            self._comparison()

    def _is_test(self) -> bool:
        """Reads a function that is a condition by itself, if one stands here."""
        if self.here.text not in _OPERANDS or self.here.attribute:
            return False
        function = self.advance().text
        self.expect("(")
        operands = 1
        self._operand(sizes=False)
        while self.takes(","):
            self._operand(sizes=False)
            operands += 1
        self.expect(")")
        if operands != _OPERANDS[function]:
            raise _invalid_expression(
                self.kind,
                "Incorrect number of operands for operator or function; operator or function: "
                f"{function}, number of operands: {operands}",
            )
        return True

    def _comparison(self) -> None:
        if self.takes("BETWEEN"):
            self._operand(sizes=False)
            self.expect("AND")
            self._operand(sizes=False)
        elif self.takes("IN"):
            self.expect("(")
            self._operand()
            while self.takes(","):
                self._operand()
            self.expect(")")
        elif self.here.text in _COMPARISONS:
            self.advance()
            self._operand()
        else:
            raise self.unexpected()

    def _operand(self, sizes: bool = True) -> None:
        if self.here.kind == "value":
            self.value()
        elif self.here.attribute:
            self.advance()
            self._members()
        elif self.here.kind == "name" and not self.here.word:
            function = self.advance().text
            if function != "size" or not sizes:
                raise _invalid_expression(self.kind, f"Invalid function name; function: {function}")
            self.expect("(")
            if not self.here.attribute:
                raise self.unexpected()
            self._operand()
            self.expect(")")
        else:
            raise self.unexpected()

    def _members(self) -> None:
        while True:
            if self.takes("."):
                if self.advance().kind not in ("name", "placeholder"):
                    self._at -= 1
                    raise self.unexpected()
            elif self.takes("["):
                if self.advance().kind != "number":
                    self._at -= 1
                    raise self.unexpected()
                self.expect("]")
            else:
                return


def _syntax_error(kind: str, texts: Sequence[str], place: int) -> AwsError:
    """The refusal of the token at ``place``; ``texts`` are those of all, between two empty ones."""
    token = texts[place] or "<EOF>"
    near = " ".join(text for text in texts[max(place - 1, 0) : place + 2] if text)
    return _invalid_expression(kind, f'Syntax error; token: "{token}", near: "{near}"')


def _undefined_value(kind: str, token: Token) -> AwsError:
    fault = "An expression attribute value used in expression is not defined; attribute value: "
    return _invalid_expression(kind, fault + token.text)


def _invalid_expression(kind: str, fault: str) -> AwsError:
    return invalid(f"Invalid {kind}: {fault}")
