"""The exercises of section 9: each right way counts, and what only looks like it does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import EXERCISES, run
from kmscourse.course.notes import Notes
from kmscourse.envelope import generate_data_key

Way = Callable[["Key"], None]


class Key:
    """myKey, in the hands of somebody who works on an exercise."""

    def __init__(self, account: Account) -> None:
        self._kms, self._arn = account.client("kms"), artifacts.key_arn(account)
        self.letter = self._kms.encrypt(KeyId=self._arn, Plaintext=b"Open me later.")["CiphertextBlob"]
        self.data_key = generate_data_key(self._kms, self._arn).encrypted

    def schedule(self, days: int | None = None) -> None:
        period = {} if days is None else {"PendingWindowInDays": days}
        self._kms.schedule_key_deletion(KeyId=self._arn, **period)

    def cancel(self, name: str = "") -> None:
        self._kms.cancel_key_deletion(KeyId=name or self._arn)

    def cancel_by_id(self) -> None:
        self.cancel(self._arn.rpartition("/")[2])

    def enable(self) -> None:
        self._kms.enable_key(KeyId=self._arn)

    def disable(self) -> None:
        self._kms.disable_key(KeyId=self._arn)

    def decrypt(self, blob: bytes | None = None) -> None:
        self._kms.decrypt(CiphertextBlob=blob or self.letter)


@pytest.fixture
def key(account: Account, notes: Notes) -> Key:
    """myKey as it is when the exercises begin: its deletion is scheduled in seven days."""
    prepare(account, notes, 9)
    made = Key(account)
    made.decrypt()
    made.schedule(7)
    return made


def cancelled(key: Key) -> None:
    key.cancel()


def cancelled_by_id(key: Key) -> None:
    key.cancel_by_id()


def cancelled_enabled_and_disabled(key: Key) -> None:
    key.cancel()
    key.enable()
    key.disable()


def nothing_done(key: Key) -> None:
    """The deletion is still scheduled."""


def cancelled_and_enabled(key: Key) -> None:
    key.cancel()
    key.enable()


def cancelled_and_scheduled_again(key: Key) -> None:
    key.cancel()
    key.schedule(7)


@pytest.mark.parametrize("way", [cancelled, cancelled_by_id, cancelled_enabled_and_disabled])
def test_the_deletion_is_cancelled(key: Key, account: Account, notes: Notes, way: Way) -> None:
    way(key)
    report = run(EXERCISES[9][0], account, notes)
    assert report.passed, report


@pytest.mark.parametrize("way", [nothing_done, cancelled_and_enabled, cancelled_and_scheduled_again])
def test_the_deletion_is_not_cancelled_or_the_key_is_on(
    key: Key, account: Account, notes: Notes, way: Way
) -> None:
    way(key)
    report = run(EXERCISES[9][0], account, notes)
    assert not report.passed
    assert "Found: myKey is " in repr(report)


def saved_and_scheduled(key: Key) -> None:
    cancelled_and_enabled(key)
    key.decrypt()
    key.schedule(30)


def saved_and_scheduled_without_a_number(key: Key) -> None:
    """KMS takes thirty days where nothing is said."""
    cancelled_and_enabled(key)
    key.decrypt()
    key.schedule()


def saved_disabled_and_scheduled(key: Key) -> None:
    cancelled_and_enabled(key)
    key.decrypt(key.data_key)
    key.disable()
    key.schedule(30)


def not_decrypted(key: Key) -> None:
    cancelled_and_enabled(key)
    key.schedule(30)


def too_soon(key: Key) -> None:
    cancelled_and_enabled(key)
    key.decrypt()
    key.schedule(29)


def never_scheduled_again(key: Key) -> None:
    cancelled_and_enabled(key)
    key.decrypt()


@pytest.mark.parametrize(
    "way", [saved_and_scheduled, saved_and_scheduled_without_a_number, saved_disabled_and_scheduled]
)
def test_the_sentence_is_saved_and_the_key_goes(key: Key, account: Account, notes: Notes, way: Way) -> None:
    way(key)
    report = run(EXERCISES[9][1], account, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (not_decrypted, "no Decrypt in the audit trail after CancelKeyDeletion"),
        (too_soon, "myKey is to be deleted in 29 days"),
        (never_scheduled_again, "myKey is Enabled"),
    ],
)
def test_something_is_missing(key: Key, account: Account, notes: Notes, way: Way, said: str) -> None:
    way(key)
    report = run(EXERCISES[9][1], account, notes)
    assert not report.passed
    assert said in repr(report)
