"""A file that takes another's place whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kmscourse.errors import KmsCourseError

if TYPE_CHECKING:
    from _typeshed import StrPath


@contextmanager
def replacement(source: StrPath, target: StrPath) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """``source`` to read, and a draft to write that takes the place of ``target`` if the block ends well.

    The draft lies beside ``target``, for its owner alone. It is on the disk before it takes another file's place,
    and gets the permissions of ``source``. If the block raises, the draft is gone and ``target`` is as it was.
    Raises KmsCourseError where ``target`` can't be a file of its own, OSError as ``open`` does.
    """
    place = Path(os.path.realpath(target))
    with open(source, "rb") as reader:
        if place.exists() and place.samefile(source):
            raise KmsCourseError(f"{target} is the source itself: give the result another name.")
        if place.exists() and not place.is_file():
            raise KmsCourseError(f"{target} isn't a file: give the name of one to write.")
        if not place.parent.is_dir():
            raise KmsCourseError(f"The folder {place.parent} isn't there: make it first.")
        descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".kmscourse-")
        try:
            with open(descriptor, "wb") as file:
                yield reader, file
                if place.exists():  # what is about to be lost is worth waiting for the disk
                    file.flush()
                    os.fsync(file.fileno())
            os.chmod(name, stat.S_IMODE(os.fstat(reader.fileno()).st_mode) & 0o777)
            os.replace(name, place)
        except BaseException:
            os.unlink(name)
            raise
