"""What notebooks beyond the lab make is the course's own as well: written down, listed, and cleaned up."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Literal

import pytest

from kmscourse import cli
from kmscourse.account import open_account
from kmscourse.errors import ForeignError
from tests.processes import SECONDS, run, started
from tests.real_account.beyond_the_lab import KEYS, MANAGED, document, make_everything
from tests.real_account.conftest import Learner
from tests.real_account.filling import TRUST_EC2
from tests.real_account.leftovers import assert_nothing_is_left, assert_secrets_are_kept_nowhere
from tests.real_account.recorder import Strike

where_signals_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")


@pytest.fixture(autouse=True)
def with_a_managed_policy(learner: Learner) -> None:
    """The learner has one of their own, which a notebook attaches."""
    learner.target.client("iam").create_policy(
        PolicyName=MANAGED.rpartition("/")[2], PolicyDocument=document(Action="s3:*", Resource="*")
    )


def test_all_of_it_is_listed_with_its_price_and_removed(
    learner: Learner, capsys: pytest.CaptureFixture[str]
) -> None:
    before = learner.inventory()
    make_everything()
    made = learner.inventory()
    assert {"role/AuditRole", "user/Auditor", "alias/kmscourse-3", "alias/another-0"} <= made.keys()
    said = learner.status(capsys).out
    assert "  role AuditRole · free of charge\n" in said
    assert "  user Auditor, access keys: 1 · free of charge\n" in said
    assert f"\nTogether {len(KEYS)}.00 USD a month" in said
    for kind in ", RSA_2048, Enabled", ", HMAC_256, Enabled", ", EXTERNAL, ":
        assert kind in said
    assert_nothing_is_left(learner, before, capsys)
    assert_secrets_are_kept_nowhere(learner.recorder, [learner.home])


@where_signals_kill
@pytest.mark.parametrize("server", ["practice"], indirect=True)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "call",
    [
        *("CreateRole", "PutRolePolicy", "AttachRolePolicy", "UpdateAssumeRolePolicy", "CreateGrant"),
        *("AssumeRole", "CreateUser", "GetSessionToken"),
    ],
)
def test_what_a_killed_kernel_made_is_cleaned_up(
    learner: Learner, capsys: pytest.CaptureFixture[str], call: str, when: Literal["before", "after"]
) -> None:
    before = learner.inventory()
    nowhere = Path(os.devnull)
    with started(learner.environment, make_everything, None, out=nowhere, err=nowhere) as process:
        learner.recorder.strike = strike = Strike(process.pid, call, when)
        process.join(SECONDS)
    learner.recorder.strike = None
    assert (strike.done, process.exitcode) == (True, -signal.SIGKILL), f"it never came to {call}"
    assert_nothing_is_left(learner, before, capsys)


@where_signals_kill
@pytest.mark.parametrize("server", ["practice"], indirect=True)
@pytest.mark.parametrize("call", ["DeleteRolePolicy", "DetachRolePolicy", "DeleteRole"])
def test_a_clean_up_that_was_killed_is_done_again(
    learner: Learner, capsys: pytest.CaptureFixture[str], call: str
) -> None:
    before = learner.inventory()
    run(learner.environment, make_everything, None)
    nowhere = Path(os.devnull)
    words = ("aws", "cleanup", "--yes")
    with started(learner.environment, cli.main, words, out=nowhere, err=nowhere) as process:
        learner.recorder.strike = strike = Strike(process.pid, call, "after")
        process.join(SECONDS)
    learner.recorder.strike = None
    assert strike.done, f"the clean-up never came to {call}"
    assert_nothing_is_left(learner, before, capsys)


def test_a_role_of_somebody_elses_is_not_assumed_and_stays(
    learner: Learner, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever its name: the mark says whose it is."""
    learner.target.client("iam").create_role(RoleName="AuditRole", AssumeRolePolicyDocument=TRUST_EC2)
    before = learner.inventory()
    with pytest.raises(ForeignError, match="did not make the role AuditRole, so it makes no session of it"):
        open_account().session_for_role("AuditRole")
    assert "sts:AssumeRole" not in map(str, learner.recorder.requests)
    assert_nothing_is_left(learner, before, capsys)
