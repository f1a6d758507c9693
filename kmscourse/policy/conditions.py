"""The Condition element: every operator and every key in it must hold.

IAM User Guide, "Condition operators" and "Creating a condition with multiple keys or values".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from enum import Enum

from kmscourse.errors import PolicyError
from kmscourse.policy.operators import OPERATORS, Operator, Test, boolean
from kmscourse.policy.request import Values
from kmscourse.policy.variables import Pattern, Token, Variable, resolve, tokens, wildcards_of


class Quantifier(Enum):
    """How a condition reads a key with many values."""

    ALL = "ForAllValues:"
    ANY = "ForAnyValue:"


class Condition:
    """One operator on one key. ``operator`` and ``key`` are as the policy writes them."""

    __slots__ = ("holds", "key", "operator")

    def __init__(self, operator: str, key: str, holds: Callable[[Values], bool]) -> None:
        self.operator = operator
        self.key = key
        self.holds = holds


def condition(name: str, key: str, wanted: Sequence[str], *, denies: bool, variables: bool) -> Condition:
    """Compile one operator on one key. PolicyError names an operator that AWS does not have.

    ``denies``: the statement is a Deny. Where a value can't be read, or a variable has no value, an inverted
    operator can't be told true; an Allow then does not take effect, a Deny does.
    """
    quantifier = next((found for found in Quantifier if name.startswith(found.value)), None)
    base = name.removeprefix(quantifier.value) if quantifier else name
    if base == "Null":
        return Condition(name, key, _null(key.lower(), wanted, quantifier))
    if_exists = base.endswith("IfExists")
    operator = OPERATORS.get(base.removesuffix("IfExists"))
    if operator is None:
        raise PolicyError(f"the condition operator {name} does not exist{_suggestion(base)}")
    test = _test(operator, wanted, variables=variables)
    passes = _passes(operator, denies=denies)

    def holds(values: Values) -> bool:
        found = values.get(lowered)
        if not found:
            if if_exists:
                return True
            return operator.inverted if quantifier is None else quantifier is Quantifier.ALL
        one = test if not isinstance(test, _Open) else test.fill(values)
        if quantifier is Quantifier.ALL:
            return all(passes(one, value) for value in found if value)
        if quantifier is Quantifier.ANY:
            return any(passes(one, value) for value in found if value)
        if len(found) == 1:
            return passes(one, found[0])
        # A key with many values asks for a set operator. Without one AWS promises nothing: an Allow must not
        # rest on it, a Deny must not be dodged by it.
        return denies and any(passes(one, value) for value in found)

    lowered = key.lower()
    return Condition(name, key, holds)


def _passes(operator: Operator, *, denies: bool) -> Callable[[Test, str], bool]:
    """Whether one value of the request passes the test, inverted or not."""
    if not operator.inverted:
        return lambda test, value: test(value) is True

    def passes(test: Test, value: str) -> bool:
        found = test(value)
        return denies if found is None else not found

    return passes


class _Open:
    """The test of a condition whose values hold variables: built for each request."""

    __slots__ = ("build", "patterns")

    def __init__(
        self, build: Callable[[Sequence[Pattern]], Test], patterns: Sequence[tuple[Token, ...]]
    ) -> None:
        self.build = build
        self.patterns = patterns

    def fill(self, values: Values) -> Test:
        """The test with this request's values. One that a variable leaves open says None, never no."""
        resolved = [resolve(pattern, values) for pattern in self.patterns]
        test = self.build([pattern for pattern in resolved if pattern is not None])
        return test if None not in resolved else lambda value: test(value) or None


def _test(operator: Operator, wanted: Sequence[str], *, variables: bool) -> Test | _Open:
    if variables and operator.variables:
        patterns = [tokens(text, wildcards=operator.wildcards) for text in wanted]
        if any(isinstance(token, Variable) for pattern in patterns for token in pattern):
            return _Open(operator.build, patterns)
        return operator.build([resolve(pattern, {}) or () for pattern in patterns])
    if operator.wildcards:
        return operator.build([wildcards_of(text) for text in wanted])
    return operator.build([(text,) for text in wanted])


def _null(key: str, wanted: Sequence[str], quantifier: Quantifier | None) -> Callable[[Values], bool]:
    """Null asks whether the key is missing: "true" where it must be, "false" where it must not."""
    answers = [boolean(text) for text in wanted]

    def holds(values: Values) -> bool:
        found = values.get(key, ())
        if quantifier is not None and not any(found):
            return quantifier is Quantifier.ALL
        return (not found) in answers

    return holds


def _suggestion(base: str) -> str:
    close = get_close_matches(base.removesuffix("IfExists"), [*OPERATORS, "Null"], n=1, cutoff=0.75)
    return f"; did you mean {close[0]}?" if close else "."
