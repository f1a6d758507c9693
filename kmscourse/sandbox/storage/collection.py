"""Things of one kind that the account keeps in JSON of its own: each in a row, named by its key.

What is written down of a thing is an object of plain JSON with a ``version``; whoever owns the collection says how a
thing becomes that and comes back (``encode``, ``decode``), also from the versions before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from kmscourse.sandbox.storage.journal import Journal, Tracked

T = TypeVar("T")


class Collection(Tracked, Generic[T]):
    """The things by their keys. Reading notes nothing; ``touch`` says that a thing is about to be changed in place.

    ``restored`` is told after things came back from the file, at the start and when a refused call is undone: what is
    derived from them is to be found anew.
    """

    def __init__(
        self,
        journal: Journal,
        name: str,
        encode: Callable[[T], dict[str, Any]],
        decode: Callable[[dict[str, Any]], T],
        restored: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(journal, name)
        self.encode = encode
        self.decode = decode
        self.restored = restored

    def _read(self, key: Any) -> None:
        """A thing that is only read is not changed: who changes it says so."""

    def values(self) -> Any:
        return dict.values(self)

    def items(self) -> Any:
        return dict.items(self)
