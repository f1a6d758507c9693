"""What of moto's objects is stored, under which row, and how it comes back."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from kmscourse.sandbox.moto_adapter.models import COLLECTIONS, Models
from kmscourse.sandbox.storage.codec import Codec
from kmscourse.sandbox.storage.file import Row
from kmscourse.sandbox.storage.unit_of_work import Documents

# The classes that may stand in a file, by the name under which they do. No others are ever made from it.
CLASSES = {
    "Table": "moto.dynamodb.models.table",
    "LocalSecondaryIndex": "moto.dynamodb.models.table",
    "GlobalSecondaryIndex": "moto.dynamodb.models.table",
    "Item": "moto.dynamodb.models.dynamo_type",
    "DynamoType": "moto.dynamodb.models.dynamo_type",
    "LimitedSizeDict": "moto.dynamodb.models.dynamo_type",
    "User": "kmscourse.sandbox.moto_adapter.iam_entities",
    "Group": "kmscourse.sandbox.moto_adapter.iam_entities",
    "Role": "kmscourse.sandbox.moto_adapter.iam_entities",
    "ManagedPolicy": "kmscourse.sandbox.moto_adapter.iam_entities",
    "AWSManagedPolicy": "kmscourse.sandbox.moto_adapter.iam_entities",
    "PolicyVersion": "moto.iam.models",
    "AccountPasswordPolicy": "moto.iam.models",
    "AccessKey": "moto.iam.models",
    "AccessKeyLastUsed": "moto.iam.models",
}

# Things of IAM that others name: they are written once, elsewhere as references.
_NAMED = {
    "User": ("iam/aws/users", "name"),
    "Role": ("iam/aws/roles", "id"),
    "ManagedPolicy": ("iam/aws/managed_policies", "arn"),
    "AWSManagedPolicy": ("iam/aws/managed_policies", "arn"),
}

_LEFT_OUT = frozenset({"items"})  # a table's items have rows of their own


class MotoRows:
    """The rows of moto's things (``unit_of_work.Rows``)."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._codec = Codec(_name_of, _class_of, _row_of, self._find)

    def owns(self, row: Row) -> bool:
        """Whether it is a row of one of moto's services."""
        return row.collection.partition("/")[0] in COLLECTIONS

    def order(self, row: Row) -> tuple[int, ...]:
        """What others refer to comes first, a table before its items."""
        service, _, path = row.collection.partition("/")
        path = path.partition("/")[2]
        known = COLLECTIONS[service]
        return (1, known.index(path)) if path in known else (2, 0)

    def document(self, row: Row, key: Any) -> str | None:
        """The thing in the codec's form."""
        thing = self._thing(row, key)
        return None if thing is None else self._codec.encode(thing, _LEFT_OUT)

    def read(self, row: Row, document: str) -> None:
        """Have the thing where moto looks for it."""
        self._put(row, self._codec.decode(document))

    def restore(self, row: Row, key: Any, document: str | None) -> None:
        """Make the thing as it was, in place where others may hold this very object, as a group holds its users."""
        if document is None:
            self._remove(row, key)
            return
        before, now = self._codec.decode(document), self._thing(row, key)
        if not hasattr(now, "__dict__"):
            self._put(row, before)
            return
        kept = {name: value for name, value in vars(now).items() if name in _LEFT_OUT}
        vars(now).clear()
        vars(now).update(vars(before) | kept)
        table = _table_of_items(row)
        if table is not None:
            dict.__getitem__(self._models.collection(table[0]), table[1]).items.note_change(key)

    def reindex(self, rows: Sequence[Row]) -> None:
        """Have moto's backends find anew what they derive."""
        self._models.index({row.collection.partition("/")[0] for row in rows})

    def _thing(self, row: Row, key: Any) -> Any:
        """The thing that a row stands for as it is now, None where there is none."""
        table = _table_of_items(row)
        if table is None:
            return dict.get(self._models.collection(row.collection), key)
        tables, name = table
        if name not in self._models.collection(tables):
            return None
        return dict.__getitem__(self._models.collection(tables), name).items.item(key)

    def _put(self, row: Row, thing: Any) -> None:
        table = _table_of_items(row)
        if table is not None:
            tables, name = table
            dict.__getitem__(self._models.collection(tables), name).items.put(thing)
            return
        if row.collection.endswith("/tables"):
            thing.items = {}
        self._models.collection(row.collection)[row.key] = thing

    def _remove(self, row: Row, key: Any) -> None:
        table = _table_of_items(row)
        if table is None:
            dict.pop(self._models.collection(row.collection), key, None)
        elif table[1] in self._models.collection(table[0]):
            dict.__getitem__(self._models.collection(table[0]), table[1]).items.remove(key)

    def _find(self, row: Row) -> Any:
        return dict.__getitem__(self._models.collection(row.collection), row.key)


def drop_unknown_rows(documents: Documents) -> Documents:
    """The rows of an earlier format, but for those of collections that no operation reaches any more."""
    for row, document in documents:
        service, _, path = row.collection.partition("/")
        known = COLLECTIONS.get(service)
        if known is None or _table_of_items(row) or path.partition("/")[2] in known:
            yield row, document


def _table_of_items(row: Row) -> tuple[str, str] | None:
    """The collection and the name of the table whose item this row is."""
    tables, _, rest = row.collection.partition("/tables/")
    return (f"{tables}/tables", rest.removesuffix("/items")) if rest else None


def _name_of(cls: type) -> str | None:
    return cls.__name__ if CLASSES.get(cls.__name__) == cls.__module__ else None


def _class_of(name: str) -> type:
    cls: type = getattr(importlib.import_module(CLASSES[name]), name)
    return cls


def _row_of(thing: Any) -> Row | None:
    named = _NAMED.get(type(thing).__name__)
    return None if named is None else Row(named[0], getattr(thing, named[1]))
