"""What of an item a projection shows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.dynamodb.expressions import project
from tests.sandbox.dynamodb.native import NOTHING, Native, at, item, items, natives_of, paths

ITEM: dict[str, Native] = {
    "a": "text",
    "l": ["0", "1", {"x": "2x", "y": "2y"}, ["30", "31"]],
    "m": {"x": {"y": "z", "w": "v"}, "q": []},
}


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ([("a",)], {"a": "text"}),
        ([("m", "x", "y")], {"m": {"x": {"y": "z"}}}),
        ([("m", "x", "y"), ("m", "q")], {"m": {"x": {"y": "z"}, "q": []}}),
        ([("l", 3, 1), ("l", 1)], {"l": ["1", ["31"]]}),
        ([("l", 2, "y"), ("l", 9)], {"l": [{"y": "2y"}]}),
        ([("l", 9)], {}),
        ([("missing",), ("a", "b"), ("a", 0), ("m", 0), ("l", "x"), ("m", "x", "gone")], {}),
    ],
)
def test_projections(asked: list[tuple[str | int, ...]], shown: dict[str, Native]) -> None:
    assert natives_of(project(item(ITEM), asked)) == shown


def ends(value: Native, path: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], Native]:
    """What has no parts, by its path."""
    parts = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else []
    )
    return {end: held for key, part in parts for end, held in ends(part, (*path, key)).items()} or {
        path: value
    }


@given(items, paths)
def test_one_path_shows_what_it_leads_to_and_nothing_else(
    held: dict[str, Native], path: tuple[str | int, ...]
) -> None:
    shown: Any = natives_of(project(item(held), [path]))
    found = at(path, held)
    if found is NOTHING:
        assert shown == {}
        return
    close = tuple(0 if isinstance(element, int) else element for element in path)
    assert at(close, shown) == found
    assert all(end[: len(close)] == close for end in ends(shown))


@given(items, st.lists(paths, min_size=2, max_size=3, unique_by=lambda path: path[0]))
def test_several_paths_show_what_each_of_them_does(
    held: dict[str, Native], asked: list[tuple[str | int, ...]]
) -> None:
    together = project(item(held), asked)
    one_by_one = [project(item(held), [path]) for path in asked]
    assert together == {name: part for each in one_by_one for name, part in each.items()}
