"""A few shapes for diagrams, as SVG: boxes, people, arrows. Light paper of its own, so that it reads on any theme.

What matters is never said by colour alone: a refused arrow is dashed and crossed, a switched-off box is dashed.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import hypot

INK, PAPER, FAINT = "#1b2733", "#ffffff", "#8493a3"
FILL = {"key": "#fff1cf", "data": "#dff0ff", "off": "#eceff2"}
EDGE = {"key": "#9a6700", "data": "#0b62a8", "off": "#66727f"}
LINE = {"plain": INK, "yes": "#1a7f37", "no": "#b3261e"}


class Drawing:
    """An SVG document under construction; lengths and places are in SVG user units (one is a pixel at scale one)."""

    def __init__(self, width: int, height: int, *, title: str, description: str) -> None:
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            'role="img" aria-labelledby="title description" '
            'font-family="system-ui, -apple-system, Segoe UI, Roboto, sans-serif">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
            f'<rect width="{width}" height="{height}" rx="10" fill="{PAPER}"/>',
        ]

    def document(self) -> str:
        """The finished document."""
        return "\n".join([*self._parts, "</svg>"])

    def text(
        self, x: float, y: float, words: str, *, size: int = 14, weight: int = 400, fill: str = INK
    ) -> None:
        """Words, centred on x, with their base line at y."""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" text-anchor="middle" '
            f'fill="{fill}">{escape(words)}</text>'
        )

    def frame(self, x: float, y: float, width: float, height: float, label: str) -> None:
        """A border around what belongs together, with its name in the upper left corner."""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8" fill="none" stroke="{FAINT}" '
            'stroke-dasharray="2 4"/>'
            f'<text x="{x + 12:g}" y="{y + 20:g}" font-size="12" fill="#55616e">{escape(label)}</text>'
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        name: str,
        note: str = "",
        *,
        kind: str = "data",
    ) -> None:
        """A thing with a name and a line under it; ``kind`` is key, data or off."""
        dashes = ' stroke-dasharray="6 4"' if kind == "off" else ""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" fill="{FILL[kind]}" '
            f'stroke="{EDGE[kind]}" stroke-width="2"{dashes}/>'
        )
        middle = x + width / 2
        self.text(middle, y + height / 2 + (-3 if note else 5), name, size=15, weight=600)
        if note:
            self.text(middle, y + height / 2 + 17, note, size=13)

    def squares(self, x: float, y: float, side: float, columns: int, greys: Sequence[int]) -> None:
        """Squares without a border, row after row from the upper left corner; a grey is 0 (black) to 15 (white)."""
        self._parts.append(
            f'<g transform="translate({x:g} {y:g}) scale({side:g})" shape-rendering="crispEdges">'
        )
        for grey in sorted(set(greys)):
            places = [divmod(number, columns) for number, other in enumerate(greys) if other == grey]
            path = "".join(f"M{column} {row}h1v1h-1z" for row, column in places)
            self._parts.append(f'<path fill="#{grey * 0x111:03x}" d="{path}"/>')
        self._parts.append("</g>")

    def person(self, x: float, y: float, name: str) -> None:
        """A person, standing around (x, y), with a name below."""
        self._parts.append(
            f'<circle cx="{x:g}" cy="{y - 10:g}" r="9" fill="{PAPER}" stroke="{INK}" stroke-width="2"/>'
            f'<path d="M{x - 17:g} {y + 20:g} a17 17 0 0 1 34 0 z" fill="{PAPER}" stroke="{INK}" stroke-width="2"/>'
        )
        self.text(x, y + 40, name, size=13, weight=600)

    def arrow(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        label: str,
        *,
        dx: float = 0,
        kind: str = "plain",
    ) -> None:
        """An arrow with a label at its middle (moved by dx); ``kind`` is plain, yes or no."""
        length = hypot(x2 - x1, y2 - y1)
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        colour = LINE[kind]
        dashes = ' stroke-dasharray="7 5"' if kind == "no" else ""
        left, right = (
            (x2 - 11 * ux + 6 * uy, y2 - 11 * uy - 6 * ux),
            (x2 - 11 * ux - 6 * uy, y2 - 11 * uy + 6 * ux),
        )
        self._parts.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2 - 8 * ux:.4g}" y2="{y2 - 8 * uy:.4g}" stroke="{colour}" '
            f'stroke-width="2"{dashes}/>'
            f'<polygon points="{x2:g},{y2:g} {left[0]:.4g},{left[1]:.4g} {right[0]:.4g},{right[1]:.4g}" '
            f'fill="{colour}"/>'
        )
        middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2
        if kind == "no":
            for sign in (1, -1):
                self._parts.append(
                    f'<line x1="{middle_x - 8:g}" y1="{middle_y - 8 * sign:g}" x2="{middle_x + 8:g}" '
                    f'y2="{middle_y + 8 * sign:g}" stroke="{colour}" stroke-width="3"/>'
                )
        if label:
            offset = 5 if dx else -8
            self.text(middle_x + dx, middle_y + offset, label, size=13, weight=600, fill=colour)
