"""A PartiQL statement in pieces.

Source: the PartiQL specification, section 2 (lexical structure); DynamoDB Developer Guide, "PartiQL data types".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kmscourse.sandbox.call import AwsError

LONGEST = 8192
_TOKEN = re.compile(
    r"""(?P<gap>(?:\s|--[^\n]*|/\*.*?\*/)+)
      | (?P<text>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<word>[A-Za-z_$][A-Za-z0-9_$]*)
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<symbol><<|>>|<>|!=|<=|>=|[-+=<>()\[\]{}:,.*?])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece: ``kind`` is word, quoted (a name in double quotes), text, number, symbol, or end."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        """A word in capitals, as keywords and functions have no case; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def content(self) -> str:
        """What stands between the quotes of a text or of a name."""
        quote = self.text[0]
        return self.text[1:-1].replace(quote * 2, quote) if self.kind in ("text", "quoted") else self.text


def tokens(statement: str) -> Iterator[Token]:
    """The pieces of ``statement`` and an end, without comments. Raises AwsError ValidationException."""
    if not 1 <= len(statement) <= LONGEST:
        raise malformed(f"a statement has 1 to {LONGEST} characters")
    for found in _TOKEN.finditer(statement):
        if found.lastgroup == "other":
            raise malformed(f"{found[0]!r} is not closed, or has no place there")
        if found.lastgroup != "gap":
            yield Token(str(found.lastgroup), found[0])
    yield Token("end", "")


def malformed(reason: str) -> AwsError:
    """The refusal of a statement that can't be read: AWS's sentence, and a reason of our own."""
    return AwsError("ValidationException", f"Statement wasn't well formed, can't be processed: {reason}.")


def not_offered(reason: str) -> AwsError:
    """The refusal of what DynamoDB knows, or may know, and the practice account doesn't."""
    return AwsError(
        "UnsupportedOperationException", f"The practice account does not offer all of PartiQL: {reason}."
    )
