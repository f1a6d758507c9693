"""Starting a section over: what it takes back is said first, and it is done only when that is confirmed."""

from __future__ import annotations

import pytest

from kmscourse.errors import CourseError
from kmscourse.widgets.start_over import StartOverPage
from tests.widgets.reading import words


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def page(done: list[str]) -> StartOverPage:
    def start_over() -> list[str]:
        done.append("done")
        return ["Stepped back: permission (section 8)"]

    return StartOverPage(7, ["permission (section 8)", "sign-in (section 7)"], start_over)


def can_be_seen(widget: object) -> bool:
    return bool(widget.layout.display != "none")  # type: ignore[attr-defined]


def test_it_first_says_what_it_takes_back(page: StartOverPage, done: list[str]) -> None:
    assert not can_be_seen(page.confirm)
    page.ask.click()
    assert can_be_seen(page.confirm)
    assert "This takes back: permission (section 8), sign-in (section 7)." in words(page._question.value)
    assert done == []


def test_it_can_be_left(page: StartOverPage, done: list[str]) -> None:
    page.ask.click()
    page.leave.click()
    assert not can_be_seen(page.confirm)
    assert can_be_seen(page.ask)
    assert done == []


def test_it_does_so_once_that_is_confirmed(page: StartOverPage, done: list[str]) -> None:
    page.ask.click()
    page.confirm.click()
    assert done == ["done"]
    assert "Stepped back: permission (section 8)" in words(page.outcome.value)
    assert "Run the cells below again" in words(page.outcome.value)
    assert not can_be_seen(page.ask)


def test_what_cannot_be_done_is_said() -> None:
    def refuse() -> list[str]:
        raise CourseError("Another notebook is preparing the account.")

    page = StartOverPage(7, ["sign-in (section 7)"], refuse)
    page.ask.click()
    page.confirm.click()
    assert "Another notebook is preparing the account." in words(page.outcome.value)


def test_without_a_kernel_it_shows_what_it_would_take_back(page: StartOverPage) -> None:
    assert "permission (section 8), sign-in (section 7)" in words(page._repr_html_())
