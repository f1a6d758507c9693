"""Policy variables: values, defaults, and the characters that have names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmscourse.policy.language.variables import Wildcard, resolve_variables, split_variables

VALUES = {"aws:username": ("ana",), "aws:tagkeys": ("a", "b"), "aws:principaltag/team": ("blue",)}


def filled(text: str) -> tuple[str | Wildcard, ...] | None:
    return resolve_variables(split_variables(text, wildcards=True), VALUES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${aws:username}", ("ana",)),
        ("a-${ aws:UserName }-b", ("a-", "ana", "-b")),
        ("${aws:PrincipalTag/Team, 'none'}", ("blue",)),
        ("${aws:PrincipalTag/Rank, 'none'}", ("none",)),
        ("${aws:PrincipalTag/Rank, ''}", ()),
        ("${aws:PrincipalTag/Rank}", None),
        ("${aws:PrincipalTag/Rank, none}", None),  # a default stands in quotes
        ("${aws:TagKeys}", None),  # a key with many values is no variable
        ("${aws:TagKeys, 'x'}", None),
        ("${}", None),
        ("${*}${?}${$}", ("*", "?", "$")),
        ("a*b?", ("a", Wildcard.MANY, "b", Wildcard.ONE)),
        ("$", ("$",)),
        ("${aws:username", ("${aws:username",)),
    ],
)
def test_variables_are_filled_in(text: str, expected: tuple[str | Wildcard, ...] | None) -> None:
    found = filled(text)
    assert found == expected or tuple(token for token in found or () if token != "") == expected


@settings(deadline=None)
@given(st.text("${}*?:a'", max_size=40))
def test_any_text_can_be_read(text: str) -> None:
    filled(text)


def test_without_wildcards_a_star_is_itself() -> None:
    assert resolve_variables(split_variables("a*${*}?", wildcards=False), VALUES) == ("a*", "*", "?")
