"""No plaintext data key stands in a committed notebook. Of a run, ``test_in_order.py`` says so."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import nbformat
import pytest

from tools.record import CHALLENGE, NOTEBOOKS

DATA_KEY_BYTES = 32
# The source lab printed this data key, and section 3 takes its cipher apart with it: it protects nothing.
PUBLIC = "044e28c891aa585244aa15f478e7f9b198f84e2db0541f2fa06af4e2a0955c61"


@pytest.mark.parametrize("path", [*NOTEBOOKS, CHALLENGE], ids=lambda path: path.stem)
def test_no_committed_output_has_the_shape_of_a_data_key(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    shown = json.dumps([cell.outputs for cell in notebook.cells if cell.cell_type == "code"])
    as_hex = set(re.findall(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])", shown))
    grants = set(re.findall(r"GrantId[^0-9a-fA-F]{1,24}([0-9a-f]{64})", shown))  # an id is no secret
    assert as_hex <= {PUBLIC} | grants
    without_sources = re.sub(
        r"https://docs\.aws\.amazon\.com/[\w/.#-]+", "", shown
    )  # pages that anybody may read
    for word in re.findall(r"(?<![\w+/=-])[\w+/-]{43}=?(?![\w+/=-])", without_sources):
        assert len(base64.b64decode(word + "=", altchars=b"-_")) != DATA_KEY_BYTES, word
