"""AWS's errors and the course's own are one line; an error of the learner's own keeps its lines, and %tb shows any."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import IPython
import pytest
from aws_encryption_sdk.exceptions import MasterKeyProviderError
from botocore.exceptions import ClientError, NoCredentialsError
from IPython.core.interactiveshell import InteractiveShell

from kmscourse.errors import CourseError
from kmscourse.jupyter import tracebacks

REFUSED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Decrypt")
FOREIGN = MasterKeyProviderError("Key not allowed")  # section 18's library, which is not imported for this
ERRORS = {
    "MasterKeyProviderError": (FOREIGN, "Key not allowed"),
    "ClientError": (
        REFUSED,
        "An error occurred (AccessDeniedException) when calling the Decrypt operation: no",
    ),
    "NoCredentialsError": (NoCredentialsError(), "Unable to locate credentials"),
    "CourseError": (CourseError("There is no key yet."), "There is no key yet."),
}


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """What runs the cells of a notebook, with the course opened in it."""
    for name in ("last_type", "last_value", "last_traceback"):
        monkeypatch.setattr(sys, name, None, raising=False)
    shell = InteractiveShell(colors="nocolor")
    shell.history_manager.enabled = False
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    tracebacks.shorten()
    yield shell
    shell.cleanup()


@pytest.mark.parametrize("name", ERRORS)
def test_a_refusal_is_one_line_and_tb_shows_where_it_came_from(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    error, sentence = ERRORS[name]
    shell.user_ns["error"] = error
    shell.run_cell("def call():\n    raise error\n\ncall()")
    assert capsys.readouterr().out.strip() == f"{name}: {sentence}"
    shell.run_line_magic("tb", "")
    lines = capsys.readouterr().out
    assert "----> 4 call()" in lines
    assert "----> 2     raise error" in lines
    assert sentence in lines


def test_an_error_of_the_learners_own_keeps_its_lines_and_their_numbers(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell("numbers = [1]\n\nnumbers[7]")
    shown = capsys.readouterr().out
    assert "----> 3 numbers[7]" in shown
    assert "IndexError: list index out of range" in shown


def test_outside_of_a_notebook_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    tracebacks.shorten()
    monkeypatch.delitem(sys.modules, "IPython")
    tracebacks.shorten()
