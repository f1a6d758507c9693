"""The package's own errors are one tree, and it is drawn as it is."""

from __future__ import annotations

import re

from kmscourse import errors
from kmscourse.errors import KmsCourseError


def drawn() -> list[tuple[int, str]]:
    """The tree at the top of the module: (depth, name) of each error, in its order."""
    lines = re.findall(r"^([│├└─ ]*)(\w+) {2,}\S", errors.__doc__ or "", re.MULTILINE)
    return [(len(indent) // 4, name) for indent, name in lines]


def test_the_tree_is_drawn_as_it_is() -> None:
    parents: list[type] = []
    for depth, name in drawn():
        error = getattr(errors, name)
        assert issubclass(error, KmsCourseError)
        assert depth == 0 or error.__base__ is parents[depth - 1], name
        parents[depth:] = [error]


def test_every_error_of_the_module_is_drawn() -> None:
    own = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert own == {name for _, name in drawn()}
