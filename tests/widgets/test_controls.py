"""Choices of one that follow the account, numbers that stay as they were typed, and secrets."""

from __future__ import annotations

import pytest

from kmscourse.widgets.controls import Secret, chosen, number, offer


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


@pytest.mark.parametrize("typed", [-1, 0, 3, 10**9])
def test_a_number_stays_as_it_was_typed(typed: int) -> None:
    control = number("Days", 30)
    control.value = typed
    assert control.value == typed
