"""The expressions of a DynamoDB request, split into tokens: which attributes of an item they name.

Permissions depend on it (``dynamodb:Attributes``), so what is no token of DynamoDB's is refused, and no attribute
can hide behind it.

Source: DynamoDB Developer Guide, "Using expressions in DynamoDB"; the texts as AWS prints them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kmscourse.sandbox.call import AwsError

KINDS = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
)
LONGEST = 4096
WORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
_CLAUSES = frozenset({"SET", "REMOVE", "ADD", "DELETE"})
_TOKEN = re.compile(
    r"(?P<placeholder>#[A-Za-z0-9_]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<value>:[A-Za-z0-9_]+)"
    r"|(?P<number>[0-9]+)|(?P<symbol><>|<=|>=|[=<>()\[\].,+-])|(?P<gap>\s+)|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of an expression: ``kind`` is placeholder, name, value, number or symbol.

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


def tokens(kind: str, text: str, names: Mapping[str, str]) -> list[Token]:
    """The pieces of ``text``, an expression of one of the ``KINDS``. Raises AwsError ValidationException."""
    if len(text) > LONGEST:
        fault = f"Expression size has exceeded the maximum allowed size; expression size: {len(text)}"
        raise invalid(kind, fault)
    pieces = [(str(found.lastgroup), found[0]) for found in _TOKEN.finditer(text) if found.lastgroup != "gap"]
    if not pieces:
        empty = invalid(kind, "The expression can not be empty;")
        if kind == "UpdateExpression":
            empty = AwsError(empty.code, f"1 validation error detected: {empty.message}")
        raise empty
    texts = ["", *(piece for _, piece in pieces), ""]
    for place, (piece_kind, piece) in enumerate(pieces):
        if piece_kind == "other":
            raise syntax_error(kind, texts, place + 1)
        if piece_kind == "placeholder" and piece not in names:
            fault = "An expression attribute name used in the document path is not defined; attribute name: "
            raise invalid(kind, fault + piece)
    return [
        Token(piece_kind, piece, _attribute(kind, names.get(piece, piece), *texts[place : place + 3]))
        if piece_kind in ("name", "placeholder")
        else Token(piece_kind, piece)
        for place, (piece_kind, piece) in enumerate(pieces)
    ]


def _attribute(kind: str, name: str, before: str, piece: str, after: str) -> str:
    """``name`` where ``piece``, between ``before`` and ``after``, stands for an attribute of the item itself."""
    if before == ".":
        return ""
    if piece.startswith("#"):
        return name
    begins_clause = kind == "UpdateExpression" and piece.upper() in _CLAUSES and re.match("[#A-Za-z_]", after)
    is_word = kind != "UpdateExpression" and piece.upper() in WORDS
    return "" if after == "(" or begins_clause or is_word else name


def attributes(parameters: Mapping[str, Any]) -> set[str]:
    """The attributes of an item that the expressions in ``parameters`` name; of a path, its first name."""
    names = parameters.get("ExpressionAttributeNames") or {}
    return {
        token.attribute
        for kind in KINDS
        if parameters.get(kind) is not None
        for token in tokens(kind, parameters[kind], names)
        if token.attribute
    }


class Reading:
    """A place in an expression, and what may stand there. Raises AwsError ValidationException for anything else."""

    def __init__(self, kind: str, text: str, parameters: Mapping[str, Any]) -> None:
        self.kind = kind
        self.values: Mapping[str, Any] = parameters.get("ExpressionAttributeValues") or {}
        self._tokens = tokens(kind, text, parameters.get("ExpressionAttributeNames") or {})
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
            fault = "An expression attribute value used in expression is not defined; attribute value: "
            raise invalid(self.kind, fault + self.here.text)
        return self.advance()

    def unexpected(self) -> AwsError:
        """The refusal of what stands here."""
        texts = ["", *(token.text for token in self._tokens), ""]
        return syntax_error(self.kind, texts, min(self._at + 1, len(texts) - 1))


def syntax_error(kind: str, texts: list[str], place: int) -> AwsError:
    """The refusal of the token at ``place``; ``texts`` are those of all, between two empty ones."""
    token = texts[place] or "<EOF>"
    near = " ".join(piece for piece in texts[max(place - 1, 0) : place + 2] if piece)
    return invalid(kind, f'Syntax error; token: "{token}", near: "{near}"')


def invalid(kind: str, fault: str) -> AwsError:
    """The refusal of an expression."""
    return AwsError("ValidationException", f"Invalid {kind}: {fault}")
