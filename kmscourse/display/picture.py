"""What is drawn, as a cell shows it: an image with its text alternative, in HTML that any viewer of notebooks takes.

JupyterLab shows a bare SVG without its title and description, and not at all in a notebook that isn't trusted yet. An
``img`` with ``alt`` has neither fault.

It grows with the text around it. Where a page is too narrow for it, it becomes smaller as far as its own text can still
be read, and then scrolls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from base64 import b64encode
from html import escape

from kmscourse.display.card import with_style

EM = 14  # pixels; the size of JupyterLab's text, unless somebody changes it
READABLE = 0.72  # of its width: then its text is 11.5 pixels high where it was 16


class Picture(ABC):
    """Something drawn. Its ``repr`` says in words what the drawing shows."""

    title: str
    width: int  # in pixels, beside text of JupyterLab's usual size

    @abstractmethod
    def svg(self) -> str:
        """The drawing, as an SVG document of its own."""

    @abstractmethod
    def __repr__(self) -> str:
        """The same in words."""

    def _repr_html_(self) -> str:
        source = b64encode(self.svg().encode()).decode()
        items = "".join(f"<li>{escape(line)}</li>" for line in repr(self).splitlines())
        width = self.width / EM
        return with_style(
            '<div class="kms-picture" tabindex="0">'
            f'<img alt="{escape(f"{self.title}. {self!r}")}" src="data:image/svg+xml;base64,{source}" '
            f'width="{self.width}" style="width:{width:g}em;max-width:max(100%,{READABLE * width:g}em)"/></div>\n'
            f"<details><summary>The same in words</summary><ul>{items}</ul></details>"
        )
