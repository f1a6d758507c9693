"""What is told after a cell: only of one that has run to its end, and in a notebook alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from kmscourse.cells import Cell, Cells


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """IPython, as a notebook's kernel has it."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def cells(shell: InteractiveShell) -> Cells:
    cells = Cells()
    cells.watch()
    cells.watch()
    return cells


@pytest.fixture
def told(cells: Cells) -> list[Cell]:
    told: list[Cell] = []
    cells.after_each("test", told.append)
    return told


def test_a_cell_that_has_run_is_told_once(shell: InteractiveShell, told: list[Cell]) -> None:
    shell.run_cell("6 * 7")
    assert told == [Cell("6 * 7", "6 * 7", failed=False)]


def test_a_cell_is_known_by_its_id_where_it_has_one(shell: InteractiveShell, told: list[Cell]) -> None:
    shell.run_cell("a = 1", cell_id="cell-1")
    shell.run_cell("a = 2", cell_id="cell-1")
    assert [cell.key for cell in told] == ["cell-1", "cell-1"]


@pytest.mark.parametrize("source", ["1 / 0", "raise ValueError  # meant to fail"])
def test_one_that_failed_has_run(shell: InteractiveShell, told: list[Cell], source: str) -> None:
    shell.run_cell(source)
    assert [cell.failed for cell in told] == [True]


@pytest.mark.parametrize("source", ["1 +", "raise KeyboardInterrupt"])
def test_one_that_is_no_code_or_was_interrupted_has_not(
    shell: InteractiveShell, told: list[Cell], source: str
) -> None:
    shell.run_cell(source)
    assert told == []


def test_what_a_program_asks_silently_is_no_cell(shell: InteractiveShell, told: list[Cell]) -> None:
    shell.run_cell("1", silent=True)
    assert told == []


def test_the_cell_that_begins_to_watch_is_not_told(shell: InteractiveShell) -> None:
    cells, told = Cells(), []
    shell.user_ns["begin"] = lambda: (cells.watch(), cells.after_each("test", told.append))
    shell.run_cell("begin()")
    assert told == []
    assert cells.begun == {"begin()"}
    shell.run_cell("2")
    assert [cell.source for cell in told] == ["2"]


def test_who_is_forgotten_is_told_no_more(shell: InteractiveShell, cells: Cells, told: list[Cell]) -> None:
    cells.forget("test")
    cells.forget("nobody")
    shell.run_cell("1")
    assert told == []


def test_without_a_notebook_nothing_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    InteractiveShell.clear_instance()
    cells = Cells()
    cells.watch()
    assert cells.begun == frozenset()
