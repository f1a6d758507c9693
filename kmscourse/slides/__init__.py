"""Slides for whoever presents the course: one HTML file for each notebook, which needs neither kernel nor network.

A slide begins at each heading of the notebook's first two levels, and after a prediction: its answers stay folded until
the presenter unfolds them. Cells are rendered by nbconvert with the outputs that are committed; pictures, style and
script are in the file itself. A slide is 1280 by 720 and grows with the screen; what doesn't fit goes on on another one
(slides.js).

notes.py    what the presenter sees beside a slide
index.py    the page that leads to the slide shows
"""

from __future__ import annotations

import base64
import functools
import mimetypes
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from kmscourse.errors import CourseError
from kmscourse.look import style_sheet
from kmscourse.slides.index import SlideShow, index_page
from kmscourse.slides.notes import note_on

_HEADING = re.compile(r"^(?=#{1,2} )", re.MULTILINE)
_PICTURE = re.compile(r"(?<=\]\()images/[^)]+")
_NEIGHBOUR = re.compile(r"\[([^\]]+)\]\(([^)/]+\.ipynb|glossary\.md#[^)]*)\)")


def make(notebooks: Iterable[Path], folder: Path) -> list[Path]:
    """Write the slides of these notebooks into ``folder``, and an ``index.html`` that leads to them.

    The files are returned, the index first. Raises CourseError where they can't be written.
    """
    notebook_paths = list(notebooks)
    names = [path.name for path in notebook_paths]
    documents = {path.with_suffix(".html").name: slides(path, names) for path in notebook_paths}
    shows = [_show(path) for path in notebook_paths]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, html in {"index.html": index_page(shows), **documents}.items():
            (folder / name).write_text(html, encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"The slides can't be written to {folder} ({error.strerror}): choose another folder."
        ) from None
    return [folder / name for name in ("index.html", *documents)]


def slides(path: Path, beside: Collection[str] = ()) -> str:
    """The slides of one notebook, as an HTML document that links to those of the notebooks ``beside`` it."""
    notebook = _read(path)
    notebook.cells = [new_cell for cell in notebook.cells for new_cell in _split(cell, path.parent, beside)]
    for before, cell in pairwise(notebook.cells):
        if before.source.startswith("lab.predict("):
            cell.metadata["slide"] = True  # so that nobody sees what happens before the question is answered
    for opening, *others in _slides(notebook.cells):
        opening.metadata["note"] = note_on([opening.source, *(cell.source for cell in others)])
    html, _ = _exporter().from_notebook_node(notebook, resources={"look": style_sheet()})
    return str(html)


@functools.cache
def _exporter() -> Any:
    """nbconvert's exporter with the template for slides, which it compiles once."""
    import nbconvert

    return cast(Any, nbconvert).HTMLExporter(
        template_file="slides.html.j2",
        extra_template_paths=[str(Path(__file__).parent)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )


def _read(path: Path) -> Any:
    import nbformat

    return cast(Any, nbformat).read(path, as_version=4)


def _show(path: Path) -> SlideShow:
    """What the index says of a notebook's slides: from its first cell."""
    opening = _read(path).cells[0].source
    picture = _PICTURE.search(opening)
    return SlideShow(
        path.with_suffix(".html").name,
        opening.splitlines()[0].lstrip("# "),
        next(iter(re.findall(r"About (\d+ minutes)", opening)), ""),
        next(iter(re.findall(r"^At the end .+$", opening, re.MULTILINE)), ""),
        _embedded(path.parent / picture[0]) if picture else "",
    )


def _slides(cells: Iterable[Any]) -> Iterator[list[Any]]:
    """The cells of each slide; the first of them begins it."""
    slide: list[Any] = []
    for cell in cells:
        if slide and cell.metadata.get("slide"):
            yield slide
            slide = []
        slide.append(cell)
    if slide:
        yield slide


def _split(cell: Any, folder: Path, beside: Collection[str]) -> list[Any]:
    """A cell of prose at each of its headings: a piece that begins with one begins a slide.

    Its pictures, which lie in ``folder``, become part of it. A link to a notebook leads to its slides where they are
    ``beside`` these, and is plain text elsewhere, as is one to the glossary.
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
