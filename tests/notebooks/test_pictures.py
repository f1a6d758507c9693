"""The pictures at the head of the notebooks are what the account really looks like at each section's end."""

from __future__ import annotations

import os
from pathlib import Path

from kmscourse.account import open_sandbox
from kmscourse.course import BEYOND_SECTIONS
from kmscourse.course.notes import Notes
from kmscourse.sandbox import client as sandbox_client
from tools.draw import IMAGES, pictures, recorded_picture


def test_each_picture_is_drawn_from_the_account(tmp_path: Path, own_environment: None) -> None:
    os.environ["KMSCOURSE_HOME"] = str(tmp_path)
    account = open_sandbox()
    try:
        drawn = pictures(account, Notes(tmp_path, account.id))
    finally:
        sandbox_client.stop(tmp_path)
    for name, svg in drawn.items():
        assert (IMAGES / name).read_text(encoding="utf-8") == svg, "draw them again: python -m tools.draw"


def test_beyond_the_lab_it_is_what_the_notebook_drew() -> None:
    for section in BEYOND_SECTIONS:
        committed = (IMAGES / f"{section.number:02}.svg").read_text(encoding="utf-8")
        assert committed == recorded_picture(section), "draw it again: python -m tools.draw"
