"""Gives each notebook that nbval runs a fresh practice account of its own, and ends it afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from kmscourse.sandbox import client as sandbox_client

_home: dict[Path, tempfile.TemporaryDirectory[str]] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before a notebook's kernel starts: the folder in which its account will live."""
    if item.path.suffix == ".ipynb" and item.path not in _home:
        _home[item.path] = tempfile.TemporaryDirectory(prefix="kmscourse-")
    if item.path in _home:
        _environment.setenv("KMSCOURSE_HOME", _home[item.path].name)
        _environment.setenv("KMSCOURSE_TARGET", "sandbox")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """After a notebook's last cell: stop its account and delete its folder."""
    yield
    if item.path in _home and (nextitem is None or nextitem.path != item.path):
        _environment.undo()
        folder = _home.pop(item.path)
        sandbox_client.stop(Path(folder.name))
        folder.cleanup()


_environment = pytest.MonkeyPatch()
