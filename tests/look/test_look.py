"""One set of tokens: readable in the light and in the dark, and used everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kmscourse.look import COLOURS, SIGNS, sign_class, style_sheet

PACKAGE = Path(__file__).parents[2] / "kmscourse"
GROUNDS = ("paper", "soft")
ANSWERS = ("allow", "refuse", "warn", "note")
TEXT_ON_GROUND = [
    *((text, ground) for text in ("ink", "faint", *ANSWERS) for ground in GROUNDS),
    *((text, f"{answer}-soft") for answer in ANSWERS for text in ("ink", answer)),
    *(("ink", kind) for kind in ("key", "data", "open", "off")),
]
CONTRAST = 4.5  # Web Content Accessibility Guidelines 2.2, 1.4.3, for text
LINE_CONTRAST = 3.0  # the same, 1.4.11, for what is drawn


def luminance(colour: str) -> float:
    """The relative luminance of a colour as in ``#1b2733`` (WCAG 2.2, definitions)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definitions)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_all_the_contrast_that_there_is() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("page", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read_on_its_ground(text: str, ground: str, page: str) -> None:
    ratio = contrast(getattr(COLOURS[text], page), getattr(COLOURS[ground], page))
    assert ratio >= CONTRAST, (
        f"--kms-{text} on --kms-{ground}, {page}: {ratio:.1f}. Choose another in tokens.css"
    )


@pytest.mark.parametrize("page", ["light", "dark"])
@pytest.mark.parametrize("kind", ["key", "data", "open", "off"])
def test_the_edge_of_what_is_drawn_can_be_seen(kind: str, page: str) -> None:
    edge = getattr(COLOURS[f"{kind}-edge"], page)
    for ground in (kind, "soft"):
        assert contrast(edge, getattr(COLOURS[ground], page)) >= LINE_CONTRAST


def test_no_two_colours_are_the_same_in_the_light() -> None:
    light = [colour.light for colour in COLOURS.values()]
    assert len(light) == len(set(light)), "a drawing tells by the light colour which dark one takes its place"


@pytest.mark.parametrize(
    "sheet",
    [path for path in sorted(PACKAGE.rglob("*.css")) if path.name != "tokens.css"],
    ids=lambda p: p.name,
)
def test_no_style_sheet_has_colours_of_its_own(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    own = re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\([^)]*\)", text)
    assert not own, f"{sheet.name} has {own}: take a token of look/tokens.css"


@pytest.mark.parametrize("sheet", sorted(PACKAGE.rglob("*.css")), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_token_that_is_used_is_there(sheet: Path) -> None:
    known = set(re.findall(r"(--kms-[a-z-]+):", style_sheet())) | {"--kms-tone", "--kms-ground"}
    assert set(re.findall(r"var\((--kms-[a-z-]+)", sheet.read_text("utf-8"))) <= known


def test_an_answer_is_known_by_its_sign() -> None:
    assert [sign_class(f"{sign} Done.") for sign in SIGNS] == list(SIGNS.values())
    assert sign_class("✗") == "kms-refuse"
    assert sign_class("✗not a sign") == sign_class("Done.") == sign_class("") == ""


def test_a_style_sheet_is_without_comments_and_whole() -> None:
    text = style_sheet("p { color: var(--kms-ink) } /* why */")
    assert "/*" not in text
    assert "\n" not in text
    assert text.count("{") == text.count("}")
    assert text.endswith("p{color: var(--kms-ink)}")
