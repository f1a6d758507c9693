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
from kmscourse.policy.variables import Token, Variable, resolve, tokens, wildcards_of


class Quantifier(Enum):
    """How a condition reads a key with many values."""

    ALL = "ForAllValues:"
    ANY = "ForAnyValue:"


class Condition:
    """One operator on one key. ``operator``, ``key`` and the ``wanted`` values are as the policy writes them."""

    __slots__ = ("holds", "key", "operator", "wanted")

    def __init__(
        self, operator: str, key: str, wanted: Sequence[str], holds: Callable[[Values], bool]
    ) -> None:
        self.operator = operator
        self.key = key
        self.wanted = wanted
        self.holds = holds


def condition(name: str, key: str, wanted: Sequence[str], *, denies: bool, variables: bool) -> Condition:
    """Compile one operator on one key. PolicyError names an operator that AWS does not have.

    ``denies``: the statement is a Deny. Where a value can't be read, or a variable has no value, an inverted
    operator can't be told true; an Allow then does not take effect, a Deny does.
    """
    quantifier = next((found for found in Quantifier if name.startswith(found.value)), None)
    base = name.removeprefix(quantifier.value) if quantifier else name
    if base == "Null":
        return Condition(name, key, wanted, _null(key.lower(), wanted, quantifier))
    if_exists = base.endswith("IfExists")
    operator = OPERATORS.get(base.removesuffix("IfExists"))
    if operator is None:
        raise PolicyError(f"the condition operator {name} does not exist{_suggestion(base)}")
    accepts = _acceptance(operator, wanted, denies=denies, variables=variables)
    lowered, missing = key.lower(), operator.inverted if quantifier is None else quantifier is Quantifier.ALL

    def holds(values: Values) -> bool:
        found = values.get(lowered)
        if not found:
            return if_exists or missing
        accepted = accepts(values)
        if quantifier is Quantifier.ALL:
            return all(accepted(value) for value in found if value)
        if quantifier is Quantifier.ANY:
            return any(accepted(value) for value in found if value)
        if len(found) == 1:
            return bool(accepted(found[0]))
        # A key with many values asks for a set operator. Without one AWS promises nothing: an Allow must not
        # rest on it, a Deny must not be dodged by it.
        return denies and any(accepted(value) for value in found)

    return Condition(name, key, wanted, holds)


def _acceptance(
    operator: Operator, wanted: Sequence[str], *, denies: bool, variables: bool
) -> Callable[[Values], Test]:
    """What says, for a request, whether one of its values passes: made once, unless variables wait for values."""
    patterns = [_read(operator, text, variables=variables) for text in wanted]

    def fill(values: Values) -> Test:
        resolved = [resolve(pattern, values) for pattern in patterns]
        test = operator.build([pattern for pattern in resolved if pattern is not None])
        if None in resolved:  # what a variable leaves open is never "no"
            return _inverted(lambda value: test(value) or None, denies=denies) if operator.inverted else test
        return _inverted(test, denies=denies) if operator.inverted else test

    if any(isinstance(token, Variable) for pattern in patterns for token in pattern):
        return fill
    filled = fill({})
    return lambda _: filled


def _read(operator: Operator, text: str, *, variables: bool) -> tuple[Token, ...]:
    if variables and operator.variables:
        return tokens(text, wildcards=operator.wildcards)
    return wildcards_of(text) if operator.wildcards else (text,)


def _inverted(test: Test, *, denies: bool) -> Test:
    """Yes where the test says no; where it can't say, what keeps the door shut."""

    def inverted(value: str) -> bool:
        found = test(value)
        return denies if found is None else not found

    return inverted


def _null(key: str, wanted: Sequence[str], quantifier: Quantifier | None) -> Callable[[Values], bool]:
    """Null asks whether the key is missing: "true" where it must be, "false" where it must not.

    An empty text is no value, as the set operators see it too.
    """
    answers = [boolean(text) for text in wanted]

    def holds(values: Values) -> bool:
        missing = not any(values.get(key, ()))
        if quantifier is not None and missing:
            return quantifier is Quantifier.ALL
        return missing in answers

    return holds


def _suggestion(base: str) -> str:
    close = get_close_matches(base.removesuffix("IfExists"), [*OPERATORS, "Null"], n=1, cutoff=0.75)
    return f"; did you mean {close[0]}?" if close else "."
