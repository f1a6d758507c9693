"""A student's copy of the notebooks: made once, cleared, and never overwritten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ipykernel.ipkernel import IPythonKernel

from kmscourse.errors import CourseError
from kmscourse.home import files, lock
from kmscourse.jupyter import copy, notebooks
from kmscourse.jupyter.copy import EDITION_FILE, bring_up_to_date

SOURCE = "print(2 + 2)"
PICTURE = "images/01.svg"
POSIX = pytest.mark.skipif(os.name != "posix", reason="links take no rights here: run this on Linux or macOS")


def lay(folder: Path, source: str = SOURCE) -> None:
    """A course with one notebook, which has been run."""
    output = {"output_type": "stream", "name": "stdout", "text": "4"}
    cell = {"cell_type": "code", "source": source, "outputs": [output], "execution_count": 7, "metadata": {}}
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "images" / "01.svg").write_text("<svg/>")
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (folder / "01-one.ipynb").write_text(text)


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    lay(tmp_path / "course")
    return tmp_path / "course"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine"


def source(file: Path) -> str:
    return str(json.loads(file.read_text(encoding="utf-8"))["cells"][0]["source"])


def test_the_copy_waits_to_be_run(originals: Path, mine: Path) -> None:
    assert bring_up_to_date(mine, originals) == []
    (cell,) = json.loads((mine / "01-one.ipynb").read_text())["cells"]
    assert (cell["source"], cell["outputs"], cell["execution_count"]) == (SOURCE, [], None)
    assert (mine / "images" / "01.svg").exists()


def test_the_glossary_is_laid_beside_the_notebooks_and_brought_up_to_date(
    originals: Path, mine: Path
) -> None:
    (originals / "glossary.md").write_text("# Glossary")
    assert bring_up_to_date(mine, originals) == []
    (originals / "glossary.md").write_text("# Glossary, second edition")
    assert bring_up_to_date(mine, originals) == []
    assert (mine / "glossary.md").read_text() == "# Glossary, second edition"
    (mine / "glossary.md").write_text("my own words")
    (originals / "glossary.md").write_text("# Glossary, third edition")
    assert bring_up_to_date(mine, originals) == [
        "glossary.md has a new edition. Yours stays as it is; move it away to get the new one."
    ]
    assert (mine / "glossary.md").read_text() == "my own words"


def test_jupyterlab_has_nothing_to_add_to_the_copy_when_it_opens_it(originals: Path, mine: Path) -> None:
    """What it would add is what the kernel says of its language: the notebook would count as unsaved at once."""
    bring_up_to_date(mine, originals)
    laid = json.loads((mine / "01-one.ipynb").read_text("utf-8"))
    assert laid["metadata"]["language_info"] == IPythonKernel.language_info


def test_another_python_is_no_new_edition(
    originals: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_up_to_date(mine, originals)
    later = {**IPythonKernel.language_info, "version": "9.9.9"}
    monkeypatch.setattr(IPythonKernel, "language_info", later)
    assert bring_up_to_date(mine, originals) == []


def test_it_is_never_overwritten(originals: Path, mine: Path) -> None:
    bring_up_to_date(mine, originals)
    (mine / "01-one.ipynb").write_text("my own work")
    assert bring_up_to_date(mine, originals) == []
    lay(originals, "print(3)")
    (said,) = bring_up_to_date(mine, originals)
    assert said.endswith("the new one lies beside it: 01-one (edition 2).ipynb")
    assert (mine / "01-one.ipynb").read_text() == "my own work"
    assert source(mine / "01-one (edition 2).ipynb") == "print(3)"


def test_a_new_edition_is_laid_once(originals: Path, mine: Path) -> None:
    bring_up_to_date(mine, originals)
    lay(originals, "print(3)")
    bring_up_to_date(mine, originals)
    (mine / "01-one (edition 2).ipynb").write_text("more of my own work")
    assert bring_up_to_date(mine, originals) == []
    lay(originals, "print(5)")
    (said,) = bring_up_to_date(mine, originals)
    assert "(edition 3)" in said
    assert (mine / "01-one (edition 2).ipynb").read_text() == "more of my own work"


def test_other_outputs_are_no_new_edition(originals: Path, mine: Path) -> None:
    bring_up_to_date(mine, originals)
    text = (originals / "01-one.ipynb").read_text()
    (originals / "01-one.ipynb").write_text(text.replace('"text": "4"', '"text": "four"'))
    assert bring_up_to_date(mine, originals) == []


def test_one_that_was_deleted_comes_back(originals: Path, mine: Path) -> None:
    bring_up_to_date(mine, originals)
    (mine / "01-one.ipynb").unlink()
    assert bring_up_to_date(mine, originals) == []
    assert source(mine / "01-one.ipynb") == SOURCE


@pytest.mark.parametrize("damage", ["", "[]", "{nope", '{"01-one.ipynb": 5}', "[" * 100_000, "NaN", "\udcff"])
def test_a_list_of_editions_that_cannot_be_read_is_said(originals: Path, mine: Path, damage: str) -> None:
    bring_up_to_date(mine, originals)
    content = damage.encode("utf-8", "surrogateescape")
    (mine / EDITION_FILE).write_bytes(content)
    with pytest.raises(CourseError, match="Move it away"):
        bring_up_to_date(mine, originals)
    assert (mine / EDITION_FILE).read_bytes() == content


def test_without_a_list_of_editions_what_lies_there_is_not_laid_again(originals: Path, mine: Path) -> None:
    """Also where a process was killed before it could write the list."""
    bring_up_to_date(mine, originals)
    before = sorted(mine.iterdir())
    (mine / EDITION_FILE).unlink()
    assert bring_up_to_date(mine, originals) == []
    assert sorted(mine.iterdir()) == before


def test_a_picture_that_the_student_changed_stays(originals: Path, mine: Path) -> None:
    bring_up_to_date(mine, originals)
    (mine / PICTURE).write_text("mine")
    assert bring_up_to_date(mine, originals) == []
    (originals / PICTURE).write_text("<svg>new</svg>")
    (said,) = bring_up_to_date(mine, originals)
    assert said.startswith("images/01.svg has a new edition. Yours stays as it is")
    assert bring_up_to_date(mine, originals) == [], "it is said once"
    assert (mine / PICTURE).read_text() == "mine"


def test_a_picture_that_the_student_left_alone_follows_the_course(originals: Path, mine: Path) -> None:
    bring_up_to_date(mine, originals)
    for edition in ("<svg>second</svg>", "<svg>third</svg>"):
        (originals / PICTURE).write_text(edition)
        assert bring_up_to_date(mine, originals) == []
        assert (mine / PICTURE).read_text() == edition


def test_a_picture_of_which_nothing_is_known_stays(originals: Path, mine: Path) -> None:
    """As in a copy that an earlier version of the course has laid."""
    (mine / "images").mkdir(parents=True)
    (mine / PICTURE).write_text("mine")
    (said,) = bring_up_to_date(mine, originals)
    assert "move it away to get the new one" in said
    assert (mine / PICTURE).read_text() == "mine"


@POSIX
def test_no_link_leads_out_of_the_copy(originals: Path, mine: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "01.svg").write_text("mine")
    mine.mkdir()
    (mine / "images").symlink_to(elsewhere)
    assert bring_up_to_date(mine, originals) == []
    (elsewhere / "01.svg").unlink()
    assert bring_up_to_date(mine, originals) == []
    assert list(elsewhere.iterdir()) == []


@POSIX
@pytest.mark.parametrize("name", ["01-one.ipynb", "images/01.svg"])
@pytest.mark.parametrize("there", [True, False])
def test_nothing_is_written_through_a_link(
    originals: Path, mine: Path, tmp_path: Path, name: str, there: bool
) -> None:
    target = tmp_path / "target"
    if there:
        target.write_text("mine")
    (mine / name).parent.mkdir(parents=True)
    (mine / name).symlink_to(target)
    bring_up_to_date(mine, originals)
    bring_up_to_date(mine, originals)
    assert (mine / name).is_symlink()
    assert target.exists() is there
    assert not there or target.read_text() == "mine"


@pytest.mark.parametrize("name", ["images", "01-one.ipynb", "images/01.svg"])
def test_what_is_something_else_stays(originals: Path, mine: Path, name: str) -> None:
    (mine / name).mkdir(parents=True)
    if name == "images":
        (mine / name).rmdir()
        (mine / name).write_text("mine")
    before = (mine / name).stat()
    bring_up_to_date(mine, originals)
    assert (mine / name).stat().st_ino == before.st_ino


LAY = """if True:
    import pathlib, sys
    from kmscourse.jupyter.copy import bring_up_to_date
    print(bring_up_to_date(*map(pathlib.Path, sys.argv[1:])))
"""


@pytest.mark.parametrize("changed", [False, True])
def test_of_four_at_once_one_lays_the_copy(mine: Path, originals: Path, changed: bool) -> None:
    for number in range(2, 9):
        (originals / f"0{number}.ipynb").write_bytes((originals / "01-one.ipynb").read_bytes())
    if changed:
        bring_up_to_date(mine, originals)
        for file in originals.glob("*.ipynb"):
            file.write_text(file.read_text().replace(SOURCE, "print(3)"))
    command = [sys.executable, "-c", LAY, str(mine), str(originals)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert sum(line != "[]\n" for line in said) == changed
    names = [f.stem for f in originals.glob("*.ipynb")]
    expected = [*names, *(f"{name} (edition 2)" for name in names if changed)]
    assert sorted(f.stem for f in mine.glob("*.ipynb")) == sorted(expected)
    assert not list(mine.rglob(".*"))


def test_a_copy_that_another_process_is_writing_is_one_sentence(
    originals: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy, "COPY_SECONDS", 0.0)
    with (
        lock.held(mine.with_name("mine.lock"), seconds=0),
        pytest.raises(CourseError, match="Try again when it has ended"),
    ):
        bring_up_to_date(mine, originals)


def test_what_was_laid_before_a_failure_is_known(
    originals: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (originals / "02.ipynb").write_bytes((originals / "01-one.ipynb").read_bytes())
    write = files.write

    def full(path: Path, *arguments: Any, **options: Any) -> None:
        if path.name == "02.ipynb":
            raise OSError(28, "No space left on device")
        write(path, *arguments, **options)

    monkeypatch.setattr(files, "write", full)
    with pytest.raises(CourseError, match=r"can't be written \(No space left on device\)"):
        bring_up_to_date(mine, originals)
    (mine / "01-one.ipynb").write_text("my own work")
    monkeypatch.undo()
    assert bring_up_to_date(mine, originals) == []
    assert sorted(f.name for f in mine.glob("*.ipynb")) == ["01-one.ipynb", "02.ipynb"]


def test_a_folder_that_cannot_be_written_is_one_sentence(originals: Path, mine: Path) -> None:
    mine.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(CourseError, match="set KMSCOURSE_HOME to another folder"):
        bring_up_to_date(mine, originals)
    assert mine.read_text(encoding="utf-8") == "a file where the folder should be"


def test_the_course_itself(mine: Path) -> None:
    assert bring_up_to_date(mine, notebooks()) == []
    laid = sorted(file.name for file in mine.glob("*.ipynb"))
    assert laid == sorted(file.name for file in notebooks().glob("*.ipynb"))
    assert (mine / "glossary.md").exists()
    for file in mine.glob("*.ipynb"):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") for cell in cells)
        prose = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        assert prose.count("<summary>Solution</summary>") == (0 if file.stem == "challenge" else 2)
        assert "<details open" not in prose
