"""A learner upgrades in the middle of the course: what lies in KMSCOURSE_HOME is taken over, and nothing is lost.

The folders beside this file are homes as earlier versions left them, named after their account's format. Each learner
had done sections 1, 2, 3 and 6, and written a line of their own into the copy of section 1. (Of the copies only that
one is kept here, as ``.json``; of the account its SQL, with the latest events.)
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from kmscourse import Lab, jupyter
from kmscourse.course import MESSAGE, MESSAGE_CONTEXT
from kmscourse.course.artifacts import artifact_named
from kmscourse.course.caught_up import CaughtUp
from kmscourse.course.progress import Progress
from kmscourse.course.quiz import Quiz
from kmscourse.envelope import Envelope, unseal
from kmscourse.jupyter.copy import bring_up_to_date
from kmscourse.sandbox import client
from tests.conftest import environment_of_ones_own

HOMES = sorted(path for path in Path(__file__).parent.iterdir() if (path / "account.sql").exists())
ACCOUNT = "123456789012"
OWN_LINE = "My own note: ask who may delete this key."
NOTEBOOK = "01-create-a-key"


@pytest.fixture(params=HOMES, ids=[home.name for home in HOMES])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A home as the earlier version left it, but for moto: as if that version had had the one that is here now."""
    home = tmp_path / "home"
    shutil.copytree(request.param, home)
    script = (home / "account.sql").read_text("utf-8")
    (home / "account.sql").unlink()
    database = sqlite3.connect(home / "account.db")
    database.executescript(script.replace("moto 5.2.5", f"moto {version('moto')}"))
    database.close()
    (home / "notebooks" / f"{NOTEBOOK}.json").rename(home / "notebooks" / f"{NOTEBOOK}.ipynb")
    return home


@pytest.fixture
def lab(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Lab]:
    """Section 4, which needs the key and the message of the sections before it."""
    with environment_of_ones_own():
        monkeypatch.setenv("KMSCOURSE_HOME", str(home))
        monkeypatch.setenv("KMSCOURSE_TARGET", "sandbox")
        yield Lab.open(section=4)
        client.stop(home)


def test_nothing_starts_over_and_nothing_is_made_anew(
    lab: Lab, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = capsys.readouterr().out
    assert said.startswith(f"Practice account {ACCOUNT}")
    assert "starts over" not in said
    assert "Caught up" not in said
    assert not list(home.glob("*set-aside*"))


def test_the_notes_are_there_and_the_key_opens_them(lab: Lab) -> None:
    kms, message = lab.client("kms"), Envelope.from_json(lab.notes["envelope"])
    assert unseal(kms, message, encryption_context=MESSAGE_CONTEXT).decode() == MESSAGE
    assert len(kms.decrypt(CiphertextBlob=bytes.fromhex(lab.notes["encrypted_data_key"]))["Plaintext"]) == 32


def test_the_table_and_what_is_in_it_are_there(lab: Lab) -> None:
    assert lab.client("dynamodb").scan(TableName="Books")["Count"] == 1


def test_the_progress_is_there(home: Path) -> None:
    progress = Progress(home, ACCOUNT)
    assert progress.sections == [1, 2, 3, 6]
    assert progress.day(1) == "2026-11-30"


def test_the_learners_notebook_stays_and_the_new_edition_lies_beside_it(home: Path) -> None:
    folder = home / "notebooks"
    mine = folder / f"{NOTEBOOK}.ipynb"
    before = mine.read_bytes()
    assert OWN_LINE in before.decode()
    sentences = bring_up_to_date(folder, jupyter.notebooks())
    assert mine.read_bytes() == before
    beside = folder / f"{NOTEBOOK} (edition 2).ipynb"
    assert [sentence for sentence in sentences if mine.name in sentence] == [
        f"{mine.name} has a new edition. Yours stays as it is; the new one lies beside it: {beside.name}"
    ]
    original = json.loads((jupyter.notebooks() / mine.name).read_text("utf-8"))
    assert [cell["source"] for cell in json.loads(beside.read_text("utf-8"))["cells"]] == [
        cell["source"] for cell in original["cells"]
    ]
    assert {each.name for each in jupyter.notebooks().glob("*.ipynb")} <= {
        each.name for each in folder.iterdir()
    }
    assert bring_up_to_date(folder, jupyter.notebooks()) == []


@pytest.mark.parametrize("home", HOMES[-1:], indirect=True, ids=[HOMES[-1].name])
def test_the_quiz_and_what_the_course_made_itself_are_known(home: Path, lab: Lab) -> None:
    quiz = Quiz(home, "before")
    assert (quiz.open_questions, quiz.right_count) == ([], 3)
    made = CaughtUp(lab.account, lab.notes)
    assert made.has(artifact_named("sign-in"))
    assert not made.has(artifact_named("myKey"))
