"""The account's file: one row for each thing in the account, in SQLite, written before a change is answered.

A row is a collection (``kms/us-east-1/keys``), a key in it and a document of JSON. A call writes the rows that
it touched and no others, so that its cost does not grow with the account. Audit events lie in a table of their
own, oldest first, the latest ``EVENTS_KEPT`` of them. The file is for its owner's eyes only (mode 0600): it
holds key material and access keys, which AWS keeps in its hardware; plaintext data keys and passwords never.

What one call changes and its events are one transaction: all of it is kept, or nothing. A change is flushed to the
disk itself before ``write`` returns (write-ahead log, synchronous=FULL). Events alone, of a call that changed
nothing, follow once it is answered, and go to the operating system, which need not flush them.

Opening a file runs no code out of it: its schema is compared with ours before anything else is read, the rows are
text, and ``unit_of_work.py`` reads them. Each row carries a checksum, so that damage which leaves SQLite's pages in
order is found too. (https://sqlite.org/security.html, "Untrusted SQLite Database Files")

A file says its format, and under which version of moto it was written. A file of an earlier format is taken over
(``is_outdated``): its first ``write``, which has to be of all rows, makes it one of this format. What keys, grants and
aliases have is written in JSON of our own, which stays readable. Documents of IAM's and DynamoDB's things hold the
attributes of moto's objects, which no two versions of moto have alike: whoever reads them looks at ``moto_version``
first. A file of a newer format, or of one that is too old, is set aside instead of guessing: it starts over, and the
file is there for the version that can read it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kmscourse.errors import SandboxError
from kmscourse.sandbox.storage import copies, schema

FORMAT, OLDEST_FORMAT = 6, 4
EVENTS_KEPT = 10_000

_STAMP = re.compile(r"kmscourse account, format ([0-9]{1,4}), moto ([0-9A-Za-z.+-]{1,50})")
_MAX_DOCUMENT = 200_000_000  # Bytes of one document, far more than any has.

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
    INSERT INTO rows (collection, key, document, checksum) VALUES (?, ?, ?, ?)
    ON CONFLICT (collection, key) DO UPDATE SET document = excluded.document, checksum = excluded.checksum
"""

log = logging.getLogger(__name__)


class Row(NamedTuple):
    """The place of one thing in the account: ``Row("kms/us-east-1/keys", "1234abcd-…")``."""

    collection: str
    key: str


class DamagedError(ValueError):
    """A row that is not what was written, in a few words that quote nothing of it."""


class Storage:
    """Rows and events of one account, used by one process at a time under the account's lock.

    ``path`` None keeps them in memory only. ``moto_version`` is that under which rows are written; once a file is
    open, the attribute of the same name is that under which its rows were written. A file that is damaged, or of a
    format that can't be taken over, is set aside, and the account starts over; ``notice`` is then the sentence to
    show. Raises SandboxError where the file can't be opened at all, or another process has it.
    """

    def __init__(self, path: Path | None, moto_version: str) -> None:
        self._path = path
        self._stamp = f"kmscourse account, format {FORMAT}, moto {moto_version}"
        self.moto_version = self._present_moto_version = moto_version
        self.format = FORMAT
        self._events_waiting: list[str] = []
        self.notice: str | None = None
        try:
            self._database = self._connect()
            fault = self._fault()
            if fault is not None:
                self.set_aside(fault)
        except (OSError, sqlite3.Error) as error:
            raise SandboxError(
                f"The practice account's file {path} can't be opened ({error}). Stop the other sandbox that "
                "uses it, or set KMSCOURSE_HOME to another folder."
            ) from None

    def _connect(self) -> sqlite3.Connection:
        """The file opened, or made where there is none. What is there is not read yet, and left as it is."""
        if self._path is not None:
            if not self._path.exists():
                if self._path.is_symlink():  # The account is elsewhere, on a disk that isn't there now, say.
                    raise FileNotFoundError(errno.ENOENT, "it is a link that leads nowhere", str(self._path))
                self._make(self._path)
            os.chmod(self._path, 0o600)  # SQLite gives the files beside it (the log) the same mode.
        self._synchronous = ""
        database = sqlite3.connect(
            self._path or ":memory:", timeout=1, isolation_level=None, check_same_thread=False
        )
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_DOCUMENT)
        for pragma in (
            "locking_mode = EXCLUSIVE",
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "mmap_size = 0",
        ):
            database.execute(f"PRAGMA {pragma}")
        if self._path is None:
            self._begin(database)
        return database

    def _make(self, path: Path) -> None:
        """A file without rows, which has its name only once it is whole and on disk."""
        made = path.with_name(f"{path.name}.new")
        made.unlink(missing_ok=True)
        handle = os.open(made, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            with contextlib.closing(sqlite3.connect(made, isolation_level=None)) as database:
                database.execute("PRAGMA synchronous = OFF")
                database.execute("PRAGMA journal_mode = WAL")
                self._begin(database)
            os.fsync(handle)
        finally:
            os.close(handle)
        made.rename(path)

    def _begin(self, database: sqlite3.Connection) -> None:
        with _transaction(database):
            for table in schema.TABLES:
                database.execute(table)
            database.execute("INSERT INTO about VALUES (?)", (self._stamp,))

    def _fault(self) -> str | None:
        """What hinders the use of the file, if anything does. Raises sqlite3.Error where it can't be reached at all."""
        if self._path is not None and self._path.stat().st_size == 0:
            return "is damaged (it is empty)"  # SQLite would drop its log.
        try:
            if schema.of(self._database) != schema.ours():
                return "is damaged (it holds other tables than the practice account's)"
            stamps = self._database.execute("SELECT substr(stamp, 1, 200) FROM about LIMIT 2").fetchall()
            stamp = stamps[0][0] if len(stamps) == 1 else None
            if not isinstance(stamp, str) or not stamp.isprintable():
                return "is damaged (it does not say which version wrote it)"
            match = _STAMP.fullmatch(stamp)
            if match is None or not OLDEST_FORMAT <= int(match[1]) <= FORMAT:
                return f"was written as “{stamp}”, which is not “{self._stamp}”"
            self.format, self.moto_version = int(match[1]), match[2]
            pages = self._database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _NOT_THE_FILES_FAULT:
                self.close()
                raise
            return f"is damaged ({error})"
        return None if pages == "ok" else f"is damaged ({pages})"

    @property
    def is_outdated(self) -> bool:
        """Whether the file's rows are of an earlier format, or some of another version of moto."""
        return (self.format, self.moto_version) != (FORMAT, self._present_moto_version)

    def rows(self) -> Iterator[tuple[Row, str]]:
        """Every row with its document, in the order in which they were first written. Raises DamagedError."""
        query = "SELECT collection, key, document, checksum FROM rows ORDER BY id"
        try:
            for collection, key, document, checksum in self._database.execute(query):
                row = Row(collection, key)
                if _checksum(row, document) != checksum:
                    raise DamagedError("a row is not as it was written")
                yield row, document
        except sqlite3.Error:  # Its text may quote the row, and a row may hold a secret.
            raise DamagedError("a row can't be read") from None

    def document(self, row: Row) -> str | None:
        """What was last written there, None where nothing is."""
        query = "SELECT document FROM rows WHERE collection = ? AND key = ?"
        row_found: tuple[str] | None = self._database.execute(query, row).fetchone()
        return None if row_found is None else row_found[0]

    def append_event(self, event: Mapping[str, Any]) -> None:
        """Keep an audit event, with the next ``write``."""
        self._events_waiting.append(json.dumps(event))

    def forget_events(self) -> None:
        """Drop the events that no ``write`` has kept yet."""
        self._events_waiting.clear()

    def write(self, documents: Mapping[Row, str | None], afresh: bool = False) -> None:
        """Put each document in its row, remove the row where it is None; keep the events: all of it, or nothing.

        Documents are on disk when this returns. ``afresh`` first removes all rows and events; the file is then as
        small as a new one.
        """
        if documents or afresh:
            self._flush("FULL")
        elif self._events_waiting:
            self._flush("NORMAL")
        else:
            return
        with _transaction(self._database):
            if afresh:
                self._database.execute("DELETE FROM rows")
                self._database.execute("DELETE FROM events")
                self._events_waiting.clear()
            for row, document in documents.items():
                if document is None:
                    self._database.execute("DELETE FROM rows WHERE collection = ? AND key = ?", row)
                else:
                    self._database.execute(_PUT, (*row, document, _checksum(row, document)))
            for event in self._events_waiting:
                self._keep(event)
            if self.is_outdated:
                self._database.execute("UPDATE about SET stamp = ?", (self._stamp,))
        self._events_waiting.clear()
        self.format, self.moto_version = FORMAT, self._present_moto_version
        if afresh:
            self._shrink()

    def _shrink(self) -> None:
        """Give back to the disk what the file and its log no longer need. What is in it was written before."""
        try:
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:  # No room to be had for it now; a later reset tries again.
            log.warning("The account's file stays as large as it was: %s", error)

    def _keep(self, event: str) -> None:
        number = self._database.execute("INSERT INTO events (document) VALUES (?)", (event,)).lastrowid or 0
        if number % 1000 == 0:
            self._database.execute("DELETE FROM events WHERE id <= ?", (number - EVENTS_KEPT,))

    def events(self, before: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """The events with their numbers, newest first; only those numbered below ``before``, if it is given.

        One that can't be read any more is left out: it must not hide the others.
        """
        query = "SELECT id, CAST(document AS BLOB) FROM events WHERE id < ? ORDER BY id DESC LIMIT ?"
        for number, document in self._database.execute(query, (before or 1 << 62, EVENTS_KEPT)):
            with contextlib.suppress(ValueError, RecursionError):
                event = json.loads(document)
                if isinstance(event, dict):
                    yield number, event

    def set_aside(self, reason: str) -> None:
        """Leave the file as it is under another name and begin an empty one; ``notice`` says so, ``reason`` why.

        Raises OSError where there is no room for that; the file is then where it was.
        """
        if self._path is None:
            raise SandboxError(f"The practice account {reason}.")
        try:
            copy = copies.make_copy(self._path)
        finally:
            self.close()  # Not before: SQLite writes to the file when it closes it.
        copies.remove(self._path)
        self.notice = (
            f"The practice account's file {self._path} {reason}. It was kept as {copy.name}, and the account "
            "starts over; the notebooks make anew what they need."
        )
        log.warning("%s", self.notice)
        self.format, self.moto_version = FORMAT, self._present_moto_version
        self._database = self._connect()

    def copy_aside(self) -> str:
        """Keep a copy of the file beside it, and return its name. Raises SandboxError where that fails."""
        if self._path is None:
            raise SandboxError("An account in memory has no file.")
        try:
            return copies.make_copy(self._path).name
        except OSError as error:
            raise SandboxError(
                f"The practice account's file {self._path} can't be copied ({error})."
            ) from None

    def _flush(self, synchronous: str) -> None:
        """Whether the next transaction waits for the disk (FULL) or not (NORMAL)."""
        if synchronous != self._synchronous:
            self._database.execute(f"PRAGMA synchronous = {synchronous}")
            self._synchronous = synchronous

    def close(self) -> None:
        """End the use of the file; a later ``Storage`` finds everything that was written."""
        self._database.close()


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All that is executed within it, or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:  # A full disk ends it by itself.
            database.execute("ROLLBACK")
        raise


def _checksum(row: Row, document: str) -> int:
    return zlib.crc32(f"{row.collection}\0{row.key}\0{document}".encode())
