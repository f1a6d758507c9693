"""What a cipher leaves visible: bytes drawn as squares, one for each block of AES, so that equal blocks look alike."""

from __future__ import annotations

from collections.abc import Mapping

from kmscourse.display.picture import Picture
from kmscourse.display.svg import Drawing

BLOCK_SIZE = 16  # bytes: one AES block
COLUMNS = 38  # squares in a row
SIDE = 6  # of a square, in SVG user units
_GAP = 19

_GREYS = {".": 0xCC, "#": 0x11, "=": 0x55}
_DRAWN = """
...................
.#...#.#...#..####.
.#..#..##.##.#.....
.#.#...#.#.#.#.....
.##....#...#..###..
.#.#...#...#.....#.
.#..#..#...#.....#.
.#...#.#...#.####..
...................
.=================.
...................
"""


def _bitmap(drawn: str) -> bytes:
    """A drawing of letters as bytes: each letter is two by two squares, each square a block of its grey."""
    rows = [
        b"".join(bytes([_GREYS[letter]]) * BLOCK_SIZE * 2 for letter in line)
        for line in drawn.strip().split()
    ]
    return b"".join(row + row for row in rows)


PICTURE = _bitmap(_DRAWN)
"""A picture of the letters KMS, as bytes to encrypt: 22 rows of 38 squares, each square a block of 16 equal bytes."""


class Blocks(Picture):
    """Byte strings drawn side by side under their names: a square for each block of 16 bytes, 38 in a row.

    A square's grey is the first four bits of its block. Equal blocks look alike; of those that look alike, not all
    are equal, so the caption says how many different ones there are.
    """

    title = "Bytes as squares, one for each block of 16"

    def __init__(self, panels: Mapping[str, bytes]) -> None:
        self._panels = {
            name: [data[start : start + BLOCK_SIZE] for start in range(0, len(data), BLOCK_SIZE)]
            for name, data in panels.items()
        }
        self.width = _GAP + len(panels) * (COLUMNS * SIDE + _GAP)

    def __repr__(self) -> str:
        """The same in words."""
        return "\n".join(f"{name}: {_count(blocks)}" for name, blocks in self._panels.items())

    def svg(self) -> str:
        """The drawing, as an SVG document."""
        rows = max(-(-len(blocks) // COLUMNS) for blocks in self._panels.values())
        width, height = COLUMNS * SIDE, rows * SIDE
        draw = Drawing(
            self.width,
            height + 76,
            title=self.title,
            description=repr(self),
        )
        for number, (name, blocks) in enumerate(self._panels.items()):
            left = _GAP + number * (width + _GAP)
            draw.text(left + width / 2, 26, name, size=15, weight=600)
            draw.squares(left, 40, SIDE, COLUMNS, [block[0] >> 4 for block in blocks])
            draw.text(left + width / 2, height + 62, _count(blocks), size=13)
        return draw.document()


def _count(blocks: list[bytes]) -> str:
    return f"{len(blocks)} blocks, {len(set(blocks))} different"
