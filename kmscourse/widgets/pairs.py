"""Names and values, one pair a line, as in ``course=kms``: tags, an encryption context, an item's attributes."""

from __future__ import annotations

from kmscourse.errors import KmsCourseError


def read_pairs(text: str) -> dict[str, str]:
    """The pairs, by name. Space around names and values is none of theirs, an empty line is no pair.

    Raises KmsCourseError with the line that is no pair, or whose name stands there twice.
    """
    pairs: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        if not equals or not name:
            raise KmsCourseError(f"Line {number}: write a name, =, and a value, as in course=kms.")
        if name in pairs:
            raise KmsCourseError(f"Line {number}: {name} stands there already, and can have one value only.")
        pairs[name] = value
    return pairs
