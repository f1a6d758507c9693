"""The items of a table in the order of some attributes, so that a page of them is found without sorting the table.

An order is made when it is first asked for. From then on it is told which items may have changed, and looks at these
alone before it is read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

Entry = tuple[Any, ...]
Attributes = tuple[tuple[str, str, int], ...]
"""Names of attributes, each with its type (S, N or B), and the most bytes that it has as a key."""
MAX_KEYS = (2048, 1024)
"""The most bytes of a partition key, and of a sort key (DynamoDB Developer Guide, "Quotas in Amazon DynamoDB")."""
_MOST_BYTES = 4  # A character has no more in UTF-8: most keys need not be encoded to see that they fit.
_REBUILT_FROM = 8  # Where more than one in so many items may have changed, sorting all is faster.


class Order:
    """The items that have all of ``attributes``, by the values of these; the table's keys are among them.

    ``item_of`` gives the item with a key, None where there is none; ``keys`` are all keys at the beginning.
    """

    def __init__(self, attributes: Attributes, item_of: Callable[[Any], Any], keys: Iterable[Any]) -> None:
        self._attributes = attributes
        self._item_of = item_of
        self._entries: list[Entry] = []
        self._items: dict[Entry, Any] = {}
        self._entry_of: dict[Any, Entry] = {}
        self._changed = set(keys)

    def note_change(self, key: Any) -> None:
        """Note that the item with this key may be another, or none, from now on."""
        self._changed.add(key)

    def entry(self, attributes: Mapping[str, Any]) -> Entry | None:
        """Where an item with these attributes (moto's) stands; None where one that counts is missing, or is no key.

        A key is of its type, not empty and not too large.
        """
        entry = []
        for name, kind, most in self._attributes:
            value = attributes.get(name)
            if value is None or value.type != kind or not value.value:
                return None
            key = value.cast_value
            if kind != "N" and len(key) * _MOST_BYTES > most and len(_encoded(key)) > most:
                return None
            entry.append(key)
        return tuple(entry)

    def count(self) -> int:
        """How many items there are in this order."""
        self._catch_up()
        return len(self._entries)

    def span(
        self, prefix: Entry = (), comparison: str | None = None, values: Sequence[Any] = ()
    ) -> tuple[int, int]:
        """From and to which place the entries begin with ``prefix``, and their next value compares so.

        ``comparison`` is one of =, <, <=, >, >=, BETWEEN and begins_with.
        """
        self._catch_up()
        first, last = self._equal(prefix, 0, len(self._entries))
        if comparison is None:
            return first, last
        place = len(prefix)

        def left(value: Any) -> int:
            return bisect_left(self._entries, value, first, last, key=lambda entry: entry[place])

        def right(value: Any) -> int:
            return bisect_right(self._entries, value, first, last, key=lambda entry: entry[place])

        def beginning(value: Any) -> int:
            length = len(value)
            return bisect_right(
                self._entries, value, left(value), last, key=lambda entry: entry[place][:length]
            )

        match comparison:
            case "=":
                return left(values[0]), right(values[0])
            case "<":
                return first, left(values[0])
            case "<=":
                return first, right(values[0])
            case ">":
                return right(values[0]), last
            case ">=":
                return left(values[0]), last
            case "BETWEEN":
                return left(values[0]), right(values[1])
        return left(values[0]), beginning(values[0])

    def after(self, start: Entry, span: tuple[int, int], *, forward: bool) -> tuple[int, int]:
        """What is left of a span once one has come to ``start``, whether an item stands there or not."""
        first, last = span
        if forward:
            return max(first, bisect_right(self._entries, start)), last
        return first, min(last, bisect_left(self._entries, start))

    def items(self, span: tuple[int, int], *, forward: bool = True) -> Iterator[Any]:
        """The items of a span, one by one; nothing may change meanwhile."""
        places = range(*span)
        return (self._items[self._entries[place]] for place in (places if forward else reversed(places)))

    def _equal(self, prefix: Entry, first: int, last: int) -> tuple[int, int]:
        length = len(prefix)
        return (
            bisect_left(self._entries, prefix, first, last),
            bisect_right(self._entries, prefix, first, last, key=lambda entry: entry[:length]),
        )

    def _catch_up(self) -> None:
        changed, self._changed = self._changed, set()
        if len(changed) * _REBUILT_FROM > len(self._entry_of):
            for key in changed:
                self._place(key)
            self._entries = sorted(self._items)
            return
        for key in changed:
            before, now = self._place(key)
            if before is not None and before != now:
                del self._entries[bisect_left(self._entries, before)]
            if now is not None and before != now:
                insort(self._entries, now)

    def _place(self, key: Any) -> tuple[Entry | None, Entry | None]:
        """Have an item under the entry that it has now; that from before and that of now are returned."""
        item = self._item_of(key)
        before, now = self._entry_of.pop(key, None), None if item is None else self.entry(item.attrs)
        if before is not None:
            del self._items[before]
        if now is not None:
            self._entry_of[key], self._items[now] = now, item
        return before, now


def _encoded(key: str | bytes) -> bytes:
    return key.encode() if isinstance(key, str) else key
