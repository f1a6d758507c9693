"""What everything looks like: the tokens of one design, as style sheets and as colours.

tokens.css   every colour, distance and size, for a light page and for a dark one; cards, pages, drawings and slides
             have no others
answers.css  how an answer looks wherever it stands: a sign, a colour and a frame
page.css     how a page of its own looks, in a browser
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

SIGNS = {"✓": "kms-allow", "✗": "kms-refuse", "!": "kms-warn", "·": "kms-note"}
"""The sign that an answer begins with, and the class that gives it its colour: none is told by colour alone."""

AT_REST = "kms-at-rest"
"""The class of what stands for a page of the console, a question or the quiz where no kernel is."""

_FOLDER = Path(__file__).parent
_COLOUR = re.compile(r"--kms-([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")


@dataclass(frozen=True)
class Colour:
    """A colour of a light page, and the one that takes its place on a dark page."""

    light: str
    dark: str


COLOURS = {
    name: Colour(light, dark)
    for name, light, dark in _COLOUR.findall((_FOLDER / "tokens.css").read_text(encoding="utf-8"))
}
"""The tokens that are colours, by name, as in ``COLOURS["allow"]``. No two are the same in the light."""


def style(*sheets: str) -> str:
    """A ``<style>`` with the tokens, the look of answers, and these style sheets, in this order."""
    return f"<style>{style_sheet(*sheets)}</style>"


def style_sheet(*sheets: str) -> str:
    """The same as the text of one style sheet, without comments."""
    own = [(_FOLDER / name).read_text(encoding="utf-8") for name in ("tokens.css", "answers.css")]
    text = re.sub(r"/\*.*?\*/", "", "\n".join([*own, *sheets]), flags=re.DOTALL)
    return re.sub(r"\s*([{};])\s*|\s+", lambda blank: blank[1] or " ", text).strip()


def page_style_sheet(*sheets: str) -> str:
    """The same for a page of its own, in a browser."""
    return style_sheet((_FOLDER / "page.css").read_text(encoding="utf-8"), *sheets)


def sign_class(text: str) -> str:
    """The class of a text that begins with a sign, "" for any other."""
    return SIGNS.get(text[:1], "") if text[1:2] in (" ", "") else ""
