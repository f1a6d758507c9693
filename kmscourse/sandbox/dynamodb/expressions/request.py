"""The expressions of one request: read once, checked in AWS's order, and evaluated.

Permissions depend on which attributes they name (``dynamodb:Attributes``) and on which key a Query asks for
(``dynamodb:LeadingKeys``): what is decided on is what is evaluated.

Source: DynamoDB Developer Guide, "Using expressions in DynamoDB"; texts and order as recorded of AWS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.attribute_values import AttributeValue, Item, kept_item, name_fault
from kmscourse.sandbox.dynamodb.expressions.checks import check_condition, check_projection, check_update
from kmscourse.sandbox.dynamodb.expressions.conditions import Predicate, predicate
from kmscourse.sandbox.dynamodb.expressions.faults import InvalidExpressionError
from kmscourse.sandbox.dynamodb.expressions.key_conditions import KeyCondition, key_conditions
from kmscourse.sandbox.dynamodb.expressions.parser import parse_condition, parse_projection, parse_update
from kmscourse.sandbox.dynamodb.expressions.scope import Elements, Scope
from kmscourse.sandbox.dynamodb.expressions.syntax import (
    Action,
    Condition,
    Path,
    Section,
    Value,
    leaves,
    single_conditions,
)
from kmscourse.sandbox.dynamodb.expressions.updates import updated
from kmscourse.sandbox.dynamodb.refusals import counts_refusals, invalid_request

CONDITION, FILTER, KEY_CONDITION = "ConditionExpression", "FilterExpression", "KeyConditionExpression"
PROJECTION, UPDATE = "ProjectionExpression", "UpdateExpression"
MAX_PLACEHOLDER = 255  # bytes

# Each operation's expressions, in the order in which AWS looks at them.
EXPRESSIONS: Mapping[str, Sequence[str]] = {
    "GetItem": (PROJECTION,),
    "PutItem": (CONDITION,),
    "DeleteItem": (CONDITION,),
    "ConditionCheckItem": (CONDITION,),
    "UpdateItem": (UPDATE, CONDITION),
    "Query": (KEY_CONDITION, FILTER, PROJECTION),
    "Scan": (FILTER, PROJECTION),
}
_NAMES, _VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"
_PLACEHOLDERS = {_NAMES: re.compile(r"#[A-Za-z0-9_]+"), _VALUES: re.compile(r":[A-Za-z0-9_]+")}
_NAMED_FOR_VALUES = {"Query": (FILTER, KEY_CONDITION)}
_PARSERS: Mapping[str, Callable[[str], Any]] = {PROJECTION: parse_projection, UPDATE: parse_update}

T = TypeVar("T")


@dataclass(frozen=True)
class UpdateAction:
    """An action of an update: its word (SET, REMOVE, ADD, DELETE), its path, its value if that is a placeholder's."""

    word: str
    path: Elements
    value: AttributeValue | None

    @property
    def attribute(self) -> str:
        """The attribute of the item that it is about."""
        return str(self.path[0])


class Expressions:
    """The expressions of a request on items, which amounts to ``item_operation`` within a call of ``operation``.

    Everything raises AwsError ValidationException where an expression is none.
    """

    def __init__(self, operation: str, item_operation: str, parameters: Mapping[str, Any]) -> None:
        self._operation = operation
        self._item_operation = item_operation
        self._parameters = parameters
        self._given = [kind for kind in EXPRESSIONS[item_operation] if parameters.get(kind) is not None]

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The attributes of an item that the expressions name; of a path, its first name."""
        return frozenset(str(elements[0]) for kind in self._given for elements in self.paths(kind))

    @cached_property
    def key_conditions(self) -> Sequence[KeyCondition]:
        """The conditions on keys that a Query gives; none where it gives none."""
        tree = self._condition(KEY_CONDITION)
        return () if tree is None else self._of(KEY_CONDITION, lambda: key_conditions(tree, self._scope))

    @cached_property
    def projection(self) -> Sequence[Elements] | None:
        """The paths that are to be shown; None for the whole item."""
        return self.paths(PROJECTION) if PROJECTION in self._given else None

    @cached_property
    def is_met(self) -> Predicate:
        """The condition, or the filter, as a function of an item; where none is given, it is always met."""
        tree = self._condition(CONDITION) or self._condition(FILTER)
        return (lambda item: True) if tree is None else predicate(tree, self._scope)

    @cached_property
    def update_actions(self) -> Sequence[UpdateAction]:
        """What an update does, action by action."""
        return [
            UpdateAction(
                section.word,
                self._scope.path(action.path),
                self._scope.value(action.value) if isinstance(action.value, Value) else None,
            )
            for section in self._sections
            for action in section.actions
        ]

    def updated(self, before: Item | None, key: Item) -> dict[str, AttributeValue] | None:
        """The item with this key after the update; None where there was none, and nothing makes one."""
        return updated(before, key, self._sections, self._scope)

    def paths(self, kind: str) -> Sequence[Elements]:
        """The paths in an expression, in the order in which they are written; none where it is not given."""
        if kind not in self._given:
            return ()
        paths = [leaf for leaf in self._leaves(kind) if isinstance(leaf, Path)]
        return self._of(kind, lambda: tuple(map(self._scope.path, paths)))

    def check(self) -> None:
        """Raises AwsError where an expression is refused, or a placeholder of one."""
        self._check_use()
        for member in (_NAMES, _VALUES):
            self._check_placeholders(member)
        for kind in self._given:
            self._of(kind, partial(self._check_tree, kind))
        used = {str(part) for kind in self._given for leaf in self._leaves(kind) for part in _parts(leaf)}
        for member in (_NAMES, _VALUES):
            unused = [name for name in self._parameters.get(member) or () if name not in used]
            if unused:
                fault = f"Value provided in {member} unused in expressions: keys: {{{', '.join(unused)}}}"
                raise self._refused(fault)
        _ = self.key_conditions

    @cached_property
    def _scope(self) -> Scope:
        return Scope(self._parameters.get(_NAMES) or {}, kept_item(self._parameters.get(_VALUES) or {}))

    @cached_property
    def _trees(self) -> dict[str, Any]:
        """What each expression says, once it was read."""
        return {}

    def _tree(self, kind: str) -> Any:
        if kind not in self._trees:
            self._trees[kind] = self._of(
                kind, partial(_PARSERS.get(kind, parse_condition), self._parameters[kind])
            )
        return self._trees[kind]

    def _condition(self, kind: str) -> Condition | None:
        tree: Condition | None = self._tree(kind) if kind in self._given else None
        return tree

    @property
    def _sections(self) -> Sequence[Section]:
        sections: Sequence[Section] = self._tree(UPDATE) if UPDATE in self._given else ()
        return sections

    def _leaves(self, kind: str) -> list[Path | Value]:
        match kind:
            case "ProjectionExpression":
                return list(self._tree(kind))
            case "UpdateExpression":
                actions = [action for section in self._tree(kind) for action in section.actions]
                return [leaf for action in actions for leaf in _leaves_of(action)]
        return [leaf for test in single_conditions(self._tree(kind)) for leaf in leaves(test)]

    def _check_tree(self, kind: str) -> None:
        tree = self._tree(kind)
        if kind == PROJECTION:
            check_projection(tree, self._scope)
        elif kind == UPDATE:
            check_update(tree, self._scope)
        else:
            check_condition(tree, self._scope)

    def _check_use(self) -> None:
        """Placeholders without an expression that could have them."""
        if self._parameters.get(_NAMES) is not None and not self._given:
            raise self._refused(f"{_NAMES} can only be specified when using expressions")
        kinds = [kind for kind in EXPRESSIONS[self._item_operation] if kind != PROJECTION]
        kinds = list(_NAMED_FOR_VALUES.get(self._item_operation, kinds))
        if self._parameters.get(_VALUES) is not None and not set(kinds) & set(self._given):
            absent = f": {' and '.join(kinds)} {'are' if len(kinds) > 1 else 'is'} null"
            is_told = kinds and not counts_refusals(self._operation)
            fault = f"{_VALUES} can only be specified when using expressions"
            raise self._refused(fault + (absent if is_told else ""))

    def _check_placeholders(self, member: str) -> None:
        placeholders = self._parameters.get(member)
        if placeholders is None:
            return
        if not placeholders:
            raise self._refused(f"{member} must not be empty")
        for placeholder, meaning in placeholders.items():
            fault = f"{member} contains invalid key: "
            if not _PLACEHOLDERS[member].fullmatch(placeholder):
                raise self._refused(f'{fault}Syntax error; key: "{placeholder}"')
            size = len(placeholder.encode())
            if size > MAX_PLACEHOLDER:
                too_long = "The expression attribute map contains a key that is too long; size of key: "
                raise self._refused(f"{fault}{too_long}{size}")
            wrong = name_fault(meaning) if member == _NAMES else ""
            if wrong:
                raise self._refused(f"{member} contains invalid value: {wrong} for key {placeholder}")

    def _of(self, kind: str, act: Callable[[], T]) -> T:
        """What ``act`` returns; its fault as the refusal of an expression of this kind."""
        try:
            return act()
        except InvalidExpressionError as fault:
            raise self._refused(f"Invalid {kind}: {fault}") from None

    def _refused(self, message: str) -> AwsError:
        return invalid_request(self._operation, message)


def _leaves_of(action: Action) -> list[Path | Value]:
    return [action.path, *(leaves(action.value) if action.value is not None else ())]


def _parts(leaf: Path | Value) -> tuple[str | int, ...]:
    return leaf.elements if isinstance(leaf, Path) else (leaf.name,)
