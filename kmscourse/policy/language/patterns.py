"""Texts, actions and ARNs against patterns with wildcards; each pattern is compiled once.

IAM User Guide, "IAM JSON policy elements: Action", "Resource" and "NotResource".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from kmscourse.policy.language.variables import (
    MANY,
    Pattern,
    Token,
    Values,
    Wildcard,
    resolve_variables,
    split_variables,
    split_wildcards,
)

_ANYTHING = [MANY]
Matcher = Callable[[str], bool]
ArnMatcher = Callable[[list[str]], bool]
ARN_SEGMENTS = 6


def text_matcher(pattern: Sequence[str | Wildcard]) -> Matcher:
    """What a pattern matches. Each run between stars is looked for once, from the left: never exponential."""
    if not pattern:
        return "".__eq__
    if len(pattern) == 1 and isinstance(pattern[0], str):
        return pattern[0].__eq__
    # "a?b*c" becomes [["a", "b"], ["c"]]: the runs between stars, cut again at each "?".
    runs: list[list[str]] = [[""]]
    for token in pattern:
        if isinstance(token, str):
            runs[-1][-1] += token
        elif token is MANY:
            runs.append([""])
        else:
            runs[-1].append("")
    if len(runs) == 1:
        return lambda value: len(value) == _length(runs[0]) and _stands_at(runs[0], value, 0)
    first, *middle, last = runs
    if len(first) == 1 and middle == [] and last == [""]:
        prefix = first[0]
        return lambda value: value.startswith(prefix)

    def matches(value: str) -> bool:
        start, end = _length(first), len(value) - _length(last)
        if end < start or not _stands_at(first, value, 0) or not _stands_at(last, value, end):
            return False
        for run in middle:
            start = _find(run, value, start, end)
            if start < 0:
                return False
            start += _length(run)
        return True

    return matches


def _length(run: list[str]) -> int:
    """How many characters the run takes: its texts, and one between each two."""
    return sum(map(len, run)) + len(run) - 1


def _stands_at(run: list[str], value: str, start: int) -> bool:
    """Does the run stand in the value at that place?"""
    for text in run:
        if not value.startswith(text, start):
            return False
        start += len(text) + 1
    return True


def _find(run: list[str], value: str, start: int, end: int) -> int:
    """The first place between start and end where the run stands, or -1."""
    if len(run) == 1:
        return value.find(run[0], start, end)
    places = range(start, end - _length(run) + 1)
    return next((place for place in places if _stands_at(run, value, place)), -1)


def action_matcher(patterns: Sequence[str], *, wildcard_services: bool = True) -> Matcher:
    """What the patterns of an Action element match. Names of actions ignore case: give them in lower case.

    Without ``wildcard_services`` those that have a wildcard before their colon match nothing.
    """
    exact: list[str] = []
    prefixes: list[str] = []
    matchers: list[Matcher] = []
    for pattern in patterns:
        text = pattern.lower()
        prefix = text.rstrip("*")
        if "*" in prefix or "?" in prefix:
            # Every action is of a service, as in kms:Decrypt; only "*" may do without.
            if ":" in text and (wildcard_services or not has_wildcard_service(text)):
                matchers.append(text_matcher(split_wildcards(text)))
        elif prefix == text:
            exact.append(text)
        elif ":" in prefix or not prefix:
            prefixes.append(prefix)
    if not prefixes and not matchers:
        return exact.__contains__
    starts = tuple(prefixes)
    return lambda action: (
        action in exact or action.startswith(starts) or any(matches(action) for matches in matchers)
    )


def has_wildcard_service(pattern: str) -> bool:
    """Has an action's pattern a wildcard before its colon, as in ``*:GetObject``? AWS refuses every such policy."""
    service, colon, _ = pattern.partition(":")
    return colon != "" and ("*" in service or "?" in service)


def arn_matcher(pattern: Pattern, *, complete: bool) -> ArnMatcher:
    """What an ARN pattern matches; the ARN comes cut into its segments.

    Each of the six segments is matched for itself, so that a "*" ends at a colon, save in the last. With
    ``complete``, as in Resource, an ARN that ends early is completed with "*" (IAM User Guide, "IAM ARNs"); without, it
    is ``matches_nothing`` that stands for a pattern of no ARN.
    """
    if len(pattern) == 1 and isinstance(pattern[0], str):
        texts = pattern[0].split(":", ARN_SEGMENTS - 1)
        if not complete:
            return texts.__eq__ if is_arn(texts) else matches_nothing
        ends_early = texts[0] == "arn" and 1 < len(texts) < ARN_SEGMENTS
        if not ends_early:
            return texts.__eq__
    if pattern and pattern[0] is MANY and all(token is MANY for token in pattern):
        return _match_everything
    segments = _split_segments(pattern)
    begins_as_arn, missing = len(segments) > 1 and segments[0] == ["arn"], ARN_SEGMENTS - len(segments)
    if not begins_as_arn or (missing and not complete) or (complete and _has_wild_type(segments)):
        return matches_nothing
    matchers = [
        (number, text_matcher(segment)) for number, segment in enumerate(segments) if segment != _ANYTHING
    ]

    def matches(values: list[str]) -> bool:
        if len(values) < ARN_SEGMENTS:
            return False
        for number, fits in matchers:  # noqa: SIM110 (a loop costs half of what all() does)
            if not fits(values[number]):
                return False
        return True

    return matches


# A pattern with variables is filled in, and compiled, with every request.
resolved_arn_matcher = lru_cache(maxsize=1024)(arn_matcher)


def _match_everything(_: list[str]) -> bool:
    return True


def matches_nothing(_: list[str]) -> bool:
    """The matcher of a pattern that can't match any ARN."""
    return False


def is_arn(segments: Sequence[str]) -> bool:
    """Are these the six segments of an ARN?"""
    return len(segments) == ARN_SEGMENTS and segments[0] == "arn"


def _split_segments(pattern: Pattern) -> list[list[str | Wildcard]]:
    """The pattern cut at its first five colons."""
    segments: list[list[str | Wildcard]] = [[]]
    for token in pattern:
        if isinstance(token, Wildcard):
            segments[-1].append(token)
            continue
        first, *others = token.split(":", ARN_SEGMENTS - len(segments))
        if first:
            segments[-1].append(first)
        for other in others:
            segments.append([other] if other else [])
    return segments


def _has_wild_type(segments: Sequence[Sequence[str | Wildcard]]) -> bool:
    """Has it a wildcard in the type of the resource, as in "func*:name"? AWS matches nothing by it."""
    if len(segments) < ARN_SEGMENTS:
        return False
    wild = False
    for token in segments[-1]:
        if isinstance(token, Wildcard):
            wild = True
        elif ":" in token.partition("/")[0]:
            return wild
        elif "/" in token:
            return False  # what a slash follows is a path, where a colon ends no type
    return False


class ResourcePatterns:
    """The patterns of a Resource or NotResource element.

    Those without variables are ``fixed``; the others wait for the request's values.
    """

    __slots__ = ("everything", "fixed", "incomplete", "variable")

    def __init__(self, texts: Sequence[str], *, variables: bool) -> None:
        self.everything = self.incomplete = False
        self.fixed: list[ArnMatcher] = []
        self.variable: list[tuple[Token, ...] | None] = []
        for text in texts:
            if text == "*":
                self.everything = True
            elif text.startswith("arn:") and text.count(":") < ARN_SEGMENTS - 1:
                self.incomplete = True
            if not variables or "${" not in text:
                self.fixed.append(arn_matcher(split_wildcards(text), complete=True))
            elif _has_variables_at_its_end(text):
                self.variable.append(split_variables(text, wildcards=True))
            else:
                self.variable.append(None)

    def cover(self, segments: list[str], values: Values) -> bool | None:
        """Does one of the patterns match the ARN? None where none does, but one with a variable can't be told."""
        if self.everything:
            return True
        for matches in self.fixed:
            if matches(segments):
                return True
        if not self.variable:
            return False
        unsure = False
        for tokens in self.variable:
            pattern = resolve_variables(tokens, values) if tokens else None
            if pattern is None:
                unsure = True
            elif resolved_arn_matcher(pattern, complete=True)(segments):
                return True
        return None if unsure else False


EVERY_RESOURCE = ResourcePatterns(["*"], variables=False)


def _has_variables_at_its_end(text: str) -> bool:
    """Are its variables behind the fifth colon? AWS fills in those alone."""
    return not any("${" in segment for segment in text.split(":", ARN_SEGMENTS - 1)[: ARN_SEGMENTS - 1])
