"""DynamoDB's tables and their items, each item a row of its own."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

from kmscourse.sandbox.backend.journal import Journal, Tracked


class Tables(Tracked):
    """moto's tables of a region by name. Their items are tracked too, apart from the table itself."""

    def _read(self, key: Any) -> None:
        if self.journal.tables_count:
            super()._read(key)

    def values(self) -> Any:
        return super().values() if self.journal.tables_count else dict.values(self)

    def __setitem__(self, name: str, table: Any) -> None:
        super().__setitem__(name, table)
        if isinstance(table.items, Items):
            return  # moto puts a table back where it was
        items = Items(
            self.journal, f"{self.collection}/{name}/items", ranged=table.range_key_attr is not None
        )
        for hash_key, entry in dict(table.items).items():
            if items.ranged:
                for range_key, item in entry.items():
                    items[hash_key][range_key] = item
            else:
                items[hash_key] = entry
        table.items = items

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

    def __missing__(self, hash_key: Any) -> Partition:
        if not self.ranged:
            raise KeyError(hash_key)
        partition = Partition(self.journal, self.collection, hash_key)
        dict.__setitem__(self, hash_key, partition)
        return partition

    def touch(self, key: Any) -> None:
        if not self.ranged:
            super().touch(key)

    def touch_all(self) -> None:
        for key, entry in dict.items(self):
            if self.ranged:
                for range_key in entry:
                    entry.touch(range_key)
            else:
                self.touch(key)

    def values(self) -> Any:
        # moto changes an item in place only after it has asked for it by its keys.
        return dict.values(self)

    def items(self) -> Any:
        return dict.items(self)

    def row_key(self, key: Any) -> str:
        return _text(key)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[Any, Any]:
        copied: dict[Any, Any] = defaultdict(dict)
        for key, entry in dict.items(self):
            copied[copy.deepcopy(key, memo)] = copy.deepcopy(dict(entry) if self.ranged else entry, memo)
        return copied


class Partition(Tracked):
    """The items under one hash key, by range key."""

    def __init__(self, journal: Journal, collection: str, hash_key: Any) -> None:
        super().__init__(journal, collection)
        self.hash_key = hash_key

    def touch(self, key: Any) -> None:
        super().touch((self.hash_key, key))

    def row_key(self, key: Any) -> str:
        return f"{_text(key[0])} {_text(key[1])}"

    def values(self) -> Any:
        return dict.values(self)

    def items(self) -> Any:
        return dict.items(self)


def _text(key: Any) -> str:
    """A key attribute, as in ``S"Seth Godin"``: equal for equal keys, whatever way a number was written."""
    value = key.cast_value
    if isinstance(value, Decimal):
        value = value.normalize()
    elif isinstance(value, bytes):
        value = value.hex()
    return f"{key.type}{json.dumps(str(value))}"
