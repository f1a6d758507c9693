"""``kmscourse quiz``: answered with numbers or letters, from a keyboard or a pipe; what is answered stays."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kmscourse import cli
from kmscourse.course.quiz import PARTS, Quiz

COMMAND = [sys.executable, "-m", "kmscourse.cli", "quiz"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path))
    return tmp_path


def quiz(monkeypatch: pytest.MonkeyPatch, part: str, typed: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return cli.main(["quiz", part])


@pytest.mark.parametrize("part", PARTS)
def test_it_is_answered_from_a_pipe(home: Path, part: str) -> None:
    keys = "".join(f"{question.right + 1}\n" for question in PARTS[part])
    done = subprocess.run([*COMMAND, part], input=keys, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert Quiz(home, part).right_count == 12
    assert ("12 of 12 answers are right." in done.stdout) == (part != "before")


def test_numbers_letters_and_not_knowing(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quiz(monkeypatch, "before", " 3 \nB\nd\n\n0\n5\nx\n12\n²\n1\n") == 0
    kept = [answer.choice for answer in Quiz(home, "before").given.values()]
    assert kept == [2, 1, 3, None, 0]
    said = capsys.readouterr().out
    assert said.count("Type a number from 1 to 4, or Enter alone.") == 5
    assert said.endswith("7 of 12 questions are left. What you answered is kept.\n")


def test_it_goes_on_where_it_was_left(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiz(monkeypatch, "before", "1\n1\n")
    capsys.readouterr()
    quiz(monkeypatch, "before", "1\n" * 10)
    said = capsys.readouterr().out
    assert said.startswith("Of the 12 questions of the quiz “before”, 10 are left.\n")
    assert "3 of 12" in said
    assert "\n2 of 12 ·" not in said
    quiz(monkeypatch, "before", "")
    assert "All 12 answers are kept." in capsys.readouterr().out


def test_before_the_course_it_gives_no_answer_away_and_after_it_explains(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiz(monkeypatch, "before", "1\n" * 12)
    before = capsys.readouterr().out
    assert "is right." not in before
    assert "Wrong." not in before
    quiz(monkeypatch, "after", "1\n" * 12)
    after = capsys.readouterr().out
    assert after.count(" is right. ") == 12
    assert after.count("Wrong. ") == 9
    assert after.count("Source: https://") == 12


def test_the_third_part_says_when_it_makes_sense_and_lets_one_do_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quiz(monkeypatch, "again", "1\n") == 0
    assert "which is not done yet. Do it now if you like." in capsys.readouterr().out
    assert len(Quiz(home, "again").given) == 1


def test_no_line_is_wider_than_a_terminal(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiz(monkeypatch, "after", "2\n" * 12)
    lines = capsys.readouterr().out.splitlines()
    wide = [line for line in lines if len(line) > 80 and "https://" not in line and "Ctrl-C" not in line]
    assert wide == []
    assert not any("\x1b" in line for line in lines), "no colour is needed"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_keeps_what_was_answered(home: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "before"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("2\n")
        process.stdin.flush()
        for line in process.stdout:
            if line.startswith("2 of 12"):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    assert out.endswith("11 of 12 questions are left. What you answered is kept.\n")
    assert [answer.choice for answer in Quiz(home, "before").given.values()] == [1]
