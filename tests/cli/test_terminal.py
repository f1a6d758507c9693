"""What is written to a terminal or a pipe arrives, whatever its encoding has."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.cli import terminal

ENCODINGS = ["ascii", "cp1252", "latin-1", "cp437", "cp850", "cp932", "koi8-r", "cp037", "utf-8", "utf-16"]
PACKAGE = Path(terminal.__file__).parent


def written(text: str, encoding: str) -> str:
    """What a reader of that encoding reads, where ``text`` was printed."""
    here = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), encoding, newline="") for _ in range(2))
    try:
        terminal.write_every_character()
        read = []
        for stream in (sys.stdout, sys.stderr):
            stream.write(text)
            stream.flush()
            read.append(stream.buffer.getvalue().decode(encoding))
    finally:
        sys.stdout, sys.stderr = here
    assert read[0] == read[1], "stdout and stderr are treated alike"
    return read[0]


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=st.text(st.characters(codec=None), max_size=20))
def test_nothing_fails_and_what_the_encoding_has_stays(encoding: str, text: str) -> None:
    read = written(text, encoding)
    there = "".join(character for character in text if is_in(character, encoding))
    if there == text:
        assert read == text.encode(encoding).decode(encoding)
    assert len(read) >= len(there)


def is_in(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def test_a_surrogate_of_a_files_name_is_written_too() -> None:
    assert written("caf\udce9", "utf-8") == "caf?"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_met_and_not_met_differ_everywhere(encoding: str) -> None:
    assert written("✓", encoding) != written("✗", encoding)
    assert written("■", encoding) != written("□", encoding)


def test_each_character_that_the_course_writes_has_a_form_in_ascii() -> None:
    used = set(re.findall(r"[^\x00-\x7f]", "".join(f.read_text("utf-8") for f in PACKAGE.rglob("*.py"))))
    lost = {character for character in used if written(character, "ascii") == "?"}
    assert not lost, f"say in kmscourse/terminal.py how {sorted(lost)} look in ASCII"


def test_a_stream_that_is_none_or_of_another_kind_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    terminal.write_every_character()
    print("✓", file=sys.stderr)
    assert sys.stderr.getvalue() == "✓\n"


def test_columns_are_as_wide_as_a_terminal_shows_them() -> None:
    rows = [("李小龙", "1"), ("e\u0301ve", "2"), ("benjamin", "3")]
    assert terminal.columns(rows) == ["李小龙    1", "e\u0301ve       2", "benjamin  3"]
