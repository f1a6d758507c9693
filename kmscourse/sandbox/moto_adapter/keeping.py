"""What of the account is stored, under which row, and how it comes back: between moto's objects and ``storage.py``."""

from __future__ import annotations

import importlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from kmscourse.errors import SandboxError
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.moto_adapter.models import COLLECTIONS, Models
from kmscourse.sandbox.storage.codec import Codec, StateError
from kmscourse.sandbox.storage.collection import Collection
from kmscourse.sandbox.storage.file import Row, Storage
from kmscourse.sandbox.storage.journal import Journal, Tracked

# The classes that may stand in a file, by the name under which they do. No others are ever made from it.
CLASSES = {
    "Key": "moto.kms.models",
    "Alias": "kmscourse.sandbox.kms.alias_store",
    "Grant": "kmscourse.sandbox.kms.grant_store",
    "Material": "kmscourse.sandbox.kms.material",
    "RSAPrivateKey": "moto.kms.utils",
    "ECDSAPrivateKey": "moto.kms.utils",
    "Table": "moto.dynamodb.models.table",
    "LocalSecondaryIndex": "moto.dynamodb.models.table",
    "GlobalSecondaryIndex": "moto.dynamodb.models.table",
    "Item": "moto.dynamodb.models.dynamo_type",
    "DynamoType": "moto.dynamodb.models.dynamo_type",
    "LimitedSizeDict": "kmscourse.sandbox.moto_adapter.attributes",
    "User": "kmscourse.sandbox.moto_adapter.people",
    "Group": "kmscourse.sandbox.moto_adapter.people",
    "Role": "kmscourse.sandbox.moto_adapter.people",
    "ManagedPolicy": "kmscourse.sandbox.moto_adapter.people",
    "AWSManagedPolicy": "kmscourse.sandbox.moto_adapter.people",
    "PolicyVersion": "moto.iam.models",
    "AccountPasswordPolicy": "moto.iam.models",
    "InstanceProfile": "moto.iam.models",
    "AccessKey": "moto.iam.models",
    "AccessKeyLastUsed": "moto.iam.models",
    "MFADevice": "moto.iam.models",
    "SigningCertificate": "moto.iam.models",
    "SshPublicKey": "moto.iam.models",
    "Certificate": "moto.iam.models",
    "SAMLProvider": "moto.iam.models",
    "OpenIDConnectProvider": "moto.iam.models",
    "Session": "kmscourse.sandbox.iam.sessions",
    "Terms": "kmscourse.sandbox.iam.views",
}

# Things of IAM that others name: they are written once, elsewhere as references.
_NAMED = {
    "User": ("iam/aws/users", "name"),
    "Role": ("iam/aws/roles", "id"),
    "ManagedPolicy": ("iam/aws/managed_policies", "arn"),
    "AWSManagedPolicy": ("iam/aws/managed_policies", "arn"),
}

_LEFT_OUT = frozenset({"items", "grants"})  # a table's items and a key's grants have rows of their own


class Keeper:
    """Writes what the journal names, and reads it back. ``own`` are the collections that are not moto's."""

    def __init__(
        self, models: Models, journal: Journal, storage: Storage, own: Mapping[str, Tracked]
    ) -> None:
        self._models = models
        self._journal = journal
        self._storage = storage
        self._own = own
        self._codec = Codec(_name_of, _class_of, _row_of, self._find)

    def commit(self, afresh: bool = False) -> None:
        """Write what was touched since the last commit, and the events; it is on disk when this returns.

        ``afresh``: everything else that the file holds is removed with the same stroke.

        Raises AwsError (500) where it can't be written; what was touched is then as it was.
        """
        touched = self._journal.take()
        try:
            documents = {row: self._document(row, key) for row, key in touched.items()}
            self._storage.write(documents, afresh)
        except (sqlite3.Error, TypeError, OSError) as error:
            self._storage.forget_events()
            self._restore(touched)
            raise AwsError(
                "InternalFailure",
                f"The practice account could not write this change to disk ({error}); nothing was changed.",
                500,
            ) from None

    def rollback(self) -> None:
        """Make everything that was touched since the last commit as it was then; its events have not been."""
        self._storage.forget_events()
        self._restore(self._journal.take())

    def load(self) -> bool:
        """Fill the account from its file; one of an earlier format is written anew. False where it holds none.

        Raises StateError or DamagedError for a row that can't be read, SandboxError where the file can't be written.
        """
        rows = sorted(self._storage.rows(), key=lambda found: _order(found[0]))
        try:
            for row, document in rows:
                self._put(row, self._read_back(row, document))
            self._models.index(COLLECTIONS)
            self._tell(row.collection for row, _ in rows)
        except StateError:
            raise
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            raise StateError(f"A row can't be put where it belongs ({type(error).__name__}).") from None
        if self._storage.is_of_earlier_format:
            self._write_anew()
        self._journal.take()
        return bool(rows)

    def _write_anew(self) -> None:
        """Write all that was just read, which counts as touched, as it is written now."""
        try:
            self.commit()
        except AwsError as error:
            raise SandboxError(
                f"The practice account's file is of an earlier version. {error.message}"
            ) from None

    def _document(self, row: Row, key: Any) -> str | None:
        entry = self._entry(row, key)
        if entry is None:
            return None
        collection = self._collection_of(row)
        if isinstance(collection, Collection):
            return json.dumps(collection.encode(entry), separators=(",", ":"))
        return self._codec.encode(entry, _LEFT_OUT)

    def _read_back(self, row: Row, document: str) -> Any:
        """The thing that was written as ``document``. Raises StateError."""
        collection = self._collection_of(row)
        if not isinstance(collection, Collection):
            return self._codec.decode(document)
        try:
            return collection.decode(json.loads(document))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise StateError(f"A row can't be read ({type(error).__name__}).") from None

    def _entry(self, row: Row, key: Any) -> Any:
        """The thing that a row stands for as it is now, None where there is none."""
        table = _table_of_items(row)
        if table is None:
            return dict.get(self._collection(row.collection), key)
        tables, name = table
        if name not in self._collection(tables):
            return None
        return dict.__getitem__(self._collection(tables), name).items.item(key)

    def _put(self, row: Row, entry: Any) -> None:
        table = _table_of_items(row)
        if table is not None:
            tables, name = table
            dict.__getitem__(self._collection(tables), name).items.put(entry)
            return
        if row.collection.endswith("/tables"):
            entry.items = {}
        elif row.collection.endswith("/keys"):
            self._put_grants(row, entry)
        self._collection(row.collection)[row.key] = entry

    def _put_grants(self, row: Row, key: Any) -> None:
        """Give the grants of a key rows of their own: in format 4 they were written with the key."""
        for grant in vars(key).get("grants", {}).values():
            grant.key_id = key.id
            self._collection(f"{row.collection.removesuffix('/keys')}/grants")[grant.id] = grant
        key.grants = {}

    def _restore(self, touched: dict[Row, Any]) -> None:
        changed = [row for row in sorted(touched, key=_order) if self._is_changed(row, touched[row])]
        for row in changed:
            document = self._storage.document(row)
            before = None if document is None else self._read_back(row, document)
            now = self._entry(row, touched[row])
            if before is None:
                self._remove(row, touched[row])
            elif not hasattr(now, "__dict__") or isinstance(self._collection_of(row), Collection):
                self._put(row, before)
            else:
                # Others may hold this very object, as a group holds its users.
                kept = {name: value for name, value in vars(now).items() if name in _LEFT_OUT}
                vars(now).clear()
                vars(now).update(vars(before) | kept)
                self._follow(row, touched[row])
        self._models.index({row.collection.partition("/")[0] for row in changed} & COLLECTIONS.keys())
        self._tell(row.collection for row in changed)
        self._journal.take()

    def _collection_of(self, row: Row) -> Tracked | None:
        return None if _table_of_items(row) else self._collection(row.collection)

    def _tell(self, names: Iterable[str]) -> None:
        """Tell the collections of these names that things of theirs came back."""
        for name in dict.fromkeys(names):
            collection = None if "/tables/" in name else self._collection(name)
            if isinstance(collection, Collection):
                collection.restored()

    def _is_changed(self, row: Row, key: Any) -> bool:
        """Whether a thing is other than it was written: most of what a refused call has touched is not."""
        try:
            return self._document(row, key) != self._storage.document(row)
        except TypeError:  # It is what can't be written.
            return True

    def _remove(self, row: Row, key: Any) -> None:
        table = _table_of_items(row)
        if table is None:
            dict.pop(self._collection(row.collection), key, None)
        elif table[1] in self._collection(table[0]):
            dict.__getitem__(self._collection(table[0]), table[1]).items.remove(key)

    def _follow(self, row: Row, key: Any) -> None:
        """Let what is derived from a table's items know that one of them has changed."""
        table = _table_of_items(row)
        if table is not None:
            dict.__getitem__(self._collection(table[0]), table[1]).items.note_change(key)

    def _collection(self, name: str) -> Tracked:
        own = self._own.get(name)
        return self._models.collection(name) if own is None else own

    def _find(self, row: Row) -> Any:
        return dict.__getitem__(self._collection(row.collection), row.key)


def _table_of_items(row: Row) -> tuple[str, str] | None:
    """The collection and the name of the table whose item this row is."""
    tables, _, rest = row.collection.partition("/tables/")
    return (f"{tables}/tables", rest.removesuffix("/items")) if rest else None


def _order(row: Row) -> tuple[int, int]:
    """What others refer to comes first, a table before its items."""
    service, _, path = row.collection.partition("/")
    path = path.partition("/")[2]
    if service not in COLLECTIONS:
        return (0, 0)
    return (1, COLLECTIONS[service].index(path)) if path in COLLECTIONS[service] else (2, 0)


def _name_of(cls: type) -> str | None:
    return cls.__name__ if CLASSES.get(cls.__name__) == cls.__module__ else None


def _class_of(name: str) -> type:
    cls: type = getattr(importlib.import_module(CLASSES[name]), name)
    return cls


def _row_of(thing: Any) -> Row | None:
    named = _NAMED.get(type(thing).__name__)
    return None if named is None else Row(named[0], getattr(thing, named[1]))
