"""What every page does: it shows itself without a kernel, escapes what people type, labels each field."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from IPython.core.formatters import DisplayFormatter

from kmscourse import Lab
from kmscourse.widgets import CreateKeyPage, CreateTablePage, KeyPolicyPage, SignInPage
from kmscourse.widgets.page import Page

VIEW = "application/vnd.jupyter.widget-view+json"

each_page = pytest.mark.parametrize("make", [CreateKeyPage, CreateTablePage, KeyPolicyPage, SignInPage])


@each_page
def test_a_cell_shows_the_page_and_what_stands_for_it_where_no_kernel_is(
    lab8: Lab, make: Callable[[Lab], Page]
) -> None:
    page = make(lab8)
    shown, _ = DisplayFormatter().format(page)
    assert shown[VIEW]["model_id"] == page.view.model_id
    assert shown["text/plain"] == f"{page.title}: a page to fill in. Run this cell to use it."
    for field in page.fields:
        assert field.control.description in shown["text/html"]


@each_page
def test_two_pages_of_a_kind_look_the_same(lab8: Lab, make: Callable[[Lab], Page]) -> None:
    first, second = make(lab8), make(lab8)
    assert (repr(first), first._repr_html_()) == (repr(second), second._repr_html_())


@each_page
def test_every_field_has_a_label(lab8: Lab, make: Callable[[Lab], Page]) -> None:
    assert all(field.control.description for field in make(lab8).fields)


@each_page
def test_what_is_typed_is_shown_as_text_and_never_becomes_html(
    lab8: Lab, make: Callable[[Lab], Page]
) -> None:
    page = make(lab8)
    for field in page.fields:
        if not hasattr(field.control, "options"):
            field.control.value = "<img src=x onerror=alert(1)>"
    page.button.click()
    everything = page.preview.value + page.outcome.value + page._repr_html_()
    everything += "".join(field.view.children[1].value for field in page.fields)
    assert not re.search(r"<img", everything)


def test_a_password_is_in_nothing_that_a_page_shows(lab8: Lab) -> None:
    page = SignInPage(lab8)
    page.password.control.value = "open-sesame"
    shown, _ = DisplayFormatter().format(page)
    assert "open-sesame" not in str(shown) + page.preview.value + repr(vars(page))


def test_the_choice_made_is_marked_where_no_kernel_is(lab8: Lab) -> None:
    page = CreateKeyPage(lab8)
    page.users.control.index = (0,)
    assert page.users.row()[1].startswith("● IAMLabUser\n○ ed-user-")
