"""A file that takes another's place whole or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from kmscourse.envelope.replacement import replacement
from kmscourse.errors import KmsCourseError


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


def test_the_draft_is_for_its_owner_and_the_target_as_open_as_the_source(source, tmp_path):
    os.chmod(source, 0o640)
    with replacement(source, tmp_path / "target") as (_, writer):
        (draft,) = tmp_path.glob(".kmscourse-*")
        assert stat.S_IMODE(draft.stat().st_mode) == 0o600
        writer.write(b"new")
    assert stat.S_IMODE((tmp_path / "target").stat().st_mode) == 0o640


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


@pytest.mark.parametrize("target", [".", "/dev/null"])
def test_what_is_no_file_is_not_replaced(source, tmp_path, target):
    with (
        pytest.raises(KmsCourseError, match=r"isn't a file: .+\.$"),
        replacement(source, tmp_path / target),
    ):
        pass
    assert os.path.exists("/dev/null")


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
