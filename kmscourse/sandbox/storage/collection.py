"""Things of one kind that the account keeps in JSON of its own: each in a row, named by its key.

What is written down of a thing is an object of plain JSON with a ``version``; whoever owns the collection says how a
thing becomes that and comes back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from kmscourse.sandbox.storage.codec import StateError
from kmscourse.sandbox.storage.file import Row
from kmscourse.sandbox.storage.journal import Journal, Tracked
from kmscourse.sandbox.storage.typed import require_types

T = TypeVar("T")


class Collection(Tracked, Generic[T]):
    """The things by their keys. Reading notes nothing; ``touch`` says that a thing is about to be changed in place.

    ``restored`` is told after things came back from the file, at the start and when a refused call is undone: what is
    derived from them is to be found anew.
    """

    def __init__(
        self,
        journal: Journal,
        name: str,
        encode: Callable[[T], dict[str, Any]],
        decode: Callable[[dict[str, Any]], T],
        restored: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(journal, name)
        self.encode = encode
        self.decode = decode
        self.restored = restored

    # A thing that is only read is not changed: who changes it says so.
    __getitem__ = dict.__getitem__
    get = dict.get  # type: ignore[assignment]
    values = dict.values
    items = dict.items


class OwnRows:
    """The rows of collections (``unit_of_work.Rows``). ``find`` gives a collection by its name, or None."""

    def __init__(self, find: Callable[[str], Collection[Any] | None]) -> None:
        self._find = find

    def owns(self, row: Row) -> bool:
        """Whether it is a row of one of the collections."""
        return self._find(row.collection) is not None

    def order(self, row: Row) -> tuple[int, ...]:
        """Things of ours do not refer to one another."""
        return (0,)

    def document(self, row: Row, key: Any) -> str | None:
        """The thing as JSON."""
        collection = self._collection(row)
        thing = collection.get(key)
        return None if thing is None else json.dumps(collection.encode(thing), separators=(",", ":"))

    def read(self, row: Row, document: str) -> None:
        """Have the thing in its collection."""
        collection = self._collection(row)
        try:
            thing = collection.decode(json.loads(document))
            require_types(thing)
            collection[row.key] = thing
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise StateError(f"A row can't be read ({type(error).__name__}).") from None

    def restore(self, row: Row, key: Any, document: str | None) -> None:
        """Have the thing as it was, in a new object."""
        if document is None:
            self._collection(row).pop(key, None)
        else:
            self.read(row, document)

    def reindex(self, rows: Sequence[Row]) -> None:
        """Tell each collection."""
        for name in dict.fromkeys(row.collection for row in rows):
            collection = self._find(name)
            if collection is not None:
                collection.restored()

    def _collection(self, row: Row) -> Collection[Any]:
        collection = self._find(row.collection)
        if collection is None:
            raise KeyError(row.collection)
        return collection
