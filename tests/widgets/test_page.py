"""What every page does: it shows itself without a kernel, escapes what people type, labels each field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from IPython.core.formatters import DisplayFormatter
from ipywidgets import (
    HTML,
    Button,
    Checkbox,
    Combobox,
    IntText,
    Tab,
    Text,
    Textarea,
    ToggleButton,
    ValueWidget,
    Widget,
)

from kmscourse import Lab
from kmscourse import widgets as pages
from kmscourse.audit import events
from kmscourse.look import AT_REST
from kmscourse.widgets import CreateKeyPage, SignInPage, UserPage
from kmscourse.widgets.form import Form
from kmscourse.widgets.page import Page
from kmscourse.widgets.people import People
from tests.widgets.reading import words

VIEW = "application/vnd.jupyter.widget-view+json"

each_page = pytest.mark.parametrize("make", [getattr(pages, name) for name in pages.__all__])


def within(widget: Widget) -> Iterator[Widget]:
    """The widget, and all that is in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from within(child)


def everything(page: Page) -> str:
    """All HTML that a page shows, with a kernel and without."""
    return page._repr_html_() + "".join(
        str(getattr(part, "value", "")) for part in within(page.view) if isinstance(part, HTML)
    )


@each_page
def test_a_cell_shows_the_page_and_what_stands_for_it_where_no_kernel_is(
    seen_lab8: Lab, make: Callable[[Lab], Page]
) -> None:
    page = make(seen_lab8)
    shown, _ = DisplayFormatter().format(page)
    assert shown[VIEW]["model_id"] == page.view.model_id
    assert shown["text/plain"] == f"{page.title}: a page to fill in. Run this cell to use it."
    assert page.rows()
    for label, value in page.rows():
        assert label in words(shown["text/html"])
        assert value.split("\n")[0] in words(shown["text/html"])


@each_page
def test_two_pages_of_a_kind_look_the_same(seen_lab8: Lab, make: Callable[[Lab], Page]) -> None:
    first, second = make(seen_lab8), make(seen_lab8)
    assert (repr(first), first._repr_html_()) == (repr(second), second._repr_html_())


@each_page
def test_every_control_and_button_has_a_name(seen_lab8: Lab, make: Callable[[Lab], Page]) -> None:
    for part in within(make(seen_lab8).view):
        if isinstance(part, Tab):
            assert all(part.get_title(number) for number in range(len(part.children)))
        elif isinstance(part, Button) or (isinstance(part, ValueWidget) and not isinstance(part, HTML)):
            assert part.description, part
            assert part.tooltip or not isinstance(part, Button), "a tooltip of None reads as null"


@each_page
def test_what_is_typed_is_shown_as_text_and_never_becomes_html(
    lab8: Lab, make: Callable[[Lab], Page]
) -> None:
    page = make(lab8)
    for part in within(page.view):
        if isinstance(part, Text | Textarea):
            part.value = "<img src=x onerror=alert(1)>"
    for part in within(page.view):
        if isinstance(part, Button):
            part.click()
    assert not re.search(r"<img", everything(page))


@each_page
def test_a_page_writes_nothing_before_a_button_is_pressed(
    seen_lab8: Lab, make: Callable[[Lab], Page]
) -> None:
    before = written(seen_lab8)
    make(seen_lab8)
    assert written(seen_lab8) == before


def written(lab: Lab) -> list[str]:
    """The calls so far that changed something."""
    return [event["eventName"] for event in events(lab.client("cloudtrail")) if not event["readOnly"]]


@pytest.mark.parametrize("make", [SignInPage, UserPage])
def test_a_password_is_in_nothing_that_a_page_shows(
    lab8: Lab, make: type[SignInPage] | type[UserPage]
) -> None:
    page = make(lab8)
    if isinstance(page, SignInPage):
        page.user_name.control.value = "IAMLabUser"
    page.password.control.value = "open-Sesame1"
    for _ in range(2):
        shown, _ = DisplayFormatter().format(page)
        seen = str(shown) + everything(page) + repr(vars(page)) + repr([*within(page.view)])
        assert "open-Sesame1" not in seen
        page.button.click()
    assert page.password.value == "", "it is forgotten once it has been used"


def other(control: Widget) -> Any:
    """Another value than the one that the control has; None where there is no other."""
    if isinstance(control, Checkbox | ToggleButton):
        return not control.value
    if isinstance(control, IntText):
        return control.value + 1
    if hasattr(control, "options") and not isinstance(control, Combobox):
        values = [option if isinstance(option, str) else option[1] for option in control.options]
        if isinstance(control, People):
            return () if control.value else tuple(values[:1])
        return next((value for value in values if value != control.value), None)
    return f"{control.value}x"


def inputs(page: Page) -> list[Widget]:
    """Whatever on a page somebody can change: found in its view, however the page came to put it there.

    A search is none of them: it changes what is shown of a list, and nothing of what is chosen.
    """
    found = [part for part in within(page.view) if part.has_trait("value") and not isinstance(part, HTML)]
    return [part for part in found if "kms-search" not in part._dom_classes]


ANSWER = '<div class="kms-say kms-allow">✓ What was answered before</div>'


@each_page
def test_any_change_of_an_input_clears_what_answered_the_old_one(
    lab8: Lab, make: Callable[[Lab], Page]
) -> None:
    page = make(lab8)
    changed = []
    for control in inputs(page):
        value = other(control)
        if value is None:
            continue
        answered = [part for part in (page, *tabs_of(page)) if control in within(part.view)]
        for part in answered:
            part.outcome.value = ANSWER
        control.value = value
        changed.append(control.description)
        for part in answered:
            assert part.outcome.value != ANSWER, f"{part.title}: {control.description} leaves the old answer"
    assert changed, page.title


def tabs_of(page: Page) -> list[Page]:
    """The pages within a page."""
    return [part for part in vars(page).values() if isinstance(part, Page)]


@each_page
def test_what_is_wrong_with_a_field_is_looked_at_again_at_any_change(
    lab8: Lab, make: Callable[[Lab], Page]
) -> None:
    """AWS's own word on a field, as "already names a key", goes when the value changes, of this field or another."""
    page = make(lab8)
    for form in [part for part in (page, *tabs_of(page)) if isinstance(part, Form)]:
        controls = [field.control for field in form.fields if other(field.control) is not None]
        for field in form.fields:
            for control in controls:
                field.say("AWS says no to it")
                control.value = other(control)
                assert field.problem != "AWS says no to it", (form.title, control.description)


@each_page
def test_what_is_at_rest_can_be_told_from_what_lives(seen_lab8: Lab, make: Callable[[Lab], Page]) -> None:
    html = make(seen_lab8)._repr_html_()
    assert f'class="{AT_REST}"' in html
    assert "Run this cell to use it." in words(html)


def test_the_choice_made_is_marked_where_no_kernel_is(lab8: Lab) -> None:
    page = CreateKeyPage(lab8)
    page.users.control.value = (page.users.control.options[0][1],)
    assert page.users.row()[1].startswith("● IAMLabUser\n○ ed-user-")
