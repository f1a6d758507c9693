"""``kmscourse class``: a table, CSV and a page of what students exported; and one sentence for what can't be."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kmscourse import cli
from kmscourse.classroom.spreadsheet import COLUMNS
from kmscourse.cli.classroom import HELP
from kmscourse.course.quiz import PARTS
from tests.exports import answered, exported, opened, solved, tried
from tests.places import place

FIRST = PARTS["before"][0]


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """What three students have sent."""
    folder = tmp_path / "exports"
    folder.mkdir()
    wrong = answered("quiz before", FIRST.section, FIRST.name, right=False, choice="A")
    after = [answered("quiz after", q.section, q.name, right=True) for q in PARTS["after"]]
    for name, changes in {
        "anna": [opened(7), solved(7, 1), wrong, *after],
        "ben": [opened(7), tried(7, 1), wrong],
        "=chloe": [],
    }.items():
        (folder / f"{name}.csv").write_bytes(exported(*changes))
    return folder


def test_the_table_has_a_row_for_each_student_and_says_where_they_are_stuck(
    exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["class", str(exports)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.splitlines() == [
        "student  sections opened  exercises solved  predictions right  quiz",
        "=chloe   0                0                 0 of 0             -",
        "anna     1                1                 0 of 0             0 of 1 → 12 of 12",
        "ben      1                0                 0 of 0             0 of 1",
        "",
        "Exercises (stuck: checked, and not solved yet; of: who opened the section)",
        "stuck  solved  of  section  exercise  which asks that",
        "1      1       2   7        1         DynamoDB has answered IAMLabUser a call about Books",
        "0      0       2   7        2         the simulator has answered about the permission that is missing on the "
        "table",
        "",
        "Questions of the quiz (of: who answered it)",
        "wrong  of  quiz    section  question",
        "2      2   before  9        An hour ago a program had its data key decrypted. It holds the plaint...",
    ]


def test_csv_goes_to_stdout_alone(exports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["class", str(exports), "--csv", "-"]) == 0
    said = capsys.readouterr()
    first, chloe, *_ = said.out.splitlines()
    assert first == ",".join(COLUMNS)
    assert chloe == f"'=chloe{',0' * (len(COLUMNS) - 1)}"
    assert said.err == ""


def test_files_are_written_for_their_owner_alone(
    exports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, page = tmp_path / "class.csv", tmp_path / "class.html"
    assert cli.main(["class", str(exports), "--csv", str(table), "--html", str(page)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("student ")
    assert said.err == f"3 students written to {table}.\n3 students written to {page}.\n"
    assert table.read_text("utf-8").startswith("name,")
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    if os.name == "posix":
        assert {stat.S_IMODE(file.stat().st_mode) for file in (table, page)} == {0o600}


def test_what_is_set_aside_is_said_and_the_others_are_shown(
    exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (exports / "odd.csv").write_bytes(b"\xff\xfe\0")
    (exports / "notes.pdf").write_bytes(b"%PDF")
    assert cli.main(["class", str(exports)]) == 0
    said = capsys.readouterr()
    assert said.err == (
        "set aside: odd: it is not in UTF-8.\n"
        "set aside: 1 more in exports: only files .csv are read, and not notes.pdf.\n"
    )
    assert "anna" in said.out


def test_where_nothing_is_left_that_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "odd.csv").write_bytes(b"x" * 10 * 2**20)
    assert cli.main(["class", str(tmp_path / "odd.csv")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "set aside: odd: it is larger than 5 MiB.",
        "No export is left. A student writes one with: kmscourse progress --csv FILE",
    ]


def test_an_export_is_read_from_a_url_too(
    exports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with place() as site:  # it answers with something else
        assert cli.main(["class", str(exports / "ben.csv"), f"{site.url}/anna.csv?token=secret"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("set aside: anna: its first row lacks kind, name")
    assert "secret" not in said.err + said.out
    assert [headers["user-agent"] for headers in site.arrived] == ["kmscourse"]


@pytest.mark.parametrize(
    "word", ["missing.csv", "file:///etc/passwd", "ftp://127.0.0.1/a.csv", "http://", "\x1b[31m"]
)
def test_a_place_that_cannot_be_right_is_one_sentence(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["class", word]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n"), "\x1b" in said.err) == ("", 1, False)


def test_an_export_is_never_overwritten(exports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (exports / "anna.csv").read_bytes()
    for option in ("--csv", "--html"):
        assert cli.main(["class", str(exports), option, str(exports / ".." / "exports" / "anna.csv")]) == 2
        assert "is one of the exports: it would be lost." in capsys.readouterr().err
    assert (exports / "anna.csv").read_bytes() == before


@pytest.mark.parametrize("option", ["--csv", "--html"])
@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("", "is no name of a file"),
        ("folder", "is a folder"),
        ("nowhere/class", "is in a folder that is not there"),
    ],
)
def test_a_place_for_a_file_that_cannot_be_right_is_one_sentence(
    exports: Path, capsys: pytest.CaptureFixture[str], option: str, file: str, said: str
) -> None:
    (exports / "folder").mkdir()
    assert cli.main(["class", str(exports), option, file and str(exports / file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert len(printed.err.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are no files on Windows: run it on Linux or macOS")
@pytest.mark.parametrize("option", ["--csv", "--html"])
def test_a_pipe_or_a_device_is_not_replaced_by_a_file(
    exports: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    pipe, link = exports.parent / "pipe", exports.parent / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for file in (pipe, link):
        assert cli.main(["class", str(exports), option, str(file)]) == 2
        assert "is a device or a pipe" in capsys.readouterr().err
    assert pipe.is_fifo()
    assert link.is_symlink()


def test_the_csv_and_the_page_are_two_files(exports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = exports.parent / "class.out"
    again = exports / ".." / file.name
    assert cli.main(["class", str(exports), "--csv", str(file), "--html", str(again)]) == 2
    assert "can't be both the CSV and the page" in capsys.readouterr().err
    assert not file.exists()


def test_each_column_of_the_csv_is_documented() -> None:
    for column in COLUMNS:
        if not column.startswith("quiz_"):
            assert column in HELP
    assert {"quiz_before_right", "quiz_before_answered"} <= set(HELP.replace(",", " ").split())


def test_it_needs_neither_pandas_nor_a_practice_account(exports: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from kmscourse import cli; status = cli.main(sys.argv[1:])\n"
        "heavy = {'pandas', 'moto', 'nbformat', 'IPython'} & set(sys.modules)\n"
        "sys.exit(status or ' '.join(heavy) or 0)"
    )
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-c", code, "class", str(exports), "--html", str(tmp_path / "class.html")],
        env={**os.environ, "KMSCOURSE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert not home.exists()
