"""The sandbox's log: one line a request, in a file that does not grow without end.

``logging.handlers.RotatingFileHandler`` asks the file system three times a line whether the file is still there, and
each line for who wrote it; at a thousand requests a second that is a tenth of the work.
"""

from __future__ import annotations

import contextlib
import logging
import os
import traceback
from pathlib import Path


class LogFile(logging.Handler):
    """Appends to ``path`` (mode 0600); after ``most`` bytes the file becomes ``….1`` and a new one begins."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__()
        self._path, self._most = path, most
        self._open()

    def _open(self) -> None:
        self._file = os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self._size = os.fstat(self._file).st_size

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n".encode()
            if self._file < 0:
                self._open()
            elif self._size + len(line) > self._most:
                self._start_over()
            self._size += os.write(self._file, line)
        except OSError:
            self.handleError(record)

    def _start_over(self) -> None:
        os.close(self._file)  # Before, as Windows renames no open file.
        self._file = -1  # Its number may be a socket's next, or the account's.
        with contextlib.suppress(OSError):
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._open()

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        super().close()


def log_to(path: Path, most: int) -> None:
    """Have the whole package log there: time and sentence. Never a parameter of a call, never a secret."""
    handler = LogFile(path, most)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    logging._srcfile = None  # As the logging HOWTO advises, under "Optimization".
    package = logging.getLogger("kmscourse")
    package.setLevel(logging.INFO)
    package.propagate = False
    package.handlers = [handler]


def where(error: BaseException) -> str:
    """Where an error of our own happened, but not its text: that may hold what a caller sent."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {frame.filename}:{frame.lineno}"
