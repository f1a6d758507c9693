"""The menu Key actions: what the key's state allows, what has to be confirmed, and the state afterwards."""

from __future__ import annotations

import pytest

from kmscourse import Lab
from kmscourse.widgets import KeyActionsPage
from tests.widgets.reading import words


@pytest.fixture
def page(lab6: Lab) -> KeyActionsPage:
    return KeyActionsPage(lab6)


def state(lab: Lab) -> str:
    return str(lab.client("kms").describe_key(KeyId=lab.key_arn)["KeyMetadata"]["KeyState"])


def do(page: KeyActionsPage, action: str, *, confirmed: bool = True) -> None:
    page.choice.control.value = action
    if page.confirmed.offered:
        page.confirmed.control.value = confirmed
    page.button.click()


def test_the_key_is_disabled_once_that_is_confirmed(lab6: Lab, page: KeyActionsPage) -> None:
    do(page, "Disable", confirmed=False)
    assert page.confirmed.problem.startswith("Tick the box first")
    assert state(lab6) == "Enabled"
    do(page, "Disable")
    assert state(lab6) == "Disabled"
    assert words(page.outcome.value) == "✓ The key has been disabled."


def test_each_state_has_its_actions(lab6: Lab, page: KeyActionsPage) -> None:
    assert page.choice.control.options == ("Disable", "Schedule key deletion")
    do(page, "Disable")
    assert page.choice.control.options == ("Enable", "Schedule key deletion")
    do(page, "Schedule key deletion")
    assert page.choice.control.options == ("Cancel key deletion",)
    do(page, "Cancel key deletion")
    assert (page.choice.control.options, state(lab6)) == (("Enable", "Schedule key deletion"), "Disabled")
    do(page, "Enable")
    assert state(lab6) == "Enabled"


def test_a_confirmation_counts_for_one_action(page: KeyActionsPage) -> None:
    do(page, "Disable")
    do(page, "Enable")
    page.choice.control.value = "Disable"
    assert not page.confirmed.value


def test_a_confirmation_does_not_go_over_to_another_action(lab6: Lab, page: KeyActionsPage) -> None:
    page.confirmed.control.value = True
    page.choice.control.value = "Schedule key deletion"
    page.button.click()
    assert (state(lab6), bool(page.confirmed.problem)) == ("Enabled", True)


@pytest.mark.parametrize("days", [7, 30])
def test_the_deletion_waits_as_long_as_is_said(lab6: Lab, page: KeyActionsPage, days: int) -> None:
    page.choice.control.value = "Schedule key deletion"
    page.days.control.value = days
    assert f"PendingWindowInDays={days}" in page.call.python
    do(page, "Schedule key deletion")
    metadata = lab6.client("kms").describe_key(KeyId=lab6.key_arn)["KeyMetadata"]
    assert metadata["KeyState"] == "PendingDeletion"
    assert f"It is deleted on {metadata['DeletionDate'].date()}." in words(page.outcome.value)


@pytest.mark.parametrize("typed", [-1, 0, 3, 6, 31])
def test_a_waiting_period_that_cannot_be_is_refused_in_one_sentence(
    lab6: Lab, page: KeyActionsPage, typed: int
) -> None:
    """7 to 30 days: KMS API Reference, ScheduleKeyDeletion. None is made another in silence."""
    page.choice.control.value = "Schedule key deletion"
    page.days.control.value = typed
    assert page.days.problem == f"{typed} days are not possible: type a number from 7 to 30."
    do(page, "Schedule key deletion")
    assert state(lab6) == "Enabled"
    assert page.days.value == typed


def test_what_is_shown_is_what_is_asked(page: KeyActionsPage) -> None:
    page.choice.control.value = "Disable"
    assert not page.days.offered
    assert "kms.disable_key(" in words(page.preview.value)
    assert "Nothing is lost, and nothing works" in words(page.preview.value)
    page.choice.control.value = "Schedule key deletion"
    assert page.days.offered
    assert "--pending-window-in-days 30" in words(page.preview.value)


def test_a_state_that_changed_beneath_the_page_is_refused_by_kms_and_found_by_refresh(
    lab6: Lab, page: KeyActionsPage
) -> None:
    lab6.client("kms").schedule_key_deletion(KeyId=lab6.key_arn, PendingWindowInDays=7)
    do(page, "Disable")
    assert "(KMSInvalidStateException)" in words(page.outcome.value)
    page.refresh.click()
    assert page.choice.control.options == ("Cancel key deletion",)
