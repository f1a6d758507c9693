"""Work of many connections by turns, a few milliseconds at a time; in between the loop looks at its sockets.

So a newcomer is accepted and heard at once, however many requests wait, and each connection has one of its requests
answered before another has two.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

SLICE_SECONDS = 0.005


class Turns:
    """Steps of work, done in the order in which they were added."""

    def __init__(self) -> None:
        self._waiting = deque[Callable[[], None]]()
        self._slice_ends: float | None = None  # None: the loop has looked at its sockets since the last step.
        self._working = False

    def add(self, step: Callable[[], None]) -> None:
        """Do a step: now, if nothing waits and the slice is not over. It must not raise."""
        self._waiting.append(step)
        if self._slice_ends is None:
            self._begin_slice()
        if not self._working:
            self._work()

    def _begin_slice(self) -> None:
        self._slice_ends = time.monotonic() + SLICE_SECONDS
        asyncio.get_running_loop().call_soon(self._end_slice)

    def _end_slice(self) -> None:
        self._slice_ends = None
        if self._waiting:
            self._begin_slice()
            self._work()

    def _work(self) -> None:
        self._working = True
        while self._waiting and self._slice_ends is not None and time.monotonic() < self._slice_ends:
            self._waiting.popleft()()
        self._working = False
