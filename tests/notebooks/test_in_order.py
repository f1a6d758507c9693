"""A student goes through the whole course on one account, solves each exercise, and then starts each section over."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.client import BaseClient

from kmscourse import Lab
from kmscourse.course import SECTIONS, Section
from kmscourse.course.checks import EXERCISES
from kmscourse.sandbox import client as sandbox_client
from tests.conftest import environment_of_ones_own
from tests.real_account.section import RunCell, run_section

DATA_KEY_BYTES = 32
BEGINNING = 16  # bytes of a key, or of a form of it, that nothing else has by chance


@contextmanager
def spied() -> Iterator[list[bytes]]:
    """Keep every plaintext data key that KMS hands out meanwhile."""
    call, keys = BaseClient._make_api_call, []

    def note_keys(client: BaseClient, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = call(client, operation, parameters)
        plaintext = answer.get("Plaintext")
        if plaintext is not None and len(plaintext) == DATA_KEY_BYTES:
            keys.append(plaintext)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", note_keys)
        yield keys


def forms(key: bytes) -> list[bytes]:
    """A key as it might be written down."""
    return [key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key).rstrip(b"=")]


@dataclass
class Taken:
    """The course as somebody took it.

    ``first`` and ``again`` are what each cell showed, by section and source.
    ``progress`` is what had been done after the first time, ``caught_up`` what the course had made by then.
    ``written`` is every file in KMSCOURSE_HOME at the end, ``keys`` the plaintext data keys that KMS handed out.
    """

    first: dict[int, dict[str, str]] = field(default_factory=dict)
    again: dict[int, dict[str, str]] = field(default_factory=dict)
    progress: dict[str, dict[str, str]] = field(default_factory=dict)
    caught_up: set[str] = field(default_factory=set)
    written: dict[str, bytes] = field(default_factory=dict)
    keys: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """The whole course, twice, on one account. In kernels, ``tests/browser`` and nbval run it."""
    home = tmp_path_factory.mktemp("course")
    taken = Taken()
    with environment_of_ones_own(), spied() as taken.keys:
        os.environ.update(KMSCOURSE_HOME=str(home), KMSCOURSE_TARGET="sandbox")
        try:
            for section in SECTIONS:
                taken.first[section.number] = _shown(run_section(section.number))
            taken.progress = json.loads((home / "progress.json").read_text("utf-8"))
            made = json.loads((home / "caught-up.json").read_text("utf-8"))
            taken.caught_up = {name for artifacts in made.values() for name in artifacts}
            for section in SECTIONS:
                lab = Lab.open(section.number, again=True)
                taken.again[section.number] = _shown(run_section(section.number, lab))
        finally:
            sandbox_client.stop(home)
    taken.written = {file.name: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    return taken


def _shown(cells: list[RunCell]) -> dict[str, str]:
    return {cell.source: cell.shown for cell in cells}


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
    (kept,) = taken.progress.values()
    done = [name for name in kept if not name.endswith(", begun")]
    assert len(done) == len(SECTIONS) + sum(map(len, EXERCISES.values()))
    assert taken.caught_up <= {"myKey", "Books"}, "in order, only what section 9 takes away is made again"


def test_no_plaintext_data_key_is_written_down(taken: Taken) -> None:
    assert len(taken.keys) > 10, "the spy saw no data keys: does it still run before the first cell?"
    assert b"kms:GenerateDataKey" in taken.written["sandbox.log"], "this is the log that was searched"
    beginnings = {form[:BEGINNING] for key in taken.keys for form in forms(key)}
    shown = [text.encode() for cells in taken.first.values() for text in cells.values()]
    for text in [*taken.written.values(), *shown]:
        assert not any(text[at : at + BEGINNING] in beginnings for at in range(len(text))), (
            "a plaintext data key was written down"
        )
