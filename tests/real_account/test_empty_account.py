"""Somebody goes through the whole course on an account of their own, and cleans up: nothing is left but dying keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmscourse import Lab
from kmscourse.iam import LAB_PASSWORD
from tests.real_account.conftest import Learner
from tests.real_account.course_runs import sections_on
from tests.real_account.leftovers import assert_nothing_is_left, assert_secrets_are_kept_nowhere
from tests.real_account.past_the_stop import go_past_the_stop
from tests.real_account.section import run_section, unexpected_errors

DONE_BY_PAGES = {
    *(
        "kms:CreateKey",
        "kms:CreateAlias",
        "kms:PutKeyPolicy",
        "kms:EnableKeyRotation",
        "kms:RotateKeyOnDemand",
    ),
    *("kms:DisableKey", "kms:EnableKey", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
    *("dynamodb:CreateTable", "dynamodb:PutItem", "dynamodb:DeleteTable"),
    *("iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:DeleteLoginProfile"),
}
"""What changes where every button of every page has been pressed."""


def test_the_whole_course_leaves_nothing_behind(
    learner: Learner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Every notebook with its solutions; then status, clean-up, and both again."""
    before = learner.inventory()
    cells = [cell for section in sections_on(learner.target) for cell in run_section(section.number)]
    if learner.target.name == "practice":  # moto_server lacks CloudTrail and more, and cells fail there
        assert unexpected_errors(cells) == []
    for made in ("kms:CreateKey", "dynamodb:CreateTable", "iam:CreateUser", "iam:CreateLoginProfile"):
        assert made in learner.recorder.changes, f"the course makes no {made}: is what it made still proved?"

    assert LAB_PASSWORD not in learner.recorder.passwords
    (tmp_path / "shown").write_text("\n".join(cell.shown for cell in cells), encoding="utf-8")
    assert_secrets_are_kept_nowhere(learner.recorder, [learner.home, tmp_path / "shown"])

    told = learner.status(capsys)
    assert told.status == 0, told.err
    assert learner.recorder.url.removeprefix("http://") in told.out.splitlines()[0], (
        "the first line says which account this is"
    )
    for name in ("myKey", "IAMLabUser"):
        assert name in told.out
    assert_nothing_is_left(learner, before, capsys)


@pytest.mark.parametrize("section", [7, 9])
def test_a_section_that_is_opened_alone_leaves_nothing_behind(
    learner: Learner, capsys: pytest.CaptureFixture[str], section: int
) -> None:
    """What Lab.open catches up is as much the course's as what a cell makes."""
    before = learner.inventory()
    Lab.open(section)
    told = learner.status(capsys)
    for name in ("myKey", "Books", "IAMLabUser"):
        assert name in told.out, "status lists what there is"
    assert LAB_PASSWORD not in learner.recorder.passwords
    assert_secrets_are_kept_nowhere(learner.recorder, [learner.home])
    assert_nothing_is_left(learner, before, capsys)


def test_every_button_can_be_cleaned_up_after(learner: Learner, capsys: pytest.CaptureFixture[str]) -> None:
    """Pages and helpers make things too. That they do says that their buttons were pressed at all."""
    before = learner.inventory()
    go_past_the_stop(learner.target)
    if learner.target.name == "practice":
        # moto fails at some calls on keys, as it wants ids where AWS takes ARNs
        assert set(learner.recorder.changes) >= DONE_BY_PAGES
    assert LAB_PASSWORD not in learner.recorder.passwords
    assert_nothing_is_left(learner, before, capsys)


def test_a_learner_who_has_lost_their_files_can_still_clean_up(
    learner: Learner, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The tag says what is the course's, on another machine too."""
    before = learner.inventory()
    Lab.open(9)
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path / "another home"))
    assert_nothing_is_left(learner, before, capsys)
