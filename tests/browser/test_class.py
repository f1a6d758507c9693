"""The page of a class in a browser: its columns sort by mouse and by keys, and it can be read in each theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kmscourse import classroom
from kmscourse.classroom import Standing, Student
from kmscourse.course.quiz import PARTS
from tests.browser.lab import faults
from tests.exports import answered, items, opened, solved, tried

SOLVED = {"anna": 2, "Ben": 10, "<script>document.title = 'taken'</script>": 1}
NAMES = [*SOLVED]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of three students, of whom one has a name that is a script."""
    quiz = [answered("quiz before", q.section, q.name, right=False, choice="A") for q in PARTS["before"]]
    students = [
        Student(name, items(*quiz, opened(9), tried(9, 2), *(solved(section, 1) for section in range(count))))
        for name, count in SOLVED.items()
    ]
    file = tmp_path_factory.mktemp("class") / "class.html"
    file.write_text(classroom.page(Standing(students, ["set aside: odd: it is not in UTF-8."])), "utf-8")
    return file


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    """The page, whose script may not fail, and which may ask for nothing but itself."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    said: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    yield page
    page.close()
    assert said == []
    assert asked == [file.as_uri()]


def names(page: Page) -> list[str]:
    """The students, from the first row to the last."""
    return page.locator("table").first.locator("tbody th").all_text_contents()


def test_a_click_sorts_by_number_the_largest_first_and_then_the_other_way_round(page: Page) -> None:
    heading = page.get_by_role("columnheader", name="Exercises solved")
    by_count = sorted(NAMES, key=lambda name: -SOLVED[name])
    heading.get_by_role("button").click()
    assert (names(page), heading.get_attribute("aria-sort")) == (by_count, "descending")
    heading.get_by_role("button").click()
    assert (names(page), heading.get_attribute("aria-sort")) == (by_count[::-1], "ascending")


def test_the_keyboard_sorts_too_and_one_column_at_a_time(page: Page) -> None:
    page.get_by_role("button", name="Exercises solved").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Student")).to_be_focused()
    page.keyboard.press("Space")
    assert names(page) == [NAMES[2], "anna", "Ben"]
    expect(page.locator("[aria-sort]")).to_have_count(1)


def test_a_name_that_is_a_script_is_shown_and_not_run(page: Page) -> None:
    expect(page).to_have_title("kmscourse: a class of 3 students")
    assert NAMES[2] in names(page)


def test_a_script_that_is_not_its_own_is_not_run(browser: Browser, file: Path, tmp_path: Path) -> None:
    """Even if something that students made were not text once: the page's policy lets no other script run."""
    changed = tmp_path / "changed.html"
    html = file.read_text("utf-8").replace("</main>", "<script>document.title = 'taken'</script></main>")
    changed.write_text(html, "utf-8")
    page = browser.new_page()
    page.goto(changed.as_uri())
    expect(page).to_have_title("kmscourse: a class of 3 students")
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_theme_can_be_read(page: Page, screenshots: Path, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    assert faults(page, "main") == []
    page.screenshot(path=screenshots / f"class-{theme}.png", full_page=True)


def test_on_a_narrow_screen_only_the_tables_scroll_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
