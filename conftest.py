"""Begins with the tests that take longest, shares them out, and gives each notebook that nbval runs a fresh account."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.notebooks import kernel

BROWSER = "tests/browser"
HALF_OF_BROWSER = f"{BROWSER}/test_notebooks.py"
"""It takes as long as all others in the browser."""
LONGEST = (BROWSER, "tests/real_account", "tests/notebooks", "notebooks", "tests/clients")
"""The folders that are begun with: of several processes, none is left with a long file when the others have ended."""


def pytest_configure(config: pytest.Config) -> None:
    """Have nbval run each notebook in a kernel whose practice account is fresh."""
    kernel.take_the_place_of_nbvals(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest folders first; within a folder, the order stays."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    return next(
        (rank for rank, folder in enumerate(LONGEST) if item.nodeid.startswith(f"{folder}/")), len(LONGEST)
    )


class _ByFile(LoadFileScheduling):
    """A file at a time to a process; those in the browser in two halves: what each shares takes long to start."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return BROWSER if file.startswith(f"{BROWSER}/") and file != HALF_OF_BROWSER else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """How ``--dist loadfile`` shares the tests out."""
    return _ByFile(config, log) if config.getoption("dist") == "loadfile" else None
