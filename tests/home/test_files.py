"""A file is written whole or not at all, for whom it is meant, and nothing is left beside it."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kmscourse.home import files

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes, links, signals: run this on Linux or macOS")

KILLED = """if True:
    import os, pathlib, signal, sys
    from kmscourse.home import files
    files.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    files.write(pathlib.Path(sys.argv[1]), b"half")
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "notes.json"


def test_what_was_written_is_read(file: Path) -> None:
    files.write(file, b"one")
    files.write(file, b"two")
    assert files.read(file) == b"two"
    assert os.listdir(file.parent) == [file.name]


@POSIX
def test_a_private_file_is_for_its_owner_also_where_it_was_not(file: Path) -> None:
    file.touch(0o644)
    files.write(file, b"secret")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@POSIX
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_the_umask_decides_who_reads_any_other(file: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        files.write(file, b"for everyone", private=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("step", ["fsync", "replace", "link"])
@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_a_failure_leaves_what_was_there_and_nothing_else(
    file: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException
) -> None:
    target = file.with_name("new.json") if step == "link" else file
    files.write(file, b"before")

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(os, "rename" if step == "link" and sys.platform == "win32" else step, fail)
    with pytest.raises(type(failure)):
        files.write(target, b"after", replace=step != "link")
    assert files.read(file) == b"before"
    assert os.listdir(file.parent) == [file.name]


@POSIX
def test_what_a_killed_process_left_is_removed_next_time(file: Path) -> None:
    files.write(file, b"before")
    done = subprocess.run([sys.executable, "-c", KILLED, str(file)])
    assert done.returncode == -signal.SIGKILL
    assert files.read(file) == b"before"
    assert len(os.listdir(file.parent)) == 2, "a killed process can't have tidied up"
    files.write(file, b"after")
    assert os.listdir(file.parent) == [file.name]


def test_what_is_no_draft_of_this_file_stays(file: Path) -> None:
    others = [f".kmscourse-draft-{name}" for name in ("notes.json", "notes.json-1", f"other.json-{'0' * 16}")]
    for name in others:
        file.with_name(name).touch()
    files.write(file, b"")
    assert sorted(os.listdir(file.parent)) == sorted([*others, file.name])


@pytest.mark.parametrize("hard_links", [True, False])
def test_what_is_there_can_be_left_alone(
    file: Path, monkeypatch: pytest.MonkeyPatch, hard_links: bool
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    if not hard_links:
        monkeypatch.setattr(os, "link", no_links)
    files.write(file, b"mine", replace=False)
    with pytest.raises(FileExistsError):
        files.write(file, b"theirs", replace=False)
    assert files.read(file) == b"mine"
    assert os.listdir(file.parent) == [file.name]


@POSIX
def test_a_link_that_leads_nowhere_is_left_alone_too(file: Path) -> None:
    file.symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        files.write(file, b"theirs", replace=False)
    assert os.readlink(file) == "nowhere"


def test_of_many_that_lay_a_new_file_at_once_one_does(file: Path) -> None:
    laid: list[bytes] = []
    barrier = threading.Barrier(8)

    def lay(content: bytes) -> None:
        barrier.wait()
        try:
            files._place(draft(content), file)
        except FileExistsError:
            return
        laid.append(content)

    def draft(content: bytes) -> Path:
        path = file.with_name(content.decode())
        path.write_bytes(content)
        return path

    threads = [threading.Thread(target=lay, args=[str(number).encode()]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert laid == [files.read(file)]


def test_a_file_in_another_process_s_hands_is_tried_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where a reader hinders that the file is replaced."""
    monkeypatch.setattr(files, "RETRY_SECONDS", 60.0)
    replace, refusals = os.replace, iter([PermissionError(), PermissionError()])

    def refuse_twice(source: Path, target: Path) -> None:
        for refusal in refusals:
            raise refusal
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse_twice)
    files.write(file, b"after")
    assert files.read(file) == b"after"


def test_a_reader_sees_one_whole_content(file: Path) -> None:
    contents = [bytes([letter]) * 100_000 for letter in b"ab"]
    files.write(file, contents[0])
    done = threading.Event()

    def write() -> None:
        for number in range(100):
            files.write(file, contents[number % 2], durable=False)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert files.read(file) in contents
    writer.join()


def test_no_more_is_read_than_is_asked_for(file: Path) -> None:
    file.write_bytes(bytes(10))
    assert files.read(file, max_bytes=10) == bytes(10)
    with pytest.raises(OSError, match="too large"):
        files.read(file, max_bytes=9)


def test_a_missing_file_is_a_missing_file(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.read(file)


@POSIX
@pytest.mark.parametrize("what", ["folder", "pipe", "link", "device"])
def test_only_plain_files_are_read(file: Path, what: str) -> None:
    file.with_name("target").write_bytes(b"target")
    path = Path(os.devnull) if what == "device" else file
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "link":
        path.symlink_to("target")
    with pytest.raises(OSError, match="no plain file"):
        files.read(path)


@POSIX
@pytest.mark.parametrize("what", ["nothing", "file", "pipe", "link"])
def test_what_is_worth_nothing_makes_way(file: Path, what: str) -> None:
    target = file.with_name("target")
    target.write_bytes(b"target")
    if what == "file":
        file.touch()
    elif what == "pipe":
        os.mkfifo(file)
    elif what == "link":
        file.symlink_to(target)
    files.make_way(file)
    assert os.listdir(file.parent) == ["target"]


def test_a_folder_that_makes_way_keeps_what_is_in_it(file: Path) -> None:
    file.mkdir()
    (file / "work").write_bytes(b"mine")
    files.make_way(file)
    (aside,) = file.parent.iterdir()
    assert aside.name.startswith("notes.json-set-aside-")
    assert (aside / "work").read_bytes() == b"mine"
