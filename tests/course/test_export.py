"""What a learner exports is read as it was written, by today's version and by earlier ones; and nothing else is."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.course import export
from kmscourse.course.answers import Answers
from kmscourse.course.overview import Item, Overview
from kmscourse.course.questions import LETTERS, PREDICTIONS
from kmscourse.errors import CourseError

ACCOUNT = "123456789012"
EARLIEST = """\
kind,name,section,done,right,day
section,Welcome,0,yes,,2026-06-30
exercise,1,0,no,,
prediction,a-scan-by-the-reader,7,yes,no,2026-06-30
challenge,challenge,,no,,
"""
"""As version 0.1.0 of the course wrote it at first: without the columns begun and choice."""

days = st.dates(min_value=date(2000, 1, 1)).map(date.isoformat) | st.just("")
texts = st.text(st.characters(exclude_categories=["C"]), max_size=12)  # as the course's own names are
some_items = st.builds(
    Item,
    kind=texts,
    name=texts,
    section=st.none() | st.integers(0, 999),
    day=days,
    right=st.none() | st.booleans(),
    begun=days,
    choice=st.sampled_from(["", *LETTERS]),
)


def place(item: Item) -> tuple[str, int | None, str]:
    return item.kind, item.section, item.name


@given(st.lists(some_items, unique_by=place))
def test_what_was_written_is_read(items: list[Item]) -> None:
    assert export.read(export.write(items).encode()) == items


def test_it_has_the_documented_columns_and_nothing_of_the_learner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "somebody-in-particular")
    Answers(tmp_path, "prediction").keep(PREDICTIONS[0][0], 0)
    overview = Overview(tmp_path, ACCOUNT)
    written = export.write(overview.items)
    rows = list(csv.DictReader(io.StringIO(written)))
    assert tuple(rows[0]) == export.COLUMNS
    assert len(rows) == len(overview.items)
    assert {row["done"] for row in rows} == {"yes", "no"}
    assert {row["right"] for row in rows} <= {"yes", "no", ""}
    for word in (ACCOUNT, str(tmp_path), "somebody-in-particular"):
        assert word not in written


def test_an_export_of_an_earlier_version_is_read() -> None:
    assert export.read(EARLIEST.encode()) == [
        Item("section", "Welcome", 0, "2026-06-30"),
        Item("exercise", "1", 0, ""),
        Item("prediction", "a-scan-by-the-reader", 7, "2026-06-30", right=False),
        Item("challenge", "challenge", None, ""),
    ]


def test_columns_are_known_by_their_names_and_those_of_a_later_version_are_left_out() -> None:
    mixed = "mood,day,done,right,section,name,kind\ngood,2026-06-30,yes,,0,Welcome,section\n"
    assert export.read(mixed.encode()) == [Item("section", "Welcome", 0, "2026-06-30")]


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_that_a_spreadsheet_has_saved_is_read(start: bytes, line_end: str) -> None:
    saved = start + EARLIEST.replace("\n", line_end).encode()
    assert export.read(saved) == export.read(EARLIEST.encode())


HEAD = EARLIEST.splitlines()[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "its first row lacks kind, name, section, done, right, day, so it is no export of the course."),
        (b"name,kind\n", "its first row lacks section, done, right, day, so it is no export of the course."),
        (HEAD.replace(",", ";").encode(), "its columns are not separated by commas"),
        (HEAD.replace(",", "\t").encode("utf-8-sig"), "its columns are not separated by commas"),
        (b"day;kind\r\n", "its columns are not separated by commas"),
        (b"sep=;\r\nkind;name\r\n", "its columns are not separated by commas"),
        (b"<p>kind, and;", "its first row lacks kind, name"),
        (EARLIEST.encode("utf-16"), "it is not in UTF-8."),
        ("é".encode("latin-1"), "it is not in UTF-8."),
        (f'{HEAD}\nsection,"Wel"come,0,no,,\n'.encode(), "line 2 is no line of CSV."),
        (f"{HEAD}\nsection,{'x' * 200_000},0,no,,\n".encode(), "line 2 is no line of CSV."),
        (f"{HEAD}\nsection,Welcome,zero,no,,\n".encode(), "line 2 has something else in section than"),
        (f"{HEAD}\nsection,Welcome,²,no,,\n".encode(), "line 2 has something else in section than"),
        (f"{HEAD}\nsection,Welcome,{'9' * 5000},no,,\n".encode(), "line 2 has something else in section"),
        (f"{HEAD}\nsection,Welcome,0,yes,,\n".encode(), "line 2 has something else in done than"),
        (f"{HEAD}\nsection,Welcome,0,perhaps,,\n".encode(), "line 2 has something else in done than"),
        (f"{HEAD}\nsection,Welcome,0,no,true,\n".encode(), "line 2 has something else in right than"),
        (f"{HEAD}\nsection,Welcome,0,yes,,20260630\n".encode(), "line 2 has something else in day than"),
        (f"{HEAD}\nsection,Welcome,0,yes,,=1+1\n".encode(), "line 2 has something else in day than"),
        (f"{HEAD},choice\nsection,Welcome,0,no,,,E\n".encode(), "line 2 has something else in choice than"),
        (f"{EARLIEST}{EARLIEST}".encode(), "line 6 has something else in section than"),
        (f"{EARLIEST}section,Welcome,0,no,,\n".encode(), "line 6 is about something that stands above"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_export_is_one_sentence_that_quotes_nothing(content: bytes, said: str) -> None:
    with pytest.raises(CourseError) as refused:
        export.read(content)
    assert str(refused.value).startswith(said)
    assert str(refused.value).count("\n") == 0


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"{HEAD}\n{text}".encode()))
def test_whatever_is_in_a_file_it_is_read_or_refused_in_a_sentence(content: bytes) -> None:
    try:
        export.read(content)
    except CourseError as refused:
        assert str(refused).endswith(".")  # noqa: PT017 (either outcome is right)
