"""A file that takes another's place whole or not at all."""

from __future__ import annotations

import errno
import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kmscourse.envelope.replacement import replacement
from kmscourse.errors import KmsCourseError

NOBODY = 65534
ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
BOB = 4321  # somebody else's user id

modes = st.integers(0, 0o7777)
as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)
posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture(autouse=True, params=["unnamed", "named"])
def kind(request, monkeypatch) -> str:
    """Every test with a draft that has no name, where the system has such files, and with one that has."""
    if request.param == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    return request.param


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def replace(source, target, **how) -> None:
    with replacement(source, target, **how) as (reader, writer):
        writer.write(reader.read())


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(b"from here")
    return path


def test_the_draft_takes_the_place(source, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"old")
    with replacement(source, target) as (reader, writer):
        writer.write(reader.read().upper())
        assert target.read_bytes() == b"old", "the old file is there until the new one is whole"
    assert target.read_bytes() == b"FROM HERE"
    assert {path.name for path in tmp_path.iterdir()} == {"source", "target"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_happens_nothing_is_lost_or_left(source, tmp_path, error):
    target = tmp_path / "target"
    target.write_bytes(b"old")

    def fail() -> None:
        with replacement(source, target) as (_, writer):
            writer.write(bytes(1_000_000))
            raise error

    with pytest.raises(error):
        fail()
    assert target.read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {"source", "target"}


def test_a_full_disk_leaves_what_was_there(source, tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "target"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"), replacement(source, target) as (_, writer):
        writer.write(b"new")
    assert target.read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {"source", "target"}


def test_the_disk_is_waited_for_only_where_a_file_is_at_stake(source, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(os, "fsync", waited.append)
    for expected in (0, 1):
        with replacement(source, tmp_path / "target") as (_, writer):
            writer.write(b"new")
        assert len(waited) == expected


@posix
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mask=st.integers(0, 0o777), source_mode=modes, old=st.none() | modes, as_private=st.booleans())
@example(mask=0o077, source_mode=0o644, old=0o600, as_private=False)
@example(mask=0o077, source_mode=0o644, old=None, as_private=False)
@example(mask=0o022, source_mode=0o644, old=0o4755, as_private=False)
@example(mask=0o022, source_mode=0o600, old=None, as_private=True)
def test_the_mode_is_that_of_what_is_replaced_or_of_a_new_file_less_the_umask(
    mask, source_mode, old, as_private
):
    with tempfile.TemporaryDirectory() as name, umask(mask):
        source, target = Path(name, "source"), Path(name, "target")
        source.write_bytes(b"from here")
        os.chmod(source, source_mode | stat.S_IRUSR)
        if old is not None:
            target.write_bytes(b"old")
            os.chmod(target, old | stat.S_IWUSR)
        with replacement(source, target, as_private=as_private) as (_, writer):
            for draft in Path(name).glob(".kmscourse-*"):
                assert mode_of(draft) == 0o600, "nobody else reads what isn't whole"
            writer.write(b"new")
        widest = 0o666 if old is None else (old | stat.S_IWUSR) & 0o777
        if as_private:
            widest &= source_mode | stat.S_IRWXU
        assert mode_of(target) == widest & ~mask


@posix
def test_who_is_shut_out_in_the_meantime_stays_so(source, tmp_path):
    target = tmp_path / "target"
    for then in (0o600, None):
        target.write_bytes(b"old")
        os.chmod(target, 0o644)
        with umask(0o022), replacement(source, target) as (_, writer):
            writer.write(b"new")
            target.unlink() if then is None else os.chmod(target, then)
        assert mode_of(target) == (0o644 if then is None else then)
        target.unlink()
    with umask(0o022), replacement(source, target) as (_, writer):
        writer.write(b"new")
        target.touch(0o600)
    assert mode_of(target) == 0o600


@as_root
def test_owner_and_group_are_those_of_what_is_replaced(source, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"old")
    os.chown(target, BOB, BOB + 1)
    os.chmod(target, 0o640)
    replace(source, target)
    found = target.stat()
    assert (found.st_uid, found.st_gid, mode_of(target)) == (BOB, BOB + 1, 0o640)


@as_root
def test_where_the_group_cannot_be_kept_nobody_else_reads_it(source):
    with nobodys_folder() as folder:
        target = folder / "target"
        target.write_bytes(b"old")
        os.chown(target, NOBODY, BOB)
        os.chmod(target, 0o664)  # noqa: S103  the mode is what is tested
        with nobody(), umask(0o002):
            (folder / "source").write_bytes(b"from here")
            replace(folder / "source", target)
        assert (target.stat().st_uid, mode_of(target)) == (NOBODY, 0o600)


@as_root
def test_where_the_owner_cannot_be_kept_the_group_is(source):
    with nobodys_folder() as folder:
        target = folder / "target"
        target.write_bytes(b"old")
        os.chown(target, BOB, NOBODY)
        os.chmod(target, 0o660)  # noqa: S103  the mode is what is tested
        with nobody(), umask(0o002):
            (folder / "source").write_bytes(b"from here")
            replace(folder / "source", target)
        assert (target.stat().st_uid, target.stat().st_gid, mode_of(target)) == (NOBODY, NOBODY, 0o660)


@contextmanager
def nobodys_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        os.chown(name, NOBODY, NOBODY)
        yield Path(name)


@contextmanager
def nobody() -> Iterator[None]:
    """What a user without privileges may do."""
    groups, group = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def access_list(group: int, bob: int, mask: int, others: int = 0) -> bytes:
    """One in which the owner may read and write, in the form that the kernel keeps (linux/posix_acl_xattr.h)."""
    none = 0xFFFFFFFF
    entries = [
        (0x01, 6, none),
        (0x02, bob, BOB),
        (0x04, group, none),
        (0x10, mask, none),
        (0x20, others, none),
    ]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.fixture
def lists(tmp_path) -> None:
    """Skips where the file system has no access lists."""
    try:
        os.setxattr(tmp_path, DEFAULT, access_list(5, 5, 5, 5))
        os.removexattr(tmp_path, DEFAULT)
    except (AttributeError, OSError):
        pytest.skip("no access lists here")


def test_the_access_list_is_that_of_what_is_replaced(source, tmp_path, lists):
    target = tmp_path / "target"
    target.write_bytes(b"old")
    kept = access_list(group=0, bob=4, mask=4)
    os.setxattr(target, ACCESS, kept)
    with umask(0o022):
        replace(source, target)
    assert os.getxattr(target, ACCESS) == kept, "Bob reads it, and the group does not"
    with umask(0o077):
        replace(source, target)
    assert os.getxattr(target, ACCESS) == access_list(group=0, bob=4, mask=0)


def test_a_folder_gives_nobody_what_the_file_that_is_replaced_did_not(source, tmp_path, lists):
    target = tmp_path / "target"
    target.write_bytes(b"old")
    os.chmod(target, 0o640)
    os.setxattr(tmp_path, DEFAULT, access_list(group=4, bob=4, mask=4))
    replace(source, target)
    assert mode_of(target) == 0o640
    with pytest.raises(OSError, match=os.strerror(errno.ENODATA)):
        os.getxattr(target, ACCESS)


@as_root
def test_what_cannot_be_written_to_is_not_replaced(source):
    with nobodys_folder() as folder, nobody():
        (folder / "source").write_bytes(b"from here")
        (folder / "target").write_bytes(b"old")
        (folder / "target").chmod(0o444)
        with pytest.raises(PermissionError) as refused:
            replace(folder / "source", folder / "target")
        assert refused.value.filename == str(folder.resolve() / "target")
        assert (folder / "target").read_bytes() == b"old"
        folder.chmod(0o555)
        with pytest.raises(PermissionError) as refused:
            replace(folder / "source", folder / "new")
        assert refused.value.filename == str(folder.resolve()), "the folder, not a name that nobody has given"


@posix
@pytest.mark.parametrize("failing", ["fsync", "replace", "fchmod"])
def test_a_step_that_fails_leaves_what_was_there(source, tmp_path, monkeypatch, failing):
    target = tmp_path / "target"
    target.write_bytes(b"old")
    os.chmod(target, 0o640)
    really = getattr(os, failing)

    def fail(*call):
        if failing == "fchmod" and call[1] == 0o600:
            return really(*call)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        replace(source, target)
    assert target.read_bytes() == b"old"
    assert mode_of(target) == 0o640
    assert {path.name for path in tmp_path.iterdir()} == {"source", "target"}


@posix
def test_another_name_of_what_is_replaced_keeps_it(source, tmp_path):
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "twin").hardlink_to(tmp_path / "target")
    replace(source, tmp_path / "target")
    assert (tmp_path / "twin").read_bytes() == b"old"


def test_the_source_is_not_its_own_target(source, tmp_path):
    (tmp_path / "link").symlink_to(source)
    (tmp_path / "twin").hardlink_to(source)
    for target in (source, tmp_path / "link", tmp_path / "twin", tmp_path / "." / "source"):
        with (
            pytest.raises(KmsCourseError, match=r"is the source itself: .+\.$"),
            replacement(source, target),
        ):
            pass
    assert source.read_bytes() == b"from here"


def test_a_link_is_followed_not_replaced(source, tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    with replacement(source, link) as (_, writer):
        writer.write(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


@posix
@pytest.mark.parametrize(
    "name",
    [".", "/dev/null", "pipe", "socket", "/dev/fd/{pipe}"] + ["/dev/fd/{gone}"] * (sys.platform == "linux"),
)
def test_what_is_no_file_is_neither_read_nor_replaced(source, tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the name of a socket has to be short
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as bound, open(tmp_path / "gone", "w+b") as gone:
        bound.bind("socket")
        (tmp_path / "gone").unlink()
        reading, writing = os.pipe()
        before = set(tmp_path.iterdir())
        path = name.format(pipe=writing, gone=gone.fileno())
        try:
            with pytest.raises(KmsCourseError, match=r"isn't a file: .+ to write\.$"):
                replace(source, tmp_path / path)
            if "gone" not in name:  # that can be read to its end
                with pytest.raises(KmsCourseError, match=r"isn't a file: .+ to read\.$"):
                    replace(tmp_path / path, tmp_path / "target")
        finally:
            os.close(reading)
            os.close(writing)
        assert set(tmp_path.iterdir()) == before


def test_a_folder_that_is_not_there_is_one_sentence(source, tmp_path):
    with (
        pytest.raises(KmsCourseError, match=r"^The folder .+ isn't there: .+\.$"),
        replacement(source, tmp_path / "no" / "target"),
    ):
        pass


def test_a_source_that_is_not_there_makes_nothing(tmp_path):
    with pytest.raises(FileNotFoundError), replacement(tmp_path / "none", tmp_path / "target"):
        pass
    assert not list(tmp_path.iterdir())
