"""The items of a table of moto's in the form in which requests have them: ``{"Title": {"S": "The Dip"}}``."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.dynamo_type import Item as MotosItem

from kmscourse.sandbox.moto_adapter.order import MAX_KEYS, Attributes

Value = Mapping[str, Any]
Item = Mapping[str, Value]


class StoredItems:
    """The items of ``table``, one of moto's; whoever changes one that is given out changes nothing in the table."""

    def __init__(self, table: Any) -> None:
        self._items = table.items
        self._types = {each["AttributeName"]: each["AttributeType"] for each in table.attr}
        self._keys = [name for name in (table.hash_key_attr, table.range_key_attr) if name is not None]

    def get(self, key: Item) -> dict[str, Any] | None:
        """The item with a key; None where there is none."""
        found = self._items.item(self._key(key))
        return None if found is None else _item(found)

    def put(self, item: Item) -> None:
        """Have an item, in the place of one with its key."""
        attributes = {name: _motos(value) for name, value in item.items()}
        keys = [attributes[name] for name in self._keys]
        made: Any = object.__new__(MotosItem)  # moto lists whatever is made through its classes, for ever.
        made.hash_key, made.range_key = keys[0], keys[1] if len(keys) > 1 else None
        made.attrs = attributes
        self._items.put(made)

    def remove(self, key: Item) -> None:
        """Have no item with a key any more."""
        self._items.remove(self._key(key))

    def count(self, keys: Sequence[str]) -> int:
        """How many items there are that have these attributes, in values that can be keys."""
        return int(self._items.order(self._attributes(keys)).count())

    def walk(
        self,
        keys: Sequence[str],
        partition: Value | None = None,
        condition: tuple[str, Sequence[Value]] | None = None,
        after: Item | None = None,
        *,
        forward: bool = True,
    ) -> Iterator[dict[str, Any]]:
        """The items that have ``keys``, in the order of these, one by one; nothing may change meanwhile.

        Those whose first key is ``partition``, and whose second one meets ``condition``: a comparison (=, <, <=, >,
        >=, BETWEEN, begins_with) with values. ``after`` is the item, or its keys, behind which they begin.
        """
        order = self._items.order(self._attributes(keys))
        prefix = () if partition is None else (_motos(partition).cast_value,)
        comparison, values = condition or (None, ())
        span = order.span(prefix, comparison, [_motos(value).cast_value for value in values])
        start = order.entry({name: _motos(value) for name, value in (after or {}).items()})
        if start is not None:
            span = order.after(start, span, forward=forward)
        return map(_item, order.items(span, forward=forward))

    def _key(self, key: Item) -> Any:
        parts = tuple(_motos(key[name]) for name in self._keys)
        return parts if len(parts) > 1 else parts[0]

    def _attributes(self, keys: Sequence[str]) -> Attributes:
        most = dict(zip(keys, MAX_KEYS, strict=False))
        whole = dict.fromkeys((*keys, *self._keys))  # With the table's keys no two items stand in one place.
        return tuple((name, self._types[name], most.get(name, max(MAX_KEYS))) for name in whole)


def _item(item: Any) -> dict[str, Any]:
    return {name: _value(value) for name, value in item.attrs.items()}


def _value(value: Any) -> dict[str, Any]:
    kind, held = value.type, value.value
    match kind:
        case "M":
            return {kind: {name: _value(member) for name, member in held.items()}}
        case "L":
            return {kind: [_value(member) for member in held]}
        case "B":
            return {kind: _text(held)}
        case "BS":
            return {kind: [_text(member) for member in held]}
        case "SS" | "NS":
            return {kind: list(held)}
    return {kind: held}


def _motos(value: Value) -> Any:
    ((kind, held),) = value.items()
    return DynamoType({kind: _motos_held(kind, held)})


def _motos_held(kind: str, held: Any) -> Any:
    """What moto keeps of a value: binary as bytes."""
    match kind:
        case "M":
            return {name: _motos(member) for name, member in held.items()}
        case "L":
            return [_motos(member) for member in held]
        case "B":
            return base64.b64decode(held)
        case "BS":
            return [base64.b64decode(member) for member in held]
    return held


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
