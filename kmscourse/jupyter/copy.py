"""The student's own copy of the notebooks, their glossary and their pictures: laid once, and never overwritten.

The copy's outputs are cleared, so that it waits to be run; hints and solutions are folded away, as in the originals.
What a kernel says of its language is in it already: else JupyterLab adds it on opening, and calls the notebook unsaved.
``edition.json`` in it says which edition of each file was laid there last, by the SHA-256 of its content (of a notebook
without what a kernel says). When an original notebook has changed since, the new edition is laid beside the student's
file, under a name of its own. A new picture, or a new glossary, takes the place of the one that was laid, as notebooks
name it; one that the student has changed stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kmscourse.errors import CourseError
from kmscourse.home import files, lock

EDITION_FILE = "edition.json"
PAGES = ("glossary.md",)  # that notebooks link to
COPY_SECONDS = 60.0


def bring_up_to_date(folder: Path, originals: Path) -> list[str]:
    """Lay into ``folder`` what it lacks of the notebooks in ``originals``; a sentence for each new edition.

    One process at a time does so, the others wait and find it done. Raises CourseError where the folder can't be
    written, or its list of editions can't be read.
    """
    with _alone(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        editions = _editions(folder / EDITION_FILE)
        before = dict(editions)
        try:
            sentences = [
                _lay_notebook(original, folder, editions) for original in sorted(originals.glob("*.ipynb"))
            ]
            for name in PAGES:
                if (originals / name).is_file():
                    sentences.append(_lay_page_or_picture(originals / name, folder, name, editions))
            for original in sorted((originals / "images").iterdir()):
                name = f"images/{original.name}"
                sentences.append(_lay_page_or_picture(original, folder / "images", name, editions))
        finally:
            if editions != before:
                files.write(folder / EDITION_FILE, json.dumps(editions, indent=1).encode(), private=False)
    return [sentence for sentence in sentences if sentence]


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else lays anything into the folder within the block; what the system refuses in it is a CourseError."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock.held(folder.with_name(f"{folder.name}.lock"), COPY_SECONDS):
            yield
    except lock.TakenError:
        raise CourseError(
            f"Another process has been writing your copy of the notebooks at {folder} for {COPY_SECONDS:.0f} seconds. "
            "Try again when it has ended."
        ) from None
    except OSError as error:
        raise CourseError(
            f"Your copy of the notebooks at {folder} can't be written ({error.strerror or error}): make room there, "
            "or set KMSCOURSE_HOME to another folder."
        ) from None


def _lay_notebook(original: Path, folder: Path, editions: dict[str, str]) -> str:
    """Lay one notebook where it is missing or new; the sentence to say about it, empty where there is none."""
    content = _cleared(original)
    edition = _edition(content)
    if edition == editions.get(original.name) and os.path.lexists(folder / original.name):
        return ""
    name = _lay_beside(folder, original, _for_the_kernel(content))
    editions[original.name] = edition
    if name == original.name:
        return ""
    return f"{original.name} has a new edition. Yours stays as it is; the new one lies beside it: {name}"


def _lay_beside(folder: Path, original: Path, content: bytes) -> str:
    """Lay it under its own name, or as "… (edition 2)" and so on where that is taken; the name under which it lies.

    Where it lies already, from a process that was killed before it could note that, it is not laid again.
    """
    name, number = original.name, 1
    while True:
        try:
            files.write(folder / name, content, private=False, replace=False)
        except FileExistsError:
            if _edition_of(folder / name) == _edition(content):
                return name
            number += 1
            name = f"{original.stem} (edition {number}){original.suffix}"
        else:
            return name


def _lay_page_or_picture(original: Path, folder: Path, name: str, editions: dict[str, str]) -> str:
    """Lay what notebooks name where it is missing, or where an earlier edition of it lies as it was laid.

    ``name`` is its place among the notebooks. What there is to say of it is returned.
    """
    target = folder / original.name
    content = original.read_bytes()
    edition, earlier = _edition(content), editions.get(name)
    if (edition == earlier and os.path.lexists(target)) or not _is_own_folder(folder):
        return ""
    editions[name] = edition
    try:
        files.write(target, content, private=False, replace=False)
    except FileExistsError:
        present = _edition_of(target)
        if present == edition:
            return ""
        if present is None or present != earlier:
            return f"{name} has a new edition. Yours stays as it is; move it away to get the new one."
        files.write(target, content, private=False)
    return ""


def _is_own_folder(folder: Path) -> bool:
    """Make the folder if need be. False where its name leads out of the copy, or is no folder's: it is not ours."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
    inside = os.path.join(os.path.realpath(folder.parent), folder.name)
    return folder.is_dir() and os.path.normcase(os.path.realpath(folder)) == os.path.normcase(inside)


def _edition_of(file: Path) -> str | None:
    """The edition of what lies there, None where it is no plain file or can't be read."""
    try:
        return _edition(files.read(file))
    except OSError:
        return None


def _edition(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _cleared(original: Path) -> bytes:
    """A notebook without outputs and the numbers of a run."""
    notebook: dict[str, Any] = json.loads(original.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return _written(notebook)


def _for_the_kernel(content: bytes) -> bytes:
    """A notebook with what the kernel here says of its language."""
    from ipykernel.ipkernel import IPythonKernel

    notebook: dict[str, Any] = json.loads(content)
    notebook["metadata"]["language_info"] = IPythonKernel.language_info
    return _written(notebook)


def _written(notebook: dict[str, Any]) -> bytes:
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _editions(file: Path) -> dict[str, str]:
    """The edition of each file that was laid last. Raises CourseError where the list can't be read."""
    try:
        editions = json.loads(files.read(file).decode())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        editions = None
    if not isinstance(editions, dict) or not all(isinstance(edition, str) for edition in editions.values()):
        raise CourseError(f"{file} can't be read. Move it away: notebooks are then laid anew beside yours.")
    return editions
