"""The page that leads to the slide shows: each with its picture, its minutes and its aim, and how to present them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from kmscourse.look import page_style_sheet

KEYS = (
    ("→ · PageDown · Space", "the next slide"),
    ("← · PageUp", "the one before"),
    ("Home · End", "the first, the last"),
    ("O", "the overview: all slides at once; Enter or a click opens one"),
    (
        "N",
        "your notes in a window of their own, with the slide that comes next and the time; it turns the pages too",
    ),
    ("F", "the whole screen"),
    ("T", "light or dark"),
    ("B", "nothing at all: look at me"),
)


@dataclass(frozen=True)
class SlideShow:
    """The slides of a notebook: their file, title, minutes, aim, and picture (a data URL, or nothing)."""

    file: str
    title: str
    minutes: str
    aim: str
    picture: str


def index_page(shows: Iterable[SlideShow]) -> str:
    """The page, as an HTML document."""
    own = Path(__file__).with_name("index.css").read_text(encoding="utf-8")
    keys = "\n".join(f'<tr><th scope="row">{key}</th><td>{what}</td></tr>' for key, what in KEYS)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>kmscourse: the slides</title>
<style>{page_style_sheet(own)}</style>
</head>
<body>
<main>
<h1>kmscourse: the slides</h1>
<p>Slide shows of the course's notebooks, with what their cells have answered. They need neither a kernel nor a
network.</p>
<ol>
{"".join(map(_item, shows))}
</ol>
<h2>To present them</h2>
<table>
{keys}
</table>
<p>A clicker sends PageDown and PageUp. Printed, every slide is a page. To show a section's cells alive beside its
slides, put the practice account where it starts: <code>kmscourse sandbox reset --section 7</code></p>
</main>
</body>
</html>
"""


def _item(show: SlideShow) -> str:
    picture = f'<img src="{show.picture}" alt="">' if show.picture else ""
    return (
        f'<li>{picture}<h2><a href="{escape(show.file)}">{escape(show.title)}</a></h2>\n'
        f"<p>{escape(show.minutes)}</p><p>{escape(show.aim)}</p></li>\n"
    )
