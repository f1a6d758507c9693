"""The exercises of section 13: each right way counts, whatever it looks like, and a near miss is told apart."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kmscourse.account import Account
from kmscourse.course import prepare
from kmscourse.course.checks import CHECKS, EXERCISES, Report, run
from kmscourse.course.notes import Notes
from kmscourse.envelope import (
    Envelope,
    context_bytes,
    decrypt_data_key,
    generate_data_key,
    seal,
    unseal,
)
from kmscourse.iam import create_user
from kmscourse.kms import create_key, find_key, put_key_policy
from kmscourse.policy import root_statement, use_statement, with_statement

OLD, NEW, TO = "letters-2025", "letters-2026", "kms:EncryptionContext:to"
READER, MOVER = "letters-reader", "letters-mover"
NUMBERS = "12345"


def arn(account: Account, user_name: str) -> str:
    return f"arn:aws:iam::{account.id}:user/{user_name}"


def key(account: Account, alias: str) -> str:
    found = find_key(account.client("kms"), alias)
    assert found
    return found


def put(account: Account, alias: str, *statements: dict[str, Any]) -> None:
    """The key policy with the readers' statement, and these."""
    own = use_statement(arn(account, READER), ["kms:Decrypt"], sid="Own letters") | {
        "Principal": {"AWS": [arn(account, READER), arn(account, MOVER)]},
        "Condition": {"StringEquals": {TO: "${aws:username}"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [root_statement(account.id), own]}
    for number, statement in enumerate(statements):
        policy = with_statement(policy, {**statement, "Sid": f"Mine {number}"})
    put_key_policy(account.client("kms"), key(account, alias), policy)


def mover_may(account: Account, action: str, **more: Any) -> dict[str, Any]:
    return use_statement(arn(account, MOVER), [action]) | more


@pytest.fixture
def letters(account: Account, notes: Notes) -> Account:
    """The account as the first exercise begins: the mover may only encrypt to the new key."""
    prepare(account, notes, 13)
    for name in (READER, MOVER):
        create_user(account.client("iam"), name, {"team": "letters"})
    for alias in (OLD, NEW):
        create_key(account.client("kms"), alias)
    put(account, OLD)
    put(account, NEW, mover_may(account, "kms:ReEncryptTo"))
    return account


def report_of(number: int, account: Account, notes: Notes) -> Report:
    return run(EXERCISES[13][number - 1], account, notes)


# --- the mover moves every letter, and takes none -------------------------------------------------------------

Way = Callable[[Account], None]
NOT_TO_ME = {"StringNotEquals": {TO: "${aws:username}"}}


def not_to_the_mover(account: Account) -> None:
    put(account, OLD, mover_may(account, "kms:ReEncryptFrom"))
    put(account, NEW, mover_may(account, "kms:ReEncryptTo", Condition=NOT_TO_ME))


def to_the_reader_only(account: Account) -> None:
    put(account, OLD, mover_may(account, "kms:ReEncryptFrom"))
    put(account, NEW, mover_may(account, "kms:ReEncryptTo", Condition={"StringEquals": {TO: READER}}))


def by_a_deny(account: Account) -> None:
    to_me = {"Effect": "Deny", "Condition": {"StringLike": {TO: MOVER}}}
    put(account, OLD, mover_may(account, "kms:ReEncryptFrom"))
    put(account, NEW, mover_may(account, "kms:ReEncryptTo"), mover_may(account, "kms:ReEncryptTo", **to_me))


def as_before_the_gap_was_closed(account: Account) -> None:
    put(account, OLD, mover_may(account, "kms:ReEncryptFrom"))


def a_condition_on_the_source(account: Account) -> None:
    put(account, OLD, mover_may(account, "kms:ReEncryptFrom", Condition=NOT_TO_ME))


def back_to_the_old_key(account: Account) -> None:
    put(account, OLD, mover_may(account, "kms:ReEncrypt*"))
    put(account, NEW, mover_may(account, "kms:ReEncryptTo", Condition=NOT_TO_ME))


def reading_for_the_mover(account: Account) -> None:
    not_to_the_mover(account)
    from_new = mover_may(account, "kms:ReEncryptFrom") | {"Sid": "And back"}
    put(account, NEW, mover_may(account, "kms:ReEncryptTo", Condition=NOT_TO_ME), from_new)


def moving_for_the_reader(account: Account) -> None:
    not_to_the_mover(account)
    both = {"Principal": {"AWS": [f"arn:aws:iam::{account.id}:user/{name}" for name in (READER, MOVER)]}}
    put(account, OLD, mover_may(account, "kms:ReEncryptFrom", **both))


def readers_forgotten(account: Account) -> None:
    not_to_the_mover(account)
    policy = {"Version": "2012-10-17", "Statement": [root_statement(account.id)]}
    from_old = mover_may(account, "kms:ReEncryptFrom")
    put_key_policy(account.client("kms"), key(account, OLD), with_statement(policy, from_old))


@pytest.mark.parametrize("way", [not_to_the_mover, to_the_reader_only, by_a_deny])
def test_every_letter_moves_and_none_is_taken(letters: Account, notes: Notes, way: Way) -> None:
    way(letters)
    report = report_of(1, letters, notes)
    assert report.passed, report


TAKEN = f"{MOVER} can address a letter of {READER} to themselves, and move it to alias/"


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (as_before_the_gap_was_closed, TAKEN + NEW),
        (a_condition_on_the_source, TAKEN + NEW),
        (back_to_the_old_key, TAKEN + OLD),
        (reading_for_the_mover, "kms:ReEncryptFrom by letters-mover on alias/letters-2026 is allowed"),
        (moving_for_the_reader, "kms:ReEncryptFrom by letters-reader on alias/letters-2025 is allowed"),
        (
            readers_forgotten,
            "kms:Decrypt by letters-reader with to=letters-reader on alias/letters-2025 is refused",
        ),
    ],
)
def test_a_letter_that_can_be_taken_or_not_be_read(
    letters: Account, notes: Notes, way: Way, said: str
) -> None:
    way(letters)
    report = report_of(1, letters, notes)
    assert not report.passed
    assert said in repr(report)


def test_that_nobody_takes_a_letter_is_a_check_of_the_section_too(letters: Account, notes: Notes) -> None:
    assert f"{MOVER} can address no letter to themselves" in repr(run(CHECKS[13], letters, notes))
    as_before_the_gap_was_closed(letters)
    assert TAKEN + NEW in repr(run(CHECKS[13], letters, notes))


# --- what leaked is sealed again ------------------------------------------------------------------------------

Messages = dict[str, Envelope]
Mend = Callable[[Account, Messages], None]


def sealed_again(
    account: Account, messages: Messages, numbers: Iterable[str] = "24", alias: str = NEW
) -> None:
    for n in numbers:
        text = unseal(account.client("kms"), messages[n], {"message": n})
        messages[n] = seal(account.client("kms"), key(account, alias), text, {"message": n})


def by_hand(account: Account, messages: Messages) -> None:
    for n in "24":
        text = unseal(account.client("kms"), messages[n], {"message": n})
        data_key = generate_data_key(account.client("kms"), key(account, NEW), {"message": n})
        messages[n] = envelope_of(data_key.encrypted, data_key.plaintext, text, {"message": n})


def by_an_alias(account: Account, messages: Messages) -> None:
    account.client("kms").create_alias(AliasName="alias/letters-now", TargetKeyId=key(account, NEW))
    for n in "42":
        text = unseal(account.client("kms"), messages[n], {"message": n}, key_id=key(account, OLD))
        messages[n] = seal(account.client("kms"), "alias/letters-now", text, {"message": n})


def envelope_of(encrypted_key: bytes, plaintext_key: bytes, text: bytes, context: dict[str, str]) -> Envelope:
    """What ``seal`` would make of this with a data key that is given."""
    nonce = os.urandom(12)
    header = Envelope(encrypted_key, nonce, bytes(16)).to_bytes()[:-16]
    return Envelope(
        encrypted_key, nonce, AESGCM(plaintext_key).encrypt(nonce, text, header + context_bytes(context))
    )


def re_encrypted(account: Account, encrypted_key: bytes, context: dict[str, str]) -> bytes:
    answer = account.client("kms").re_encrypt(
        CiphertextBlob=encrypted_key,
        SourceEncryptionContext=context,
        DestinationEncryptionContext=context,
        DestinationKeyId=key(account, NEW),
    )
    return bytes(answer["CiphertextBlob"])


def data_keys_moved_alone(account: Account, messages: Messages) -> None:
    for n in "24":
        moved = re_encrypted(account, messages[n].encrypted_data_key, {"message": n})
        messages[n] = Envelope(moved, messages[n].nonce, messages[n].ciphertext)


def the_same_data_keys_again(account: Account, messages: Messages) -> None:
    for n in "24":
        kms, context = account.client("kms"), {"message": n}
        text = unseal(kms, messages[n], context)
        leaked = decrypt_data_key(kms, messages[n].encrypted_data_key, context).plaintext
        moved = re_encrypted(account, messages[n].encrypted_data_key, context)
        messages[n] = envelope_of(moved, leaked, text, context)


def all_five(account: Account, messages: Messages) -> None:
    sealed_again(account, messages, NUMBERS)


def under_the_old_key(account: Account, messages: Messages) -> None:
    sealed_again(account, messages, alias=OLD)


def one_forgotten(account: Account, messages: Messages) -> None:
    sealed_again(account, messages, "2")


def another_text(account: Account, messages: Messages) -> None:
    sealed_again(account, messages, "4")
    messages["2"] = seal(account.client("kms"), key(account, NEW), b"Message 4", {"message": "2"})


def note_of(messages: Messages) -> str:
    return json.dumps({n: sealed.to_json() for n, sealed in messages.items()})


@pytest.fixture
def messages(letters: Account, notes: Notes) -> Messages:
    """The five messages as the second exercise begins."""
    kms, old = letters.client("kms"), key(letters, OLD)
    made = {n: seal(kms, old, f"Message {n}".encode(), {"message": n}) for n in NUMBERS}
    notes["messages_as_leaked"] = notes["messages"] = note_of(made)
    return made


@pytest.mark.parametrize("mend", [sealed_again, by_hand, by_an_alias])
def test_what_leaked_is_sealed_again(letters: Account, notes: Notes, messages: Messages, mend: Mend) -> None:
    mend(letters, messages)
    notes["messages"] = note_of(messages)
    report = report_of(2, letters, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("mend", "said"),
    [
        (data_keys_moved_alone, "ReEncrypt makes another one of this"),
        (the_same_data_keys_again, "message 2 still has the data key that leaked"),
        (all_five, "not as they were: 1, 3, 5"),
        (under_the_old_key, "message 2 is not under the new key"),
        (one_forgotten, "message 4 is not under the new key"),
        (another_text, "message 2 says something else than before"),
    ],
)
def test_what_leaked_and_is_not_mended(
    letters: Account, notes: Notes, messages: Messages, mend: Mend, said: str
) -> None:
    mend(letters, messages)
    notes["messages"] = note_of(messages)
    report = report_of(2, letters, notes)
    assert not report.passed
    assert said in repr(report)


def test_a_rotation_mends_nothing(letters: Account, notes: Notes, messages: Messages) -> None:
    letters.client("kms").rotate_key_on_demand(KeyId=key(letters, OLD))
    assert "message 2 still has the data key that leaked" in repr(report_of(2, letters, notes))


def test_a_note_without_the_messages_and_one_that_opens_nowhere_are_told(
    letters: Account, notes: Notes, messages: Messages
) -> None:
    notes["messages"] = note_of({n: messages[n] for n in "13"})
    assert "there is no note of five messages" in repr(report_of(2, letters, notes))
    notes["messages"] = note_of(messages | {"2": Envelope(bytes(184), bytes(12), bytes(30))})
    assert "message 2 does not open: InvalidCiphertextException" in repr(report_of(2, letters, notes))


def test_keys_that_wait_for_their_deletion_are_looked_at_without_failing(
    letters: Account, notes: Notes, messages: Messages
) -> None:
    for alias in (OLD, NEW):
        letters.client("kms").schedule_key_deletion(KeyId=key(letters, alias), PendingWindowInDays=7)
    assert "✗ Not yet" in repr(run([*CHECKS[13], *EXERCISES[13][0], *EXERCISES[13][1]], letters, notes))
