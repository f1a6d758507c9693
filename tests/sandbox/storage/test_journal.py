"""Exactly what a call reaches is noted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.storage.file import Row
from kmscourse.sandbox.storage.journal import Journal, Tracked

names = st.sampled_from("abc")
steps = st.lists(
    st.tuples(
        st.sampled_from(["set", "del", "pop", "get", "item", "values", "items", "in", "default"]),
        names,
        st.booleans(),
    ),
    max_size=20,
)


@given(steps)
def test_a_tracked_dict_is_a_dict_and_every_entry_that_changed_is_noted(
    done: list[tuple[str, str, bool]],
) -> None:
    journal, plain = Journal(), dict[str, list[int]]()
    tracked = Tracked(journal, "things")
    for verb, name, changing in done:
        before = {key: list(value) for key, value in plain.items()}
        with journal.changing(changing):
            results = [apply(verb, name, some, changing) for some in (plain, tracked)]
        assert results[0] == results[1]
        assert tracked == plain
        changed = {key for key in before.keys() | plain.keys() if before.get(key) != plain.get(key)}
        noted = {row.key for row in journal.take()}
        assert changed <= noted, f"{verb} {name} changed {changed}, noted was {noted}"
        if not changing:
            assert noted <= {name}


def apply(verb: str, name: str, some: dict[str, list[int]], changing: bool) -> Any:
    """Do something to a dict, as moto does: what a changing call reads, it may change in place."""
    found: Any = None
    match verb:
        case "set":
            some[name] = [0]
        case "del":
            some.pop(name, None)
        case "pop":
            return some.pop(name, None)
        case "default":
            found = some.setdefault(name, [])
        case "get":
            found = some.get(name)
        case "item":
            if name in some:
                found = some[name]
        case "values":
            return [(value.append(1) if changing else None) for value in some.values()]
        case "items":
            return [(key, value.append(1) if changing else None) for key, value in some.items()]
        case "in":
            return name in some
    if found is not None and changing:
        found.append(1)
    return found


def test_reading_notes_nothing_outside_of_a_change() -> None:
    journal = Journal()
    tracked = Tracked(journal, "things")
    tracked["a"] = 1
    assert list(journal.take()) == [Row("things", "a")]
    assert (tracked["a"], tracked.get("a"), list(tracked.values()), list(tracked.items())) == (
        1,
        1,
        [1],
        [("a", 1)],
    )
    assert journal.take() == {}
    with pytest.raises(KeyError), journal.changing():
        tracked["b"]
    tracked.get("a")
    assert journal.take() == {}, "a failed change ends, too"
