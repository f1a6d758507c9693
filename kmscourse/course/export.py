"""A learner's way through the course as CSV: what ``kmscourse progress --csv`` writes, and an instructor reads.

The first row names the columns, and what is read is known by these names, in whatever order. What a later version adds
is left out; what an earlier one did not write yet (EARLIEST) is empty.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date

from kmscourse.course.overview import Item
from kmscourse.course.questions import LETTERS
from kmscourse.errors import CourseError

EARLIEST = ("kind", "name", "section", "done", "right", "day")
COLUMNS = (*EARLIEST, "begun", "choice")
"""The columns of the CSV, as ``kmscourse progress --help`` explains them; and those that each version has written."""

_OTHER_SEPARATOR = re.compile(r"sep=|(?=[^,\r\n]*\bkind\b)[^,\r\n]*[;\t]")  # in the first row
_YES_OR_NO = {"yes": True, "no": False, "": None}


def write(items: Iterable[Item]) -> str:
    """Every item as a row under COLUMNS, in CSV (RFC 4180, with the line ends of Unix)."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in items:
        section = "" if item.section is None else str(item.section)
        done, right = (_yes(value) for value in (item.done, item.right))
        writer.writerow((item.kind, item.name, section, done, right, item.day, item.begun, item.choice))
    return written.getvalue()


def read(content: bytes) -> list[Item]:
    """The items that were written into a file, in UTF-8.

    Raises CourseError, with a sentence that names the line and quotes nothing of it, where it is no such CSV.
    """
    try:
        text = content.decode("utf-8-sig")  # a spreadsheet puts a mark before it
    except UnicodeDecodeError:
        raise CourseError("it is not in UTF-8.") from None
    if _OTHER_SEPARATOR.match(text):
        raise CourseError(
            "its columns are not separated by commas: a spreadsheet has saved it in another way."
        )
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    items: dict[tuple[str, int | None, str], Item] = {}
    try:
        missing = [column for column in EARLIEST if column not in (rows.fieldnames or ())]
        if missing:
            raise CourseError(f"its first row lacks {', '.join(missing)}, so it is no export of the course.")
        for row in rows:
            item = _item(row, rows.line_num)
            if items.setdefault((item.kind, item.section, item.name), item) is not item:
                raise CourseError(f"line {rows.line_num} is about something that stands above it already.")
    except csv.Error:
        raise CourseError(f"line {rows.reader.line_num} is no line of CSV.") from None
    return list(items.values())


def _item(row: Mapping[str, str | None], line: int) -> Item:
    values = {column: row.get(column) or "" for column in COLUMNS}
    number = values["section"]
    allowed = {
        "section": not number or (number.isascii() and number.isdecimal() and len(number) <= 3),
        "done": values["done"] == _yes(bool(values["day"])),
        "right": values["right"] in _YES_OR_NO,
        "day": _is_day(values["day"]),
        "begun": _is_day(values["begun"]),
        "choice": values["choice"] in ("", *LETTERS),
    }
    wrong = [column for column, is_allowed in allowed.items() if not is_allowed]
    if wrong:
        raise CourseError(f"line {line} has something else in {wrong[0]} than the course writes there.")
    return Item(
        values["kind"],
        values["name"],
        int(number) if number else None,
        values["day"],
        _YES_OR_NO[values["right"]],
        values["begun"],
        values["choice"],
    )


def _is_day(text: str) -> bool:
    try:
        return not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
