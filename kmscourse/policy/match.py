"""Matching text, actions and ARNs against patterns with wildcards; each pattern is compiled once.

IAM User Guide, "IAM JSON policy elements: Action", "Resource" and "NotResource".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

from kmscourse.policy.request import Asked
from kmscourse.policy.variables import Pattern, Wild, resolve, tokens, wildcards_of

Matcher = Callable[[str], bool]
ArnMatcher = Callable[[Sequence[str]], bool]
ARN_SEGMENTS = 6


def everything(_: str) -> bool:
    """The pattern "*"."""
    return True


def matcher(text: str) -> Matcher:
    """What a pattern matches, case and all."""
    if "*" not in text and "?" not in text:
        return text.__eq__
    head, _, rest = text.partition("*")
    if "?" not in head and not rest.strip("*"):
        return everything if not head else lambda value: value.startswith(head)
    return glob(wildcards_of(text))


def glob(pattern: Sequence[str | Wild]) -> Matcher:
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
    lengths = [sum(map(len, piece)) + len(piece) - 1 for piece in pieces]
    if len(pieces) == 1:
        only, length = pieces[0], lengths[0]
        return lambda value: len(value) == length and _fits(only, value, 0)
    first, last = pieces[0], pieces[-1]
    middle = list(zip(pieces[1:-1], lengths[1:-1], strict=True))

    def matches(value: str) -> bool:
        at, end = lengths[0], len(value) - lengths[-1]
        if end < at or not _fits(first, value, 0) or not _fits(last, value, end):
            return False
        for piece, length in middle:
            at = _find(piece, length, value, at, end)
            if at < 0:
                return False
            at += length
        return True

    return matches


def _fits(piece: list[str], value: str, at: int) -> bool:
    """Does the piece stand in the value at that place? Between its parts lies one character each."""
    for part in piece:
        if not value.startswith(part, at):
            return False
        at += len(part) + 1
    return True


def _find(piece: list[str], length: int, value: str, start: int, end: int) -> int:
    if len(piece) == 1:
        return value.find(piece[0], start, end)
    return next((at for at in range(start, end - length + 1) if _fits(piece, value, at)), -1)


class ActionPattern:
    """The patterns of an Action element. Names of actions ignore case."""

    __slots__ = ("exact", "wild")

    def __init__(self, patterns: Sequence[str]) -> None:
        lowered = [pattern.lower() for pattern in patterns]
        self.exact = frozenset(text for text in lowered if "*" not in text and "?" not in text)
        self.wild = tuple(matcher(text) for text in lowered if text not in self.exact and _is_action(text))

    def covers(self, action: str) -> bool:
        """Does one of the patterns match the action (in lower case)?"""
        return action in self.exact or any(matches(action) for matches in self.wild)


def _is_action(text: str) -> bool:
    """Every action is of a service, as in kms:Decrypt; only "*" may do without."""
    return ":" in text or not text.strip("*")


def arn_matcher(pattern: Pattern, *, complete: bool) -> ArnMatcher:
    """What an ARN pattern matches; the ARN comes cut into its segments.

    Each of the six segments is matched for itself, so that a "*" ends at a colon, save in the last. With
    ``complete``, an ARN that ends early is completed with "*" (IAM User Guide, "IAM ARNs").
    """
    parts = _segments(pattern)
    if is_everything(pattern):
        return lambda segments: True
    if all(isinstance(token, str) for token in pattern) and (len(parts) == ARN_SEGMENTS or not complete):
        exact = ["".join(map(str, part)) for part in parts]
        return lambda segments: segments == exact
    if parts[0] != ["arn"] or (len(parts) < ARN_SEGMENTS and not complete) or _wild_type(parts):
        return lambda segments: False
    matchers = [glob(part) for part in parts]

    def matches(segments: Sequence[str]) -> bool:
        if len(segments) < ARN_SEGMENTS:
            return False
        return all(fits(segment) for fits, segment in zip(matchers, segments, strict=False))

    return matches


def is_everything(pattern: Pattern) -> bool:
    """Is it nothing but stars?"""
    return Wild.MANY in pattern and all(token in (Wild.MANY, "") for token in pattern)


def _segments(pattern: Pattern) -> list[list[str | Wild]]:
    """The pattern cut at its first five colons."""
    parts: list[list[str | Wild]] = [[]]
    for token in pattern:
        if isinstance(token, Wild):
            parts[-1].append(token)
            continue
        first, *others = token.split(":", ARN_SEGMENTS - len(parts))
        parts[-1] += [first] if first else []
        parts += [[other] if other else [] for other in others]
    return parts


def _wild_type(parts: Sequence[Sequence[str | Wild]]) -> bool:
    """A wildcard in the part that says the resource's type, as in "func*:name": AWS matches nothing by it."""
    if len(parts) < ARN_SEGMENTS:
        return False
    before_colon = takewhile(lambda token: isinstance(token, Wild) or ":" not in token, parts[-1])
    kind = list(before_colon)
    return len(kind) < len(parts[-1]) and any(isinstance(token, Wild) for token in kind)


class ResourcePattern:
    """The patterns of a Resource or NotResource element."""

    __slots__ = ("all", "fixed", "incomplete", "open")

    def __init__(self, texts: Sequence[str], *, variables: bool) -> None:
        fixed = [text for text in texts if not (variables and "${" in text)]
        self.all = any(is_everything(wildcards_of(text)) for text in fixed)
        self.incomplete = any(
            text.startswith("arn:") and text.count(":") < ARN_SEGMENTS - 1 for text in texts
        )
        self.fixed = tuple(arn_matcher(wildcards_of(text), complete=True) for text in fixed)
        self.open = tuple(
            tokens(text, wildcards=True) if _variables_at_the_end(text) else None
            for text in texts
            if variables and "${" in text
        )

    def covers(self, asked: Asked) -> bool | None:
        """Does one of the patterns match? None where none does, but one with a variable can't be told."""
        segments = asked.segments
        if self.all or any(matches(segments) for matches in self.fixed):
            return True
        unsure = False
        for found in self.open:
            pattern = resolve(found, asked.values) if found else None
            if pattern is None:
                unsure = True
            elif arn_matcher(pattern, complete=True)(segments):
                return True
        return None if unsure else False


def _variables_at_the_end(text: str) -> bool:
    """AWS fills variables in behind the fifth colon only."""
    return not any("${" in part for part in text.split(":", ARN_SEGMENTS - 1)[: ARN_SEGMENTS - 1])
