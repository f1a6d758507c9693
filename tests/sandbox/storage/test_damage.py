"""A file that this sandbox can't read is set aside as it is, with a sentence that says so, and never half read."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kmscourse.errors import SandboxError
from kmscourse.sandbox.storage import copies as copies_module
from kmscourse.sandbox.storage import file as storage_module
from kmscourse.sandbox.storage.file import FORMAT, DamagedError, Row, Storage
from kmscourse.sandbox.storage.typed import require_types

VERSION = "0"
CONTENT = {Row("keys", f"{n}"): json.dumps({"n": n, "text": f"{n}" * 40}) for n in range(300)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "account.db"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file that was written and closed in good order."""
    path = tmp_path_factory.mktemp("good") / "account.db"
    storage = Storage(path, VERSION)
    storage.write(CONTENT)
    storage.append_event({"eventName": "CreateKey"})
    storage.write({Row("keys", "0"): CONTENT[Row("keys", "0")]})
    storage.close()
    return path.read_bytes()


def copies(folder: Path) -> list[Path]:
    """The files that were set aside."""
    return sorted(folder.glob("account-set-aside-*.db"))


def opened(file: Path, version: str = VERSION) -> tuple[dict[Row, str], str | None]:
    """What is in the file, and the notice; the file is closed again."""
    storage = Storage(file, version)
    try:
        try:
            rows = dict(storage.rows())
        except DamagedError as damage:
            storage.set_aside(f"is damaged ({damage})")
            rows = {}
        storage.write({Row("new", "1"): "x"})
        return rows, storage.notice
    finally:
        storage.close()


def check_kept_or_set_aside(file: Path, damaged: bytes) -> bool:
    """Whatever is in the file, it is read as it was written, or set aside to the byte; True where it was read."""
    file.write_bytes(damaged)
    rows, notice = opened(file)
    if notice is None:
        assert rows == CONTENT, "damage went unnoticed"
        assert copies(file.parent) == []
        return True
    (kept,) = copies(file.parent)
    assert kept.read_bytes() == damaged, "the file that was set aside is not as it was"
    assert kept.name in notice
    assert str(file) in notice
    assert rows == {}, "an account that was set aside is half there"
    assert opened(file)[1] is None, "the file that took its place is a good one"
    return False


@pytest.mark.parametrize("seed", range(25))
def test_a_file_cut_off_anywhere_is_set_aside(file: Path, good: bytes, seed: int) -> None:
    length = random.Random(seed).randrange(len(good))  # noqa: S311 - a repeatable choice, no secret
    assert not check_kept_or_set_aside(file, good[:length])


@pytest.mark.parametrize("seed", range(60))
def test_bytes_changed_anywhere_are_noticed_if_they_count(file: Path, good: bytes, seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
    damaged = bytearray(good)
    for _ in range(choose.choice([1, 1, 1, 10])):
        damaged[choose.randrange(len(damaged))] ^= 1 << choose.randrange(8)
    check_kept_or_set_aside(file, bytes(damaged))


def test_a_change_in_the_text_of_a_row_is_noticed(file: Path, good: bytes) -> None:
    """SQLite's own pages carry no checksum."""
    place = good.index(CONTENT[Row("keys", "7")].encode())
    assert not check_kept_or_set_aside(file, good[: place + 10] + b"!" + good[place + 11 :])


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\0",
        b"{}",
        b"this is no database at all, but long enough to be taken for one" * 40,
        b"SQLite format 3\0" + b"\xff" * 5000,
    ],
    ids=["empty", "zero", "json", "text", "header"],
)
def test_what_is_no_account_at_all_is_set_aside(file: Path, garbage: bytes) -> None:
    assert not check_kept_or_set_aside(file, garbage)


def test_pages_overwritten_in_the_middle_are_noticed(file: Path, good: bytes) -> None:
    assert not check_kept_or_set_aside(file, good[:8192] + os.urandom(16384) + good[24576:])


def test_a_database_of_something_else_is_set_aside_and_left_as_it_is(file: Path) -> None:
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE about (something TEXT, else_ TEXT)")
    other.execute("INSERT INTO about VALUES ('a', 'b')")
    other.commit()
    other.close()
    assert not check_kept_or_set_aside(file, file.read_bytes())


def test_the_log_is_set_aside_with_its_file(file: Path, good: bytes) -> None:
    """After kill -9 the latest changes are in the log alone."""
    writer = Storage(file, VERSION)
    writer.write({Row("keys", "only in the log"): "1"})
    for suffix in ("", "-wal"):
        shutil.copy(f"{file}{suffix}", f"{file}.killed{suffix}")
    writer.close()
    log = Path(f"{file}.killed-wal").read_bytes()
    assert b"only in the log" in log
    file.write_bytes(b"")
    Path(f"{file}-wal").write_bytes(log)
    assert "is empty" in (opened(file)[1] or "")
    (kept,) = copies(file.parent)
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == log


@pytest.mark.parametrize("number", [3, FORMAT + 1])
def test_a_format_too_old_or_too_new_is_set_aside_as_it_is(file: Path, number: int) -> None:
    opened(file)
    with sqlite3.connect(file, isolation_level=None) as database:
        database.execute("UPDATE about SET stamp = replace(stamp, ?, ?)", (f"t {FORMAT}", f"t {number}"))
    database.close()
    before = file.read_bytes()
    rows, notice = opened(file)
    assert rows == {}
    assert f"format {number}, moto 0" in (notice or "")
    assert f"format {FORMAT}, moto 0" in (notice or "")
    (kept,) = copies(file.parent)
    assert kept.read_bytes() == before


def test_rows_of_another_version_of_moto_are_told_apart(file: Path) -> None:
    opened(file, "1")
    storage = Storage(file, "2")
    assert (storage.is_outdated, storage.moto_version) == (True, "1")
    storage.write({Row("more", "1"): "y"})
    assert not storage.is_outdated
    storage.close()
    rows, notice = opened(file, "2")
    assert rows == {Row("new", "1"): "x", Row("more", "1"): "y"}
    assert notice is None


def test_several_files_are_set_aside_side_by_side(file: Path) -> None:
    for text in (b"one", b"two", b"three"):
        file.write_bytes(text)
        opened(file)
        file.unlink()
    assert sorted(path.read_bytes() for path in copies(file.parent)) == [b"one", b"three", b"two"]


def test_a_file_that_finds_no_room_aside_stays_where_it_is(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    file.write_bytes(b"damaged")
    with monkeypatch.context() as patch:
        patch.setattr(copies_module.shutil, "copyfileobj", full)
        with pytest.raises(SandboxError, match="No space left on device"):
            Storage(file, VERSION)
    assert file.read_bytes() == b"damaged"
    assert copies(file.parent) == []


def forged(file: Path, row: Row, document: str) -> None:
    """Put a row in a closed file, with the right checksum, as a program of somebody else could."""
    checksum = zlib.crc32(f"{row.collection}\0{row.key}\0{document}".encode())
    with sqlite3.connect(file) as database:
        database.execute(
            "INSERT OR REPLACE INTO rows (collection, key, document, checksum) VALUES (?, ?, ?, ?)",
            (*row, document, checksum),
        )
    database.close()


@pytest.mark.parametrize(
    "document",
    [
        '{"$object": ["Popen", {"args": "touch owned"}]}',
        '{"$object": ["os.system", {}]}',
        '{"$mapping": ["Key", {}]}',
        '{"$object": ["Key", {"__class__": "os"}]}',
        '{"$object": ["Key", {"id": {"$ref": ["iam/aws/users", "nobody"]}}]}',
        '{"$object": ["Key", {}]}',
        '{"$object": ["User", {}]}',
        '{"$object": ["Key", {"id": "x"',
        "[]",
        "3",
        '"x"',
        "[" * 5000,
    ],
)
def test_a_forged_row_is_never_run_and_sets_the_file_aside(
    kept: Any,
    tmp_path: Path,
    open_account: Callable[[Path], Any],
    document: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    kept.key()
    kept.account.close()
    forged(kept.path, Row("kms/us-east-1/keys", "x"), document)
    before = kept.path.read_bytes()
    again = open_account(kept.path)
    assert "is damaged (A row can't be" in again.account.notices[0]
    assert again.account.keys.of_region("us-east-1") == []
    (aside_,) = copies(tmp_path)
    assert aside_.read_bytes() == before
    assert not Path("owned").exists()
    again.key()


@pytest.mark.parametrize(
    "collection",
    ["kms/us-east-1/nonsense", "s3/us-east-1/buckets", "x", "dynamodb/us-east-1/tables/Gone/items", ""],
)
def test_a_row_of_nothing_known_sets_the_file_aside(
    kept: Any, open_account: Callable[[Path], Any], collection: str
) -> None:
    kept.account.close()
    forged(kept.path, Row(collection, "x"), "{}")
    assert "is damaged" in open_account(kept.path).account.notices[0]


def test_a_grant_in_anothers_place_sets_the_file_aside(
    kept: Any, open_account: Callable[[Path], Any]
) -> None:
    arn = "arn:aws:iam::123456789012:root"
    kept("kms:CreateGrant", KeyId=kept.key(), GranteePrincipal=arn, Operations=["Decrypt"])
    (document,) = (
        text for row, text in kept.account.storage.rows() if row.collection == "kms/us-east-1/grants"
    )
    kept.account.close()
    forged(kept.path, Row("kms/us-east-1/grants", "x"), document)
    assert "is damaged" in open_account(kept.path).account.notices[0]


FORGED_MEMBERS: list[tuple[str, str, Any]] = [
    ("keys", "description", 3),
    ("keys", "created", "yesterday"),
    ("keys", "created", None),
    ("keys", "multi_region", "false"),
    ("keys", "policy", 3),
    ("keys", "policy", "3"),
    ("keys", "policy", "{"),
    ("keys", "tags", {"a": 1}),
    ("keys", "tags", [["a", "b"]]),
    ("keys", "aliases", {"alias/a": {"created": "now", "updated": 1.0}}),
    ("keys", "aliases", {"alias/a": {"created": 1.0}}),
    ("keys", "next_rotation", "2026-01-01T00:00:00"),  # in no time zone
    ("keys", "rotation_period", True),
    ("keys", "materials", 3),
    ("keys", "materials", [{"id": "x"}]),
    ("keys", "pending_material", []),
    ("grants", "created", "1"),
    ("grants", "terms", []),
    ("grants", "holders", {"GranteePrincipal": None}),
    ("grants", "secret", None),
]


@pytest.mark.parametrize(("kind", "member", "value"), FORGED_MEMBERS)
def test_a_member_of_another_type_sets_the_file_aside(
    kept: Any, open_account: Callable[[Path], Any], kind: str, member: str, value: Any
) -> None:
    """Not a failure at the first call that reads it."""
    arn = "arn:aws:iam::123456789012:root"
    kept("kms:CreateGrant", KeyId=kept.key(), GranteePrincipal=arn, Operations=["Decrypt"])
    ((row, text),) = (
        (row, text) for row, text in kept.account.storage.rows() if row.collection == f"kms/us-east-1/{kind}"
    )
    kept.account.close()
    document = json.loads(text)
    assert member in document
    forged(kept.path, row, json.dumps({**document, member: value}))
    again = open_account(kept.path)
    assert "is damaged (A row can't be read" in again.account.notices[0]
    again.key()


@dataclass
class Within:
    number: int


@dataclass
class Typed:
    text: str
    real: float
    mapping: Mapping[str, str]
    texts: tuple[str, ...]
    parts: list[Within]
    anything: Any = None


GOOD: dict[str, Any] = {"text": "", "real": 1, "mapping": {"a": "b"}, "texts": ("a",), "parts": [Within(1)]}


def test_what_has_its_types_is_taken() -> None:
    require_types(Typed(**GOOD))
    require_types(Typed(**GOOD, anything=[3]))
    require_types({"no": "dataclass"})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("text", None),
        ("real", "1"),
        ("real", True),
        ("mapping", []),
        ("mapping", {"a": 1}),
        ("mapping", {1: "a"}),
        ("texts", ["a"]),
        ("texts", ("a", 1)),
        ("parts", [Within("1")]),  # type: ignore[arg-type]
        ("parts", [Within(1), 1]),
    ],
)
def test_what_has_other_types_is_told(member: str, value: Any) -> None:
    with pytest.raises(TypeError, match="is of another type"):
        require_types(Typed(**{**GOOD, member: value}))


ENDLESS = "WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more) SELECT n"
FOREIGN = {
    "a view in place of the rows": "DROP TABLE rows; CREATE VIEW rows (id, collection, key, document, checksum) "
    f"AS {ENDLESS}, n, n, n, n FROM more",
    "a view in place of the stamp": f"DROP TABLE about; CREATE VIEW about (stamp) AS {ENDLESS} FROM more",
    "a view in place of the events": "DROP TABLE events; "
    f"CREATE VIEW events (id, document) AS {ENDLESS}, n FROM more",
    "a view more": f"CREATE VIEW others AS {ENDLESS} FROM more",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM events; END",
    "a table more": "CREATE TABLE others (a)",
    "a virtual table": "CREATE VIRTUAL TABLE others USING fts5(a)",
    "a generated column": "ALTER TABLE rows ADD COLUMN more AS (length(zeroblob(100000000)))",
    "an index": "CREATE INDEX others ON rows (document)",
    "an index on an expression": "CREATE INDEX others ON rows (hex(document))",
    "a column more": "ALTER TABLE events ADD COLUMN more",
    "another type": "DROP TABLE about; CREATE TABLE about (stamp BLOB)",
    "a check": "DROP TABLE events; CREATE TABLE events (id INTEGER PRIMARY KEY, document CHECK (length(document)))",
    "a table without its index": "DROP TABLE rows; "
    "CREATE TABLE rows (id INTEGER PRIMARY KEY, collection, key, document, checksum)",
    "statistics": "ANALYZE",
    "no stamp": "DELETE FROM about",
    "two stamps": "INSERT INTO about SELECT stamp FROM about",
    "a huge stamp": "UPDATE about SET stamp = stamp || hex(zeroblob(2000000))",
    "a stamp of bytes": "UPDATE about SET stamp = CAST(stamp AS BLOB)",
    "a stamp that is no text": "UPDATE about SET stamp = CAST(x'ff' AS TEXT)",
    "a stamp of several lines": "UPDATE about SET stamp = 'a' || char(10) || char(27) || '[2J'",
    "bytes for a document": "UPDATE rows SET document = CAST(document AS BLOB)",
    "no text for a document": "UPDATE rows SET document = CAST(x'ff' AS TEXT)",
    "no text for a key": "UPDATE rows SET key = CAST(x'ff' AS TEXT) WHERE id = 1",
    "nothing for a key": "UPDATE rows SET key = NULL",
    "a number for a collection": "UPDATE rows SET collection = x'00' WHERE id = 2",
}


@pytest.mark.parametrize("change", FOREIGN.values(), ids=FOREIGN)
def test_a_schema_that_is_not_ours_is_set_aside_unread(file: Path, good: bytes, change: str) -> None:
    """A view would be read without end, a trigger would act; neither has a place in an account."""
    file.write_bytes(good)
    with sqlite3.connect(file, isolation_level=None) as database:
        database.executescript(change)
    database.close()
    changed = file.read_bytes()
    rows, notice = opened(file)
    assert rows == {}, "something was read of it"
    assert notice is not None
    assert notice.isprintable(), "a notice is one line"
    assert len(notice) < 1000
    (kept,) = copies(file.parent)
    assert kept.read_bytes() == changed
    assert opened(file) == ({Row("new", "1"): "x"}, None), "an account begins in its place"


def test_a_schema_edited_by_hand_is_set_aside(file: Path, good: bytes) -> None:
    """SQLite lets its own table be written: what it says need not be what was made."""
    for number, change in enumerate(
        [
            "UPDATE sqlite_master SET sql = replace(sql, 'TEXT', 'TEXT DEFAULT (randomblob(9))')",
            "UPDATE sqlite_master SET type = 'view' WHERE name = 'rows'",
            "UPDATE sqlite_master SET sql = 'CREATE VIEW rows AS SELECT 1' WHERE name = 'rows'",
            "UPDATE sqlite_master SET sql = NULL WHERE name = 'events'",
            "UPDATE sqlite_master SET rootpage = 1",
            "UPDATE sqlite_master SET name = 'gone' WHERE name = 'about'",
            "UPDATE sqlite_master SET sql = sql || ' --' || hex(zeroblob(2000000))",
        ],
        1,
    ):
        file.write_bytes(good)
        with sqlite3.connect(file, isolation_level=None) as database:
            database.execute("PRAGMA writable_schema = ON")
            database.execute(change)
        database.close()
        rows, notice = opened(file)
        assert rows == {}, change
        assert "is damaged" in (notice or ""), change
        assert len(copies(file.parent)) == number
        file.unlink()


def test_events_that_are_none_are_left_out(file: Path, good: bytes) -> None:
    file.write_bytes(good)
    with sqlite3.connect(file, isolation_level=None) as database:
        for document in ("[]", "3", "[" * 100_000, '"x"', "{", b"\xff"):
            database.execute("INSERT INTO events (document) VALUES (?)", (document,))
        database.execute("INSERT INTO events (document) VALUES (CAST(x'ff' AS TEXT))")
    database.close()
    storage = Storage(file, VERSION)
    assert [event for _, event in storage.events()] == [{"eventName": "CreateKey"}]
    storage.close()


def test_a_document_longer_than_any_is_set_aside(
    file: Path, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_module, "_MAX_DOCUMENT", 1_000_000)
    file.write_bytes(good)
    with sqlite3.connect(file, isolation_level=None) as database:
        database.execute("UPDATE rows SET document = hex(zeroblob(1000000)) WHERE id = 7")
    database.close()
    rows, notice = opened(file)
    assert rows == {}
    assert "is damaged" in (notice or "")


@pytest.mark.parametrize(
    ("key", "document"),
    [
        ("since", None),
        ("since", '{"version":1,"value":"yesterday"}'),
        ("since", "3.0"),
        ("main_user", None),
        ("main_user", '{"version":1,"value":[1]}'),
        ("main_user_id", '{"version":1,"value":{}}'),
        ("notices", '{"version":1,"value":[1]}'),
        ("notices", '{"version":1}'),
    ],
)
def test_an_account_that_does_not_say_what_it_is_is_set_aside(
    kept: Any, open_account: Callable[[Path], Any], key: str, document: str | None
) -> None:
    """Not begun anew in the same file, where all that it held would go."""
    arn = kept.key()
    kept.account.close()
    if document is not None:
        forged(kept.path, Row("account/about", key), document)
    else:
        with sqlite3.connect(kept.path) as database:
            database.execute("DELETE FROM rows WHERE collection = 'account/about' AND key = ?", (key,))
        database.close()
    again = open_account(kept.path)
    assert "is damaged" in again.account.notices[0]
    (aside_,) = copies(kept.path.parent)
    assert arn.rpartition("/")[2].encode() in aside_.read_bytes()
