"""Settings of the practice account that hold for a block, and for no longer."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from kmscourse.account import Account, practice_settings
from kmscourse.errors import CourseError, SandboxError


def settings(account: Account) -> tuple[Any, Any]:
    status = account.ask_console("Status", {})
    return status["KmsQuota"], status["GrantDelay"]


def test_the_quota_holds_within_its_block(account: Account) -> None:
    session: Any = account.session
    kms = session.client("kms", config=Config(retries={"total_max_attempts": 1}))
    with practice_settings.kms_quota(account, 2):
        for _ in range(2):
            kms.generate_random(NumberOfBytes=1)
        with pytest.raises(ClientError, match="ThrottlingException"):
            kms.generate_random(NumberOfBytes=1)
    for _ in range(5):
        kms.generate_random(NumberOfBytes=1)


def test_a_block_that_fails_takes_its_setting_back(account: Account) -> None:
    def fail() -> None:
        with practice_settings.grant_delay(account, 30):
            assert settings(account) == (None, 30)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert settings(account) == (None, 0)


def test_blocks_within_blocks(account: Account) -> None:
    with practice_settings.kms_quota(account, 9), practice_settings.grant_delay(account, 30):
        with practice_settings.kms_quota(account, 2):
            assert settings(account) == (2, 30)
        assert settings(account) == (9, 30)
    assert settings(account) == (None, 0)


def test_what_a_killed_block_has_left_is_taken_back(account: Account) -> None:
    account.ask_console("SetKmsQuota", {"Requests": 1})
    account.ask_console("SetGrantDelay", {"Seconds": 60})
    practice_settings.restore(account)
    assert settings(account) == (None, 0)


def test_a_value_that_makes_no_sense_is_refused_and_nothing_is_set(account: Account) -> None:
    with (
        pytest.raises(SandboxError, match="Requests must be a whole number"),
        practice_settings.kms_quota(account, 0),
    ):
        pass
    assert settings(account) == (None, 0)


def test_only_the_practice_account_has_them(real_account: Account) -> None:
    with (
        pytest.raises(CourseError, match="Only the practice account"),
        practice_settings.kms_quota(real_account, 5),
    ):
        pass
    with (
        pytest.raises(CourseError, match="Only the practice account"),
        practice_settings.grant_delay(real_account, 5),
    ):
        pass
