"""What the course is about to make in an account, written down before it is made.

``ledger.json`` in KMSCOURSE_HOME has one ledger for each account: the Regions in which things were made, and what they
are called. So what a killed kernel has left is found again, wherever it is. It holds no secret.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kmscourse.kept import Kept

_MADE = "made"


class Ledger:
    """The ledger of one account."""

    def __init__(self, folder: Path, account: str) -> None:
        self._kept = Kept(folder / "ledger.json", account)

    def write(self, region: str, kind: str, name: str) -> None:
        """Write down a thing that is about to be made, or has been. Raises CourseError where that can't be done."""
        with self._kept.update() as ledger:
            of_region = ledger.setdefault(_MADE, {}).setdefault(region, {})
            of_region[f"{kind} {name}".strip()] = datetime.now(UTC).isoformat(timespec="seconds")

    def has(self, region: str, kind: str, name: str) -> bool:
        """Is this thing written down?"""
        return f"{kind} {name}" in self._kept.read().get(_MADE, {}).get(region, {})

    def strike(self, region: str) -> None:
        """Forget what was made in a Region: it is gone."""
        with self._kept.update() as ledger:
            ledger.get(_MADE, {}).pop(region, None)

    @property
    def regions(self) -> list[str]:
        """The Regions in which something was about to be made."""
        return sorted(self._kept.read().get(_MADE, {}))
