"""The tables of the account's file, and whether a file has these and nothing else.

A view, a trigger or another column could have SQLite compute, or change, something when the file is read.

Source: https://sqlite.org/schematab.html; https://sqlite.org/security.html, "Untrusted SQLite Database Files".
"""

from __future__ import annotations

import contextlib
import sqlite3
from functools import cache

TABLES = (
    "CREATE TABLE about (stamp TEXT NOT NULL)",
    "CREATE TABLE rows (id INTEGER PRIMARY KEY, collection TEXT, key TEXT, document TEXT NOT NULL, "
    "checksum INTEGER NOT NULL, UNIQUE (collection, key))",
    "CREATE TABLE events (id INTEGER PRIMARY KEY, document TEXT NOT NULL)",
)

Schema = list[tuple[str, str, str, str | None]]
"""Kind, name, table and SQL of each thing in a file."""


def of(database: sqlite3.Connection) -> Schema:
    """What is in a file, a hundred things at most. Raises sqlite3.Error where it can't be read."""
    return database.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name LIMIT 100"
    ).fetchall()


@cache
def ours() -> Schema:
    """What is in a file that was just made."""
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        for table in TABLES:
            database.execute(table)
        return of(database)
