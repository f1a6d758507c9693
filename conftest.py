"""Begins with the tests that take longest, shares them out, and gives each notebook that nbval runs a fresh account."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from kmscourse.sandbox import client as sandbox_client

ROOT = Path(__file__).parent
BROWSER = "tests/browser"
LONGEST = (BROWSER, "tests/real_account", "tests/notebooks", "notebooks", "tests/clients")
"""The folders that are begun with: of several processes, none is left with a long file when the others have ended."""

_home: dict[Path, tempfile.TemporaryDirectory[str]] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest folders first; within a folder, the order stays."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    return next(
        (rank for rank, folder in enumerate(LONGEST) if item.nodeid.startswith(f"{folder}/")), len(LONGEST)
    )


class _ByFile(LoadFileScheduling):
    """A file at a time to a process; those in the browser to one: what they share takes long to start."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return BROWSER if file.startswith(f"{BROWSER}/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """How ``--dist loadfile`` shares the tests out."""
    return _ByFile(config, log) if config.getoption("dist") == "loadfile" else None


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
