"""A student's copy of the notebooks: made once, cleared, and never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmscourse.errors import CourseError
from kmscourse.jupyter import notebooks
from kmscourse.jupyter.copy import EDITION_FILE, bring_up_to_date

SOURCE = "print(2 + 2)"


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
    return str(json.loads(file.read_text())["cells"][0]["source"])


def test_the_copy_waits_to_be_run(originals: Path, mine: Path) -> None:
    assert bring_up_to_date(mine, originals) == []
    (cell,) = json.loads((mine / "01-one.ipynb").read_text())["cells"]
    assert (cell["source"], cell["outputs"], cell["execution_count"]) == (SOURCE, [], None)
    assert (mine / "images" / "01.svg").exists()


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


@pytest.mark.parametrize("damage", ["", "[]", "{nope"])
def test_a_list_of_editions_that_cannot_be_read_is_said(originals: Path, mine: Path, damage: str) -> None:
    bring_up_to_date(mine, originals)
    (mine / EDITION_FILE).write_text(damage)
    with pytest.raises(CourseError, match="Move it away"):
        bring_up_to_date(mine, originals)


def test_a_folder_that_cannot_be_written_is_one_sentence(originals: Path, mine: Path) -> None:
    mine.write_text("a file where the folder should be")
    with pytest.raises(CourseError, match="set KMSCOURSE_HOME to another folder"):
        bring_up_to_date(mine, originals)
    assert mine.read_text() == "a file where the folder should be"


def test_the_course_itself(mine: Path) -> None:
    assert bring_up_to_date(mine, notebooks()) == []
    laid = sorted(file.name for file in mine.glob("*.ipynb"))
    assert laid == sorted(file.name for file in notebooks().glob("*.ipynb"))
    for file in mine.glob("*.ipynb"):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") for cell in cells)
        prose = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        assert prose.count("<summary>Solution</summary>") == 2
        assert "<details open" not in prose
