"""A few shapes for drawings, as SVG: boxes, people, arrows, tags.

A drawing brings paper of its own, and needs no id, font, script or style from elsewhere: it looks the same in a page,
in a file and on paper, and two of them never meet. On a dark page a browser gives its colours their dark counterparts;
a program that knows nothing of that draws it as on a light one. What matters is never said by colour alone: it also
has a mark, a word, or a line of its own kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import hypot

from kmscourse.look import COLOURS

INK, PAPER, MARGIN, FAINT = (COLOURS[name].light for name in ("ink", "soft", "edge", "faint"))
WHITE = COLOURS["paper"].light
FILL = {kind: COLOURS[kind].light for kind in ("key", "data", "open", "off")} | {"paper": WHITE}
EDGE = {kind: COLOURS[f"{kind}-edge"].light for kind in ("key", "data", "open", "off")} | {"paper": INK}
LINE = {"plain": INK, "yes": COLOURS["allow"].light, "no": COLOURS["refuse"].light}
DASHES = {"off": "7 5", "open": "7 5", "gone": "2 6", "no": "8 6"}
NAME, NOTE, SMALL = 19, 16, 15  # sizes of text
THIN, THICK = 2.0, 4.5  # lines; a thick one is new or changed
SEVERAL = 10  # how far what is behind a box sticks out above and to its right
CHANGES = {"new", "changed", "gone"}  # marks of what has a thick line; any other mark is a tag alone

ICONS = {
    "key": '<circle cx="7" cy="12" r="5"/><path d="M12 12h11M18 12v5M23 12v5"/>',
    "lock": '<rect x="3" y="10" width="18" height="12" rx="2"/><path d="M7 10v-3a5 5 0 0 1 10 0v3"/>',
    "table": '<rect x="1" y="3" width="22" height="18" rx="2"/><path d="M1 9h22M1 15h22M9 9v12"/>',
    "paper": '<path d="M4 1h11l5 5v17h-16zM15 1v5h5M8 11h8M8 15h8M8 19h5"/>',
}
"""Drawn in squares of 24 units, by lines alone."""

Place = tuple[float, float]

_IN_THE_DARK = "".join(
    f'[fill="{colour.light}"]{{fill:{colour.dark}}}[stroke="{colour.light}"]{{stroke:{colour.dark}}}'
    for colour in COLOURS.values()
)


class Drawing:
    """An SVG document under construction; lengths and places are in SVG user units (one is a pixel at scale one)."""

    def __init__(self, width: int, height: int, *, title: str, description: str) -> None:
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" aria-label="{escape(f"{title}. {description}")}" '
            'font-family="system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, DejaVu Sans, sans-serif">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(description)}</desc>",
            f"<style>@media (prefers-color-scheme: dark){{{_IN_THE_DARK}}}</style>",
            f'<rect x="1" y="1" width="{width - 2}" height="{height - 2}" rx="12" fill="{PAPER}" stroke="{MARGIN}"/>',
        ]

    def document(self) -> str:
        """The finished document."""
        return "\n".join([*self._parts, "</svg>"])

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = NOTE,
        weight: int = 400,
        fill: str = INK,
        anchor: str = "middle",
    ) -> None:
        """Words with their base line at y; ``anchor`` says what of them is at x: start, middle or end."""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
            f'fill="{fill}">{escape(words)}</text>'
        )

    def label(self, x: float, y: float, words: str, *, fill: str = INK, anchor: str = "middle") -> None:
        """Words beside or across a line: with a rim of paper, so that the line doesn't strike them out."""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{NOTE}" font-weight="600" text-anchor="{anchor}" fill="{fill}" '
            f'stroke="{PAPER}" stroke-width="5" stroke-linejoin="round" paint-order="stroke">{escape(words)}</text>'
        )

    def frame(self, x: float, y: float, width: float, height: float, label: str) -> None:
        """A border around what belongs together, with its name in the upper left corner."""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="10" fill="none" stroke="{FAINT}" '
            'stroke-width="1.5" stroke-dasharray="1.5 4"/>'
        )
        self.text(x + 14, y + 24, label, size=SMALL, fill=FAINT, anchor="start")

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        name: str,
        notes: Sequence[str] = (),
        *,
        kind: str = "data",
        icon: str = "",
        mark: str = "",
        several: bool = False,
    ) -> None:
        """A thing with a name and lines under it; ``several`` has more of them behind it.

        ``kind`` is key, data, paper, open (a secret in the clear) or off; ``mark`` is "", new, changed, gone, or a
        word for its tag alone.
        """
        dashes = f' stroke-dasharray="{DASHES[kind]}"' if kind in DASHES else ""
        line = THICK if mark in CHANGES else THIN
        for behind in (SEVERAL, SEVERAL / 2, 0) if several else (0,):
            self._parts.append(
                f'<rect x="{x + behind:g}" y="{y - behind:g}" width="{width:g}" height="{height:g}" rx="8" '
                f'fill="{FILL[kind]}" stroke="{EDGE[kind]}" stroke-width="{line if not behind else THIN:g}"{dashes}/>'
            )
        left = x + 14
        if icon:
            self._parts.append(
                f'<g transform="translate({left:g} {y + 12:g}) scale(.96)" fill="none" stroke="{EDGE[kind]}" '
                f'stroke-width="2.4" stroke-linecap="round">{ICONS[icon]}</g>'
            )
        self.text(left + (33 if icon else 0), y + 30, name, size=NAME, weight=700, anchor="start")
        for number, note in enumerate(notes):
            self.text(left, y + 55 + 22 * number, note, anchor="start")
        self.tag(x + width - 12, y, mark)

    def empty(self, x: float, y: float, width: float, height: float, name: str) -> None:
        """Where something was that is gone."""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8" fill="none" stroke="{FAINT}" '
            f'stroke-width="{THIN:g}" stroke-dasharray="{DASHES["gone"]}"/>'
        )
        self.text(x + width / 2, y + height / 2 + 6, name, size=NAME, fill=FAINT)
        self.tag(x + width - 12, y, "gone")

    def tag(self, right: float, middle: float, word: str) -> None:
        """A word on a dark label, which ends at ``right``; no word, no label."""
        if word:
            width = 10 * len(word) + 16
            self._parts.append(
                f'<rect x="{right - width:g}" y="{middle - 12:g}" width="{width:g}" height="24" rx="12" '
                f'fill="{INK}"/>'
            )
            self.text(right - width / 2, middle + 5, word, size=SMALL, weight=700, fill=WHITE)

    def person(self, x: float, y: float, name: str, *, mark: str = "") -> None:
        """A person, standing around (x, y), with a name below; ``mark`` as for a box."""
        line, dashes = THICK if mark in CHANGES else THIN, ""
        if mark == "gone":
            line, dashes = THIN, f' stroke-dasharray="{DASHES["gone"]}"'
        self._parts.append(
            f'<g fill="{FILL["paper"]}" stroke="{INK}" stroke-width="{line:g}"{dashes}>'
            f'<circle cx="{x:g}" cy="{y - 16:g}" r="13"/><path d="M{x - 25:g} {y + 28:g}a25 25 0 0 1 50 0z"/></g>'
        )
        self.text(x, y + 54, name, size=NAME, weight=700)
        if mark:
            self.tag(x + 30 + 10 * len(mark), y - 26, mark)

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

    def arrow(self, *places: Place, kind: str = "plain", mark: str = "") -> None:
        """An arrow along ``places``; ``kind`` is plain, yes or no, which also put their sign on its first part."""
        (x1, y1), (x2, y2) = places[-2:]
        length = hypot(x2 - x1, y2 - y1)
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        line, head = (THICK, 18.0) if mark in CHANGES else (THIN + 0.5, 14.0)
        path = [*places[:-1], (x2 - head * ux, y2 - head * uy)]
        wings = [(x2 - head * ux + side * uy, y2 - head * uy - side * ux) for side in (head / 2, -head / 2)]
        dashes = f' stroke-dasharray="{DASHES[kind]}"' if kind in DASHES else ""
        self._parts.append(
            f'<polyline points="{_points(path)}" fill="none" stroke="{LINE[kind]}" stroke-width="{line:g}"'
            f'{dashes} stroke-linejoin="round"/>'
            f'<polygon points="{_points([(x2, y2), *wings])}" fill="{LINE[kind]}"/>'
        )
        if kind != "plain":
            self._sign((places[0][0] + places[1][0]) / 2, (places[0][1] + places[1][1]) / 2, kind)

    def _sign(self, x: float, y: float, kind: str) -> None:
        """A tick or a cross in a ring."""
        stroke = "M-6 0l4 5 8-10" if kind == "yes" else "M-5-5l10 10M5-5l-10 10"
        self._parts.append(
            f'<g transform="translate({x:g} {y:g})" fill="{FILL["paper"]}" stroke="{LINE[kind]}" stroke-width="3" '
            f'stroke-linecap="round"><circle r="13"/><path d="{stroke}"/></g>'
        )


def _points(places: Sequence[Place]) -> str:
    return " ".join(f"{x:.5g},{y:.5g}" for x, y in places)
