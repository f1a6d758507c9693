"""Matching text, actions and ARNs against patterns with wildcards; each pattern is compiled once.

IAM User Guide, "IAM JSON policy elements: Action", "Resource" and "NotResource".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from kmscourse.policy.request import Asked
from kmscourse.policy.variables import Pattern, Token, Wild, resolve, tokens, wildcards_of

Matcher = Callable[[str], bool]
ArnMatcher = Callable[[list[str]], bool]
ARN_SEGMENTS = 6


def glob(pattern: Pattern) -> Matcher:
    """What a pattern matches. Each piece between stars is looked for once, from the left: never exponential."""
    # "a?b*c" becomes [["a", "b"], ["c"]]: the pieces between stars, cut again at each "?".
    pieces: list[list[str]] = [[""]]
    for token in pattern:
        if token is Wild.MANY:
            pieces.append([""])
        elif token is Wild.ONE:
            pieces[-1].append("")
        else:
            pieces[-1][-1] += token
    first, *middle, last = pieces if len(pieces) > 1 else [*pieces, [""]]
    if len(first) == 1 and middle == [] and last == [""]:
        head = first[0]  # the two that most patterns are: no wildcard at all, or one star at the end
        return head.__eq__ if len(pieces) == 1 else lambda value: value.startswith(head)
    if len(pieces) == 1:
        return lambda value: len(value) == _length(first) and _fits(first, value, 0)

    def matches(value: str) -> bool:
        at, end = _length(first), len(value) - _length(last)
        if end < at or not _fits(first, value, 0) or not _fits(last, value, end):
            return False
        for piece in middle:
            at = _find(piece, value, at, end)
            if at < 0:
                return False
            at += _length(piece)
        return True

    return matches


def _length(piece: list[str]) -> int:
    """How many characters the piece takes: its parts, and one between each two."""
    return sum(map(len, piece)) + len(piece) - 1


def _fits(piece: list[str], value: str, at: int) -> bool:
    """Does the piece stand in the value at that place?"""
    for part in piece:
        if not value.startswith(part, at):
            return False
        at += len(part) + 1
    return True


def _find(piece: list[str], value: str, start: int, end: int) -> int:
    """The first place between start and end where the piece stands, or -1."""
    if len(piece) == 1:
        return value.find(piece[0], start, end)
    places = range(start, end - _length(piece) + 1)
    return next((at for at in places if _fits(piece, value, at)), -1)


def any_action(patterns: Sequence[str]) -> Matcher:
    """What the patterns of an Action element match. Names of actions ignore case: it comes in lower case."""
    lowered = [pattern.lower() for pattern in patterns]
    exact = frozenset(text for text in lowered if "*" not in text and "?" not in text)
    wild = [glob(wildcards_of(text)) for text in lowered if text not in exact and _is_action(text)]
    if not wild:
        return exact.__contains__
    if not exact and len(wild) == 1:
        return wild[0]
    return lambda action: action in exact or any(matches(action) for matches in wild)


def _is_action(text: str) -> bool:
    """Every action is of a service, as in kms:Decrypt; only "*" may do without."""
    return ":" in text or not text.strip("*")


@lru_cache(maxsize=1024)  # a pattern with variables is filled in, and asked for, with every request
def arn_matcher(pattern: Pattern, *, complete: bool) -> ArnMatcher:
    """What an ARN pattern matches; the ARN comes cut into its segments.

    Each of the six segments is matched for itself, so that a "*" ends at a colon, save in the last. With
    ``complete``, as in Resource, an ARN that ends early is completed with "*" (IAM User Guide, "IAM ARNs").
    """
    if pattern and all(token is Wild.MANY for token in pattern):
        return _everything
    parts = _segments(pattern)
    is_arn, missing = len(parts) > 1 and parts[0] == ("arn",), ARN_SEGMENTS - len(parts)
    if len(pattern) == 1 and not (is_arn and missing and complete):
        exact = [str(part[0]) if part else "" for part in parts]
        return lambda segments: segments == exact
    if not is_arn or (missing and not complete) or (complete and _wild_type(parts)):
        return _nothing
    matchers = [glob(part) for part in parts] + [glob((Wild.MANY,))] * missing

    def matches(segments: list[str]) -> bool:
        if len(segments) < ARN_SEGMENTS:
            return False
        for fits, segment in zip(matchers, segments, strict=True):  # noqa: SIM110 (as above)
            if not fits(segment):
                return False
        return True

    return matches


def _everything(_: list[str]) -> bool:
    return True


def _nothing(_: list[str]) -> bool:
    return False


def _segments(pattern: Pattern) -> list[Pattern]:
    """The pattern cut at its first five colons."""
    parts: list[list[str | Wild]] = [[]]
    for token in pattern:
        if isinstance(token, Wild):
            parts[-1].append(token)
            continue
        first, *others = token.split(":", ARN_SEGMENTS - len(parts))
        parts[-1].append(first)
        parts += [[other] for other in others]
    return [tuple(token for token in part if token != "") for part in parts]


def _wild_type(parts: Sequence[Pattern]) -> bool:
    """A wildcard in the type of the resource, as in "func*:name": AWS matches nothing by it."""
    if len(parts) < ARN_SEGMENTS:
        return False
    wild = False
    for token in parts[-1]:
        if isinstance(token, Wild):
            wild = True
        elif ":" in token.partition("/")[0]:
            return wild
        elif "/" in token:
            return False  # what a slash follows is a path, where a colon ends no type
    return False


class ResourcePattern:
    """The patterns of a Resource or NotResource element.

    Those without variables are ``fixed``; the others wait for the request's values.
    """

    __slots__ = ("all", "fixed", "incomplete", "variable")

    def __init__(self, texts: Sequence[str], *, variables: bool) -> None:
        self.all = "*" in texts
        self.incomplete = any(
            text.startswith("arn:") and text.count(":") < ARN_SEGMENTS - 1 for text in texts
        )
        self.fixed: list[ArnMatcher] = []
        self.variable: list[tuple[Token, ...] | None] = []
        for text in () if self.all else texts:
            if not variables or "${" not in text:
                self.fixed.append(arn_matcher(wildcards_of(text), complete=True))
            else:
                self.variable.append(tokens(text, wildcards=True) if _variables_at_the_end(text) else None)

    def covers(self, asked: Asked) -> bool | None:
        """Does one of the patterns match? None where none does, but one with a variable can't be told."""
        segments = asked.segments
        if self.all:
            return True
        for matches in self.fixed:
            if matches(segments):
                return True
        if not self.variable:
            return False
        unsure = False
        for found in self.variable:
            pattern = resolve(found, asked.values) if found else None
            if pattern is None:
                unsure = True
            elif arn_matcher(pattern, complete=True)(segments):
                return True
        return None if unsure else False


def _variables_at_the_end(text: str) -> bool:
    """AWS fills variables in behind the fifth colon only."""
    return not any("${" in part for part in text.split(":", ARN_SEGMENTS - 1)[: ARN_SEGMENTS - 1])
