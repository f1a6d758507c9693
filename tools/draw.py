"""Draw the picture at the head of each notebook: ``python -m tools.draw``.

Each of the lab's is the architecture of an account that stands where the section ends, what is new in it marked, drawn
by the same code that a student calls as ``lab.diagram()``. The first shows what the whole lab builds, before it cleans
up. Beyond the lab it is what the notebook's own ``lab.diagram()`` has drawn. A test holds the committed pictures to it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import tempfile
from pathlib import Path

from kmscourse.account import Account, open_sandbox
from kmscourse.course import BEYOND_SECTIONS, LAB_SECTIONS, Section, artifacts
from kmscourse.course.notes import Notes
from kmscourse.display.architecture import Architecture, Component
from kmscourse.display.diagram import CourseMap, Diagram
from kmscourse.display.growth import architecture_before, find_changes
from kmscourse.envelope import decrypt_data_key
from kmscourse.sandbox import client as sandbox_client

LAST_TO_BUILD = 8  # the section that follows it cleans up
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
IMAGES = NOTEBOOKS / "images"
DRAWN = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")


def pictures(account: Account, notes: Notes) -> dict[str, str]:
    """The file name and the SVG of each section's picture, while a fresh account is taken through the course."""
    drawn = {}
    sections: dict[Component, int] = {}
    for section in LAB_SECTIONS:
        for artifact in artifacts.ARTIFACTS:
            if artifact.section == section.number and not artifact.is_ready(account, notes):
                artifact.make(account, notes)
        if section.number in DONE:
            DONE[section.number](account, notes)
        now = Architecture.of(account, notes)
        changed = find_changes(now, architecture_before(now, section.number))
        sections |= {part: section.number for part, kind in changed.items() if kind == "new"}
        if section.number == LAST_TO_BUILD:
            drawn["00.svg"] = CourseMap(now, sections).svg() + "\n"
        if section.number:
            diagram = Diagram(now, architecture_before(now, section.number))
            drawn[f"{section.number:02}.svg"] = diagram.svg() + "\n"
    return drawn


def recorded_picture(section: Section) -> str:
    """The SVG that the last ``lab.diagram()`` of a recorded notebook has shown."""
    cells = json.loads((NOTEBOOKS / section.notebook).read_text(encoding="utf-8"))["cells"]
    shown = [cell["outputs"] for cell in cells if "".join(cell["source"]) == "lab.diagram()"][-1]
    (encoded,) = DRAWN.findall("".join(shown[0]["data"]["text/html"]))
    return base64.b64decode(encoded).decode() + "\n"


def open_data_key(account: Account, notes: Notes) -> None:
    """Section 4: KMS opens the data key again."""
    decrypt_data_key(account.client("kms"), bytes.fromhex(notes["encrypted_data_key"]))


def clean_up(account: Account, notes: Notes) -> None:
    """Section 9: the table and the sign-in go, the key rests."""
    artifacts.remove_table(account, notes)
    artifacts.remove_sign_in(account, notes)
    account.client("kms").disable_key(KeyId=artifacts.key_arn(account))


DONE = {4: open_data_key, 9: clean_up}
"""What a section does beside making pieces."""


def main() -> None:
    """Draw every picture from a practice account made for it."""
    with tempfile.TemporaryDirectory(prefix="kmscourse-") as home:
        os.environ["KMSCOURSE_HOME"] = home
        account = open_sandbox()
        try:
            drawn = pictures(account, Notes(Path(home), account.id))
        finally:
            sandbox_client.stop(Path(home))
    drawn |= {f"{section.number:02}.svg": recorded_picture(section) for section in BEYOND_SECTIONS}
    IMAGES.mkdir(exist_ok=True)
    for name, svg in drawn.items():
        (IMAGES / name).write_text(svg, encoding="utf-8")
        print(f"drew {name}")


if __name__ == "__main__":
    main()
