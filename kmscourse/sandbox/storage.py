"""The account's file: one row for each thing in the account, in SQLite, written before a change is answered.

A row is a collection (``kms/us-east-1/keys``), a key in it and a document of JSON. A call writes the rows that
it touched and no others, so that its cost does not grow with the account. Audit events lie in a table of their
own, oldest first, the latest ``EVENTS_KEPT`` of them. The file is for its owner's eyes only (mode 0600): it
holds key material and access keys, which AWS keeps in its hardware; plaintext data keys and passwords never.

A change is flushed to the disk itself before ``write`` returns (write-ahead log, synchronous=FULL). An event is
handed to the operating system, which survives ``kill -9`` though not a power cut. Opening a file runs no code
out of it: it is text, and ``state.py`` reads it.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kmscourse.errors import SandboxError

FORMAT = "kmscourse account, format 3"
EVENTS_KEPT = 10_000

_TABLES = """
    CREATE TABLE IF NOT EXISTS about (stamp TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS rows (
        id INTEGER PRIMARY KEY, collection TEXT, key TEXT, document TEXT NOT NULL, UNIQUE (collection, key)
    );
    CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL);
"""

# SQLite's result codes for a file that is in use, out of reach or on a full disk (https://sqlite.org/rescode.html).
_NOT_THE_FILES_FAULT = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
)

_PUT = """
    INSERT INTO rows (collection, key, document) VALUES (?, ?, ?)
    ON CONFLICT (collection, key) DO UPDATE SET document = excluded.document
"""

log = logging.getLogger(__name__)


class Row(NamedTuple):
    """The place of one thing in the account: ``Row("kms/us-east-1/keys", "1234abcd-…")``."""

    collection: str
    key: str


class Storage:
    """Rows and events of one account, used by one process at a time under the backend's lock.

    ``path`` None keeps them in memory only. ``version`` names what else the documents depend on (moto's
    version). A file that is damaged, or was written under another version, is renamed and left as it is, and
    the account starts over; ``notice`` is then the sentence to show. Raises SandboxError where the file can't
    be opened at all, or another process has it.
    """

    def __init__(self, path: Path | None, version: str) -> None:
        self._path = path
        self._stamp = f"{FORMAT}, {version}"
        self.notice: str | None = None
        try:
            self._database = self._open()
            found = self._database.execute("SELECT stamp FROM about").fetchone()[0]
        except (OSError, sqlite3.Error) as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
            if isinstance(error, OSError) or code in _NOT_THE_FILES_FAULT:
                raise SandboxError(
                    f"The practice account's file {path} can't be opened ({error}). Stop the other sandbox that "
                    "uses it, or set KMSCOURSE_HOME to another folder."
                ) from None
            self.set_aside(f"is damaged ({error})")
        else:
            if found != self._stamp:
                self.set_aside(f"was written as “{found}”, which is not “{self._stamp}”")

    def _open(self) -> sqlite3.Connection:
        if self._path is not None:
            # SQLite gives the files beside it (the log) the same mode.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            os.chmod(self._path, 0o600)
        database = sqlite3.connect(
            self._path or ":memory:", timeout=1, isolation_level=None, check_same_thread=False
        )
        try:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(_TABLES)
            if database.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("its pages contradict each other")
            if database.execute("SELECT count(*) FROM about").fetchone()[0] == 0:
                database.execute("INSERT INTO about VALUES (?)", (self._stamp,))
        except BaseException:
            database.close()
            raise
        return database

    def rows(self) -> Iterator[tuple[Row, str]]:
        """Every row with its document, in the order in which they were first written."""
        query = "SELECT collection, key, document FROM rows ORDER BY id"
        for collection, key, document in self._database.execute(query):
            yield Row(collection, key), document

    def document(self, row: Row) -> str | None:
        """What was last written there, None where nothing is."""
        query = "SELECT document FROM rows WHERE collection = ? AND key = ?"
        found: tuple[str] | None = self._database.execute(query, row).fetchone()
        return None if found is None else found[0]

    def write(self, documents: Mapping[Row, str | None], afresh: bool = False) -> None:
        """Put each document in its row, remove the row where it is None: all of them on disk, or none.

        ``afresh`` first removes all rows and events.
        """
        removed = [row for row, document in documents.items() if document is None]
        written = [(*row, document) for row, document in documents.items() if document is not None]
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("BEGIN IMMEDIATE")
        try:
            if afresh:
                self._database.execute("DELETE FROM rows")
                self._database.execute("DELETE FROM events")
            self._database.executemany("DELETE FROM rows WHERE collection = ? AND key = ?", removed)
            self._database.executemany(_PUT, written)
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise

    def append_event(self, event: Mapping[str, Any]) -> int:
        """Keep an audit event; its number, larger than every earlier one's, is returned."""
        self._database.execute("PRAGMA synchronous = NORMAL")
        cursor = self._database.execute("INSERT INTO events (document) VALUES (?)", (json.dumps(event),))
        number = cursor.lastrowid or 0
        if number % 1000 == 0:
            self._database.execute("DELETE FROM events WHERE id <= ?", (number - EVENTS_KEPT,))
        return number

    def events(self, before: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """The events with their numbers, newest first; only those numbered below ``before``, if it is given."""
        query = "SELECT id, document FROM events WHERE id < ? ORDER BY id DESC LIMIT ?"
        for number, document in self._database.execute(query, (before or 1 << 62, EVENTS_KEPT)):
            yield number, json.loads(document)

    def set_aside(self, reason: str) -> None:
        """Rename the file and begin an empty one; ``notice`` says so, ``reason`` says why."""
        if self._path is None:
            raise SandboxError(f"The practice account {reason}.")
        if hasattr(self, "_database"):
            self._database.close()
        aside = self._path.with_name(f"account-set-aside-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.db")
        self._path.rename(aside)
        for suffix in ("-wal", "-shm"):
            log_file = self._path.with_name(self._path.name + suffix)
            if log_file.exists():
                log_file.rename(aside.with_name(aside.name + suffix))
        self.notice = (
            f"The practice account's file {self._path} {reason}. It was kept as {aside.name}, and the account "
            "starts over; the notebooks make anew what they need."
        )
        log.warning("%s", self.notice)
        self._database = self._open()

    def close(self) -> None:
        """End the use of the file; a later ``Storage`` finds everything that was written."""
        self._database.close()
