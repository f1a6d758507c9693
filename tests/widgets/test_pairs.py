"""Names and values, one pair a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.errors import KmsCourseError
from kmscourse.widgets.pairs import read_pairs

names = st.text(
    st.characters(exclude_characters="=\n", exclude_categories=["Zs", "Cc", "Zl", "Zp"]), min_size=1
)
values = st.text(st.characters(exclude_characters="\n", exclude_categories=["Zs", "Cc", "Zl", "Zp"]))


@given(st.dictionaries(names, values))
def test_what_is_written_is_read(pairs: dict[str, str]) -> None:
    assert read_pairs("\n".join(f" {name} = {value} \n" for name, value in pairs.items())) == pairs


@given(st.text())
def test_any_text_is_read_or_refused_with_the_line_at_fault(text: str) -> None:
    try:
        pairs = read_pairs(text)
    except KmsCourseError as error:
        number = int(str(error).split(":")[0].removeprefix("Line "))
        assert text.split("\n")[number - 1].strip()
    else:
        assert len(pairs) == sum(bool(line.strip()) for line in text.split("\n"))


def test_a_value_may_have_an_equals_sign_and_may_be_empty() -> None:
    assert read_pairs("a=b=c\nempty=") == {"a": "b=c", "empty": ""}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("course", "Line 1: write a name"),
        ("a=1\n=2", "Line 2: write a name"),
        ("a=1\n\na=1", "Line 3: a stands there"),
    ],
)
def test_a_line_that_is_no_pair_is_said(text: str, problem: str) -> None:
    with pytest.raises(KmsCourseError, match=problem):
        read_pairs(text)
