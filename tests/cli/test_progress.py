"""``kmscourse progress``: what is kept, as a table for people and as CSV for programs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from kmscourse import cli
from kmscourse.account import Account
from kmscourse.cli.progress import CSV_HELP
from kmscourse.course import SECTIONS
from kmscourse.course.answers import Answers
from kmscourse.course.export import COLUMNS
from kmscourse.course.progress import Progress
from kmscourse.course.questions import PREDICTIONS
from kmscourse.course.quiz import Quiz


@pytest.fixture
def home(tmp_path: Path, account: Account, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose practice account is the one in memory; section 2 is done, and something was answered."""
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path))
    monkeypatch.setattr("kmscourse.account.open_account", lambda: account)
    Progress(tmp_path, account.file_key).record(2)
    Progress(tmp_path, account.file_key).record(2, 1)
    for question in PREDICTIONS[2][:2]:
        Answers(tmp_path, "prediction").keep(question, 2)
    for question in Quiz(tmp_path, "before").questions:
        Quiz(tmp_path, "before").keep(question, 0)
    return tmp_path


def test_the_table_tells_what_was_done(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["progress"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    (second,) = [line for line in lines if line[:1] == ["2"]]
    assert second[-7:] == ["1", "of", "2", "2", "of", "3", "1"]
    for told in (
        ["sections", "1", "of", str(len(SECTIONS))],
        ["exercises", "1", "of", str(2 * len(SECTIONS))],
        ["predictions", "2", "of", str(sum(map(len, PREDICTIONS.values()))), "1"],
        ["quiz", "before", "12", "of", "12", "3"],
        ["challenge", "0", "of", "1"],
    ):
        assert told in lines


@pytest.mark.parametrize("command", [["progress"], ["progress", "--csv", "-"], ["check", "0"]])
def test_what_there_is_to_say_about_the_account_is_said_beside_it(
    home: Path,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    notices = ["The account starts over."]
    monkeypatch.setattr(account, "take_notices", lambda: [notices.pop()] if notices else [])
    assert cli.main(command) == 0
    assert capsys.readouterr().err == "The account starts over.\n"
    assert cli.main(command) == 0
    assert capsys.readouterr().err == ""


def test_csv_goes_to_stdout_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["progress", "--csv", "-"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert tuple(rows[0]) == COLUMNS
    assert all(len(row) == len(COLUMNS) for row in rows)


def test_csv_goes_to_a_file(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.csv"
    assert cli.main(["progress", "--csv", str(file)]) == 0
    said = capsys.readouterr().out
    assert said == f"{len(file.read_text().splitlines()) - 1} rows written to {file}.\n"


def test_a_file_that_cannot_be_written_is_one_sentence(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in ("", str(tmp_path), str(tmp_path / "missing" / "mine.csv")):
        assert cli.main(["progress", "--csv", file]) == 2
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1)


def test_each_column_is_documented() -> None:
    for column in COLUMNS:
        assert f"\n  {column} " in CSV_HELP
