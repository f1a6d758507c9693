"""Slides in a browser: each fits on the screen, a clicker leads through them, the presenter sees what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kmscourse import slides
from kmscourse.course import SECTIONS, Section
from kmscourse.jupyter import notebooks
from tests.browser.lab import faults

SCREENS = [(1280, 720), (1920, 1080)]  # pixels
STAGE = (1280, 720)  # what a slide is made for, before it grows with the screen
TOO_LARGE = """([width, height]) => [...document.querySelectorAll(".slide")].flatMap((slide, index) => {
    slide.classList.add("shown");
    const found = slide.scrollHeight > height || slide.scrollWidth > width
        ? [`slide ${index + 1}: ${slide.scrollWidth} x ${slide.scrollHeight}`] : [];
    slide.classList.toggle("shown", index === 0);
    return found;
})"""
SHOWN = ".slide.shown"
FILLS_THE_SCREEN = """([width, height]) => {
    const box = document.querySelector(".slide.shown").getBoundingClientRect();
    return Math.round(box.width) === width && Math.round(box.height) === height;
}"""


@pytest.fixture(scope="module", params=SECTIONS, ids=lambda section: section.slug)
def section(request: pytest.FixtureRequest) -> Section:
    """Each section of the course."""
    section: Section = request.param
    return section


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The slides of the whole course, as ``kmscourse slides`` makes them."""
    folder = tmp_path_factory.mktemp("slides")
    slides.make([notebooks() / section.notebook for section in SECTIONS], folder)
    return folder


@contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    """A page whose scripts may not fail."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    yield page
    page.close()
    assert not failed, failed


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own."""
    with new_page(browser) as page:
        yield page


@pytest.fixture(scope="module")
def slides_of_section(browser: Browser, folder: Path, section: Section) -> Iterator[Page]:
    """The slides of a section, opened once for what is tested of every section."""
    with new_page(browser) as page:
        show(page, folder, section)
        yield page


def show(page: Page, folder: Path, section: Section) -> int:
    """Open the slides of a section; how many there are."""
    page.goto((folder / section.notebook).with_suffix(".html").as_uri())
    page.wait_for_selector("html.ready")
    return page.locator(".slide").count()


def test_every_slide_fits_on_the_screen(slides_of_section: Page, screenshots: Path, section: Section) -> None:
    page = slides_of_section
    for width, height in SCREENS:  # as a window that moves to the projector
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(TOO_LARGE, STAGE) == []
        page.wait_for_function(FILLS_THE_SCREEN, arg=[width, height])
    page.screenshot(path=screenshots / f"slides-{section.number:02}.png")


def test_nothing_is_lost_on_the_way_and_no_slide_is_empty(
    slides_of_section: Page, folder: Path, section: Section
) -> None:
    page = slides_of_section
    texts = [text.strip() for text in page.locator(".slide").all_text_contents()]
    assert all(len(text) > 20 for text in texts)
    file = (folder / section.notebook).with_suffix(".html")
    untouched = page.evaluate(
        "html => new DOMParser().parseFromString(html, 'text/html').querySelectorAll('.slide pre, .slide tr').length",
        file.read_text("utf-8"),
    )
    repeated = page.locator(".slide .again ~ * thead tr").count()
    halves = page.locator(".slide").evaluate_all(
        "slides => slides.filter(s => s.querySelector('.again + * pre:first-child, .again + * tbody')).length"
    )
    assert page.locator(".slide pre, .slide tr").count() >= untouched, "a row or a text has gone"
    assert page.locator(".slide pre, .slide tr").count() <= untouched + repeated + halves + len(texts)


def test_a_clicker_leads_from_the_first_slide_to_the_last_and_back(page: Page, folder: Path) -> None:
    count = show(page, folder, SECTIONS[7])
    for number in range(2, count + 1):
        page.keyboard.press("PageDown")
        expect(page.locator("#place")).to_have_text(f"{number} / {count}")
    page.keyboard.press("PageDown")
    expect(page.locator("#place")).to_have_text(f"{count} / {count}")
    page.keyboard.press("PageUp")
    expect(page.locator("#place")).to_have_text(f"{count - 1} / {count}")
    page.keyboard.press("Home")
    expect(page.locator("#place")).to_have_text(f"1 / {count}")


def test_what_is_unfolded_is_shown_to_its_end_before_the_next_slide(page: Page, folder: Path) -> None:
    show(page, folder, SECTIONS[8])
    slide = page.locator(".slide", has=page.locator("summary", has_text="Solution")).first
    number = slide.evaluate("slide => [...document.querySelectorAll('.slide')].indexOf(slide) + 1")
    page.evaluate(f"location.hash = '{number}'")
    expect(slide).to_be_visible()
    slide.evaluate("slide => slide.querySelectorAll('details').forEach(one => { one.open = true })")
    assert slide.evaluate("slide => slide.scrollHeight > 720"), "the solution is taller than what is left"
    page.keyboard.press("PageDown")
    expect(page.locator("#place")).to_have_text(f"{number} / {page.locator('.slide').count()}")
    assert slide.evaluate("slide => slide.scrollTop") > 0


def test_the_overview_leads_to_any_slide(page: Page, folder: Path, screenshots: Path) -> None:
    count = show(page, folder, SECTIONS[7])
    page.keyboard.press("o")
    expect(page.locator(".slide:visible")).to_have_count(count)
    page.screenshot(path=screenshots / "slides-overview.png")
    page.locator(".slide").nth(4).click()
    expect(page.locator("#place")).to_have_text(f"5 / {count}")
    expect(page.locator(".slide:visible")).to_have_count(1)
    page.keyboard.press("o")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_have_text(f"6 / {count}")


def test_the_presenter_sees_the_notes_what_is_folded_away_and_the_next_slide(
    page: Page, folder: Path
) -> None:
    show(page, folder, SECTIONS[7])
    number = 1 + page.locator(".slide").evaluate_all(
        "all => all.findIndex(slide => /lab.predict/.test(slide.textContent) && slide.querySelector('.kms-choice'))"
    )
    page.evaluate(f"location.hash = '{number}'")
    with page.expect_popup() as opened:
        page.keyboard.press("n")
    notes = opened.value
    expect(notes.locator("p", has_text="Let everybody choose before you go on")).to_be_visible()
    answers = notes.locator("details[open]")
    assert answers.count() >= 2, "what the learners don't see yet"
    expect(notes.locator(".slide")).to_have_count(2)
    expect(notes.get_by_text("since the start")).to_be_visible()
    notes.keyboard.press("PageDown")
    expect(page.locator("#place")).to_contain_text(f"{number + 1} /")
    expect(notes.get_by_text(f"{number + 1} /").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_theme_can_be_read(page: Page, folder: Path, screenshots: Path, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    count = show(page, folder, SECTIONS[7])
    found = []
    for _ in range(count):
        found += faults(page, "main")
        page.keyboard.press("PageDown")
    assert not found, "\n".join(found)
    page.goto((folder / "index.html").as_uri())
    page.screenshot(path=screenshots / f"slides-index-{theme}.png", full_page=True)
    assert faults(page, "body") == []
