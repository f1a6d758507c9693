"""Which table a PartiQL statement works on, read so that nobody can have the gate and moto see different tables.

A statement is split into tokens, its table found by the grammar that DynamoDB documents, and written anew in one
plain form. Only that form goes on to moto, so what was decided on is what is performed. A statement whose table
can't be told with certainty is refused.

Source: DynamoDB Developer Guide, "PartiQL - a SQL-compatible query language for Amazon DynamoDB"; the PartiQL
specification, section 2 (lexical structure).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kmscourse.sandbox.call import AwsError

TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
MAX_STATEMENT = 8192

_TOKEN = re.compile(
    r"""(?P<gap>(?:\s|--[^\n]*|/\*.*?\*/)+)
      | (?P<text>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<word>[A-Za-z_$][A-Za-z0-9_$]*)
      | (?P<operator><>|<=|>=|!=|[<>=])
      | (?P<symbol>.)""",
    re.VERBOSE | re.DOTALL,
)
# Each verb with the words that stand between it and the table, and those that may follow the table.
_INTRODUCED_BY = {"SELECT": ["FROM"], "INSERT": ["INTO"], "UPDATE": [], "DELETE": ["FROM"]}
_FOLLOWED_BY = {
    "SELECT": ("", "WHERE"),
    "INSERT": ("VALUE",),
    "UPDATE": ("SET", "REMOVE"),
    "DELETE": ("WHERE",),
}
# The parser behind the gate splits a SELECT at these, wherever they stand.
_SPLIT = re.compile("SELECT | FROM | WHERE ", re.IGNORECASE)


@dataclass(frozen=True)
class Statement:
    """A statement read: its ``verb`` (Select, Insert, Update, Delete), its table, its index, its plain form.

    ``equals`` are the attributes that the WHERE of an UPDATE or DELETE compares with a value.
    """

    verb: str
    table: str
    index: str | None
    text: str
    equals: tuple[str, ...] = ()

    @property
    def action(self) -> str:
        """The permission that it needs, as in ``dynamodb:PartiQLSelect``."""
        return f"dynamodb:PartiQL{self.verb}"


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    spaced: bool  # Whether a gap stands before it.

    @property
    def keyword(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


def read(text: str) -> Statement:
    """The statement in ``text``; AwsError ValidationException where its table can't be told."""
    if not 1 <= len(text) <= MAX_STATEMENT:
        raise _malformed(f"a statement has 1 to {MAX_STATEMENT} characters")
    tokens = list(_tokens(text))
    verb = tokens[0].keyword if tokens else ""
    if verb not in _INTRODUCED_BY:
        raise _malformed("it must begin with SELECT, INSERT, UPDATE or DELETE")
    if any(token.keyword in _INTRODUCED_BY for token in tokens[1:]):
        raise _malformed("one statement within another is not supported")
    at = _table_position(verb, tokens)
    table, index, after = _name(tokens, at)
    follower = tokens[after].keyword if after < len(tokens) else ""
    if any(token.keyword == "ORDER" for token in tokens[after:]):
        raise _not_offered("ORDER BY is not there")
    if verb in ("INSERT", "DELETE") and any(token.text == "?" for token in tokens):
        raise _not_offered("parameters (?) work in SELECT and UPDATE")
    if (
        (after < len(tokens) and not follower)
        or follower not in _FOLLOWED_BY[verb]
        or (index and verb != "SELECT")
    ):
        expected = " or ".join(word or "the end" for word in _FOLLOWED_BY[verb])
        raise _malformed(f"after the table's name, in double quotes if need be, comes {expected}")
    plain = _plain(tokens[:at], table, index, tokens[after:])
    if verb == "SELECT" and len(_SPLIT.findall(plain)) != 2 + (follower == "WHERE"):
        raise _not_offered("SELECT, FROM and WHERE can't stand in a quoted text; use a parameter (?)")
    equals = _equalities(tokens[after:]) if verb in ("UPDATE", "DELETE") else ()
    return Statement(verb.capitalize(), table, index, plain, equals)


def _tokens(text: str) -> Iterator[_Token]:
    spaced = False
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "gap":
            spaced = True
            continue
        token = _Token(kind, match[0], spaced)
        if kind == "symbol" and token.text in "'\"`;":
            raise _malformed(f"a {token.text} is not closed or has no place there")
        yield token
        spaced = False


def _table_position(verb: str, tokens: list[_Token]) -> int:
    """Where the table's name begins."""
    if verb == "SELECT":
        places = [number for number, token in enumerate(tokens) if token.keyword == "FROM"]
        if len(places) != 1 or places[0] < 2:
            raise _malformed("a SELECT has one FROM, after what it selects")
        return places[0] + 1
    words = [token.keyword for token in tokens[1 : 1 + len(_INTRODUCED_BY[verb])]]
    if words != _INTRODUCED_BY[verb]:
        raise _malformed(f"{verb} is followed by {' '.join(_INTRODUCED_BY[verb])}")
    return 1 + len(words)


def _name(tokens: list[_Token], at: int) -> tuple[str, str | None, int]:
    """(table, index, position after them): ``Books``, ``"Books"`` or ``"Books"."by-title"``."""
    table = _identifier(tokens, at)
    if at + 1 < len(tokens) and tokens[at + 1].text == ".":
        return table, _identifier(tokens, at + 2), at + 3
    return table, None, at + 1


def _identifier(tokens: list[_Token], at: int) -> str:
    token = tokens[at] if at < len(tokens) else None
    if token is None or token.kind not in ("word", "quoted"):
        raise _malformed("it names no table")
    name = token.text[1:-1] if token.kind == "quoted" else token.text
    if not TABLE_NAME.fullmatch(name):
        raise _malformed("a table's name has 3 to 255 letters, digits, _, - and .")
    return name


def _equalities(tokens: list[_Token]) -> tuple[str, ...]:
    """The attributes in ``WHERE name = value AND …``; AwsError for any other condition.

    The parser behind the gate would take a condition that it does not know for none at all.
    """
    places = [number for number, token in enumerate(tokens) if token.keyword == "WHERE"]
    terms: list[list[_Token]] = [[]]
    for token in tokens[places[0] + 1 :] if len(places) == 1 else []:
        if token.keyword == "AND":
            terms.append([])
        else:
            terms[-1].append(token)
    if not all(_is_equality(term) for term in terms):
        raise _not_offered("in UPDATE and DELETE it offers WHERE name = 'text' AND …, and nothing after that")
    return tuple(term[0].text.strip('"') for term in terms)


def _is_equality(term: list[_Token]) -> bool:
    return (
        len(term) == 3
        and term[0].kind in ("word", "quoted")
        and term[1].text == "="
        and (term[2].kind == "text" or term[2].text == "?")
    )


def _plain(before: list[_Token], table: str, index: str | None, after: list[_Token]) -> str:
    """The one form in which a statement goes on: single spaces, no comments, the table's name bare if it can be."""
    name = f"{table}.{index}" if index else table
    if name[0].isdigit():
        name = f'"{name}"'
    head = " ".join(token.keyword for token in before)
    if before[0].keyword == "SELECT":
        head = f"SELECT {_joined(before[1:-1])} FROM"
    return f"{head} {name} {after[0].keyword} {_joined(after[1:])}" if after else f"{head} {name}"


def _joined(tokens: list[_Token]) -> str:
    """Tokens as text: one space where there was a gap, and around operators."""
    text, before = "", "operator"
    for token in tokens:
        spaced = token.spaced or "operator" in (before, token.kind)
        text += f" {token.text}" if spaced else token.text
        before = token.kind
    return text.strip()


def _not_offered(reason: str) -> AwsError:
    return AwsError(
        "UnsupportedOperationException", f"The practice account does not offer all of PartiQL: {reason}."
    )


def _malformed(reason: str) -> AwsError:
    return AwsError("ValidationException", f"Statement wasn't well formed, can't be processed: {reason}.")
