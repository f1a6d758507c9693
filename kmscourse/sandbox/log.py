"""The sandbox's log: one line a request, in a file that does not grow without end."""

from __future__ import annotations

import logging
import os
import shutil
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 2_000_000


def log_to(path: Path) -> None:
    """Have the whole package log there: time and sentence. Never a parameter of a call, never a secret.

    After ``MAX_BYTES`` the file becomes ``….1`` and a new one begins. Raises OSError where it can't be opened.
    """
    handler = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=1, encoding="utf-8")
    handler.rotator = _move_content
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    package, tornado = logging.getLogger("kmscourse"), logging.getLogger("tornado")
    package.setLevel(logging.INFO)
    package.handlers = [handler]
    tornado.handlers = [logging.NullHandler()]  # What it says of a request may repeat some of it.
    package.propagate = tornado.propagate = False


def _move_content(source: str, target: str) -> None:
    """Empty a full file into another one. Windows renames no file that another process has open, as our parent may."""
    shutil.copyfile(source, target)
    os.truncate(source, 0)


def where(error: BaseException) -> str:
    """Where an error of our own happened, but not its text: that may hold what a caller sent."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {frame.filename}:{frame.lineno}"
