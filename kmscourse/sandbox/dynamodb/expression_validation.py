"""What DynamoDB checks of the expressions of a request: their grammar, and that each value in it is used.

moto breaks at some expressions that AWS refuses, and takes values that nothing uses.

Source: DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions"; the texts as AWS
prints them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.expressions import Reading, invalid, tokens

_OF_VALUES = ("ConditionExpression", "FilterExpression")
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_TESTS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}
_DEEPEST = 150

# Each operation's expressions, in the order in which AWS names them.
EXPRESSIONS: Mapping[str, Sequence[str]] = {
    "GetItem": ("ProjectionExpression",),
    "PutItem": ("ConditionExpression",),
    "DeleteItem": ("ConditionExpression",),
    "ConditionCheck": ("ConditionExpression",),
    "UpdateItem": ("UpdateExpression", "ConditionExpression"),
    "Query": ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
    "Scan": ("ProjectionExpression", "FilterExpression"),
}
_NUMBERED = ("PutItem", "DeleteItem", "UpdateItem")  # Whose refusals begin with a count.


def check(operation: str, parameters: Mapping[str, Any]) -> None:
    """Raises AwsError ValidationException where an expression, or a value for one, is refused."""
    kinds = EXPRESSIONS[operation]
    given = [kind for kind in kinds if parameters.get(kind) is not None]
    if parameters.get("ExpressionAttributeNames") is not None and not given:
        raise _refused("ExpressionAttributeNames can only be specified when using expressions")
    values = parameters.get("ExpressionAttributeValues")
    of_values = [kind for kind in kinds if kind != "ProjectionExpression"]
    if values is not None and not set(given) & set(of_values):
        are = "are" if len(of_values) > 1 else "is"
        raise _refused(
            "ExpressionAttributeValues can only be specified when using expressions"
            + (f": {' and '.join(of_values)} {are} null" if of_values else "")
        )
    for kind in given:
        if kind in _OF_VALUES:
            _Condition(kind, parameters[kind], parameters).check()
    _check_values(operation, given, parameters)


def _check_values(operation: str, given: Sequence[str], parameters: Mapping[str, Any]) -> None:
    names, values = (
        parameters.get("ExpressionAttributeNames") or {},
        parameters.get("ExpressionAttributeValues") or {},
    )
    used = set()
    for kind in given:
        for token in tokens(kind, parameters[kind], names):
            if token.kind == "value":
                if token.text not in values:
                    fault = (
                        "An expression attribute value used in expression is not defined; attribute value: "
                    )
                    raise invalid(kind, fault + token.text)
                used.add(token.text)
    unused = [name for name in values if name not in used]
    if unused:
        count = "1 validation error detected: " if operation in _NUMBERED else ""
        raise _refused(
            f"{count}Value provided in ExpressionAttributeValues unused in expressions: keys: {{{', '.join(unused)}}}"
        )


class _Condition(Reading):
    """Reads a condition to its end, to see that it is one."""

    _depth = 0

    def check(self) -> None:
        self._condition()
        self.expect_end()

    def _condition(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise invalid(self.kind, "The expression contains too many operators")
        self._test()
        while self.takes("AND") or self.takes("OR"):
            self._test()
        self._depth -= 1

    def _test(self) -> None:
        self.takes("NOT")
        if self.takes("("):
            self._condition()
            self.expect(")")
        elif not self._is_test():
            self._operand()
            self._comparison()

    def _is_test(self) -> bool:
        """Reads a function that is a condition by itself, if one stands here."""
        if self.here.text not in _TESTS or self.here.attribute:
            return False
        function = self.advance().text
        self.expect("(")
        found = 1
        self._operand(sizes=False)
        while self.takes(","):
            self._operand(sizes=False)
            found += 1
        self.expect(")")
        if found != _TESTS[function]:
            raise invalid(
                self.kind,
                "Incorrect number of operands for operator or function; operator or function: "
                f"{function}, number of operands: {found}",
            )
        return True

    def _comparison(self) -> None:
        if self.takes("BETWEEN"):
            self._operand(sizes=False)
            self.expect("AND")
            self._operand(sizes=False)
        elif self.takes("IN"):
            self.expect("(")
            self._operand()
            while self.takes(","):
                self._operand()
            self.expect(")")
        elif self.here.text in _COMPARISONS:
            self.advance()
            self._operand()
        else:
            raise self.unexpected()

    def _operand(self, sizes: bool = True) -> None:
        if self.here.kind == "value":
            self.value()
        elif self.here.attribute:
            self.advance()
            self._members()
        elif self.here.kind == "name" and not self.here.word:
            function = self.advance().text
            if function != "size" or not sizes:
                raise invalid(self.kind, f"Invalid function name; function: {function}")
            self.expect("(")
            if not self.here.attribute:
                raise self.unexpected()
            self._operand()
            self.expect(")")
        else:
            raise self.unexpected()

    def _members(self) -> None:
        while True:
            if self.takes("."):
                if self.advance().kind not in ("name", "placeholder"):
                    self._at -= 1
                    raise self.unexpected()
            elif self.takes("["):
                if self.advance().kind != "number":
                    self._at -= 1
                    raise self.unexpected()
                self.expect("]")
            else:
                return


def _refused(message: str) -> AwsError:
    return AwsError("ValidationException", message)
