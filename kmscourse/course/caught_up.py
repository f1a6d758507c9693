"""What the course itself has made in an account to catch a learner up: it counts for nobody's progress.

Kept in ``caught-up.json`` in KMSCOURSE_HOME, for each account: the artifact, and what tells the one that was made from
another of its name (``Artifact.identity``). Once a learner has made their own, that is another one, and counts.
"""

from __future__ import annotations

from kmscourse.account import Account
from kmscourse.course.artifacts import Artifact
from kmscourse.course.notes import Notes
from kmscourse.home.account_file import AccountFile


class CaughtUp:
    """What the course has made in the account whose ``notes`` these are."""

    def __init__(self, account: Account, notes: Notes) -> None:
        self._account, self._notes = account, notes
        self._file = AccountFile(notes.folder / "caught-up.json", notes.account_key)

    def make(self, artifact: Artifact) -> None:
        """Make the artifact, or make it usable, and write down that it was the course. Raises as ``make`` does."""
        artifact.make(self._account, self._notes)
        with self._file.update() as made:
            made[artifact.name] = artifact.identity(self._account, self._notes)

    def undo(self, artifact: Artifact) -> None:
        """Take the artifact away: whoever makes it next, makes it anew. Raises as ``undo`` does."""
        artifact.undo(self._account, self._notes)
        with self._file.update() as made:
            made.pop(artifact.name, None)

    def has(self, artifact: Artifact) -> bool:
        """Is the artifact the one that the course has made? Raises ClientError where AWS does not show it."""
        made = self._file.read()
        return artifact.name in made and made[artifact.name] == artifact.identity(self._account, self._notes)
