"""Exports are found in files, folders and at URLs; what can't be read is set aside with one sentence each."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse import classroom
from kmscourse.classroom import sources
from kmscourse.errors import CourseError
from tests.exports import exported

POSIX = pytest.mark.skipif(
    os.name != "posix", reason="these files are not on Windows: run it on Linux or macOS"
)


def put(folder: Path, *names: str, content: bytes = exported()) -> Path:
    """Exports in a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(content)
    return folder


def collected(*words: str | Path) -> tuple[list[str], list[str]]:
    """The names of the students, and what was set aside."""
    students, set_aside = classroom.collect(
        each for word in words for each in classroom.find_submissions(str(word))
    )
    return [student.name for student in students], set_aside


def test_of_a_folder_every_csv_is_a_student_in_the_order_of_the_alphabet(tmp_path: Path) -> None:
    put(tmp_path, "Zoe.csv", "anna.csv", "Ben.CSV")
    assert collected(tmp_path) == (["anna", "Ben", "Zoe"], [])


def test_what_else_is_in_a_folder_is_set_aside_in_one_sentence(tmp_path: Path) -> None:
    put(tmp_path, "anna.csv")
    put(tmp_path, *(f"{number}.pdf" for number in range(100)), content=b"%PDF")
    (tmp_path / "ben").mkdir()
    names, set_aside = collected(tmp_path)
    assert names == ["anna"]
    assert set_aside == [
        f"set aside: 101 more in {tmp_path.name}: only files .csv are read, and not 0.pdf, 1.pdf, 10.pdf, 11.pdf, "
        "12.pdf, …."
    ]


def test_a_file_that_is_named_twice_is_one_student(tmp_path: Path) -> None:
    put(tmp_path, "anna.csv")
    (tmp_path / "deeper").mkdir()
    assert collected(tmp_path / "anna.csv", tmp_path / "deeper" / ".." / "anna.csv") == (["anna"], [])
    assert collected(tmp_path / "anna.csv", tmp_path)[0] == ["anna"]


def test_students_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    put(tmp_path / "monday", "anna.csv", "ben.csv")
    put(tmp_path / "friday", "anna.csv")
    names, _ = collected(tmp_path / "monday", tmp_path / "friday")
    assert names == ["anna (friday)", "anna (monday)", "ben"]


def test_students_of_one_name_in_folders_of_one_name_are_numbered(tmp_path: Path) -> None:
    for term in ("spring", "autumn"):
        put(tmp_path / term / "monday", "anna.csv", f"{'x' * 80}{term}.csv")
    put(tmp_path / "friday", "anna.csv", "anna (monday) 1.csv")
    names, _ = collected(*(tmp_path / folder for folder in ("spring/monday", "autumn/monday", "friday")))
    long = f"{'x' * 59}… (monday)"
    anna = ["anna (friday)", "anna (monday) 1", "anna (monday) 2", "anna (monday) 3"]
    assert names == [*anna, f"{long} 1", f"{long} 2"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"a,b\n1,2\n",
            "its first row lacks kind, name, section, done, right, day, so it is no export of the course.",
        ),
        (b"\xff\xfe\0", "it is not in UTF-8."),
        (b"", "its first row lacks kind, name, section, done, right, day, so it is no export of the course."),
        (exported().splitlines(keepends=True)[0], "it has nothing of this course in it."),
        (
            b"kind,name,section,done,right,day\nsection,Of another course,900,no,,\n",
            "it has nothing of this course",
        ),
        (b"x" * (sources.MAX_BYTES + 1), "it is larger than 5 MiB."),
        (b"x" * 10 * 2**20, "it is larger than 5 MiB."),
    ],
    ids=["other columns", "not UTF-8", "empty", "only a head", "another course", "too large", "10 MiB"],
)
def test_what_is_no_export_is_set_aside_and_the_others_are_read(
    tmp_path: Path, content: bytes, said: str
) -> None:
    put(tmp_path, "anna.csv")
    put(tmp_path, "odd.csv", content=content)
    names, (sentence,) = collected(tmp_path)
    assert names == ["anna"]
    assert sentence.startswith(f"set aside: odd: {said}")


@POSIX
def test_what_is_no_plain_file_is_set_aside_and_waited_for_never(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", "secret.csv")
    folder = put(tmp_path / "exports", "anna.csv")
    os.mkfifo(folder / "pipe.csv")
    (folder / "link.csv").symlink_to(tmp_path / "elsewhere" / "secret.csv")
    (folder / "folder.csv").mkdir()
    names, set_aside = collected(folder)
    assert names == ["anna"]
    assert [sentence.split(": ")[1] for sentence in set_aside] == ["folder", "link", "pipe"]
    assert all(sentence.endswith("it is no plain file.") for sentence in set_aside)


@pytest.mark.parametrize(
    "word", ["file:///etc/passwd", "ftp://127.0.0.1/a.csv", "data:,kind", "FILE:x", "jar:x"]
)
def test_no_other_scheme_is_opened(word: str) -> None:
    with pytest.raises(CourseError, match="neither a path nor a URL with http or https"):
        classroom.find_submissions(word)


@pytest.mark.parametrize("word", ["http://", "https://", "http://[::1/a.csv", "http:///a.csv"])
def test_a_url_without_a_server_is_refused(word: str) -> None:
    with pytest.raises(CourseError, match="is no URL"):
        classroom.find_submissions(word)


@pytest.mark.parametrize("word", ["", "missing", "a\0b", "x" * 5000])
def test_what_is_not_there_is_refused(word: str) -> None:
    with pytest.raises(CourseError):
        classroom.find_submissions(word)


def test_a_folder_without_exports_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.pdf")
    with pytest.raises(CourseError, match=r"has no file \.csv in it"):
        classroom.find_submissions(str(tmp_path))


@pytest.mark.parametrize(
    ("url", "name", "place"),
    [
        ("https://files.example.org/class/anna.csv?token=secret", "anna", "files.example.org"),
        ("https://files.example.org/An%C3%AFs%20B.csv", "Anïs B", "files.example.org"),
        ("HTTP://files.example.org/", "files.example.org", "files.example.org"),
        ("https://user:secret@files.example.org", "files.example.org", "files.example.org"),
        ("https://files.example.org/a%0d%0a%1b%5b31m.csv", "a���[31m", "files.example.org"),
    ],
)
def test_a_url_has_the_name_of_its_file(url: str, name: str, place: str) -> None:
    (source,) = classroom.find_submissions(url)
    assert (source.name, source.place) == (name, place)
    assert "secret" not in source.name + source.place


@pytest.mark.parametrize("name", ["علی‌رضا", "क्‍ष", "👩\u200d🎓"])
def test_a_name_with_joiners_is_shown_as_it_is_written(name: str) -> None:
    assert sources.readable(name) == name


@given(st.text(max_size=200))
def test_a_shown_text_is_one_line_that_steers_no_terminal(text: str) -> None:
    shown = sources.readable(text)
    assert 0 < len(shown) <= sources.MAX_NAME
    assert len(shown.splitlines()) == 1
    assert not any(unicodedata.category(sign)[0] == "C" and sign not in "\u200c\u200d" for sign in shown)
    assert sources.readable(shown) == shown
