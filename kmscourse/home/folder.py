"""Where the course keeps what must survive a restart: the folder KMSCOURSE_HOME, for its owner's eyes only."""

from __future__ import annotations

import os
from pathlib import Path

from kmscourse.errors import HomeError


def home() -> Path:
    """The folder KMSCOURSE_HOME (default: the platform's user data folder), made with mode 0700 if need be.

    Absolute, so that it stays the same when a notebook changes its folder.

    Raises HomeError where it can't be made or written.
    """
    path = os.environ.get("KMSCOURSE_HOME") or _default()
    try:
        folder = Path(path).expanduser().absolute()
    except RuntimeError:
        raise HomeError(
            f"Nobody knows the folder of the user in {path}. "
            "Set KMSCOURSE_HOME to a folder that you can write to."
        ) from None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(
            f"The folder {folder} can't be made ({error.strerror}). "
            "Set KMSCOURSE_HOME to a folder that you can write to."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise HomeError(
            f"The folder {folder} can't be written to. Set KMSCOURSE_HOME to a folder that you can write to."
        )
    return folder


def cannot_write(path: Path, error: OSError) -> str:
    """The sentence for a file of KMSCOURSE_HOME that the system does not let us write."""
    return (
        f"The file {path} can't be written ({error.strerror or error}). Make room there, "
        "or set KMSCOURSE_HOME to a folder that you can write to."
    )


def _default() -> Path:
    from platformdirs import user_data_path  # Slow to import, and not needed by who says where the home is.

    return user_data_path("kmscourse", appauthor=False)
