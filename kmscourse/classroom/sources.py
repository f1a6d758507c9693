"""Where the exports of a class are: files, folders of files, URLs. Each is one student, whose name is the file's."""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kmscourse.classroom import web
from kmscourse.classroom.standing import Student
from kmscourse.course import export
from kmscourse.errors import CourseError
from kmscourse.home import files

MAX_BYTES = 5 * 2**20
SUFFIX = ".csv"
MAX_NAME = 60  # characters
_JOINERS = "\u200c\u200d"  # between signs: names in Persian and Hindi have them, and emoji
MAX_NAMED = 5  # files, in one sentence

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")  # two characters or more: C:\ is a drive


@dataclass(frozen=True)
class Submission:
    """Where one export is: ``name`` is the student's, ``place`` the folder or the server, as texts to show."""

    name: str
    place: str
    location: str
    read: Callable[[], bytes]


def find_submissions(word: str) -> list[Submission]:
    """The exports at a path or a URL: of a folder, all its files .csv.

    Raises CourseError where there is nothing of that name, or its scheme is neither http nor https.
    """
    scheme = _SCHEME.match(word)
    if scheme:
        if scheme[1].lower() not in web.SCHEMES:
            raise CourseError(f"{readable(word)} is neither a path nor a URL with http or https.")
        return [_at_url(word)]
    if not word:
        raise CourseError("There is no file or folder without a name.")
    path = Path(word)
    try:
        if not path.is_dir():
            if not os.path.lexists(path):
                raise CourseError(f"There is no file or folder {readable(word)}.")
            return [_in_file(path)]
        entries = sorted(path.iterdir())
    except (OSError, ValueError) as error:
        raise CourseError(f"{readable(word)} can't be read ({_reason(error)}).") from None
    exports = [entry for entry in entries if entry.suffix.lower() == SUFFIX]
    others = [entry for entry in entries if entry.suffix.lower() != SUFFIX]
    if not exports:
        raise CourseError(f"The folder {readable(word)} has no file {SUFFIX} in it.")
    return [*map(_in_file, exports), *([_not_exports(path, others)] if others else [])]


def collect(sources: Iterable[Submission]) -> tuple[list[Student], list[str]]:
    """The students that could be read, and a sentence for each source that could not. One that is named twice counts
    once; where two students have one name, the folder or the server is added, and a number where that is one too.
    """
    by_location = {source.location: source for source in sources}
    read: list[tuple[Submission, Student]] = []
    set_aside = []
    for each in by_location.values():
        try:
            read.append((each, Student(each.name, export.read(each.read()))))
        except CourseError as error:
            set_aside.append(f"set aside: {each.name}: {error}")
        except OSError as error:
            set_aside.append(f"set aside: {each.name}: {_reason(error)}.")
    names = _told_apart([(each.name, each.place) for each, _ in read])
    students = [Student(name, student.items) for name, (_, student) in zip(names, read, strict=True)]
    return sorted(students, key=lambda student: student.name.casefold()), set_aside


def _told_apart(named: Sequence[tuple[str, str]]) -> list[str]:
    """A name for each (name, place), and no two alike."""
    count = Counter(name for name, _ in named)
    names = [f"{name} ({place})" if count[name] > 1 else name for name, place in named]
    taken = Counter(names)
    numbers: Counter[str] = Counter()
    told = []
    for name in names:
        unique = name
        while taken[name] > 1 and (unique == name or unique in taken):
            numbers[name] += 1
            unique = f"{name} {numbers[name]}"
        told.append(unique)
    return told


def location_of(path: Path) -> str:
    """The same text for the same file, however it is named."""
    return os.path.normcase(os.path.realpath(path))


def readable(text: str) -> str:
    """Somebody else's text as it can be shown: on one line, not too long, without what steers a terminal."""
    shown = "".join(
        "\ufffd" if unicodedata.category(sign)[0] == "C" and sign not in _JOINERS else sign for sign in text
    )
    shown = " ".join(shown.split()) or "\ufffd"
    return shown if len(shown) <= MAX_NAME else f"{shown[: MAX_NAME - 1]}…"


def _in_file(path: Path) -> Submission:
    return Submission(
        readable(path.stem),
        readable(path.absolute().parent.name),
        location_of(path),
        lambda: files.read(path, MAX_BYTES),
    )


def _not_exports(folder: Path, entries: Sequence[Path]) -> Submission:
    """What else is in a folder: set aside with one sentence for all of it."""

    def refuse() -> bytes:
        names = [readable(entry.name) for entry in entries[:MAX_NAMED]]
        more = ["…"] if len(entries) > MAX_NAMED else []
        raise CourseError(f"only files {SUFFIX} are read, and not {', '.join([*names, *more])}.")

    where = readable(folder.absolute().name)
    return Submission(f"{len(entries)} more in {where}", where, location_of(folder), refuse)


def _at_url(url: str) -> Submission:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host:
        raise CourseError(f"{readable(url.partition('?')[0])} is no URL.")
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    return Submission(
        readable(Path(last).stem or host), readable(host), url, lambda: web.fetch(url, MAX_BYTES)
    )


def _reason(error: OSError | ValueError) -> str:
    """Why the system refused a file, without its path."""
    if isinstance(error, ValueError):
        return "it is no name of a file"
    if error.errno == errno.EFBIG:
        return f"it is larger than {MAX_BYTES // 2**20} MiB"
    return error.strerror or type(error).__name__
