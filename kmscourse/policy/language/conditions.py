"""The Condition element: every operator and every key in it must hold.

IAM User Guide, "Condition operators" and "Creating a condition with multiple keys or values".
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from kmscourse.errors import PolicyError
from kmscourse.policy.language.operators import OPERATORS, Operator, Test, read_boolean
from kmscourse.policy.language.variables import (
    Pattern,
    Values,
    resolve_variables,
    split_variables,
    split_wildcards,
)


class Quantifier(Enum):
    """How a condition reads a key with many values."""

    ALL = "ForAllValues:"
    ANY = "ForAnyValue:"


class OperatorName(NamedTuple):
    """What stands in an operator's name: ``operator`` is None for Null, which asks whether the key is there."""

    quantifier: Quantifier | None
    operator: Operator | None
    if_exists: bool


@lru_cache(maxsize=256)
def parse_operator(name: str) -> OperatorName:
    """The name's parts, as in ForAnyValue:StringLikeIfExists. PolicyError where AWS has no such operator."""
    quantifier = next((each for each in Quantifier if name.startswith(each.value)), None)
    base = name.removeprefix(quantifier.value) if quantifier else name
    if base == "Null":
        return OperatorName(quantifier, None, False)
    without_suffix = base.removesuffix("IfExists")
    operator = OPERATORS.get(without_suffix)
    if operator is None:
        close = get_close_matches(without_suffix, [*OPERATORS, "Null"], n=1, cutoff=0.75)
        suggestion = f"; did you mean {close[0]}?" if close else "."
        raise PolicyError(f"the condition operator {name} does not exist{suggestion}")
    return OperatorName(quantifier, operator, base != without_suffix)


class Condition:
    """One operator on one key. ``operator``, ``key`` and the ``values`` are as the policy writes them."""

    __slots__ = ("_denies", "_key", "_name", "_test", "_variables", "key", "operator", "values")

    def __init__(
        self, operator: str, key: str, values: Sequence[str], *, denies: bool, variables: bool
    ) -> None:
        """PolicyError names an operator that AWS does not have.

        ``denies``: the statement is a Deny. Where a value can't be read, or a variable has no value, an inverted
        operator can't be told true; an Allow then does not take effect, a Deny does. ``variables``: the policy's
        version has policy variables.
        """
        self.operator = operator
        self.key = key
        self.values = values
        self._name = parse_operator(operator)
        self._key = key.lower()
        self._denies = denies
        self._variables = variables
        self._test: Test | None = None

    def holds(self, request_values: Values) -> bool:
        """Does the condition hold for a request with those values of its condition keys?"""
        values = request_values.get(self._key, ())
        quantifier, operator, if_exists = self._name
        if operator is None:
            return _null_holds(values, quantifier, self.values)
        if quantifier is not None:
            for_all = quantifier is Quantifier.ALL
            if not values:
                return if_exists or for_all
            test = self._test or self._compile(operator, request_values)
            return (all if for_all else any)(test(value) for value in values if value)
        if not values:
            return if_exists or operator.inverted
        test = self._test or self._compile(operator, request_values)
        if len(values) == 1:
            return bool(test(values[0]))
        # A key with many values asks for a set operator. Without one AWS promises nothing: an Allow must not
        # rest on it, a Deny must not be dodged by it.
        return self._denies and any(test(value) for value in values)

    def _compile(self, operator: Operator, request_values: Values) -> Test:
        """The test of one value. It is kept for the next request, unless variables wait for that one's values."""
        texts, wildcards = self.values, operator.wildcards
        has_variables = self._variables and operator.variables and "${" in " ".join(texts)
        certain = True
        if has_variables:
            tokens = [split_variables(text, wildcards=wildcards) for text in texts]
            resolved = [resolve_variables(each, request_values) for each in tokens]
            patterns = [pattern for pattern in resolved if pattern is not None]
            certain = len(patterns) == len(texts)
            test = operator.build(patterns if wildcards else [_join(pattern) for pattern in patterns])
        else:
            test = operator.build([split_wildcards(text) for text in texts] if wildcards else texts)
        if operator.inverted:
            test = _invert(test, denies=self._denies, certain=certain)
        if not has_variables:
            self._test = test
        return test


def _join(pattern: Pattern) -> str:
    """The text of a pattern without wildcards."""
    return "".join(token for token in pattern if isinstance(token, str))


def _null_holds(values: Sequence[str], quantifier: Quantifier | None, answers: Sequence[str]) -> bool:
    """Null asks whether the key is missing: "true" where it must be, "false" where it must not.

    An empty text is no value, as the set operators see it too.
    """
    missing = not any(values)
    if quantifier is not None and missing:
        return quantifier is Quantifier.ALL
    return missing in map(read_boolean, answers)


def _invert(test: Test, *, denies: bool, certain: bool) -> Test:
    """Yes where the test says no; where it can't say, what keeps the door shut.

    Without ``certain`` a variable has no value, and no "no" of the test can be relied on.
    """

    def inverted(value: str) -> bool:
        answer = test(value)
        if answer is None or (not answer and not certain):
            return denies
        return not answer

    return inverted
