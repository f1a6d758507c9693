"""Which parts of the account a call has reached, so that only those are written to disk.

moto keeps what an account owns in dicts: keys by id, users by name, items by their keys. ``Tracked`` takes the
place of such a dict. It notes in the ``Journal`` which entries are set or deleted and, while a call is performed
that changes things, also which are read: what is read may be changed in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kmscourse.sandbox.storage.file import Row


class Journal:
    """The rows touched since the last ``take``, in the order in which they were, each with its key in moto."""

    def __init__(self) -> None:
        self._touched: dict[Row, Any] = {}
        self.reads_count = False

    def __bool__(self) -> bool:
        return bool(self._touched)

    def touch(self, row: Row, key: Any) -> None:
        self._touched.setdefault(row, key)

    def take(self) -> dict[Row, Any]:
        """What was touched; the journal is empty after it."""
        touched, self._touched = self._touched, {}
        return touched

    @contextmanager
    def changing(self, reads_count: bool = True) -> Iterator[None]:
        """Within it, what is read counts as touched if ``reads_count``."""
        self.reads_count = reads_count
        try:
            yield
        finally:
            self.reads_count = False


class Tracked(dict[Any, Any]):
    """One of moto's dicts, each entry of which is a row of ``collection``."""

    def __init__(self, journal: Journal, collection: str) -> None:
        super().__init__()
        self.journal = journal
        self.collection = collection

    def touch(self, key: Any) -> None:
        self.journal.touch(Row(self.collection, self.row_key(key)), key)

    def row_key(self, key: Any) -> str:
        """The text under which an entry is stored; entries that moto takes for the same have the same."""
        return str(key)

    def _read(self, key: Any) -> None:
        if self.journal.reads_count and key in self:
            self.touch(key)

    def __getitem__(self, key: Any) -> Any:
        self._read(key)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self._read(key)
        return super().get(key, default)

    def values(self) -> Any:
        for key in self if self.journal.reads_count else ():
            self.touch(key)
        return super().values()

    def items(self) -> Any:
        for key in self if self.journal.reads_count else ():
            self.touch(key)
        return super().items()

    def __setitem__(self, key: Any, value: Any) -> None:
        self.touch(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        self.touch(key)
        super().__delitem__(key)

    def pop(self, key: Any, *default: Any) -> Any:
        self.touch(key)
        return super().pop(key, *default)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        self.touch(key)
        return super().setdefault(key, default)
