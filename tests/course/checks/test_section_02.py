"""Section 2: the data keys that were asked for are taken, however they were made, and near misses are not."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course import SECTIONS, Section, artifacts, prepare
from kmscourse.course.checks import CHECKS, EXERCISES, run
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER

Ask = Callable[[Any, str], object]
LOGS = {"purpose": "logs"}


@pytest.fixture
def kms(account: Account, notes: Notes) -> Any:
    """The main user's client, in an account as section 2 finds it."""
    prepare(account, notes, 2)
    return account.client("kms")


def another_key(kms: Any) -> str:
    """The ARN of a key that is not myKey."""
    return kms.create_key()["KeyMetadata"]["Arn"]


def refused_as_reader(account: Account, **parameters: Any) -> None:
    """Ask for a data key as IAMLabUser, who is refused."""
    reader = account.session_for(LAB_USER).client("kms")
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.generate_data_key_without_plaintext(KeyId=artifacts.key_arn(account), **parameters)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_what_the_course_does_to_catch_up_solves_nothing(
    account: Account, notes: Notes, section: Section
) -> None:
    prepare(account, notes, section.number)
    for check in (CHECKS[2][1], *EXERCISES[2][0], *EXERCISES[2][1]):
        assert not run((check,), account, notes).passed, f"nobody has done it: {check.goal}"


def test_the_lesson_passes(account: Account, notes: Notes, kms: Any) -> None:
    answer = kms.generate_data_key(KeyId="alias/myKey", KeySpec="AES_256")
    notes["encrypted_data_key"] = answer["CiphertextBlob"].hex()
    context = {"purpose": "letters", "team": "archive"}
    kms.generate_data_key(KeyId="alias/myKey", KeySpec="AES_256", EncryptionContext=context)
    assert run(CHECKS[2], account, notes).counts


@pytest.mark.parametrize(
    "ask",
    [
        lambda kms, arn: kms.generate_data_key_without_plaintext(KeyId=arn, KeySpec="AES_256"),
        lambda kms, arn: kms.generate_data_key_without_plaintext(KeyId="alias/myKey", NumberOfBytes=16),
        lambda kms, arn: kms.generate_data_key_without_plaintext(
            KeyId=arn.rpartition("/")[2], KeySpec="AES_128", EncryptionContext=LOGS
        ),
        lambda kms, arn: (
            kms.generate_data_key_without_plaintext(KeyId=arn, KeySpec="AES_256"),
            kms.generate_data_key_without_plaintext(KeyId=another_key(kms), KeySpec="AES_256"),
        ),
    ],
    ids=["by ARN", "by alias", "by id, with a context", "and then another key"],
)
def test_a_data_key_without_its_plaintext_is_taken(
    account: Account, notes: Notes, kms: Any, ask: Ask
) -> None:
    ask(kms, artifacts.key_arn(account))
    assert run(EXERCISES[2][0], account, notes).passed


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda kms, arn: kms.generate_data_key(KeyId=arn, KeySpec="AES_256").pop("Plaintext"), "not enough"),
        (
            lambda kms, arn: kms.generate_data_key_without_plaintext(
                KeyId=another_key(kms), KeySpec="AES_256"
            ),
            "that was another key",
        ),
        (lambda kms, arn: kms.encrypt(KeyId=arn, Plaintext=os.urandom(32)), "not enough"),
    ],
    ids=["plaintext deleted", "another key", "made by oneself"],
)
def test_others_are_not(account: Account, notes: Notes, kms: Any, ask: Ask, said: str) -> None:
    ask(kms, artifacts.key_arn(account))
    report = run(EXERCISES[2][0], account, notes)
    assert not report.passed
    assert said in repr(report)


def test_nor_is_one_that_the_reader_was_refused(account: Account, notes: Notes, kms: Any) -> None:
    refused_as_reader(account, KeySpec="AES_256")
    assert "by IAMLabUser, not by you" in repr(run(EXERCISES[2][0], account, notes))
    refused_as_reader(account, NumberOfBytes=64, EncryptionContext=LOGS)
    assert not run(EXERCISES[2][1], account, notes).passed


def ask_for(call: str = "generate_data_key", **parameters: Any) -> Ask:
    """A call under myKey with these parameters."""
    return lambda kms, arn: getattr(kms, call)(**{"KeyId": arn, **parameters})


@pytest.mark.parametrize(
    "ask",
    [
        ask_for(NumberOfBytes=64, EncryptionContext=LOGS),
        ask_for("generate_data_key_without_plaintext", NumberOfBytes=64, EncryptionContext=LOGS),
        ask_for(KeyId="alias/myKey", NumberOfBytes=64, EncryptionContext={**LOGS, "program": "web"}),
        lambda kms, arn: (
            kms.generate_data_key(KeyId=arn, NumberOfBytes=512, EncryptionContext=LOGS),
            kms.generate_data_key(KeyId=arn, NumberOfBytes=64, EncryptionContext=LOGS),
            kms.generate_data_key(KeyId=arn, NumberOfBytes=64),
        ),
    ],
    ids=["as shown", "without plaintext", "more in the label", "among others"],
)
def test_a_data_key_that_serves_program_and_auditor_is_taken(
    account: Account, notes: Notes, kms: Any, ask: Ask
) -> None:
    ask(kms, artifacts.key_arn(account))
    assert run(EXERCISES[2][1], account, notes).passed


@pytest.mark.parametrize(
    ("ask", "hint"),
    [
        (ask_for(NumberOfBytes=512, EncryptionContext=LOGS), "counts bytes"),
        (ask_for(KeySpec="AES_256", EncryptionContext=LOGS), "the length is not"),
        (ask_for(NumberOfBytes=64), "nothing in the event tells the auditor"),
        (ask_for(NumberOfBytes=64, EncryptionContext={"Purpose": "logs"}), "letter by letter"),
        (ask_for(NumberOfBytes=64, EncryptionContext={"logs": "purpose"}), "letter by letter"),
        (
            lambda kms, arn: kms.generate_data_key(
                KeyId=another_key(kms), NumberOfBytes=64, EncryptionContext=LOGS
            ),
            "that was another key",
        ),
        (lambda kms, arn: kms.generate_random(NumberOfBytes=64), "two parameters of one call"),
        (
            lambda kms, arn: kms.encrypt(KeyId=arn, Plaintext=os.urandom(64), EncryptionContext=LOGS),
            "two parameters of one call",
        ),
    ],
    ids=[
        "bits",
        "256 bits",
        "no label",
        "capital",
        "turned round",
        "another key",
        "random",
        "made by oneself",
    ],
)
def test_near_misses_get_a_hint_of_their_own(
    account: Account, notes: Notes, kms: Any, ask: Ask, hint: str
) -> None:
    ask(kms, artifacts.key_arn(account))
    report = run(EXERCISES[2][1], account, notes)
    assert not report.passed
    assert hint in repr(report)
