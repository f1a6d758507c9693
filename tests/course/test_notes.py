"""Notes outlive the notebook, and take no plaintext key."""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.course.notes import NOTES, Notes
from kmscourse.envelope import Envelope
from kmscourse.errors import CourseError

BLOB = bytes(range(184)).hex()


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(tmp_path, "123456789012")


def test_a_note_is_there_for_the_next_notebook(notes: Notes, tmp_path: Path) -> None:
    notes["encrypted_data_key"] = BLOB
    assert Notes(tmp_path, "123456789012")["encrypted_data_key"] == BLOB


def test_another_account_has_notes_of_its_own(notes: Notes, tmp_path: Path) -> None:
    notes["encrypted_data_key"] = BLOB
    assert list(Notes(tmp_path, "999999999999")) == []


def test_a_note_that_is_not_there_says_which_are(notes: Notes) -> None:
    with pytest.raises(CourseError, match="no note 'envelope' yet: none is written"):
        notes["envelope"]


@pytest.mark.parametrize("size", [16, 24, 32, 64])
def test_a_plaintext_data_key_is_not_written_down(notes: Notes, tmp_path: Path, size: int) -> None:
    secret = os.urandom(size)
    with pytest.raises(CourseError, match="too short for an encrypted data key"):
        notes["encrypted_data_key"] = secret.hex()
    with pytest.raises(CourseError, match="too short for an encrypted record"):
        notes["cellar"] = secret.hex()
    with pytest.raises(CourseError, match="keeps no note 'plaintext_data_key'"):
        notes["plaintext_data_key"] = secret.hex()
    for name in ("envelope", "messages", "messages_as_leaked"):
        with pytest.raises(CourseError):
            notes[name] = secret.hex()
        with pytest.raises(CourseError):
            notes[name] = json.dumps({"1": secret.hex()})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [16, 24, 32])
def test_a_signature_is_told_from_a_data_key_a_digest_and_a_mac(notes: Notes, size: int) -> None:
    with pytest.raises(CourseError, match="too short for a signature"):
        notes["signature"] = os.urandom(size).hex()
    notes["signature"] = os.urandom(64).hex()


@pytest.mark.parametrize("value", ["update-01", '"update-01"', '{"update-01": true}', "[1]"])
def test_names_that_are_no_list_are_told_how(notes: Notes, value: str) -> None:
    with pytest.raises(CourseError, match="a list of names"):
        notes["accepted"] = value
    notes["accepted"] = json.dumps(["update-01"])


NO_TEXTS = [
    None,
    5,
    b"[]",
    b"{}",
    [],
    {},
    ["update-01"],
    iter(["update-01"]),
    {"1": "00"},
    bytearray(100),
    True,
]
MALFORMED = ["", "x", "null", "5", "[[]]", '[{"a": 1}]', '{"a": null}', "[" * 50_000]


@pytest.mark.parametrize("name", NOTES)
@pytest.mark.parametrize("value", [*NO_TEXTS, *MALFORMED], ids=lambda value: repr(value)[:20])
def test_whatever_else_is_written_as_a_note_is_refused_in_a_sentence(
    notes: Notes, name: str, value: Any
) -> None:
    with pytest.raises(CourseError, match=f"^This can't be kept as {name}: [a-zA-Z0-9 ]+.*[.?]$") as raised:
        notes[name] = value
    assert not re.search("JSON object must|Expecting value|NoneType|recursion", str(raised.value))
    assert name not in notes


@pytest.mark.parametrize(
    "value",
    [
        {"key": 1, "since": "2026-12-01T08:00:00+00:00", "items": [{"name": "a"}]},
        {"key": "a", "since": "then", "items": [{"name": "a"}]},
        {"key": "a", "since": "2026-12-01T08:00:00+00:00", "items": [{}]},
        {"key": "a", "since": "2026-12-01T08:00:00+00:00", "items": []},
        {"key": "a", "since": "2026-12-01T08:00:00+00:00", "items": [{"name": "update-01"}]},
    ],
)
@pytest.mark.parametrize("name", ["updates", "orders"])
def test_what_came_in_is_whole_or_is_no_note(notes: Notes, name: str, value: dict[str, Any]) -> None:
    with pytest.raises(CourseError):
        notes[name] = json.dumps(value)


def test_a_note_can_be_taken_back(notes: Notes) -> None:
    notes["encrypted_data_key"] = BLOB
    del notes["encrypted_data_key"]
    assert len(notes) == 0
    with pytest.raises(CourseError):
        del notes["encrypted_data_key"]


def test_a_refused_note_loses_nothing(notes: Notes) -> None:
    notes["encrypted_data_key"] = BLOB
    with pytest.raises(CourseError):
        notes["encrypted_data_key"] = "not hex"
    assert notes["encrypted_data_key"] == BLOB


@pytest.mark.parametrize("value", [bytes(184), "not hex"])
def test_a_data_key_that_was_not_written_in_hex_is_told_how(notes: Notes, value: Any) -> None:
    with pytest.raises(CourseError, match=r"kept in hexadecimal digits, as \.hex\(\) writes them"):
        notes["encrypted_data_key"] = value


@pytest.mark.parametrize("value", ["", "7", '["key"]', json.dumps([bytes(16).hex()]), "[7]", "{}x"])
def test_a_timeline_that_is_no_list_of_ids_is_told_how(notes: Notes, value: str) -> None:
    with pytest.raises(CourseError, match="a list of events' ids"):
        notes["timeline"] = value
    notes["timeline"] = json.dumps(["f4a7d1b0-3a5c-4a0c-9d5e-0c9b8a7e6f51"])


@pytest.mark.parametrize("value", ["", "[]", "7", '{"2": "00"}', '{"2": "not hex"}'])
def test_what_was_sealed_for_tickets_is_kept_in_hex(notes: Notes, value: str) -> None:
    with pytest.raises(CourseError, match="can't be kept as tickets"):
        notes["tickets"] = value
    notes["tickets"] = json.dumps({"2": bytes(160).hex()})


def test_an_envelope_that_was_not_written_as_text_is_told_how(notes: Notes) -> None:
    envelope: Any = Envelope(bytes(184), bytes(12), bytes(40))
    with pytest.raises(CourseError, match=r"kept as text, as \.to_json\(\) writes it"):
        notes["envelope"] = envelope
    notes["envelope"] = envelope.to_json()


def test_only_the_owner_reads_the_file(notes: Notes, tmp_path: Path) -> None:
    notes["encrypted_data_key"] = BLOB
    assert stat.S_IMODE((tmp_path / "notes.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("value", [5, None, [], {}, 1.5, "", "not hex", "00", "{", "[1]", '{"version": 1}'])
@pytest.mark.parametrize("name", ["encrypted_data_key", "envelope", "plaintext"])
def test_what_cannot_be_a_note_is_none(notes: Notes, tmp_path: Path, name: str, value: Any) -> None:
    (tmp_path / "notes.json").write_text(json.dumps({"123456789012": {name: value}}))
    assert (list(notes), len(notes), name in notes) == ([], 0, False)
    with pytest.raises(CourseError, match=f"no note '{name}' yet: none is written"):
        notes[name]
    notes["encrypted_data_key"] = BLOB
    assert list(notes) == ["encrypted_data_key"]


@given(value=st.text() | st.integers() | st.binary(max_size=120).map(bytes.hex) | st.just("[" * 100_000))
def test_no_value_in_the_file_is_a_raw_error(value: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "notes.json"
        file.write_text(json.dumps({"1": {"envelope": value, "encrypted_data_key": value}}))
        notes = Notes(Path(folder), "1")
        assert "envelope" not in notes
        if "encrypted_data_key" in notes:
            assert len(bytes.fromhex(notes["encrypted_data_key"])) >= 100


def test_a_damaged_file_is_said_and_kept(notes: Notes, tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("{nope")
    with pytest.raises(CourseError, match="Move it away"):
        notes["encrypted_data_key"] = BLOB
    assert (tmp_path / "notes.json").read_text() == "{nope"
