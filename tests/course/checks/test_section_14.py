"""The exercises of section 14: data is saved from keys that lose their key material, by any way, and in time."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import EXERCISES, Report, run
from kmscourse.course.checks.section_14 import MINUTES, REGIONS
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER
from kmscourse.kms import create_key, find_key, import_key_material
from kmscourse.policy import console_key_policy, use_statement, with_statement
from kmscourse.sandbox.application import Application

COPY = os.urandom(32)
THEIRS = "south"
IMPORTING = ("kms:GetParametersForImport", "kms:ImportKeyMaterial")
Way = Callable[[Account, Notes], None]


def arn_of(account: Account, alias: str) -> str:
    arn = find_key(account.client("kms"), alias)
    assert arn is not None
    return arn


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[14][number - 1], account, notes)


def re_encrypted(account: Account, notes: Notes, note: str, context: dict[str, str], to: str) -> bytes:
    moved = account.client("kms").re_encrypt(
        CiphertextBlob=bytes.fromhex(notes[note]),
        SourceEncryptionContext=context,
        DestinationKeyId=to,
        DestinationEncryptionContext=context,
    )
    blob: bytes = moved["CiphertextBlob"]
    return blob


def opened(account: Account, notes: Notes, note: str, context: dict[str, str]) -> bytes:
    blob = bytes.fromhex(notes[note])
    plaintext: bytes = account.client("kms").decrypt(CiphertextBlob=blob, EncryptionContext=context)[
        "Plaintext"
    ]
    return plaintext


def sealed(account: Account, plaintext: bytes, context: dict[str, str], key: str) -> str:
    answer = account.client("kms").encrypt(KeyId=key, Plaintext=plaintext, EncryptionContext=context)
    return str(answer["CiphertextBlob"].hex())


# --- a key whose key material has expired ---------------------------------------------------------------------


@pytest.fixture
def expired(account: Account, notes: Notes, sandbox: Application, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The account as the cells of the exercise leave it."""
    prepare(account, notes, 14)
    kms = account.client("kms")
    cellar = create_key(kms, "cellar", origin="EXTERNAL")
    import_key_material(kms, cellar, COPY, valid_to=datetime.now(UTC) + timedelta(minutes=1))
    notes["cellar"] = sealed(account, b"We buy the house.", MINUTES, cellar)
    monkeypatch.setattr(sandbox.account, "now", lambda: datetime.now(UTC) + timedelta(minutes=2))
    return account


def bring_back(account: Account) -> None:
    end = datetime.now(UTC) + timedelta(hours=5)
    import_key_material(account.client("kms"), arn_of(account, "cellar"), COPY, valid_to=end)


def by_re_encrypt(account: Account, notes: Notes) -> None:
    bring_back(account)
    notes["cellar"] = re_encrypted(account, notes, "cellar", MINUTES, artifacts.KEY_ALIAS).hex()


def by_decrypt_and_encrypt(account: Account, notes: Notes) -> None:
    bring_back(account)
    plaintext = opened(account, notes, "cellar", MINUTES)
    notes["cellar"] = sealed(account, plaintext, MINUTES, artifacts.key_arn(account))


def and_take_the_material_away_again(account: Account, notes: Notes) -> None:
    by_re_encrypt(account, notes)
    account.client("kms").delete_imported_key_material(KeyId=arn_of(account, "cellar"))


@pytest.mark.parametrize("way", [by_re_encrypt, by_decrypt_and_encrypt, and_take_the_material_away_again])
def test_the_minutes_are_saved(expired: Account, notes: Notes, way: Way) -> None:
    way(expired, notes)
    report = report_of(1, expired, notes)
    assert report.passed, report


def only_imported_again(account: Account, notes: Notes) -> None:
    bring_back(account)


def only_opened(account: Account, notes: Notes) -> None:
    bring_back(account)
    opened(account, notes, "cellar", MINUTES)


def without_the_context(account: Account, notes: Notes) -> None:
    bring_back(account)
    plaintext = opened(account, notes, "cellar", MINUTES)
    notes["cellar"] = sealed(account, plaintext, {}, artifacts.key_arn(account))


def something_else_in_its_place(account: Account, notes: Notes) -> None:
    notes["cellar"] = sealed(account, b"We sell the house.", MINUTES, artifacts.key_arn(account))


def something_else_opened(account: Account, notes: Notes) -> None:
    bring_back(account)
    other = {"other": "letters"}
    blob = sealed(account, b"?", other, arn_of(account, "cellar"))
    account.client("kms").decrypt(CiphertextBlob=bytes.fromhex(blob), EncryptionContext=other)
    notes["cellar"] = sealed(account, b"We buy the house.", MINUTES, artifacts.key_arn(account))


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (only_imported_again, "KMS has not opened the minutes since the key material of cellar expired"),
        (only_opened, "myKey would not open the note cellar for minutes=1998"),
        (without_the_context, "give the new ciphertext the same encryption context"),
        (something_else_in_its_place, "the note cellar has another text than the minutes"),
        (something_else_opened, "KMS has not opened the minutes since the key material of cellar expired"),
    ],
)
def test_the_minutes_are_not_saved(expired: Account, notes: Notes, way: Way, said: str) -> None:
    way(expired, notes)
    report = report_of(1, expired, notes)
    assert not report.passed
    assert said in repr(report)


def test_minutes_that_are_saved_stay_so_after_the_key_material_expires_again(
    expired: Account, notes: Notes, sandbox: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_re_encrypt(expired, notes)
    kms = expired.client("kms")
    kms.delete_imported_key_material(KeyId=arn_of(expired, "cellar"))
    end = datetime.now(UTC) + timedelta(minutes=3)
    import_key_material(kms, arn_of(expired, "cellar"), COPY, valid_to=end)
    monkeypatch.setattr(sandbox.account, "now", lambda: datetime.now(UTC) + timedelta(minutes=4))
    key = expired.client("kms").describe_key(KeyId=arn_of(expired, "cellar"))["KeyMetadata"]
    assert key["KeyState"] == "PendingImport"
    report = report_of(1, expired, notes)
    assert report.passed, report


# --- a copy that somebody else has ----------------------------------------------------------------------------


@pytest.fixture
def shops(account: Account, notes: Notes) -> Account:
    """The account as the cells of the exercise leave it."""
    prepare(account, notes, 14)
    kms, them = account.client("kms"), account.session_for(LAB_USER).client("kms")
    may_import = use_statement(artifacts.lab_user_arn(account), IMPORTING, sid="Bring key material")
    policy = with_statement(console_key_policy(account.id), may_import)
    for region in REGIONS:
        key = create_key(kms, region, origin="EXTERNAL", policy=policy)
        import_key_material(them if region == THEIRS else kms, key, os.urandom(32))
        notes[region] = sealed(account, b"100 books", {"region": region}, key)
    return account


def move_order(account: Account, notes: Notes, to: str, region: str = THEIRS) -> None:
    notes[region] = re_encrypted(account, notes, region, {"region": region}, to).hex()


def call_for_their_key(account: Account, operation: str, **more: Any) -> None:
    getattr(account.client("kms"), operation)(KeyId=arn_of(account, THEIRS), **more)


def moved_and_disabled(account: Account, notes: Notes) -> None:
    move_order(account, notes, artifacts.KEY_ALIAS)
    call_for_their_key(account, "disable_key")


def moved_to_another_shop_and_deleted(account: Account, notes: Notes) -> None:
    move_order(account, notes, "alias/north")
    call_for_their_key(account, "schedule_key_deletion", PendingWindowInDays=30)


def all_moved(account: Account, notes: Notes) -> None:
    for region in REGIONS:
        move_order(account, notes, artifacts.KEY_ALIAS, region)
    call_for_their_key(account, "disable_key")


@pytest.mark.parametrize("way", [moved_and_disabled, moved_to_another_shop_and_deleted, all_moved])
def test_the_order_is_saved_and_their_key_is_stopped(shops: Account, notes: Notes, way: Way) -> None:
    way(shops, notes)
    report = report_of(2, shops, notes)
    assert report.passed, report


def only_moved(account: Account, notes: Notes) -> None:
    move_order(account, notes, artifacts.KEY_ALIAS)


def disabled_before_it_was_moved(account: Account, notes: Notes) -> None:
    call_for_their_key(account, "disable_key")


def every_key_disabled(account: Account, notes: Notes) -> None:
    for region in REGIONS:
        move_order(account, notes, artifacts.KEY_ALIAS, region)
        account.client("kms").disable_key(KeyId=arn_of(account, region))


def another_order_moved(account: Account, notes: Notes) -> None:
    move_order(account, notes, artifacts.KEY_ALIAS, "north")
    account.client("kms").disable_key(KeyId=arn_of(account, "north"))


def with_another_text(account: Account, notes: Notes) -> None:
    moved_and_disabled(account, notes)
    notes[THEIRS] = sealed(account, b"no books", {"region": THEIRS}, artifacts.key_arn(account))


def moved_for_another_region(account: Account, notes: Notes) -> None:
    plaintext = opened(account, notes, THEIRS, {"region": THEIRS})
    notes[THEIRS] = sealed(account, plaintext, {"region": "north"}, artifacts.key_arn(account))
    call_for_their_key(account, "disable_key")


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (only_moved, "north is Enabled, south is Enabled, west is Enabled"),
        (disabled_before_it_was_moved, "KMS would not open 1 of the 3 notes"),
        (every_key_disabled, "north is Disabled, south is Disabled, west is Disabled"),
        (with_another_text, "1 of the 3 notes have another text than their order"),
        (another_order_moved, "1 of the 3 notes are under key material that IAMLabUser has"),
        (moved_for_another_region, "KMS would not open 1 of the 3 notes"),
    ],
)
def test_the_order_is_in_danger_or_too_much_is_stopped(
    shops: Account, notes: Notes, way: Way, said: str
) -> None:
    way(shops, notes)
    report = report_of(2, shops, notes)
    assert not report.passed
    assert said in repr(report)


def test_where_nobody_else_has_imported_the_cells_are_still_to_be_run(account: Account, notes: Notes) -> None:
    prepare(account, notes, 14)
    assert (
        repr(report_of(2, account, notes)).count("run the cells under the heading of this exercise first.")
        == 2
    )
