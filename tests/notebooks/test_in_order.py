"""A student goes through the whole course on one account, solves each exercise, and then starts each section over."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field

import nbformat
import pytest

from kmscourse import Lab
from kmscourse.course import SECTIONS, Section
from kmscourse.course.checks import EXERCISES
from kmscourse.sandbox import client as sandbox_client
from tests.conftest import environment_of_ones_own
from tests.notebooks.notebook import one_after_the_other, solved_notebook
from tests.real_account.section import run_section
from tools.record import NOTEBOOKS, run

DATA_KEY_BYTES = 32

# Runs in the kernel before its first cell, and keeps every plaintext data key that KMS hands out.
SPY = """
def _spy():
    from botocore.client import BaseClient

    call = BaseClient._make_api_call

    def spied(self, operation, parameters):
        answer = call(self, operation, parameters)
        plaintext = answer.get("Plaintext")
        if plaintext is not None and len(plaintext) == {size}:
            with open({file!r}, "a") as seen:
                print(plaintext.hex(), file=seen)
        return answer

    BaseClient._make_api_call = spied

_spy()
"""


def forms(key: bytes) -> list[bytes]:
    """A key as it might be written down."""
    return [key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key).rstrip(b"=")]


@dataclass
class Taken:
    """The course as somebody took it.

    ``first`` and ``again`` are what each cell showed, by section and source: in a kernel, and then without one.
    ``progress`` is what had been done after the first time, ``caught_up`` what the course had made by then.
    ``written`` is every file in KMSCOURSE_HOME at the end, ``outputs`` the notebooks as they were saved, ``keys`` the
    plaintext data keys that KMS handed out.
    """

    first: dict[int, dict[str, str]] = field(default_factory=dict)
    again: dict[int, dict[str, str]] = field(default_factory=dict)
    progress: dict[str, dict[str, str]] = field(default_factory=dict)
    caught_up: set[str] = field(default_factory=set)
    written: dict[str, bytes] = field(default_factory=dict)
    outputs: list[bytes] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """The whole course, twice, on one account."""
    folder = tmp_path_factory.mktemp("course")
    home, seen, startup = folder / "home", folder / "seen", folder / "ipython/profile_default/startup"
    home.mkdir()
    startup.mkdir(parents=True)
    (startup / "00-spy.py").write_text(SPY.format(size=DATA_KEY_BYTES, file=str(seen)))
    taken = Taken()
    with environment_of_ones_own():
        os.environ.update(
            IPYTHONDIR=str(folder / "ipython"), KMSCOURSE_HOME=str(home), KMSCOURSE_TARGET="sandbox"
        )
        try:
            notebooks = [solved_notebook(path) for path in NOTEBOOKS]
            run(one_after_the_other(notebooks, home), home)
            for section, notebook in zip(SECTIONS, notebooks, strict=True):
                taken.first[section.number] = {cell.source: _shown(cell) for cell in notebook.cells}
                taken.outputs.append(nbformat.writes(notebook).encode())
            taken.progress = json.loads((home / "progress.json").read_text("utf-8"))
            made = json.loads((home / "caught-up.json").read_text("utf-8"))
            taken.caught_up = {name for artifacts in made.values() for name in artifacts}
            for section in SECTIONS:
                lab = Lab.open(section.number, again=True)
                taken.again[section.number] = run_section(section.number, lab)
        finally:
            sandbox_client.stop(home)
    taken.keys = [bytes.fromhex(line) for line in seen.read_text().split()]
    taken.written = {file.name: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    return taken


def _shown(cell: nbformat.NotebookNode) -> str:
    return "".join(str(output.get("data", {}).get("text/plain", "")) for output in cell.outputs)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
@pytest.mark.parametrize("time", ["first", "again"])
def test_every_check_passes_and_every_solution_is_one(taken: Taken, time: str, section: Section) -> None:
    shown = getattr(taken, time)[section.number]
    checks = ["lab.check()"] + [
        f"lab.check_exercise({number + 1})" for number in range(len(EXERCISES[section.number]))
    ]
    for check in checks:
        assert "✓" in shown[check], f"{check} shows no tick:\n{shown[check]}"
        assert "✗" not in shown[check], f"{check} fails:\n{shown[check]}"


def test_every_section_and_exercise_counts_as_the_students_own(taken: Taken) -> None:
    (done,) = taken.progress.values()
    assert len(done) == len(SECTIONS) + sum(map(len, EXERCISES.values()))
    assert taken.caught_up <= {"myKey", "Books"}, "in order, only what section 9 takes away is made again"


def test_no_plaintext_data_key_is_written_down(taken: Taken) -> None:
    assert len(taken.keys) > 10, "the spy saw no data keys: does it still run before the first cell?"
    assert b"kms:GenerateDataKey" in taken.written["sandbox.log"], "this is the log that was searched"
    for key in taken.keys:
        for form in forms(key):
            assert not any(form in text for text in [*taken.written.values(), *taken.outputs]), (
                "a plaintext data key was written down"
            )
