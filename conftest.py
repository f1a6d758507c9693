"""Begins with the tests that take longest, and gives each notebook that nbval runs a fresh practice account."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from kmscourse.sandbox import client as sandbox_client

ROOT = Path(__file__).parent
LONGEST = ("tests/real_account", "tests/browser", "tests/notebooks", "notebooks", "tests/clients")
"""The folders that are begun with: of several processes, none is left with a long file when the others have ended."""

_home: dict[Path, tempfile.TemporaryDirectory[str]] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest folders first; within a folder, the order stays."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    folders = {path.relative_to(ROOT).as_posix() for path in item.path.parents if path.is_relative_to(ROOT)}
    return next((rank for rank, folder in enumerate(LONGEST) if folder in folders), len(LONGEST))


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
