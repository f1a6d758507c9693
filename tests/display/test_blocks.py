"""What a cipher leaves visible, drawn: a square for each block."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.display.blocks import BLOCK_SIZE, COLUMNS, PICTURE, Blocks
from kmscourse.legacy import ecb_encrypt

KEY = bytes(range(32))
SVG = "{http://www.w3.org/2000/svg}"


def squares(drawing: Blocks) -> dict[tuple[int, int], str]:
    """The grey of each square of a drawing with one panel, by column and row."""
    found = {}
    for path in ElementTree.fromstring(drawing.svg()).iter(f"{SVG}path"):  # noqa: S314  our own document
        for column, row in re.findall(r"M(\d+) (\d+)h1v1h-1z", path.attrib["d"]):
            assert (int(column), int(row)) not in found
            found[int(column), int(row)] = path.attrib["fill"]
    return found


def test_the_picture_is_whole_rows_of_blocks():
    assert len(PICTURE) == 22 * COLUMNS * BLOCK_SIZE


def test_ecb_keeps_the_pattern():
    """Where two squares of the picture are alike, so are those of its ciphertext: the letters stay readable."""
    plain, sealed = squares(Blocks({"": PICTURE})), squares(Blocks({"": ecb_encrypt(KEY, PICTURE)}))
    assert plain.keys() == sealed.keys()
    assert len({(plain[place], sealed[place]) for place in plain}) == 3


def test_gcm_leaves_no_two_blocks_equal():
    sealed = AESGCM(KEY).encrypt(bytes(12), PICTURE, None)
    assert repr(Blocks({"GCM": sealed})) == "GCM: 837 blocks, 837 different"  # one more: the tag


@given(st.binary(max_size=100 * BLOCK_SIZE))
def test_there_is_a_square_for_each_block_at_its_place(data: bytes):
    greys = squares(Blocks({"any": data}))
    for number, start in enumerate(range(0, len(data), BLOCK_SIZE)):
        row, column = divmod(number, COLUMNS)
        assert greys.pop((column, row)) == f"#{data[start] >> 4:x}".ljust(4, f"{data[start] >> 4:x}")
    assert not greys


def test_it_says_in_words_what_it_shows():
    drawing = Blocks({"two & two": bytes(64), "counted": bytes(range(64))})
    document = ElementTree.fromstring(drawing.svg())  # noqa: S314  our own document
    words = "two & two: 4 blocks, 1 different\ncounted: 4 blocks, 4 different"
    assert repr(drawing) == document.findtext(f"{SVG}desc") == words


def test_the_same_bytes_are_the_same_drawing():
    assert Blocks({"a": PICTURE}).svg() == Blocks({"a": PICTURE}).svg()
