"""What the course remembers in small files: whole or not at all, and never lost, to damage or to two at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.errors import CourseError, HomeError, KmsCourseError
from kmscourse.home import account_file, files, lock
from kmscourse.home.account_file import AccountFile

ACCOUNT, OTHER = "123456789012", "999999999999"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
DEEP = "[" * 100_000

COUNT = """if True:
    import pathlib, sys
    from kmscourse.home.account_file import AccountFile
    kept = AccountFile(pathlib.Path(sys.argv[1]), sys.argv[2])
    for _ in range(int(sys.argv[3])):
        with kept.update() as numbers:
            numbers["count"] = numbers.get("count", 0) + 1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "notes.json"


def put(file: Path, **values: Any) -> None:
    with AccountFile(file, ACCOUNT).update() as mine:
        mine.update(values)


DAMAGED = {
    "empty": "",
    "cut short": "{nope",
    "a list": "[]",
    "a number in the account's place": f'{{"{ACCOUNT}": 3}}',
    "no UTF-8": "\ud800",
    "deep": DEEP,
    "NaN": f'{{"{ACCOUNT}": {{"a": NaN}}}}',
    "a number of 5000 digits": f'{{"{ACCOUNT}": {{"a": {"1" * 5000}}}}}',
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_said_and_kept(file: Path, damage: str) -> None:
    content = damage.encode("utf-8", "surrogatepass")
    file.write_bytes(content)
    with pytest.raises(CourseError, match=r"notes\.json can.t be read\. Move it away"):
        AccountFile(file, ACCOUNT).read()
    with pytest.raises(CourseError, match=r"notes\.json can.t be read\. Move it away"):
        put(file, a=1)
    assert file.read_bytes() == content
    assert sorted(os.listdir(file.parent)) == ["home.lock", "notes.json"]


def test_what_can_be_read_and_not_written_again_is_said_and_kept(file: Path) -> None:
    content = f'{{"{ACCOUNT}": {{"a": 1e999}}}}'
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CourseError, match="Move it away"):
        put(file, b=1)
    assert file.read_text(encoding="utf-8") == content


def test_no_depth_is_a_raw_error(file: Path) -> None:
    """What Python reads and writes ends at different depths."""
    for depth in range(800, 1200, 10):
        content = '{"a":' * depth + "1" + "}" * depth
        file.write_text(content, encoding="utf-8")
        try:
            put(file, b=1)
        except CourseError:
            assert file.read_text(encoding="utf-8") == content


def test_a_huge_file_is_said_and_not_read(file: Path) -> None:
    with open(file, "wb") as huge:
        huge.truncate(1 << 31)
    with pytest.raises(CourseError, match="Move it away"):
        AccountFile(file, ACCOUNT).read()


@pytest.mark.skipif(
    not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders: run this on Linux or macOS"
)
@pytest.mark.parametrize("what", ["folder", "pipe", "link"])
def test_what_is_no_plain_file_is_said_and_stays(file: Path, what: str) -> None:
    elsewhere = file.with_name("elsewhere.json")
    elsewhere.write_text("{}")
    {"folder": file.mkdir, "pipe": lambda: os.mkfifo(file), "link": lambda: file.symlink_to(elsewhere)}[
        what
    ]()
    before = os.lstat(file)
    with pytest.raises(CourseError, match="Move it away"):
        put(file, a=1)
    assert os.lstat(file)[:2] == before[:2]
    assert elsewhere.read_text() == "{}"


@given(content=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_content_is_a_raw_error_or_is_lost(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "notes.json"
        file.write_bytes(content)
        try:
            put(file, note=1)
        except KmsCourseError:
            assert file.read_bytes() == content
        else:
            before, after = json.loads(content), json.loads(file.read_bytes())
            assert after.pop(ACCOUNT) == before.pop(ACCOUNT, {}) | {"note": 1}
            assert after == {name: value for name, value in before.items() if value != {}}


def test_an_update_that_fails_leaves_what_was_there(file: Path) -> None:
    put(file, a=1)
    with pytest.raises(TypeError):
        put(file, a=object())
    with pytest.raises(ValueError, match="Out of range"):
        put(file, a=float("nan"))
    with pytest.raises(KeyError), AccountFile(file, ACCOUNT).update() as mine:
        mine["b"] = mine["missing"]
    assert AccountFile(file, ACCOUNT).read() == {"a": 1}
    put(file, b=2)
    assert AccountFile(file, ACCOUNT).read() == {"a": 1, "b": 2}, "a failure must let go of the lock"


def test_an_update_that_changes_nothing_writes_nothing(file: Path) -> None:
    put(file, a=1)
    before = file.stat().st_ino
    put(file, a=1)
    assert file.stat().st_ino == before


def test_each_account_has_its_own(file: Path) -> None:
    put(file, a=1)
    with AccountFile(file, OTHER).update() as other:
        other["b"] = 2
    with AccountFile(file, ACCOUNT).update() as mine:
        mine.clear()
    assert json.loads(file.read_bytes()) == {OTHER: {"b": 2}}


def test_more_than_can_be_read_again_is_not_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(file, a=1)
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    with pytest.raises(HomeError, match="too much"):
        put(file, a="x" * 100)
    assert AccountFile(file, ACCOUNT).read() == {"a": 1}


def test_a_full_disk_is_one_sentence(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(file, a=1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HomeError, match=r"notes\.json can't be written \(No space left on device\)"):
        put(file, a=2)
    monkeypatch.undo()
    assert AccountFile(file, ACCOUNT).read() == {"a": 1}
    assert sorted(os.listdir(file.parent)) == ["home.lock", "notes.json"]


def test_a_lock_that_nobody_lets_go_of_is_one_sentence(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_file, "LOCK_SECONDS", 0.1)
    with (
        lock.held(file.with_name("home.lock"), seconds=0),
        pytest.raises(HomeError, match="Another process has been writing"),
    ):
        put(file, a=1)


def test_processes_that_write_at_once_lose_nothing(file: Path) -> None:
    """Six processes, two of them for each account, count to twenty."""
    accounts = [ACCOUNT, OTHER, "111111111111"] * 2
    command = [sys.executable, "-c", COUNT, str(file)]
    writers = [subprocess.Popen([*command, account, "20"]) for account in accounts]
    assert [writer.wait(60) for writer in writers] == [0] * len(writers)
    assert {account: AccountFile(file, account).read() for account in accounts} == {
        account: {"count": 40} for account in accounts
    }
    assert sorted(os.listdir(file.parent)) == ["home.lock", "notes.json"]
