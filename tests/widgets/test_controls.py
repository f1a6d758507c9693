"""Choices of many, as boxes to tick; and choices of one that follow the account."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from kmscourse.widgets.controls import Choices, Secret, chosen, offer

PEOPLE = [("Ada", "arn:ada"), ("Grace", "arn:grace"), ("Mary", "arn:mary")]


def boxes(choices: Choices) -> list[bool]:
    return [box.value for box in choices.children[1].children]


@given(st.lists(st.integers(0, 2)))
def test_ticking_and_choosing_are_the_same(ticks: list[int]) -> None:
    choices, heard = Choices("People", PEOPLE), []
    choices.observe(lambda change: heard.append(change["new"]), "value")
    expected: set[int] = set()
    for number in ticks:
        box = choices.children[1].children[number]
        box.value = not box.value
        expected ^= {number}
        assert choices.value == tuple(PEOPLE[i][1] for i in sorted(expected))
        assert choices.index == tuple(sorted(expected))
    assert len(heard) == len(ticks)
    again = Choices("People", PEOPLE)
    again.value = choices.value[::-1]
    assert (again.value, boxes(again)) == (choices.value, boxes(choices))


def test_what_is_no_option_cannot_be_chosen() -> None:
    choices = Choices("People", PEOPLE)
    with pytest.raises(TraitError, match="arn:eve"):
        choices.value = ("arn:eve",)
    assert choices.value == ()


def test_other_options_keep_what_is_still_among_them() -> None:
    choices = Choices("People", PEOPLE)
    choices.value = ("arn:ada", "arn:mary")
    choices.offer([("Mary", "arn:mary"), ("Nell", "arn:nell")])
    assert (choices.value, boxes(choices)) == (("arn:mary",), [True, False])


def test_a_name_is_text_and_never_html() -> None:
    assert "<b>" not in Choices("<b>People</b>").children[0].value.removeprefix("<div")


@pytest.mark.parametrize(
    ("before", "options", "after"),
    [
        (None, ["a", "b"], "a"),
        ("b", ["a", "b", "c"], "b"),
        ("b", ["a", "c"], "a"),
        ("b", [], None),
    ],
)
def test_a_choice_of_one_stays_or_is_the_first(
    before: str | None, options: list[str], after: str | None
) -> None:
    control = chosen("Which", ["a", "b"] if before else [])
    control.value = before
    offer(control, options)
    assert (control.value, list(control.options)) == (after, options)


def test_a_secret_is_not_in_the_state_that_a_notebook_saves() -> None:
    secret = Secret(value="what nobody is told")
    assert "what nobody is told" not in str(secret.get_state())
    assert secret.value == "what nobody is told"
