"""DER, read strictly: the few kinds of element that a PKCS #7 structure consists of (ITU-T X.690)."""

from __future__ import annotations

from dataclasses import dataclass

from kmscourse.errors import KmsCourseError

DEEPEST = 16  # elements one inside of the other
SEQUENCE, OBJECT_IDENTIFIER, INTEGER, OCTET_STRING = 0x30, 0x06, 0x02, 0x04
NAMES = {
    SEQUENCE: "SEQUENCE",
    OBJECT_IDENTIFIER: "OBJECT IDENTIFIER",
    INTEGER: "INTEGER",
    OCTET_STRING: "OCTET STRING",
}


@dataclass(frozen=True)
class Element:
    """One element: its tag, where it begins, how long its tag and length are, its content, and what is inside.

    ``children`` are those of a constructed element; of a primitive one there are none.
    """

    tag: int
    offset: int
    header: int
    content: bytes
    children: tuple[Element, ...] = ()

    @property
    def name(self) -> str:
        """As in SEQUENCE, or [0] for what only the context names."""
        return NAMES.get(self.tag) or (
            f"[{self.tag & 0x1F}]" if self.tag & 0xC0 == 0x80 else f"tag {self.tag:02x}"
        )

    @property
    def size(self) -> int:
        """In bytes, tag and length counted."""
        return self.header + len(self.content)


def read(data: bytes, offset: int = 0) -> Element:
    """The one element that ``data`` consists of from ``offset`` on. Raises KmsCourseError for anything else."""
    element = _element(data, offset, len(data), 0)
    if offset + element.size != len(data):
        raise KmsCourseError(f"There are bytes left after the DER element at {offset}.")
    return element


def object_identifier(content: bytes) -> str:
    """An object identifier in dots, as in 1.2.840.113549.1.7.6. Raises KmsCourseError where it is none."""
    arcs, arc = [], 0
    for number, byte in enumerate(content):
        if arc == 0 and byte == 0x80:
            raise KmsCourseError("An arc of an object identifier begins with a zero too many.")
        arc = arc << 7 | byte & 0x7F
        if byte < 0x80:
            arcs.append(arc)
            arc = 0
        elif number == len(content) - 1:
            raise KmsCourseError("An object identifier ends in the middle of an arc.")
    if not arcs:
        raise KmsCourseError("An object identifier is empty.")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


def _element(data: bytes, offset: int, end: int, depth: int) -> Element:
    if depth > DEEPEST:
        raise KmsCourseError(f"DER elements lie more than {DEEPEST} deep.")
    if end - offset < 2:
        raise KmsCourseError(f"A DER element is cut short at {offset}.")
    tag, length, header = data[offset], data[offset + 1], 2
    if tag & 0x1F == 0x1F:
        raise KmsCourseError(f"The DER element at {offset} has a tag of several bytes.")
    if length >= 0x80:
        header += length & 0x7F
        digits = data[offset + 2 : min(offset + header, end)]
        length = int.from_bytes(digits, "big")
        if len(digits) != header - 2 or not digits or digits[0] == 0 or length < 0x80:
            raise KmsCourseError(f"The length of the DER element at {offset} isn't written as DER wants it.")
    start = offset + header
    if length > end - start:
        raise KmsCourseError(f"The DER element at {offset} is longer than what it is in.")
    children, position = [], start
    while tag & 0x20 and position < start + length:
        child = _element(data, position, start + length, depth + 1)
        children.append(child)
        position += child.size
    return Element(tag, offset, header, data[start : start + length], tuple(children))
