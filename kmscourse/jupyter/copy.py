"""The student's own copy of the notebooks: it is made once, and never overwritten.

The copy's outputs are cleared, so that it waits to be run; hints and solutions are folded away, as in the originals.
``edition.json`` in it says which edition of each notebook was laid there. When an original has changed since, the new
edition is laid beside the student's file, under a name of its own.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from kmscourse.errors import CourseError

EDITION_FILE = "edition.json"


def bring_up_to_date(folder: Path, originals: Path) -> list[str]:
    """Lay into ``folder`` what it lacks of the notebooks in ``originals``; a sentence for each new edition.

    Raises CourseError where the folder can't be written, or its list of editions can't be read.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        editions = _editions(folder)
        said = [_lay(original, folder, editions) for original in sorted(originals.glob("*.ipynb"))]
        _write(folder / EDITION_FILE, json.dumps(editions, indent=1))
        shutil.copytree(originals / "images", folder / "images", dirs_exist_ok=True)
    except OSError as error:
        raise CourseError(
            f"Your copy of the notebooks at {folder} can't be written ({error.strerror}): make room there, "
            "or set KMSCOURSE_HOME to another folder."
        ) from None
    return [sentence for sentence in said if sentence]


def _lay(original: Path, folder: Path, editions: dict[str, str]) -> str:
    """Lay one notebook where it is missing or new; the sentence to say about it, empty where there is none."""
    cleared = _cleared(original)
    edition = hashlib.sha256(cleared.encode()).hexdigest()
    if edition == editions.get(original.name) and (folder / original.name).exists():
        return ""
    target = _free_name(folder, original)
    _write(target, cleared)
    editions[original.name] = edition
    if target.name == original.name:
        return ""
    return (
        f"{original.name} has a new edition. Yours stays as it is; the new one lies beside it: {target.name}"
    )


def _free_name(folder: Path, original: Path) -> Path:
    """The notebook's own name, or "… (edition 2)" and so on where that is taken."""
    name, number = original.name, 1
    while (folder / name).exists():
        number += 1
        name = f"{original.stem} (edition {number}){original.suffix}"
    return folder / name


def _cleared(original: Path) -> str:
    """A notebook as text, without outputs and the numbers of a run."""
    notebook: dict[str, Any] = json.loads(original.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _editions(folder: Path) -> dict[str, str]:
    """The edition of each notebook that was laid last."""
    file = folder / EDITION_FILE
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CourseError(f"{file} can't be read. Move it away: notebooks are then laid anew beside yours.")
    return found


def _write(file: Path, text: str) -> None:
    """Whole or not at all."""
    draft = file.with_name(f".{file.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)
