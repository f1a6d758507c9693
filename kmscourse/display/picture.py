"""What is drawn, as a cell shows it: an image with its text alternative, in HTML that any viewer of notebooks takes.

JupyterLab shows a bare SVG without its title and description, and not at all in a notebook that isn't trusted yet. An
``img`` with ``alt`` has neither fault.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from base64 import b64encode
from html import escape


class Picture(ABC):
    """Something drawn. Its ``repr`` says in words what the drawing shows."""

    title: str
    width: int  # in pixels; a narrower page makes it smaller

    @abstractmethod
    def svg(self) -> str:
        """The drawing, as an SVG document of its own."""

    @abstractmethod
    def __repr__(self) -> str:
        """The same in words."""

    def _repr_html_(self) -> str:
        source = b64encode(self.svg().encode()).decode()
        items = "".join(f"<li>{escape(line)}</li>" for line in repr(self).splitlines())
        return (
            f'<img alt="{escape(f"{self.title}. {self!r}")}" src="data:image/svg+xml;base64,{source}" '
            f'width="{self.width}" style="width:100%;max-width:{self.width}px;height:auto"/>\n'
            f"<details><summary>The same in words</summary><ul>{items}</ul></details>"
        )
