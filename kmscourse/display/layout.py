"""Bytes laid out part by part: where each begins, what it is, and how one knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kmscourse.display.card import Folded, Grid
from kmscourse.display.table import Hex

SHOWN = 16  # bytes of a part; of a longer one, half from each end


class Known(StrEnum):
    """How one knows what a part is."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERENCE = "inference"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ByteRange:
    """Bytes from ``offset`` on, with their name and meaning; ``depth`` is how far inside of another they are."""

    offset: int
    data: bytes
    name: str
    meaning: str
    known: Known = Known.DOCUMENTED
    depth: int = 0


def layout(caption: str, byte_ranges: Sequence[ByteRange], *, sources: bool = False) -> Grid:
    """A row for each piece; with ``sources``, how one knows stands beside it."""
    head = ("Offset", "Bytes", "Hex", "Part", "Meaning", *(["How we know"] if sources else []))
    rows = [
        (
            str(byte_range.offset),
            str(len(byte_range.data)),
            Hex(shortened(byte_range.data)),
            "\N{NO-BREAK SPACE}" * 2 * byte_range.depth + byte_range.name,
            byte_range.meaning,
            *([byte_range.known.value] if sources else []),
        )
        for byte_range in byte_ranges
    ]
    return Grid(caption, head, rows)


def in_full(data: bytes) -> Folded:
    """Every byte, sixteen a line, each line with its offset."""
    lines = [f"{start:5}  {data[start : start + 16].hex(' ')}" for start in range(0, len(data), 16)]
    return Folded(f"All {len(data)} bytes", "\n".join(lines))


def shortened(data: bytes) -> str:
    """Bytes in hex with spaces between them; of many, the first and the last."""
    if len(data) <= SHOWN:
        return data.hex(" ")
    return f"{data[: SHOWN // 2].hex(' ')} … {data[-SHOWN // 2 :].hex(' ')}"
