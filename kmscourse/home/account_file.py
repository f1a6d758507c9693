"""A small JSON file in KMSCOURSE_HOME, one object for each account: what the course itself has to remember.

To read it, and to change it:

    kept = AccountFile(home() / "notes.json", account.file_key)
    kept.read()                     # {} at first
    with kept.update() as notes:    # read, change and write, under one lock
        notes["envelope"] = "…"
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from kmscourse.errors import CourseError, HomeError
from kmscourse.home import files, lock
from kmscourse.home.folder import cannot_write

NOTES_FILE, PROGRESS_FILE = "notes.json", "progress.json"
LOCK_FILE = "home.lock"
LOCK_SECONDS = 30.0  # the lock is held for one small write; who has it longer has been stopped


class AccountFile:
    """One account's object in a file, for its owner's eyes only (mode 0600).

    Any number of processes and threads may use the same file: one at a time changes it, and who reads it sees the
    whole of one change or of the one before. ``account_key`` is ``Account.file_key``. The object's keys are texts, its
    values whatever JSON has. Other accounts' objects stay as they are.
    """

    def __init__(self, file: Path, account_key: str) -> None:
        self._path = file
        self._account = account_key

    def read(self) -> dict[str, Any]:
        """What is kept; empty where nothing is. Raises CourseError where the file can't be read."""
        return self._own(self._all())

    @contextlib.contextmanager
    def update(self) -> Iterator[dict[str, Any]]:
        """What is kept, to be changed in place within the block: it is on the disk when the block has ended.

        Where the block raises, nothing is written. Keep it short, and don't update within it anything else in the same
        folder: it holds the folder's one lock. Raises CourseError where the file can't be read, HomeError where it
        can't be written or another process holds the lock too long, TypeError or ValueError for what JSON hasn't.
        """
        with self._locked():
            everything = self._all()
            try:
                before = _text(everything)
            except (ValueError, RecursionError):  # JSON reads 1e999, and nests deeper, than it writes.
                raise self._unreadable() from None
            own = everything.setdefault(self._account, self._own(everything))
            yield own
            after = _text({account: content for account, content in everything.items() if content != {}})
            if after != before:
                self._write(after.encode())

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        path = self._path.with_name(LOCK_FILE)
        try:
            with lock.held(path, LOCK_SECONDS):
                yield
        except lock.TakenError:
            raise HomeError(
                f"Another process has been writing in {self._path.parent} for {LOCK_SECONDS:.0f} seconds. "
                "Try again; if that doesn't help, end the other notebooks."
            ) from None
        except lock.UnusableError as error:
            raise HomeError(cannot_write(path, error)) from None

    def _write(self, content: bytes) -> None:
        if len(content) > files.MAX_BYTES:
            raise HomeError(
                f"This is too much for {self._path}: it holds {files.MAX_BYTES // 2**20} MiB at most."
            )
        try:
            files.write(self._path, content)
        except OSError as error:
            raise HomeError(cannot_write(self._path, error)) from None

    def _all(self) -> dict[str, Any]:
        try:
            content = json.loads(files.read(self._path).decode(), parse_constant=_refuse_constant)
        except FileNotFoundError:
            return {}
        except (ValueError, OSError, RecursionError):
            raise self._unreadable() from None
        if not isinstance(content, dict):
            raise self._unreadable()
        return content

    def _own(self, everything: dict[str, Any]) -> dict[str, Any]:
        content = everything.get(self._account, {})
        if not isinstance(content, dict):
            raise self._unreadable()
        return content

    def _unreadable(self) -> CourseError:
        return CourseError(f"The file {self._path} can't be read. Move it away: the course writes a new one.")


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, allow_nan=False)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
