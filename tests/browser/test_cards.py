"""Cards, as wide as a page lets them be: nothing is cut off, no explanation is squeezed, and each theme can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kmscourse.course.checks import Check, Observation, Report, Result
from kmscourse.course.progress import Progress
from kmscourse.display.card import with_style
from kmscourse.display.decision import DecisionCard
from kmscourse.display.policy import PolicyCard
from kmscourse.display.refusal import RefusalCard
from kmscourse.display.report import ReportCard
from kmscourse.policy import Request, console_key_policy, evaluate, what_would_allow
from tests.access.test_refusal import CALLED, MISSING, RELAYED
from tests.browser.lab import faults

ACCOUNT = "123456789012"
USER, READER = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("ed-user-0123abcd", "IAMLabUser"))
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
POLICY = console_key_policy(ACCOUNT, [USER], [USER])
REQUEST = Request(READER, "kms:Decrypt", KEY)
USUAL, DOUBLE = 14, 28  # pixels; the size of text
WIDTHS = (390, 620, 700, 855, 900, 1024, 1440, 1920)  # pixels
PAGES = [(320, USUAL), *((width, size) for width in WIDTHS for size in (USUAL, DOUBLE))]
MEASURE = """() => {
    const em = parseFloat(getComputedStyle(document.body).fontSize);
    const said = [];
    for (const card of document.querySelectorAll(".kms-card")) {
        if (card.scrollWidth > card.clientWidth) said.push(`cut off: ${card.scrollWidth} > ${card.clientWidth}`);
        for (const cell of card.querySelectorAll("td.kms-long"))
            if (cell.offsetParent && cell.clientWidth < 9 * em) said.push(`squeezed: ${cell.textContent}`);
    }
    return said;
}"""


def report(passed: bool) -> ReportCard:
    """A report of one check."""
    found = Observation(
        passed, "a Scan by IAMLabUser would be refused (no allow in the identity-based policy)"
    )
    check = Check("IAMLabUser can read Books", lambda account, notes: found, "After", ("a nudge", "the call"))
    return ReportCard(Report([Result(check, found)]), Progress(Path("/nowhere"), ACCOUNT))


@pytest.fixture(scope="module")
def html() -> str:
    """A page of cards."""
    refused = evaluate(REQUEST, resource_policy=POLICY)
    cards = [
        PolicyCard(POLICY),
        RefusalCard(CALLED + RELAYED.format(MISSING, "")),
        DecisionCard(
            refused, what_would_allow(REQUEST, resource_policy=POLICY), refused.sentence(), ["A note."]
        ),
        DecisionCard(evaluate(Request(USER, "kms:Decrypt", KEY), resource_policy=POLICY)),
    ]
    shown = [card.html() for card in cards] + [report(passed)._repr_html_() for passed in (True, False)]
    return with_style("\n".join(shown))


@pytest.fixture(scope="module")
def page(browser: Browser, html: str) -> Iterator[Page]:
    """The cards in the browser, with everything unfolded."""
    page = browser.new_page()
    page.set_content(
        f'<html lang="en"><title>Cards</title><body style="font: {USUAL}px sans-serif; margin: 0">{html}'
    )
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    yield page
    page.close()


@pytest.mark.parametrize(("width", "size"), PAGES)
def test_nothing_is_cut_off_and_nothing_squeezed(page: Page, width: int, size: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(f"document.body.style.fontSize = '{size}px'")
    assert page.evaluate(MEASURE) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_theme_can_be_read(page: Page, screenshots: Path, theme: str) -> None:
    page.set_viewport_size({"width": 1024, "height": 900})
    page.evaluate(
        """([theme, size]) => Object.assign(document.body.style, {
            colorScheme: theme, background: "Canvas", color: "CanvasText", fontSize: `${size}px`
        })""",
        [theme, USUAL],
    )
    page.screenshot(path=screenshots / f"cards-{theme}.png", full_page=True)
    assert faults(page, ".kms-card") == []
