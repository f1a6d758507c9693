"""The tokens of an expression.

Source: DynamoDB Developer Guide, "Using expressions in DynamoDB"; what AWS answers to what is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from kmscourse.sandbox.dynamodb.expressions.faults import InvalidExpressionError

_TOKEN = re.compile(
    r"(?P<placeholder>#[A-Za-z0-9_]+)|(?P<value>:[A-Za-z0-9_]+)|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<number>[0-9]+)"
    r"|(?P<symbol><>|<=|>=|[=<>()\[\].,+-])|(?P<other>[^ \t\r\n])"
)


@dataclass(frozen=True)
class Token:
    """A token from ``start`` to ``end``.

    ``kind`` is placeholder, value, name, keyword, number, symbol, other (what no expression has) or end. A keyword's
    ``text`` is in capitals.
    """

    kind: str
    text: str
    start: int
    end: int


class Tokens:
    """The tokens of ``text``, where one stands among them, and what may stand there.

    ``keywords`` are words that are no names in this kind of expression. Each method raises InvalidExpressionError for
    what may not stand there.
    """

    def __init__(self, text: str, keywords: Set[str]) -> None:
        self._text = text
        self._tokens = list(_tokens(text, keywords))
        self.place = 0

    @property
    def here(self) -> Token:
        """The token that is next."""
        return self._tokens[self.place]

    @property
    def following(self) -> Token:
        """The token after that."""
        return self._tokens[min(self.place + 1, len(self._tokens) - 1)]

    def advance(self) -> Token:
        """The token that is next, and on to the one after it."""
        token = self.here
        self.place += 1
        return token

    def takes(self, *texts: str) -> bool:
        """Moves on if one of these symbols or keywords is next."""
        if self.here.kind not in ("symbol", "keyword") or self.here.text not in texts:
            return False
        self.place += 1
        return True

    def expect(self, text: str) -> None:
        """Moves on over a symbol or keyword."""
        if not self.takes(text):
            raise self.unexpected()

    def expect_end(self) -> None:
        """Nothing is left."""
        if self.here.kind != "end":
            raise self.unexpected()

    def unexpected(self) -> InvalidExpressionError:
        """The fault that the next token stands where it does, shown with its neighbours."""
        here = self.here
        before = self._tokens[self.place - 1] if self.place else here
        near = self._text[before.start : (here if here.kind == "end" else self.following).end].strip()
        shown = self._text[here.start : here.end] or "<EOF>"
        return InvalidExpressionError(f'Syntax error; token: "{shown}", near: "{near}"')


def _tokens(text: str, keywords: Set[str]) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind, found = str(match.lastgroup), match[0]
        if kind == "name" and found.upper() in keywords:
            kind, found = "keyword", found.upper()
        yield Token(kind, found, *match.span())
    yield Token("end", "", len(text), len(text))
