"""Slides for whoever presents the course: one HTML file for each notebook, which needs neither kernel nor network.

A slide begins at each heading of the notebook's first two levels, and after a prediction: its answers stay folded until
the presenter unfolds them. Cells are rendered by nbconvert with the outputs that are committed; pictures, style and
script are in the file itself.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Collection, Iterable
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from kmscourse.errors import CourseError

_HEADING = re.compile(r"^(?=#{1,2} )", re.MULTILINE)
_PICTURE = re.compile(r"(?<=\]\()images/[^)]+")
_NEIGHBOUR = re.compile(r"\[([^\]]+)\]\(([^)/]+\.ipynb)\)")


def make(notebooks: Iterable[Path], folder: Path) -> list[Path]:
    """Write the slides of these notebooks into ``folder``, and an ``index.html`` that leads to them.

    The files are returned, the index first. Raises CourseError where they can't be written.
    """
    notebook_paths = list(notebooks)
    names = [path.name for path in notebook_paths]
    documents = {path.with_suffix(".html").name: slides(path, names) for path in notebook_paths}
    titles = {name: _title(html) for name, html in documents.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, html in {"index.html": _index(titles), **documents}.items():
            (folder / name).write_text(html, encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"The slides can't be written to {folder} ({error.strerror}): choose another folder."
        ) from None
    return [folder / name for name in ("index.html", *documents)]


def slides(path: Path, beside: Collection[str] = ()) -> str:
    """The slides of one notebook, as an HTML document that links to those of the notebooks ``beside`` it."""
    import nbconvert
    import nbformat

    notebook = cast(Any, nbformat).read(path, as_version=4)
    notebook.cells = [new_cell for cell in notebook.cells for new_cell in _split(cell, path.parent, beside)]
    for before, cell in pairwise(notebook.cells):
        if before.source.startswith("lab.predict("):
            cell.metadata["slide"] = True  # so that nobody sees what happens before the question is answered
    exporter = cast(Any, nbconvert).HTMLExporter(
        template_file="slides.html.j2",
        extra_template_paths=[str(Path(__file__).parent)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    html, _ = exporter.from_notebook_node(notebook)
    return str(html)


def _split(cell: Any, folder: Path, beside: Collection[str]) -> list[Any]:
    """A cell of prose at each of its headings: a piece that begins with one begins a slide.

    Its pictures, which lie in ``folder``, become part of it. A link to a notebook leads to its slides where they are
    ``beside`` these, and is plain text elsewhere.
    """
    from nbformat import v4

    if cell.cell_type != "markdown":
        return [cell]
    # nbconvert could embed them too, but in doing so it closes every <details> before its answer.
    source = _PICTURE.sub(lambda match: _embedded(folder / match[0]), cell.source)
    source = _NEIGHBOUR.sub(
        lambda match: f"[{match[1]}]({Path(match[2]).stem}.html)" if match[2] in beside else match[1], source
    )
    cells = [cast(Any, v4).new_markdown_cell(text) for text in _HEADING.split(source) if text.strip()]
    for new_cell in cells:
        new_cell.metadata["slide"] = new_cell.source.startswith("#")
    return cells


def _embedded(picture: Path) -> str:
    kind = mimetypes.guess_type(picture.name)[0]
    return f"data:{kind};base64,{base64.b64encode(picture.read_bytes()).decode('ascii')}"


def _title(html: str) -> str:
    match = re.search(r"<title>(.*?)</title>", html)
    return match[1] if match else ""


def _index(titles: dict[str, str]) -> str:
    links = "\n".join(f'<li><a href="{escape(name)}">{title}</a></li>' for name, title in titles.items())
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>kmscourse: the slides</title>\n'
        "<style>body{font:1.4rem/1.8 system-ui,sans-serif;margin:8vh 10vw;color-scheme:light dark}</style></head>\n"
        f"<body><h1>kmscourse: the slides</h1>\n<ul>\n{links}\n</ul>\n"
        "<p>In a slide show: → and ← turn the page, Home and End lead to the first and the last, F fills the "
        "screen. Printed, every slide is a page.</p></body></html>\n"
    )
