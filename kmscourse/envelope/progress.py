"""How far long work has come: the share that is done, its speed and the time that is left.

What is here goes where ``seal_file`` and ``unseal_file`` take ``progress``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]

PACE = 0.1  # seconds between two looks: more often nobody can read it


@dataclass(frozen=True)
class ProgressReading:
    """How far the work is: bytes done and in all, and seconds since it began."""

    done: int
    total: int
    seconds: float

    @property
    def share(self) -> float:
        """What is done of it, from 0 to 1; nothing to do is done."""
        return self.done / self.total if self.total else 1.0

    @property
    def speed(self) -> float:
        """Bytes a second so far; 0 where no time has passed."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds that are left if it goes on like this; None where nothing can be said yet."""
        return (self.total - self.done) / self.speed if self.speed else None

    def __str__(self) -> str:
        """As in: 45 % · 120.3 MB/s · 3 s left."""
        parts = [f"{int(100 * self.share)} %"]
        if self.speed:
            parts.append(f"{self.speed / 1e6:.1f} MB/s")
        if self.seconds_left is not None and self.done < self.total:
            parts.append(f"{_duration(self.seconds_left)} left")
        return " · ".join(parts)


class Meter:
    """A progress callback that tells ``tell`` at a readable pace: at first, each tenth of a second, at the end."""

    def __init__(self, tell: Callable[[ProgressReading], object], clock: Clock = time.monotonic) -> None:
        self._tell, self._clock = tell, clock
        self._began = clock()
        self._told: float | None = None

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        if self._told is None or now - self._told >= PACE or done >= total:
            self._told = now
            self._tell(ProgressReading(done, total, now - self._began))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
