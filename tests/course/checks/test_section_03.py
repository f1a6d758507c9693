"""Section 3's exercises take right work, however it was done, and nothing that only looks like it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import EXERCISES, run
from kmscourse.course.notes import Notes
from kmscourse.envelope import Envelope, generate_data_key, seal, seal_file

Work = Callable[[Account], None]
PURPOSE = {"purpose": "exercise"}
ALICE, BOB = {"employee": "Alice"}, {"employee": "Bob"}


def sealed(account: Account, context: dict[str, str]) -> Envelope:
    return seal(account.client("kms"), artifacts.KEY_ALIAS, b"4200", encryption_context=context)


def opened(account: Account, blob: bytes, context: dict[str, str]) -> None:
    """Ask KMS to open a data key, whatever the answer."""
    kms = account.client("kms")
    with suppress(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)


# --- one text, sealed twice -----------------------------------------------------------------------------------


def by_seal(account: Account) -> None:
    sealed(account, PURPOSE)
    sealed(account, PURPOSE)


def by_hand(account: Account) -> None:
    for _ in range(2):
        data_key = generate_data_key(account.client("kms"), artifacts.KEY_ALIAS, PURPOSE)
        AESGCM(data_key.plaintext).encrypt(bytes(12), b"the same text", None)


def by_files(account: Account) -> None:
    kms, key = account.client("kms"), artifacts.key_arn(account)
    Path("text").write_bytes(b"the same text")
    for name in ("one", "other"):
        seal_file(kms, key, "text", name, PURPOSE)


def once(account: Account) -> None:
    sealed(account, PURPOSE)


def misspelt_once(account: Account) -> None:
    sealed(account, PURPOSE)
    sealed(account, {"purpose": "excercise"})


def without_plaintext(account: Account) -> None:
    for _ in range(2):
        account.client("kms").generate_data_key_without_plaintext(
            KeyId=artifacts.KEY_ALIAS, KeySpec="AES_256", EncryptionContext=PURPOSE
        )


def with_more_context(account: Account) -> None:
    for _ in range(2):
        sealed(account, PURPOSE | {"course": "kms"})


# --- two salaries ---------------------------------------------------------------------------------------------


def two_envelopes(account: Account) -> None:
    alice, _ = sealed(account, ALICE), sealed(account, BOB)
    opened(account, alice.encrypted_data_key, BOB)


def bob_first(account: Account) -> None:
    sealed(account, BOB)
    alice = sealed(account, ALICE)
    opened(account, alice.encrypted_data_key, ALICE)
    opened(account, alice.encrypted_data_key, BOB)


def salaries_by_hand(account: Account) -> None:
    kms = account.client("kms")
    alice, _ = (generate_data_key(kms, artifacts.KEY_ALIAS, context) for context in (ALICE, BOB))
    opened(account, alice.encrypted, BOB)


def one_context_for_both(account: Account) -> None:
    payroll = {"program": "payroll"}
    alice, _ = sealed(account, payroll), sealed(account, payroll)
    opened(account, alice.encrypted_data_key, payroll)


def the_wrong_way_round(account: Account) -> None:
    _, bob = sealed(account, ALICE), sealed(account, BOB)
    opened(account, bob.encrypted_data_key, ALICE)


def no_attack(account: Account) -> None:
    sealed(account, ALICE)
    opened(account, sealed(account, BOB).encrypted_data_key, BOB)


def the_salary_in_the_context(account: Account) -> None:
    alice, _ = (sealed(account, who | {"salary": "4200"}) for who in (ALICE, BOB))
    opened(account, alice.encrypted_data_key, BOB)


def garbage(account: Account) -> None:
    sealed(account, ALICE)
    sealed(account, BOB)
    opened(account, b"garbage", BOB)


def an_envelope_of_another_key(account: Account) -> None:
    kms = account.client("kms")
    for context in (ALICE, BOB):
        sealed(account, context)
    elsewhere = generate_data_key(kms, kms.create_key()["KeyMetadata"]["Arn"], ALICE)
    opened(account, elsewhere.encrypted, BOB)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("number", "work"),
    [
        *((1, work) for work in (by_seal, by_hand, by_files)),
        *((2, work) for work in (two_envelopes, bob_first, salaries_by_hand)),
    ],
)
def test_right_work_counts(account: Account, notes: Notes, number: int, work: Work) -> None:
    prepare(account, notes, 3)
    work(account)
    report = run(EXERCISES[3][number - 1], account, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("number", "work", "said"),
    [
        (1, once, "only 1 of 2"),
        (1, misspelt_once, "only 1 of 2"),
        (1, without_plaintext, "nothing in the audit trail like: GenerateDataKey"),
        (1, with_more_context, 'with encryptionContext {"purpose": "exercise", "course": "kms"}'),
        (2, one_context_for_both, 'with encryptionContext {"program": "payroll"}'),
        (2, the_wrong_way_round, 'with encryptionContext {"employee": "Alice"}, not {"employee": "Bob"}'),
        (2, no_attack, "answered, not refused with InvalidCiphertextException"),
        (2, the_salary_in_the_context, '"salary": "4200"'),
        (2, garbage, "on no key, not on myKey"),
        (2, an_envelope_of_another_key, "on another key, not on myKey"),
    ],
)
def test_wrong_work_does_not(account: Account, notes: Notes, number: int, work: Work, said: str) -> None:
    prepare(account, notes, 3)
    work(account)
    report = run(EXERCISES[3][number - 1], account, notes)
    assert not report.passed, f"{work.__name__} is not what was asked for"
    assert said in repr(report)
