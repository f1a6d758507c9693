"""One unit of work for each call: what it has changed is kept with its events, all of it or nothing.

The journal says which rows a call has touched. ``commit`` has them written down, ``rollback`` makes each thing as its
row says it was. Who has the things themselves, and how one becomes a document, is each room's own business (``Rows``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.storage.codec import StateError
from kmscourse.sandbox.storage.file import Row, Storage
from kmscourse.sandbox.storage.journal import Journal

Documents = Iterable[tuple[Row, str]]
Upgrade = Callable[[Documents], Documents]
"""Rows of an earlier format as they are written now."""


class Rows(Protocol):
    """The things that some of the rows stand for. ``key`` is what the journal noted of a row."""

    def owns(self, row: Row) -> bool:
        """Whether a row stands for a thing of these."""

    def order(self, row: Row) -> tuple[int, ...]:
        """Rows are read back in this order: a thing after those that it refers to."""

    def document(self, row: Row, key: Any) -> str | None:
        """The thing as it is to be written; None where it is gone. Raises TypeError for what can't be written."""

    def read(self, row: Row, document: str) -> None:
        """Have the thing that was written so. Raises StateError."""

    def restore(self, row: Row, key: Any, document: str | None) -> None:
        """Make a thing as it was written; gone where ``document`` is None."""

    def reindex(self, rows: Sequence[Row]) -> None:
        """Find anew what is derived from these rows, which have been read or restored."""


class UnitOfWork:
    """Writes the rows that the journal names, and reads them back; each is one of the first ``Rows`` that owns it."""

    def __init__(
        self, journal: Journal, storage: Storage, rows: Sequence[Rows], upgrades: Sequence[Upgrade] = ()
    ) -> None:
        self._journal = journal
        self._storage = storage
        self._rows = rows
        self._upgrades = upgrades
        self._loaded: list[Row] = []

    def commit(self, afresh: bool = False) -> None:
        """Write what was touched since the last commit, and the events; it is on disk when this returns.

        ``afresh``: everything else that the file holds is removed with the same stroke.

        Raises AwsError (500) where it can't be written; what was touched is then as it was.
        """
        touched = self._journal.take()
        try:
            documents = {row: self._owner(row).document(row, key) for row, key in touched.items()}
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

    def load(self, is_readable: Callable[[Row], bool] = lambda row: True) -> bool:
        """Fill the account from its file, which stays as it is. False where it holds nothing that is readable.

        A file that is outdated is to be written next, by ``write_anew``; rows that are not readable are gone then.
        Raises StateError or DamagedError for a row that can't be read.
        """
        written = list(self._storage.rows())
        documents: Documents = [(row, document) for row, document in written if is_readable(row)]
        try:
            for upgrade in self._upgrades:
                documents = upgrade(documents)
            documents = sorted(documents, key=lambda entry: self._owner(entry[0]).order(entry[0]))
            for row, document in documents:
                self._owner(row).read(row, document)
            self._reindex([row for row, _ in documents])
        except StateError:
            raise
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise StateError(f"A row can't be put where it belongs ({type(error).__name__}).") from None
        if self._storage.is_outdated:
            self._loaded = [row for row, _ in written]
        else:
            self._journal.take()
        return bool(documents)

    def write_anew(self) -> None:
        """Write all that was loaded, and touched since, as it is written now, in the place of all that was there.

        Raises AwsError (500) where it can't be written; the file is then as it was.
        """
        touched, documents = self._journal.take(), dict[Row, str | None].fromkeys(self._loaded)
        try:
            documents |= {row: self._owner(row).document(row, key) for row, key in touched.items()}
            self._storage.write(documents)
        except (sqlite3.Error, TypeError, OSError) as error:
            raise AwsError(
                "InternalFailure",
                "The practice account's file is of an earlier version. The practice account could not write this "
                f"change to disk ({error}); nothing was changed.",
                500,
            ) from None

    def _restore(self, touched: dict[Row, Any]) -> None:
        changed = [row for row in touched if self._is_changed(row, touched[row])]
        changed.sort(key=lambda row: self._owner(row).order(row))
        for row in changed:
            self._owner(row).restore(row, touched[row], self._storage.document(row))
        self._reindex(changed)
        self._journal.take()

    def _is_changed(self, row: Row, key: Any) -> bool:
        """Whether a thing is other than it was written: most of what a refused call has touched is not."""
        try:
            return self._owner(row).document(row, key) != self._storage.document(row)
        except TypeError:  # It is what can't be written.
            return True

    def _reindex(self, rows: Sequence[Row]) -> None:
        for owner in self._rows:
            owned = [row for row in rows if self._owner(row) is owner]
            if owned:
                owner.reindex(owned)

    def _owner(self, row: Row) -> Rows:
        for rows in self._rows:
            if rows.owns(row):
                return rows
        raise StateError("A row can't be put where it belongs (KeyError).")
