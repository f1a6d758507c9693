"""DER is read strictly: one spelling for everything, and one sentence for all else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.display import der
from kmscourse.errors import KmsCourseError


def written(element: der.Element) -> bytes:
    """An element as DER, from what was read of it."""
    content = b"".join(map(written, element.children)) if element.tag & 0x20 else element.content
    if len(content) < 128:
        return bytes([element.tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([element.tag, 0x80 | len(length)]) + length + content


PRIMITIVE = st.builds(
    der.Element, st.sampled_from([2, 4, 6, 0x80]), st.just(0), st.just(0), st.binary(max_size=300)
)
ANY = st.recursive(
    PRIMITIVE,
    lambda inside: st.builds(
        lambda tag, children: der.Element(tag, 0, 0, b"", tuple(children)),
        st.sampled_from([0x30, 0xA0]),
        st.lists(inside, max_size=4),
    ),
    max_leaves=8,
)


def elements(element: der.Element) -> list[der.Element]:
    """An element and all that is inside of it."""
    return [element, *(each for child in element.children for each in elements(child))]


@given(ANY, st.binary(max_size=5))
def test_what_was_written_is_read(element: der.Element, before: bytes) -> None:
    data = before + written(element)
    read = der.read(data, len(before))
    assert written(read) == data[len(before) :]
    for each in elements(read):
        assert data[each.offset] == each.tag
        assert data[each.offset + each.header : each.offset + each.size] == each.content


@given(st.binary(max_size=200))
def test_of_any_bytes_there_is_one_spelling(data: bytes) -> None:
    try:
        read = der.read(data)
    except KmsCourseError:
        return
    assert written(read) == data


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "cut short at 0"),
        ("30", "cut short at 0"),
        ("0401", "longer than what it is in"),
        ("30020401", "longer than what it is in"),
        ("300104", "cut short at 2"),
        ("040100ff", "bytes left"),
        ("04810100", "isn't written as DER wants it"),
        ("0480", "isn't written as DER wants it"),
        ("04820001" + "00", "isn't written as DER wants it"),
        ("048201", "isn't written as DER wants it"),
        ("1f0100", "a tag of several bytes"),
        ("30" * 300, "longer than"),
    ],
)
def test_what_is_no_der_says_where(data: str, why: str) -> None:
    with pytest.raises(KmsCourseError, match=why):
        der.read(bytes.fromhex(data))


def test_what_lies_too_deep_is_refused() -> None:
    data = b"\x05\x00"
    for _ in range(der.DEEPEST + 1):
        data = bytes([0x30, len(data)]) + data
    with pytest.raises(KmsCourseError, match="deep"):
        der.read(data)


@pytest.mark.parametrize(
    ("content", "dotted"),
    [
        ("2a864886f70d010706", "1.2.840.113549.1.7.6"),
        ("60864801650304012e", "2.16.840.1.101.3.4.1.46"),
        ("813403", "2.100.3"),  # the example of X.690, 8.19
        ("27", "0.39"),
    ],
)
def test_object_identifiers_are_read(content: str, dotted: str) -> None:
    assert der.object_identifier(bytes.fromhex(content)) == dotted


@pytest.mark.parametrize("content", ["", "80", "2a80", "2a8001", "2a86"])
def test_what_is_no_object_identifier_is_refused(content: str) -> None:
    with pytest.raises(KmsCourseError, match="object identifier"):
        der.object_identifier(bytes.fromhex(content))


@given(st.binary(max_size=20))
def test_any_content_is_an_object_identifier_or_refused(content: bytes) -> None:
    try:
        arcs = der.object_identifier(content).split(".")
    except KmsCourseError:
        return
    assert all(arc == str(int(arc)) for arc in arcs)
    assert len(arcs) >= 2
