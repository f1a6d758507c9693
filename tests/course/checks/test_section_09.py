"""The exercises of section 9: each right way counts, and what only looks like it does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import EXERCISES, run
from kmscourse.course.notes import Notes

Way = Callable[["Key"], None]


class Key:
    """myKey, in the hands of somebody who works on an exercise."""

    def __init__(self, account: Account) -> None:
        self._kms, self.arn = account.client("kms"), artifacts.key_arn(account)
        self.letter = self.encrypt(self.arn)

    def encrypt(self, key: str) -> bytes:
        return bytes(self._kms.encrypt(KeyId=key, Plaintext=b"Open me later.")["CiphertextBlob"])

    def schedule(self, days: int | None = None, key: str = "") -> None:
        period = {} if days is None else {"PendingWindowInDays": days}
        self._kms.schedule_key_deletion(KeyId=key or self.arn, **period)

    def cancel(self, name: str = "") -> None:
        self._kms.cancel_key_deletion(KeyId=name or self.arn)

    def cancel_by_id(self) -> None:
        self.cancel(self.arn.rpartition("/")[2])

    def enable(self) -> None:
        self._kms.enable_key(KeyId=self.arn)

    def disable(self) -> None:
        self._kms.disable_key(KeyId=self.arn)

    def decrypt(self) -> None:
        self._kms.decrypt(CiphertextBlob=self.letter)

    def second(self, alias: str = "") -> str:
        """Another key, by its ARN, or by this alias."""
        arn = self._kms.create_key()["KeyMetadata"]["Arn"]
        if alias:
            self._kms.create_alias(AliasName=alias, TargetKeyId=arn)
        return alias or arn

    def forget(self, alias: str) -> None:
        self._kms.delete_alias(AliasName=alias)

    def move(self, to: str, blob: bytes | None = None) -> None:
        self._kms.re_encrypt(CiphertextBlob=blob or self.letter, DestinationKeyId=to)


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


def moved_and_scheduled(key: Key) -> None:
    cancelled_and_enabled(key)
    key.move(key.second())
    key.schedule(30)


def moved_and_scheduled_without_a_number(key: Key) -> None:
    """KMS takes thirty days where nothing is said."""
    cancelled_and_enabled(key)
    key.move(key.second("alias/letters"))
    key.schedule()


def moved_by_its_id_and_disabled_first(key: Key) -> None:
    cancelled_and_enabled(key)
    key.move(key.second().rpartition("/")[2])
    key.disable()
    key.schedule(30)


def moved_at_the_second_try(key: Key) -> None:
    key.cancel()
    second = key.second()
    with pytest.raises(ClientError):
        key.move(second)
    key.enable()
    key.move(key.arn)
    key.move(second)
    key.schedule(30)


def nothing_moved(key: Key) -> None:
    cancelled_and_enabled(key)
    key.decrypt()
    key.schedule(30)


def by_way_of_the_plaintext(key: Key) -> None:
    cancelled_and_enabled(key)
    key.decrypt()
    key.encrypt(key.second())
    key.schedule(30)


def refused(key: Key) -> None:
    """The key is still disabled."""
    key.cancel()
    with pytest.raises(ClientError):
        key.move(key.second())
    key.schedule(30)


def moved_to_the_same_key(key: Key) -> None:
    cancelled_and_enabled(key)
    key.move(key.arn)
    key.schedule(30)


def something_else_moved(key: Key) -> None:
    cancelled_and_enabled(key)
    second = key.second()
    key.move(key.second(), key.encrypt(second))
    key.schedule(30)


def moved_to_a_key_that_goes_too(key: Key) -> None:
    cancelled_and_enabled(key)
    second = key.second()
    key.move(second)
    key.schedule(30, second)
    key.schedule(30)


def moved_to_a_name_that_is_gone(key: Key) -> None:
    cancelled_and_enabled(key)
    key.move(key.second("alias/letters"))
    key.forget("alias/letters")
    key.schedule(30)


def too_soon(key: Key) -> None:
    cancelled_and_enabled(key)
    key.move(key.second())
    key.schedule(29)


def never_scheduled_again(key: Key) -> None:
    cancelled_and_enabled(key)
    key.move(key.second())


@pytest.mark.parametrize(
    "way",
    [
        moved_and_scheduled,
        moved_and_scheduled_without_a_number,
        moved_by_its_id_and_disabled_first,
        moved_at_the_second_try,
    ],
)
def test_the_sentence_is_moved_and_the_key_goes(key: Key, account: Account, notes: Notes, way: Way) -> None:
    way(key)
    report = run(EXERCISES[9][1], account, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (nothing_moved, "nothing in the audit trail like: ReEncrypt"),
        (by_way_of_the_plaintext, "Hint: with Decrypt and Encrypt, the sentence comes to you"),
        (refused, "ReEncrypt, but refused with DisabledException"),
        (moved_to_the_same_key, "ReEncrypt, but to myKey itself"),
        (something_else_moved, "ReEncrypt, but on another key, not on myKey"),
        (moved_to_a_name_that_is_gone, "ReEncrypt, but to a key that is gone"),
        (moved_to_a_key_that_goes_too, "ReEncrypt, but to a key that is PendingDeletion"),
        (too_soon, "myKey is to be deleted in 29 days"),
        (never_scheduled_again, "myKey is Enabled"),
    ],
)
def test_something_is_missing(key: Key, account: Account, notes: Notes, way: Way, said: str) -> None:
    way(key)
    report = run(EXERCISES[9][1], account, notes)
    assert not report.passed
    assert said in repr(report)
