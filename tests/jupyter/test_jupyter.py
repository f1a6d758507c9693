"""JupyterLab as the course opens it."""

from __future__ import annotations

import json
import os
from fnmatch import fnmatch
from pathlib import Path

import pytest
from jupyter_server.services.contents.manager import ContentsManager

from kmscourse import jupyter
from kmscourse.errors import CourseError
from kmscourse.jupyter.copy import EDITION_FILE


def test_it_listens_on_this_machine_alone() -> None:
    assert "--ServerApp.ip=127.0.0.1" in jupyter.command(Path("mine"), browser=True, port=None)


def test_the_browser_and_the_port_can_be_chosen() -> None:
    words = jupyter.command(Path("mine"), browser=False, port=8899)
    assert {"--no-browser", "--ServerApp.port=8899"} <= set(words)


def test_it_begins_at_the_welcome_page() -> None:
    assert (jupyter.notebooks() / jupyter.FIRST_NOTEBOOK).is_file()
    assert any(
        word.endswith(jupyter.FIRST_NOTEBOOK)
        for word in jupyter.command(Path("mine"), browser=True, port=None)
    )


def test_in_a_hub_it_is_the_students_server_and_what_kernels_print_is_at_no_port() -> None:
    words = jupyter.hub_command(Path("mine"))
    assert words[1:3] == ["-m", "jupyterhub.singleuser"]
    assert "--ConnectionFileMixin.transport=ipc" in words
    assert set(jupyter.command(Path("mine"), browser=True, port=None)) >= {
        word for word in words if "root_dir" in word or "hide_globs" in word or "custom_css" in word
    }
    assert not any(
        word.startswith(("--ServerApp.ip", "--ServerApp.port", "--allow-root")) for word in words
    ), "the Hub says where it listens, and nobody's server runs as root"


def test_in_a_hub_a_socket_has_a_path_that_is_short_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel's socket is called kernel-, an id of 36 characters, and -ipc-1; its path has 107 bytes at most."""
    folder = jupyter.hub_environment(Path("/home/a-user-with-a-very-long-name/kmscourse"))[
        "JUPYTER_RUNTIME_DIR"
    ]
    assert len(f"{folder}/kernel-{'x' * 36}-ipc-1".encode()) <= 107
    assert folder.startswith("/home/a-user-with-a-very-long-name/kmscourse/")


def test_the_list_of_files_shows_notebooks_and_not_what_lies_beside_them() -> None:
    words = jupyter.command(Path("mine"), browser=False, port=None)
    (shown,) = (word for word in words if word.startswith("--ContentsManager.hide_globs="))
    hidden = json.loads(shown.partition("=")[2])
    assert {EDITION_FILE, "images", "*.pyc"} <= set(hidden)
    assert not any(fnmatch(jupyter.FIRST_NOTEBOOK, pattern) for pattern in hidden)
    assert set(ContentsManager().hide_globs) <= set(hidden), "what Jupyter hides by itself stays hidden"


def test_the_news_pop_up_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/elsewhere")
    own, theirs = jupyter.environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert theirs == "/elsewhere"
    page = json.loads((Path(own) / "labconfig" / "page_config.json").read_text())
    assert page["disabledExtensions"] == {"@jupyterlab/apputils-extension:announcements": True}


def test_missing_notebooks_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jupyter, "FIRST_NOTEBOOK", "nowhere.ipynb")
    with pytest.raises(CourseError, match="with `make lab`"):
        jupyter.notebooks()
