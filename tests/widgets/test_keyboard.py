"""Where the keyboard goes: a button that rests loses it, so each page puts it where one goes on."""

from __future__ import annotations

import pytest
from ipywidgets import DOMWidget

from kmscourse import Lab
from kmscourse.widgets import CreateKeyPage, ExploreItemsPage, KeyPolicyPage
from tests.widgets.test_explore_items_page import be


@pytest.fixture
def focused(monkeypatch: pytest.MonkeyPatch) -> list[DOMWidget]:
    """The widgets that were given the keyboard."""
    found: list[DOMWidget] = []
    monkeypatch.setattr(DOMWidget, "focus", lambda widget: found.append(widget))
    return found


def test_after_an_answer_it_is_back_on_the_button(lab8: Lab, focused: list[DOMWidget]) -> None:
    page = ExploreItemsPage(lab8, lab8.session_for("IAMLabUser"))
    page.button.click()
    be(page, "IAMLabUser")
    page.button.click()
    assert "AccessDeniedException" in page.outcome.value
    assert focused == [page.button, page.button]


def test_a_mistake_has_it(lab8: Lab, focused: list[DOMWidget]) -> None:
    page = ExploreItemsPage(lab8)
    page.what.control.value = "Create item"
    page.partition_key.control.value = "Seth Godin"
    page.button.click()
    assert focused == [page.sort_key.control]


def test_the_steps_hand_it_on(lab1: Lab, focused: list[DOMWidget]) -> None:
    page = CreateKeyPage(lab1)
    me = lab1.account.user_arn
    page.next.click()
    page.next.click()
    assert focused == [page.next, page.alias.control], "the alias is missing"
    page.alias.control.value, page.administrators.control.value = "mine", (me,)
    page.next.click()
    page.next.click()
    page.next.click()
    assert focused[4] is page.users.control._boxes[0], "nobody is chosen"
    page.users.control.value = (me,)
    page.next.click()
    page.next.click()
    assert focused[6] is page.button, "Next is not there on the last step"
    page.previous.click()
    assert focused[7] is page.previous
    for _ in range(5):
        page.previous.click()
    assert focused[-1] is page.next, "nor is Previous on the first"


def test_edit_gives_it_to_the_text_and_cancel_back(lab8: Lab, focused: list[DOMWidget]) -> None:
    page = KeyPolicyPage(lab8)
    page.edit.click()
    page.cancel.click()
    assert focused == [page.policy.control, page.edit]
