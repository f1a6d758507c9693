"""What the course is about to make in an account, written down before it is made.

``ledger.json`` in KMSCOURSE_HOME has one ledger for each account: the Regions in which things were made, and what they
are called. So what a killed kernel has left is found again, wherever it is. It holds no secret.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kmscourse.errors import CourseError
from kmscourse.home.account_file import AccountFile

Entries = dict[str, dict[str, str]]
"""Region -> what was about to be made there, as in "table Books" -> when that was written down."""

_MADE = "made"


class Ledger:
    """The ledger of one account."""

    def __init__(self, folder: Path, account: str) -> None:
        self._file = AccountFile(folder / "ledger.json", account)

    def write(self, region: str, kind: str, name: str) -> bool:
        """Write down a thing that is about to be made, or has been; returns whether it is there for the first time.

        Raises CourseError where that can't be done.
        """
        entry = f"{kind} {name}".strip()
        with self._file.update() as ledger:
            of_region = _regions(ledger).setdefault(region, {})
            is_new = entry not in of_region
            of_region[entry] = datetime.now(UTC).isoformat(timespec="microseconds")
        return is_new

    def has(self, region: str, kind: str, name: str) -> bool:
        """Is this thing written down?"""
        return f"{kind} {name}" in self.entries.get(region, {})

    def strike(self, entries: Entries) -> None:
        """Forget these, as they are gone or were never made. What has been written down since they were read stays."""
        with self._file.update() as ledger:
            regions = _regions(ledger)
            for region, things in entries.items():
                written = regions.get(region, {})
                remaining = {thing: when for thing, when in written.items() if things.get(thing) != when}
                regions[region] = remaining
                if not remaining:
                    del regions[region]

    def take_back(self, region: str, kind: str, name: str) -> None:
        """Forget a thing that AWS has refused to make."""
        entry = f"{kind} {name}".strip()
        self.strike({region: {entry: self.entries.get(region, {}).get(entry, "")}})

    @property
    def entries(self) -> Entries:
        """What was about to be made."""
        return _regions(self._file.read())

    @property
    def regions(self) -> list[str]:
        """The Regions in which something was about to be made."""
        return sorted(self.entries)


def _regions(ledger: dict[str, Any]) -> Entries:
    """The entries in an account's object. Raises CourseError where it has another form."""
    regions = ledger.setdefault(_MADE, {})
    if not isinstance(regions, dict) or not all(isinstance(things, dict) for things in regions.values()):
        raise CourseError(
            "The ledger of what the course has made (ledger.json in KMSCOURSE_HOME) is damaged. Move it away, and run "
            "kmscourse aws cleanup in each Region in which you have taken the course."
        )
    return regions
