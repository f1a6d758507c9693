"""How large items are. What is beyond AWS's documentation was measured of AWS."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.dynamodb.sizes import depth, read_units, size_of, size_of_item, write_units


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "aé"}, 3),
        ({"S": ""}, 0),
        ({"N": "123456"}, 4),
        ({"B": "AAEC"}, 3),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "-1"]}, 5),
        ({"BS": ["AA==", "AAE="]}, 3),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"NULL": True}]}, 8),
        ({"M": {}}, 3),
        ({"M": {"key": {"S": "ab"}}}, 9),
    ],
)
def test_values(value: dict[str, Any], size: int) -> None:
    assert size_of(value) == size
    assert size_of_item({"né": value}) == size + 3


def test_units() -> None:
    assert [read_units(size, consistent=True) for size in (0, 1, 4096, 4097)] == [1, 1, 1, 2]
    assert [read_units(size, consistent=False) for size in (0, 4096, 4097)] == [0.5, 0.5, 1]
    assert [write_units(size) for size in (0, 1024, 1025)] == [1, 1, 2]


def test_levels() -> None:
    assert depth({"S": "a"}) == 1
    assert depth({"M": {"a": {"L": [{"S": "b"}, {"M": {}}]}, "c": {"S": "d"}}}) == 3
