"""The cells of this notebook as they run: which have begun so far, and what is done after each.

A process without a notebook has none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cell:
    """A cell that has run to its end; ``key`` is the same where it runs again, ``failed`` whether it raised."""

    key: str
    source: str
    failed: bool


class Cells:
    """The cells of one kernel, from the moment on in which it is first watched."""

    def __init__(self) -> None:
        self._begun: set[str] = set()
        self._after: dict[str, Callable[[Cell], None]] = {}
        self._shell: Any = None

    def watch(self) -> None:
        """Begin to look which cells run, where this is a notebook; once is enough."""
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if shell is not None and shell is not self._shell:
            self._shell = shell
            shell.events.register("pre_run_cell", self._begin)
            shell.events.register("post_run_cell", self._end)

    @property
    def in_notebook(self) -> bool:
        """Is this a notebook's kernel, whose cells can show buttons?"""
        return hasattr(self._shell, "kernel")

    @property
    def begun(self) -> frozenset[str]:
        """The keys of the cells that have begun to run, the one that runs now among them."""
        return frozenset(self._begun)

    def after_each(self, name: str, callback: Callable[[Cell], None]) -> None:
        """Call back after each cell that has run, the one that runs now too. A name has one callback, the last."""
        self._after[name] = callback

    def forget(self, name: str) -> None:
        """Call this one back no more."""
        self._after.pop(name, None)

    def _begin(self, info: Any) -> None:
        self._begun.add(_key(info))

    def _end(self, result: Any) -> None:
        if _key(result.info) not in self._begun:
            self._begun.add(_key(result.info))
            return  # It is the one that began to watch.
        if result.error_before_exec is not None or isinstance(result.error_in_exec, KeyboardInterrupt):
            return  # It has not run, or not to its end.
        cell = Cell(_key(result.info), result.info.raw_cell, result.error_in_exec is not None)
        for callback in [*self._after.values()]:
            callback(cell)


def _key(info: Any) -> str:
    """What tells a cell from another: its id, which not every program sends, or else its text."""
    return str(info.cell_id or info.raw_cell)


CELLS = Cells()
"""Those of this process."""
