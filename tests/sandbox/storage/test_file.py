"""Rows and events are there again when the file is opened anew. What is done with a damaged file: test_damage.py."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.errors import SandboxError
from kmscourse.sandbox.storage import file as storage_module
from kmscourse.sandbox.storage.file import Row, Storage

VERSION = "0"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "account.db"


@pytest.fixture
def storage(file: Path) -> Iterator[Storage]:
    opened = Storage(file, VERSION)
    yield opened
    opened.close()


def reopened(storage: Storage, file: Path, version: str = VERSION) -> Storage:
    storage.close()
    return Storage(file, version)


def test_rows_come_back_in_the_order_of_their_first_writing(storage: Storage, file: Path) -> None:
    storage.write({Row("users", "zoe"): "1", Row("users", "ada"): "2"})
    storage.write({Row("keys", "a"): "3", Row("users", "zoe"): "4"})
    assert list(reopened(storage, file).rows()) == [
        (Row("users", "zoe"), "4"),
        (Row("users", "ada"), "2"),
        (Row("keys", "a"), "3"),
    ]


keys = st.text(st.characters(codec="utf-8"), max_size=5)
changes = st.lists(
    st.dictionaries(st.builds(Row, st.sampled_from(["a", "b"]), keys), st.none() | keys, max_size=4),
    max_size=6,
)


@settings(max_examples=50)
@given(changes)
def test_writing_is_like_updating_a_dict(steps: list[dict[Row, str | None]]) -> None:
    storage, expected = Storage(None, VERSION), dict[Row, str]()
    for step in steps:
        storage.write(step)
        for row, document in step.items():
            expected.pop(row, None) if document is None else expected.update({row: document})
    assert dict(storage.rows()) == expected
    for row in (row for step in steps for row in step):
        assert storage.document(row) == expected.get(row)


def test_a_write_that_fails_changes_nothing(storage: Storage) -> None:
    storage.write({Row("a", "1"): "before"})
    with pytest.raises(sqlite3.Error):
        storage.write({Row("a", "1"): "after", Row("a", "2"): object()})  # type: ignore[dict-item]
    assert dict(storage.rows()) == {Row("a", "1"): "before"}
    storage.write({Row("a", "1"): "after"})
    assert storage.document(Row("a", "1")) == "after"


def test_writing_afresh_removes_all_else(storage: Storage, file: Path) -> None:
    storage.write({Row("a", "1"): "old"})
    storage.append_event({"eventName": "CreateKey"})
    storage.write({Row("a", "2"): "new"}, afresh=True)
    again = reopened(storage, file)
    assert dict(again.rows()) == {Row("a", "2"): "new"}
    assert list(again.events()) == []


def test_events_come_newest_first(storage: Storage, file: Path) -> None:
    for n in range(5):
        storage.append_event({"n": n})
        storage.write({})
    again = reopened(storage, file)
    assert [event["n"] for _, event in again.events()] == [4, 3, 2, 1, 0]
    number = next(number for number, event in again.events() if event["n"] == 2)
    assert [event["n"] for _, event in again.events(before=number)] == [1, 0]


def test_events_and_the_change_they_tell_of_are_kept_together(
    storage: Storage, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.append_event({"n": 1})
    assert list(storage.events()) == [], "an event without its change"
    monkeypatch.setattr(storage, "_keep", lambda event: storage._database.execute("INSERT INTO nothing"))
    with pytest.raises(sqlite3.Error):
        storage.write({Row("a", "1"): "x"})
    assert dict(storage.rows()) == {}, "a change without its event"
    monkeypatch.undo()
    storage.write({Row("a", "1"): "x"})
    again = reopened(storage, file)
    assert [event for _, event in again.events()] == [{"n": 1}]
    assert dict(again.rows()) == {Row("a", "1"): "x"}


def test_a_forgotten_event_is_not_kept(storage: Storage) -> None:
    storage.append_event({"n": 1})
    storage.forget_events()
    storage.write({Row("a", "1"): "x"})
    assert list(storage.events()) == []


def test_only_the_latest_events_are_kept(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_module, "EVENTS_KEPT", 50)
    for n in range(1100):
        storage.append_event({"n": n})
        storage.write({})
    kept = [event["n"] for _, event in storage.events()]
    assert kept == list(range(1099, 1049, -1))


def test_the_file_is_for_its_owner_only(storage: Storage, file: Path) -> None:
    storage.write({Row("a", "1"): "x"})
    for path in file.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, f"{path.name} can be read by others"


def test_a_file_that_others_could_read_is_closed_to_them(file: Path) -> None:
    Storage(file, VERSION).close()
    file.chmod(0o644)
    Storage(file, VERSION).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_in_use_is_not_opened_twice(storage: Storage, file: Path) -> None:
    storage.write({Row("a", "1"): "x"})
    with pytest.raises(
        SandboxError, match=r"can't be opened \(database is locked\)\. Stop the other sandbox"
    ):
        Storage(file, VERSION)
    assert len(list(file.parent.glob("*set-aside*"))) == 0, "a busy file is no damaged one"
    assert storage.document(Row("a", "1")) == "x"


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="can't be opened"):
        Storage(tmp_path / "missing" / "account.db", VERSION)


def test_a_file_out_of_reach_is_no_damaged_one(tmp_path: Path) -> None:
    (tmp_path / "account.db").mkdir()
    with pytest.raises(SandboxError, match="can't be opened"):
        Storage(tmp_path / "account.db", VERSION)


def test_a_link_that_leads_nowhere_is_not_replaced_by_a_new_account(tmp_path: Path) -> None:
    """The disk that has the account may be back tomorrow."""
    file = tmp_path / "account.db"
    file.symlink_to(tmp_path / "unplugged" / "account.db")
    with pytest.raises(SandboxError, match="a link that leads nowhere"):
        Storage(file, VERSION)
    assert file.is_symlink()


def test_an_account_in_memory_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    storage = Storage(None, VERSION)
    storage.write({Row("a", "1"): "x"})
    storage.append_event({})
    storage.write({})
    assert list(tmp_path.iterdir()) == []


def test_an_event_that_cannot_be_read_hides_no_other(storage: Storage, file: Path) -> None:
    for number in range(3):
        storage.append_event({"n": number})
    storage.write({Row("users", "ada"): "1"})
    storage.close()
    with sqlite3.connect(file) as database:
        database.execute("UPDATE events SET document = '{nope' WHERE document LIKE '%1%'")
    database.close()
    again = Storage(file, VERSION)
    assert [event["n"] for _, event in again.events()] == [2, 0]
    again.close()


def test_after_a_fresh_start_the_file_is_as_small_as_a_new_one(storage: Storage, file: Path) -> None:
    def sizes() -> int:
        return sum(path.stat().st_size for path in file.parent.iterdir())

    storage.write({Row("a", "1"): "x"}, afresh=True)
    new = sizes()
    for number in range(20):
        storage.append_event({"text": "x" * 100_000})
        storage.write({Row("a", f"{number}"): "x" * 100_000})
    assert sizes() > 3_000_000
    storage.write({Row("a", "1"): "x"}, afresh=True)
    assert sizes() <= new
    assert dict(reopened(storage, file).rows()) == {Row("a", "1"): "x"}


class Full:
    """A database that finds no room for its own copy."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def execute(self, statement: str, *parameters: Any) -> Any:
        if statement == "VACUUM":
            raise sqlite3.OperationalError("database or disk is full")
        return self._database.execute(statement, *parameters)


def test_a_fresh_start_is_one_also_where_the_file_cannot_be_made_smaller(
    storage: Storage, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    storage.write({Row("a", "1"): "x" * 100_000})
    with caplog.at_level("WARNING"), monkeypatch.context() as patch:
        patch.setattr(storage, "_database", Full(storage._database))
        storage.write({Row("a", "2"): "y"}, afresh=True)
    assert "stays as large as it was" in caplog.text
    assert dict(reopened(storage, file).rows()) == {Row("a", "2"): "y"}
