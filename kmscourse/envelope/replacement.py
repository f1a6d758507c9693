"""A file that takes another's place whole or not at all, and is readable to nobody else."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kmscourse.envelope.draft import draft
from kmscourse.errors import KmsCourseError

if TYPE_CHECKING:
    from _typeshed import StrPath

_ACCESS_LIST = "system.posix_acl_access"  # see acl(5): where Linux keeps who else may read a file


@contextmanager
def replacement(
    source: StrPath, target: StrPath, *, as_private: bool = False
) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """``source`` to read, and a draft to write that takes the place of ``target`` if the block ends well.

    The draft lies in the folder of ``target``, for its owner alone. It is on the disk before it takes another file's
    place. Then it has the mode of the file that it replaces, or of any new file, less the umask (and with
    ``as_private`` at most that of ``source``, for group and others); and the owner, group and access list of the
    file that it replaces. Where owner and group can't be kept, it is for its owner alone. If the block raises or
    the process ends, the draft is gone and ``target`` is as it was; so is another name (hard link) of it in any case.

    Raises KmsCourseError where ``source`` is no file or ``target`` can't be a file of its own, OSError as ``open``
    does.
    """
    place = Path(os.path.realpath(target))
    if not stat.S_ISREG(os.stat(source).st_mode):  # asked before it is opened: to open a pipe is to wait
        raise KmsCourseError(f"{source} isn't a file: give the name of one to read.")
    with open(source, "rb") as reader:
        read = os.fstat(reader.fileno())
        replaced = _standing(target)
        if replaced is not None:
            if os.path.samestat(replaced, read):
                raise KmsCourseError(f"{target} is the source itself: give the result another name.")
            if not stat.S_ISREG(replaced.st_mode) or not place.is_file():
                raise KmsCourseError(f"{target} isn't a file: give the name of one to write.")
            os.close(os.open(place, os.O_WRONLY))  # what can't be written to is not replaced either
        if not place.parent.is_dir():
            raise KmsCourseError(f"The folder {place.parent} isn't there: make it first.")
        mode = 0o666 if replaced is None else replaced.st_mode & 0o777
        if as_private:
            mode &= read.st_mode | stat.S_IRWXU
        with draft(place.parent, mode) as new:
            with open(os.dup(new.descriptor), "wb") as writer:
                yield reader, writer
                replaced = _standing(place)
                if replaced is not None:  # what is about to be lost is worth waiting for the disk
                    writer.flush()
                    os.fsync(writer.fileno())
            mode = new.mode
            if replaced is not None:
                mode &= replaced.st_mode
                if _keep_owner(new.descriptor, replaced):
                    _keep_access_list(new.descriptor, place)
                else:
                    mode &= stat.S_IRWXU
            if sys.platform != "win32":  # where a mode says nothing of who may read
                os.fchmod(new.descriptor, mode)
            new.take(place)


def _standing(path: StrPath) -> os.stat_result | None:
    """What is at ``path``, None where nothing is."""
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _keep_owner(descriptor: int, replaced: os.stat_result) -> bool:
    """Give the draft the group of what it replaces, and its owner where that is allowed; False if it has neither."""
    if sys.platform == "win32":
        return True
    for owner in (replaced.st_uid, -1):
        try:
            os.fchown(descriptor, owner, replaced.st_gid)
        except OSError:  # only root gives files away, and others only to groups of their own
            continue
        return True
    return False


def _keep_access_list(descriptor: int, place: Path) -> None:
    """Give the draft the access list of the file that it replaces, and take away what its folder gave it."""
    if sys.platform == "linux":
        access_list = _access_list(place)
        if access_list is not None:
            os.setxattr(descriptor, _ACCESS_LIST, access_list)
        elif _access_list(descriptor) is not None:
            os.removexattr(descriptor, _ACCESS_LIST)


def _access_list(file: Path | int) -> bytes | None:
    """A file's access list, None where it has none or its file system knows none."""
    if sys.platform == "linux":
        with suppress(OSError):
            return os.getxattr(file, _ACCESS_LIST)
    return None
