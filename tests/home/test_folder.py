"""The folder that keeps the course's state."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kmscourse.errors import HomeError
from kmscourse.home import home


def test_it_is_made_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path / "deep" / "er"))
    assert stat.S_IMODE(home().stat().st_mode) == 0o700


def test_the_default_is_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KMSCOURSE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert home().is_relative_to(tmp_path)
    assert home().name == "kmscourse"


def test_a_file_in_its_place_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path / "file"))
    with pytest.raises(HomeError, match="Set KMSCOURSE_HOME to a folder that you can write to"):
        home()


@pytest.mark.skipif(os.name == "nt", reason="Windows guesses where another user's folder is")
def test_the_folder_of_a_user_who_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMSCOURSE_HOME", "~nobody-has-this-name/course")
    with pytest.raises(HomeError, match="~nobody-has-this-name/course"):
        home()


def test_a_read_only_folder_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path))
    with pytest.raises(HomeError, match="can't be written to"):
        home()
