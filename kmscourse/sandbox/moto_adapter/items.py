"""DynamoDB's tables and their items, each item a row of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from kmscourse.sandbox.moto_adapter.order import Attributes, Order
from kmscourse.sandbox.storage.journal import Journal, Tracked


class Tables(Tracked):
    """moto's tables of a region by name. Their items are tracked too, apart from the table itself."""

    def __setitem__(self, name: str, table: Any) -> None:
        super().__setitem__(name, table)
        is_ranged = table.range_key_attr is not None
        table.items = Items(self.journal, f"{self.collection}/{name}/items", ranged=is_ranged)

    def __delitem__(self, name: str) -> None:
        self.pop(name)

    def pop(self, name: str, *default: Any) -> Any:
        if name in self:
            dict.__getitem__(self, name).items.touch_all()
        return super().pop(name, *default)


class Items(Tracked):
    """A table's items by hash key; in a table with a range key, dicts of items by range key."""

    def __init__(self, journal: Journal, collection: str, ranged: bool) -> None:
        super().__init__(journal, collection)
        self.ranged = ranged
        self.in_partitions = 0
        self._orders: dict[Attributes, Order] = {}

    def __missing__(self, hash_key: Any) -> Partition:
        if not self.ranged:
            raise KeyError(hash_key)
        return Partition(self, hash_key)

    def item(self, key: Any) -> Any:
        """The item with a key, or pair of keys; None where there is none."""
        return dict.get(dict.get(self, key[0], {}), key[1]) if self.ranged else dict.get(self, key)

    def put(self, item: Any) -> None:
        """Have an item, in the place of one with its key."""
        if self.ranged:
            self[item.hash_key][item.range_key] = item
        else:
            self[item.hash_key] = item

    def remove(self, key: Any) -> None:
        """Have no item with a key, or pair of keys, any more."""
        if self.item(key) is not None:
            self[key[0]].pop(key[1]) if self.ranged else self.pop(key)

    def keys_of_items(self) -> Iterator[Any]:
        """The keys of all items; in a table with a range key, pairs."""
        for key, entry in dict.items(self):
            if self.ranged:
                yield from ((key, range_key) for range_key in entry)
            else:
                yield key

    def count(self) -> int:
        """How many items there are."""
        return self.in_partitions if self.ranged else len(self)

    def order(self, attributes: Attributes) -> Order:
        """The items in the order of these attributes."""
        if attributes not in self._orders:
            self._orders[attributes] = Order(attributes, self.item, self.keys_of_items())
        return self._orders[attributes]

    def note_change(self, key: Any) -> None:
        """Note that the item with a key, or pair of keys, may have changed."""
        for order in self._orders.values():
            order.note_change(key)

    def touch(self, key: Any) -> None:
        if not self.ranged:
            self.note_change(key)
            super().touch(key)

    def touch_all(self) -> None:
        for key in self.keys_of_items():
            dict.__getitem__(self, key[0]).touch(key[1]) if self.ranged else self.touch(key)

    def values(self) -> Any:
        return dict.values(self)  # moto only counts them.

    def row_key(self, key: Any) -> str:
        return _text(key)


class Partition(Tracked):
    """The items under one hash key, by range key. It is among the table's items while it holds any."""

    def __init__(self, table: Items, hash_key: Any) -> None:
        super().__init__(table.journal, table.collection)
        self._table = table
        self.hash_key = hash_key

    def touch(self, key: Any) -> None:
        self._table.note_change((self.hash_key, key))
        super().touch((self.hash_key, key))

    def row_key(self, key: Any) -> str:
        return f"{_text(key[0])} {_text(key[1])}"

    def __setitem__(self, key: Any, value: Any) -> None:
        self._table.in_partitions += key not in self
        super().__setitem__(key, value)
        dict.setdefault(self._table, self.hash_key, self)

    def pop(self, key: Any, *default: Any) -> Any:
        self._table.in_partitions -= key in self
        popped = super().pop(key, *default)
        if not self:
            dict.pop(self._table, self.hash_key, None)
        return popped

    def __delitem__(self, key: Any) -> None:
        self.pop(key)


def _text(key: Any) -> str:
    """A key attribute, as in ``S"Seth Godin"``: equal for equal keys, whatever way a number was written."""
    value = key.cast_value
    if isinstance(value, Decimal):
        value = value.normalize()
    elif isinstance(value, bytes):
        value = value.hex()
    return f"{key.type}{json.dumps(str(value))}"
