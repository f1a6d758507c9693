"""A kernel is killed in the middle of the course: what it made is found again, and cleaned up."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any, Literal

import pytest

from kmscourse import Lab, cli
from tests.processes import SECONDS, Program, run, started
from tests.real_account.conftest import Learner
from tests.real_account.leftovers import assert_nothing_is_left
from tests.real_account.recorder import Strike
from tests.real_account.section import take_section

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")

CLEAN_UP = (cli.main, ("aws", "cleanup", "--yes"))
where_all_of_it_runs = pytest.mark.parametrize("server", ["practice"], indirect=True)
MOMENTS: list[tuple[str, int, str, Literal["before", "after"], int]] = [
    # (account, section, call, before or after the account performs it, the how manieth such call)
    ("practice", 0, "CreateUser", "after", 1),
    ("practice", 0, "CreateAccessKey", "before", 1),
    ("practice", 1, "CreateKey", "after", 1),
    ("practice", 1, "CreateAlias", "before", 1),
    ("practice", 4, "CreateGrant", "after", 1),
    ("practice", 6, "CreateTable", "after", 1),
    ("practice", 6, "CreateTable", "after", 2),
    ("practice", 7, "CreateLoginProfile", "after", 1),
    ("practice", 7, "CreateAccessKey", "after", 1),
    ("practice", 8, "PutKeyPolicy", "before", 2),
    ("practice", 9, "DeleteTable", "after", 1),
    ("practice", 9, "ScheduleKeyDeletion", "before", 1),
    ("moto", 1, "CreateKey", "after", 1),
    ("moto", 6, "CreateTable", "after", 2),
    ("moto", 7, "CreateAccessKey", "after", 1),
]


def killed(
    learner: Learner,
    program: Program,
    argument: Any,
    call: str,
    when: Literal["before", "after"],
    nth: int = 1,
) -> bool:
    """Run the program until it comes to that call, and kill it there; False where it never came to it."""
    nowhere = Path(os.devnull)
    with started(learner.environment, program, argument, out=nowhere, err=nowhere) as process:
        learner.recorder.strike = strike = Strike(process.pid, call, when, nth)
        process.join(SECONDS)
    learner.recorder.strike = None
    return strike.done and process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize(("server", "section", "call", "when", "nth"), MOMENTS, indirect=["server"])
def test_what_a_killed_kernel_made_is_cleaned_up(
    learner: Learner,
    capsys: pytest.CaptureFixture[str],
    section: int,
    call: str,
    when: Literal["before", "after"],
    nth: int,
) -> None:
    before = learner.inventory()
    came = killed(learner, take_section, section, call, when, nth)
    assert came, f"section {section} never came to {call}: choose another moment"
    assert_nothing_is_left(learner, before, capsys)


@where_all_of_it_runs
@pytest.mark.parametrize(
    "call", ["DeleteTable", "DeleteUserPolicy", "DeleteUser", "DeleteAlias", "ScheduleKeyDeletion"]
)
def test_a_clean_up_that_was_killed_is_done_again(
    learner: Learner, capsys: pytest.CaptureFixture[str], call: str
) -> None:
    before = learner.inventory()
    Lab.open(9)
    assert killed(learner, *CLEAN_UP, call, "after"), f"the clean-up never came to {call}"
    assert_nothing_is_left(learner, before, capsys)


@where_all_of_it_runs
def test_kernels_that_were_killed_leave_no_access_keys_in_the_way(
    learner: Learner, capsys: pytest.CaptureFixture[str]
) -> None:
    """IAM gives a user two access keys: a third kernel works nevertheless."""
    before = learner.inventory()
    for _ in range(2):
        assert killed(learner, take_section, 0, "CreateAccessKey", "after")
    ended = run(learner.environment, take_section, 0)
    assert "LimitExceeded" not in ended.err
    assert_nothing_is_left(learner, before, capsys)


@where_all_of_it_runs
def test_a_kernel_that_ends_takes_its_access_keys_along(learner: Learner, tmp_path: Path) -> None:
    run(learner.environment, take_section, 0)
    assert "iam:CreateAccessKey" in learner.recorder.changes
    assert learner.inventory()["user/IAMLabUser"]["access keys"] == {}
