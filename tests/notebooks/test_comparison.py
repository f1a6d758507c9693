"""The comparison of outputs bites: a notebook whose committed output is not true fails."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Claim:
    """A cell that claims to show ``shown``, or to end in a ValueError with the text ``refused``."""

    source: str
    shown: str = ""
    refused: str | None = None

    def cell(self, number: int) -> NotebookNode:
        """The cell, as it was saved, with its number."""
        if self.refused is None:
            output = new_output("execute_result", {"text/plain": self.shown}, execution_count=number)
        else:
            output = new_output("error", ename="ValueError", evalue=self.refused, traceback=[])
        tags = ["raises-exception"] if self.refused else []
        return new_code_cell(self.source, execution_count=number, metadata={"tags": tags}, outputs=[output])


TRUE = {
    "output": Claim("6 * 7", "42"),
    "refusal": Claim("raise ValueError('no such key')", refused="no such key"),
}
UNTRUE = {
    "changed output": Claim("6 * 7", "41"),
    "refusal with another text": Claim("raise ValueError('no such key')", refused="no such alias"),
    "refusal that is no more": Claim("'let in'", refused="no such key"),
}
RANDOM = {
    "id": Claim("'11111111-2222-4333-8444-555555555555'", "'99999999-8888-4777-8666-555555555555'"),
    "user": Claim("'ed-user-0123abcd'", "'ed-user-89ef4567'"),
    "access key": Claim("'AKIA' + 'B' * 16", "'AKIACCCCCCCCCCCCCCCC'"),
    "time": Claim("'2026-01-02 03:04:05+00:00'", "'2031-11-12 13:14:15+00:00'"),
    "bytes": Claim("'ab' * 32", "'" + "cd" * 32 + "'"),
}
CLAIMS = TRUE | UNTRUE | RANDOM


@dataclass(frozen=True)
class Compared:
    """What nbval, with the course's own settings, found of each claim, and all that it said."""

    outcomes: dict[str, str]
    said: str


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """All claims, compared as the cells of one notebook."""
    file = tmp_path_factory.mktemp("claims") / "claims.ipynb"
    cells = [claim.cell(number) for number, claim in enumerate(CLAIMS.values(), 1)]
    nbformat.write(new_notebook(cells=cells), file)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-p", "no:xdist", f"--rootdir={ROOT}",
         "-c", str(ROOT / "pyproject.toml"), str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    told = re.findall(r"^(PASSED|FAILED) \S*::Cell (\d+)", ran.stdout, re.MULTILINE)
    names = list(CLAIMS)
    return Compared({names[int(number)]: outcome for outcome, number in told}, ran.stdout + ran.stderr)


def test_each_claim_was_compared(compared: Compared) -> None:
    assert list(CLAIMS) == sorted(compared.outcomes, key=list(CLAIMS).index), compared.said


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_passes(compared: Compared, name: str) -> None:
    assert compared.outcomes[name] == "PASSED", compared.said


@pytest.mark.parametrize("name", UNTRUE)
def test_what_is_not_true_fails(compared: Compared, name: str) -> None:
    assert compared.outcomes[name] == "FAILED", compared.said


@pytest.mark.parametrize("name", RANDOM)
def test_what_is_random_is_let_through_by_name(compared: Compared, name: str) -> None:
    assert compared.outcomes[name] == "PASSED", compared.said
