"""The capacity that operations on items take, as an answer tells whoever asks (ReturnConsumedCapacity).

Source: DynamoDB Developer Guide, "DynamoDB read and write operations capacity unit consumption", "Using Global
Secondary Indexes in DynamoDB" (write considerations), "DynamoDB Transactions: How it works" (capacity management);
DynamoDB API Reference, "ConsumedCapacity".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kmscourse.sandbox.dynamodb.attribute_values import Item
from kmscourse.sandbox.dynamodb.sizes import read_units, size_of_item, write_units
from kmscourse.sandbox.dynamodb.store import Index, Table


@dataclass
class Units:
    """What one table took: ``own`` units, and those of its indexes by their names."""

    table: Table
    own: float = 0.0
    indexes: dict[str, float] = field(default_factory=dict)

    def add(self, other: Units) -> None:
        """Count what another operation on the table took."""
        self.own += other.own
        for name, units in other.indexes.items():
            self.indexes[name] = self.indexes.get(name, 0.0) + units

    def twice(self) -> Units:
        """What an operation takes in a transaction: it is prepared, and then done."""
        return Units(self.table, 2 * self.own, {name: 2 * units for name, units in self.indexes.items()})

    def told(self, wanted: str, kind: str = "") -> dict[str, Any]:
        """As in an answer; ``wanted`` is TOTAL or INDEXES, ``kind`` (Read, Write) is told in transactions."""

        def units(count: float) -> dict[str, float]:
            return {"CapacityUnits": count} | ({f"{kind}CapacityUnits": count} if kind else {})

        told: dict[str, Any] = {"TableName": self.table.name, **units(self.own + sum(self.indexes.values()))}
        if wanted != "INDEXES":
            return told
        told["Table"] = units(self.own)
        for name, count in self.indexes.items():
            is_global = self.table.indexes[name].is_global
            member = "GlobalSecondaryIndexes" if is_global else "LocalSecondaryIndexes"
            told.setdefault(member, {})[name] = units(count)
        return told


def of_read(table: Table, size: int, *, consistent: bool, index: Index | None = None) -> Units:
    """What reading so many bytes takes, from a table or from one of its indexes."""
    units = read_units(size, consistent=consistent)
    return Units(table, units) if index is None else Units(table, 0.0, {index.name: units})


def of_write(table: Table, before: Item | None, after: Item | None) -> Units:
    """What it takes that an item becomes another; None where there is none."""
    sizes = [size_of_item(item) for item in (before, after) if item is not None]
    units = Units(table, write_units(max(sizes, default=0)))
    for index in table.indexes.values():
        count = _in_index(index, before, after)
        if count:
            units.indexes[index.name] = count
    return units


def by_table(units: Iterable[Units]) -> list[Units]:
    """What operations took, added up for each table."""
    tables: dict[str, Units] = {}
    for each in units:
        tables.setdefault(each.table.arn, Units(each.table)).add(each)
    return list(tables.values())


def in_index(index: Index, item: Item) -> Item:
    """The part of an item that an index has."""
    if index.projected is None:
        return item
    return {name: value for name, value in item.items() if name in index.projected}


def is_asked_for(parameters: Mapping[str, Any]) -> bool:
    """Whether an answer is to tell what its operation took."""
    return parameters.get("ReturnConsumedCapacity") in ("TOTAL", "INDEXES")


def _in_index(index: Index, before: Item | None, after: Item | None) -> float:
    """The units for an index: an entry that changes its key is deleted, and another one is written."""
    former, latter = (
        in_index(index, item) if item is not None and all(key in item for key in index.keys) else None
        for item in (before, after)
    )
    if former == latter:
        return 0.0
    if former is not None and latter is not None:
        if all(former[key] == latter[key] for key in index.keys):
            return write_units(max(size_of_item(former), size_of_item(latter)))
        return write_units(size_of_item(former)) + write_units(size_of_item(latter))
    return write_units(size_of_item(former or latter or {}))
