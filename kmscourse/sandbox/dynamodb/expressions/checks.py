"""What DynamoDB refuses of an expression that can be read, in its order.

First come the words of the whole expression, as they stand in it: functions, then names. Then the placeholders, the
operands and their types; of a condition these are looked at comparison by comparison.

Source: DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions", "Using update
expressions in DynamoDB", "Reserved words in DynamoDB"; texts and order as recorded of AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kmscourse.sandbox.dynamodb.attribute_values import (
    ORDERED_TYPES,
    SET_TYPES,
    TYPES,
    comparable,
    type_of,
)
from kmscourse.sandbox.dynamodb.expressions.faults import InvalidExpressionError
from kmscourse.sandbox.dynamodb.expressions.reserved_words import RESERVED_WORDS
from kmscourse.sandbox.dynamodb.expressions.scope import Elements, Scope, shown
from kmscourse.sandbox.dynamodb.expressions.syntax import (
    SIGNS,
    Condition,
    Operand,
    Operator,
    Path,
    Section,
    Value,
    leaves,
    single_conditions,
)

MAX_CANDIDATES = 100
_CONDITION_FUNCTIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
_UPDATE_FUNCTIONS = {"if_not_exists": 2, "list_append": 2}
_OPERANDS = {**_CONDITION_FUNCTIONS, **_UPDATE_FUNCTIONS}

_ORDERING = ("<", "<=", ">", ">=", "BETWEEN")
_OF_A_PATH = ("attribute_exists", "attribute_not_exists", "if_not_exists")
_WITHOUT_SIZE = ("N", "BOOL", "NULL")
_TAKES: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(_ORDERING, ORDERED_TYPES),
    "begins_with": ("S", "B"),
    "size": [kind for kind in TYPES if kind not in _WITHOUT_SIZE],
    "list_append": ("L",),
    **dict.fromkeys(SIGNS, ("N",)),
}
_WRITTEN_OUT = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "NULL": "NULL",
    "BOOL": "BOOLEAN",
    "L": "LIST",
    "M": "MAP",
}
_ADDED, _DELETED = ("N", *SET_TYPES), SET_TYPES


def check_condition(condition: Condition, scope: Scope) -> None:
    """Raises InvalidExpressionError for what is wrong with a condition."""
    for test in single_conditions(condition):
        _check_words(test, _CONDITION_FUNCTIONS, "condition")
    for test in single_conditions(condition):
        for leaf in leaves(test):
            scope.path(leaf) if isinstance(leaf, Path) else scope.value(leaf)
        operators = list(_inner_first(test))
        for operator in operators:
            _check_count(operator)
        for operator in operators:
            _check_distinct(operator, scope)
        for operator in operators:
            _check_types(operator, scope)


def check_projection(paths: Sequence[Path], scope: Scope) -> None:
    """Raises InvalidExpressionError for what is wrong with a projection."""
    for path in paths:
        _check_names(path)
    _check_apart([scope.path(path) for path in paths])


def check_update(sections: Sequence[Section], scope: Scope) -> None:
    """Raises InvalidExpressionError for what is wrong with an update."""
    actions = [action for section in sections for action in section.actions]
    for action in actions:
        _check_names(action.path)
        if action.value is not None:
            _check_operand_words(action.value, _UPDATE_FUNCTIONS, "update")
    words = [section.word for section in sections]
    for word in words:
        if words.count(word) > 1:
            raise InvalidExpressionError(
                f'The "{word}" section can only be used once in an update expression;'
            )
    operands = [operand for action in actions for operand in (action.path, action.value) if operand]
    used = [leaf for operand in operands for leaf in leaves(operand)]
    for path in used:
        if isinstance(path, Path):
            scope.path(path)
    for value in used:
        if isinstance(value, Value):
            scope.value(value)
    _check_apart([scope.path(action.path) for action in actions])
    for section in sections:
        _check_added(section, scope)
    for action in actions:
        for operator in _inner_first(action.value):
            _check_count(operator)
            _check_types(operator, scope)


def _check_words(test: Operator, functions: Mapping[str, int], kind: str) -> None:
    """The words of a single condition: a function that is one by itself, or what is compared."""
    if not test.is_function:
        for operand in test.operands:
            _check_operand_words(operand, functions, kind)
        return
    _check_function(test, functions, kind)
    if test.name == "size":
        raise _misused(test)
    for operand in test.operands:
        _check_operand_words(operand, functions, kind)


def _check_operand_words(
    operand: Operand, functions: Mapping[str, int], kind: str, within: str | None = None
) -> None:
    if isinstance(operand, Path):
        _check_names(operand)
    if not isinstance(operand, Operator):
        return
    if operand.is_function:
        _check_function(operand, functions, kind)
        is_condition = operand.name in _CONDITION_FUNCTIONS and operand.name != "size"
        if is_condition or operand.name == within == "list_append":
            raise _misused(operand)
    for inner in operand.operands:
        _check_operand_words(inner, functions, kind, operand.name)


def _check_function(function: Operator, functions: Mapping[str, int], kind: str) -> None:
    if function.name not in _OPERANDS:
        raise InvalidExpressionError(f"Invalid function name; function: {function.name}")
    if function.name not in functions:
        article = "an" if kind == "update" else "a"
        raise InvalidExpressionError(
            f"The function is not allowed in {article} {kind} expression; function: {function.name}"
        )


def _check_names(path: Path) -> None:
    for element in path.elements:
        if isinstance(element, str) and element.upper() in RESERVED_WORDS:
            raise InvalidExpressionError(f"Attribute name is a reserved keyword; reserved keyword: {element}")


def _inner_first(operand: Operand | None) -> Iterator[Operator]:
    """The operators of an operand, each after those in it."""
    if isinstance(operand, Operator):
        for inner in operand.operands:
            yield from _inner_first(inner)
        yield operand


def _check_count(operator: Operator) -> None:
    count = len(operator.operands)
    if operator.name in _OPERANDS and count != _OPERANDS[operator.name]:
        raise InvalidExpressionError(
            "Incorrect number of operands for operator or function; operator or function: "
            f"{operator.name}, number of operands: {count}"
        )
    if operator.name == "IN" and count - 1 > MAX_CANDIDATES:
        fault = "The IN operator is provided with too many operands; number of operands: "
        raise InvalidExpressionError(f"{fault}{count - 1}")


def _check_distinct(operator: Operator, scope: Scope) -> None:
    first, *rest = operator.operands
    if not isinstance(first, Path):
        return
    elements = scope.path(first)
    if any(isinstance(other, Path) and scope.path(other) == elements for other in rest):
        raise InvalidExpressionError(
            "The first operand must be distinct from the remaining operands for this operator or function; operator: "
            f"{operator.name}, first operand: {shown(elements)}"
        )


def _check_types(operator: Operator, scope: Scope) -> None:
    if operator.name in _OF_A_PATH and not isinstance(operator.operands[0], Path):
        raise InvalidExpressionError(
            f"Operator or function requires a document path; operator or function: {operator.name}"
        )
    if operator.name == "attribute_type":
        _check_type_name(operator.operands[1], scope)
    for operand in operator.operands:
        kind = _known_type(operand, scope)
        if kind is not None and kind not in _TAKES.get(operator.name, TYPES):
            raise _wrong_type(operator.name, kind)
    if operator.name == "BETWEEN":
        _check_bounds(operator.operands[1], operator.operands[2], scope)


def _known_type(operand: Operand, scope: Scope) -> str | None:
    """The type that an operand has whatever the item; None where it depends on that."""
    match operand:
        case Value():
            return type_of(scope.value(operand))
        case Operator("if_not_exists", (_, other)):
            return _known_type(other, scope)
        case Operator("list_append"):
            return "L"
        case Operator():
            return "N"
    return None


def _check_type_name(operand: Operand, scope: Scope) -> None:
    kind = _known_type(operand, scope)
    if kind != "S" or not isinstance(operand, Value):
        raise _wrong_type("attribute_type", kind or "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
    name = scope.value(operand)["S"]
    if name not in TYPES:
        raise InvalidExpressionError(
            f"Invalid attribute type name found; type: {name}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"
        )


def _check_bounds(low: Operand, high: Operand, scope: Scope) -> None:
    if not isinstance(low, Value) or not isinstance(high, Value):
        return
    bounds = scope.value(low), scope.value(high)
    (low_type, lower), (high_type, upper) = map(comparable, bounds)
    if low_type != high_type:
        fault = "same data type for lower and upper bounds"
    elif lower > upper:
        fault = "upper bound to be greater than or equal to lower bound"
    else:
        return
    texts = [f"AttributeValue: {{{type_of(bound)}:{bound[type_of(bound)]}}}" for bound in bounds]
    raise InvalidExpressionError(
        f"The BETWEEN operator requires {fault}; lower bound operand: {texts[0]}, upper bound operand: {texts[1]}"
    )


def _check_added(section: Section, scope: Scope) -> None:
    """The values of ADD and DELETE."""
    takes = {"ADD": _ADDED, "DELETE": _DELETED}.get(section.word)
    for action in section.actions if takes else ():
        kind = type_of(scope.value(action.value)) if isinstance(action.value, Value) else ""
        if takes is not None and kind not in takes:
            raise InvalidExpressionError(
                f"Incorrect operand type for operator or function; operator: {section.word}, operand type: "
                f"{_WRITTEN_OUT[kind]}"
            )


def _check_apart(paths: Iterable[Elements]) -> None:
    """No two paths lead to the same place, or one through the other; or on from one place as if it were two things."""
    ends: dict[Elements, Elements] = {}
    through: dict[Elements, Elements] = {}
    onward: dict[tuple[Elements, type], Elements] = {}
    conflict = None
    for path in paths:
        beginnings = [path[:length] for length in range(1, len(path) + 1)]
        earlier = next((ends[each] for each in beginnings if each in ends), through.get(path))
        if earlier is not None:
            raise _clashing("overlap", earlier, path)
        for beginning, element in zip(beginnings, path[1:], strict=False):
            other = onward.get((beginning, int if isinstance(element, str) else str))
            conflict = conflict or (other and (other, path))
            onward.setdefault((beginning, type(element)), path)
        ends[path] = path
        for beginning in beginnings:
            through.setdefault(beginning, path)
    if conflict:
        raise _clashing("conflict", *conflict)


def _clashing(how: str, first: Elements, second: Elements) -> InvalidExpressionError:
    return InvalidExpressionError(
        f"Two document paths {how} with each other; must remove or rewrite one of these paths; path one: "
        f"{shown(first)}, path two: {shown(second)}"
    )


def _misused(function: Operator) -> InvalidExpressionError:
    return InvalidExpressionError(
        f"The function is not allowed to be used this way in an expression; function: {function.name}"
    )


def _wrong_type(operator: str, kind: str) -> InvalidExpressionError:
    return InvalidExpressionError(
        f"Incorrect operand type for operator or function; operator or function: {operator}, operand type: {kind}"
    )
