"""An item's attributes, kept within the 400 KB that DynamoDB allows for them.

moto adds up the sizes of all attributes whenever one is set, so that an item of 2,000 attributes takes it many
seconds. Here a running total, which is never too small, tells when it is worth adding up.
"""

from __future__ import annotations

from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.dynamo_type import LimitedSizeDict as MotosDict

MAX_SIZE = 405_000  # bytes, as moto has it from trying on AWS


class LimitedSizeDict(MotosDict):
    """Attributes by name, in the place of moto's class of the same name."""

    _total = -1  # unknown: the attributes were not set one by one

    def __setitem__(self, name: str, value: Any) -> None:
        added = _size(name) + _size(value)
        if self._total < 0 or self._total + added > MAX_SIZE:
            self._total = sum(_size(key) + _size(held) for key, held in self.items() if key != name)
        self._total += added
        if self._total > MAX_SIZE:
            raise ItemSizeTooLarge
        dict.__setitem__(self, name, value)


def _size(thing: Any) -> int:
    return thing.size() if isinstance(thing, DynamoType) else len(str(thing).encode())
