"""A file that takes another's place whole or not at all."""

from __future__ import annotations

import io
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kmscourse.errors import KmsCourseError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, StrPath

BUFFER_SIZE = 1024 * 1024  # bytes for each file: a few large writes cost less than many small ones


@contextmanager
def replacement(source: StrPath, target: StrPath) -> Iterator[tuple[BinaryIO, io.BufferedWriter[_EarlyFile]]]:
    """``source`` to read, and a draft to write that takes the place of ``target`` if the block ends well.

    The draft lies beside ``target``, for its owner alone. It is on the disk before it takes its place, and
    gets the permissions of ``source``. If the block raises, the draft is gone and ``target`` is as it was.
    Raises KmsCourseError where ``target`` can't be a file of its own, OSError as ``open`` does.
    """
    place = Path(os.path.realpath(target))
    with open(source, "rb", buffering=BUFFER_SIZE) as reader:
        if place.exists() and place.samefile(source):
            raise KmsCourseError(f"{target} is the source itself: give the result another name.")
        if place.exists() and not place.is_file():
            raise KmsCourseError(f"{target} isn't a file: give the name of one to write.")
        if not place.parent.is_dir():
            raise KmsCourseError(f"The folder {place.parent} isn't there: make it first.")
        descriptor, draft = tempfile.mkstemp(dir=place.parent, prefix=".kmscourse-")
        try:
            with io.BufferedWriter(_EarlyFile(descriptor, "wb"), BUFFER_SIZE) as writer:
                yield reader, writer
                writer.flush()
                os.fsync(descriptor)
            os.chmod(draft, stat.S_IMODE(os.fstat(reader.fileno()).st_mode) & 0o777)
            os.replace(draft, place)
        except BaseException:
            os.unlink(draft)
            raise


class _EarlyFile(io.FileIO):
    """A file whose writes are on their way to the disk at once: the last fsync has little to wait for."""

    def write(self, data: ReadableBuffer, /) -> int:
        start = self.tell()
        written = super().write(data)
        if sys.platform == "linux":
            os.posix_fadvise(self.fileno(), start, written, os.POSIX_FADV_DONTNEED)
        return written
