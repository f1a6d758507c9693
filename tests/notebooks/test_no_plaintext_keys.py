"""No plaintext data key ends on disk: not in a notebook's outputs, not in the account's files, not in its log."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import nbformat
import pytest

from kmscourse.sandbox import client as sandbox_client
from tools.record import NOTEBOOKS, run

DATA_KEY_BYTES = 32
# The source lab printed this data key, and section 3 takes its cipher apart with it: it protects nothing.
PUBLIC = "044e28c891aa585244aa15f478e7f9b198f84e2db0541f2fa06af4e2a0955c61"

# Runs in each kernel before its first cell, and keeps every plaintext data key that KMS hands out.
SPY = """
import botocore.client

_call = botocore.client.BaseClient._make_api_call

def _spied(self, operation, parameters):
    answer = _call(self, operation, parameters)
    plaintext = answer.get("Plaintext")
    if plaintext is not None and len(plaintext) == {size}:
        with open({file!r}, "a") as seen:
            print(plaintext.hex(), file=seen)
    return answer

botocore.client.BaseClient._make_api_call = _spied
"""


def forms(key: bytes) -> list[bytes]:
    """A key as it might be written down."""
    return [key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key).rstrip(b"=")]


def test_running_the_course_writes_no_plaintext_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, seen, startup = tmp_path / "home", tmp_path / "seen", tmp_path / "ipython/profile_default/startup"
    home.mkdir()
    startup.mkdir(parents=True)
    (startup / "00-spy.py").write_text(SPY.format(size=DATA_KEY_BYTES, file=str(seen)))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    outputs = []
    try:
        for path in NOTEBOOKS[2:7]:  # the sections in which data keys are made and opened
            notebook = nbformat.read(path, as_version=4)
            run(notebook, home)
            outputs.append(nbformat.writes(notebook).encode())
    finally:
        sandbox_client.stop(home)
    keys = [bytes.fromhex(line) for line in seen.read_text().split()]
    assert len(keys) > 10, "the spy saw no data keys: does it still run before the first cell?"
    written = [file.read_bytes() for file in home.rglob("*") if file.is_file()]
    assert b"kms:GenerateDataKey" in (home / "sandbox.log").read_bytes(), "this is the log that was searched"
    for key in keys:
        for form in forms(key):
            assert not any(form in text for text in [*written, *outputs]), (
                "a plaintext data key was written down"
            )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_committed_output_has_the_shape_of_a_data_key(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    shown = json.dumps([cell.outputs for cell in notebook.cells if cell.cell_type == "code"])
    as_hex = set(re.findall(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])", shown))
    grants = set(re.findall(r"GrantId[^0-9a-fA-F]{1,24}([0-9a-f]{64})", shown))  # an id is no secret
    assert as_hex <= {PUBLIC} | grants
    for word in re.findall(r"(?<![\w+/=-])[\w+/-]{43}=?(?![\w+/=-])", shown):
        assert len(base64.b64decode(word + "=", altchars=b"-_")) != DATA_KEY_BYTES, word
