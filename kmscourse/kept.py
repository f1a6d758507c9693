"""A small JSON file in KMSCOURSE_HOME, one object for each account: what the course itself has to remember."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kmscourse.errors import CourseError


class Kept:
    """One account's object in a file. Written whole or not at all, and for its owner's eyes only (mode 0600)."""

    def __init__(self, file: Path, account_id: str) -> None:
        self._file = file
        self._account = account_id

    def read(self) -> dict[str, Any]:
        """What is kept; empty where nothing is. Raises CourseError where the file can't be read."""
        found = self._all().get(self._account, {})
        if not isinstance(found, dict):
            raise self._unreadable()
        return found

    def write(self, kept: Mapping[str, Any]) -> None:
        """Keep this instead of what was kept before; other accounts' objects stay."""
        everything = {**self._all(), self._account: dict(kept)}
        draft = self._file.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(everything, file, indent=1)
        os.replace(draft, self._file)

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (ValueError, OSError):
            raise self._unreadable() from None
        if not isinstance(found, dict):
            raise self._unreadable()
        return found

    def _unreadable(self) -> CourseError:
        return CourseError(f"The file {self._file} can't be read. Move it away: the course writes a new one.")
