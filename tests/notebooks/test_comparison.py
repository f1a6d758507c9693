"""The comparison of outputs bites: a notebook whose committed output is not true fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).parents[2]


def compare(
    folder: Path, source: str, shown: str, *, refused: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run nbval, with the course's own settings, on a notebook of one cell that claims to show this.

    ``refused`` is the text of the ValueError that it claims to end in instead.
    """
    if refused is None:
        output = new_output("execute_result", {"text/plain": shown}, execution_count=1)
    else:
        output = new_output("error", ename="ValueError", evalue=refused, traceback=[])
    tags = ["raises-exception"] if refused else []
    cell = new_code_cell(source, execution_count=1, metadata={"tags": tags}, outputs=[output])
    path = folder / "claim.ipynb"
    nbformat.write(new_notebook(cells=[cell]), path)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--rootdir={ROOT}",
         "-c", str(ROOT / "pyproject.toml"), str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


def test_a_true_output_passes(tmp_path: Path) -> None:
    ran = compare(tmp_path, "6 * 7", "42")
    assert ran.returncode == 0, ran.stdout


def test_a_changed_output_fails(tmp_path: Path) -> None:
    ran = compare(tmp_path, "6 * 7", "41")
    assert ran.returncode == 1, ran.stdout
    assert "1 failed" in ran.stdout


def test_a_refusal_passes_with_its_own_text_only(tmp_path: Path) -> None:
    raising = "raise ValueError('no such key')"
    assert compare(tmp_path, raising, "", refused="no such key").returncode == 0
    assert compare(tmp_path, raising, "", refused="no such alias").returncode == 1


def test_a_refusal_that_is_no_more_fails(tmp_path: Path) -> None:
    ran = compare(tmp_path, "'let in'", "", refused="no such key")
    assert ran.returncode == 1, ran.stdout


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("'11111111-2222-4333-8444-555555555555'", "'99999999-8888-4777-8666-555555555555'"),
        ("'ed-user-0123abcd'", "'ed-user-89ef4567'"),
        ("'AKIA' + 'B' * 16", "'AKIACCCCCCCCCCCCCCCC'"),
        ("'2026-01-02 03:04:05+00:00'", "'2031-11-12 13:14:15+00:00'"),
        ("'ab' * 32", "'" + "cd" * 32 + "'"),
    ],
)
def test_what_is_random_is_let_through_by_name(tmp_path: Path, source: str, shown: str) -> None:
    ran = compare(tmp_path, source, shown)
    assert ran.returncode == 0, ran.stdout
