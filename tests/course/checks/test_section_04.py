"""Section 4's exercises take right work, however it was done, and nothing that only looks like it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import CHECKS, EXERCISES, run
from kmscourse.course.notes import Notes
from kmscourse.envelope import Envelope, seal
from kmscourse.iam import LAB_USER

Work = Callable[[Account, Notes], None]
ANNA, SMALL = {"customer": "Anna"}, {"customer": "anna"}
EXACTLY = {"EncryptionContextEquals": artifacts.MESSAGE_CONTEXT}


def asked(account: Account, blob: bytes, *contexts: dict[str, str]) -> None:
    """Ask KMS to open a data key for each context, whatever the answer."""
    for context in contexts:
        with suppress(ClientError):
            account.client("kms").decrypt(CiphertextBlob=blob, EncryptionContext=context)


# --- capitals -------------------------------------------------------------------------------------------------


def made_for(account: Account, context: dict[str, str]) -> bytes:
    answer = account.client("kms").generate_data_key(
        KeyId=artifacts.KEY_ALIAS, KeySpec="AES_256", EncryptionContext=context
    )
    return bytes(answer["CiphertextBlob"])


def with_a_data_key(account: Account, notes: Notes) -> None:
    asked(account, made_for(account, ANNA), ANNA, SMALL)


def small_first(account: Account, notes: Notes) -> None:
    asked(account, made_for(account, ANNA), SMALL, ANNA)


def with_an_envelope(account: Account, notes: Notes) -> None:
    envelope = seal(account.client("kms"), artifacts.KEY_ALIAS, b"x", ANNA)
    asked(account, envelope.encrypted_data_key, ANNA, SMALL)


def never_given_the_plaintext(account: Account, notes: Notes) -> None:
    blob = account.client("kms").generate_data_key_without_plaintext(
        KeyId=artifacts.KEY_ALIAS, KeySpec="AES_256", EncryptionContext=ANNA
    )["CiphertextBlob"]
    asked(account, blob, ANNA, SMALL)


def never_opened(account: Account, notes: Notes) -> None:
    asked(account, made_for(account, ANNA), SMALL)


def all_capitals(account: Account, notes: Notes) -> None:
    asked(account, made_for(account, ANNA), ANNA, {"customer": "ANNA"})


def made_for_the_small_one_too(account: Account, notes: Notes) -> None:
    asked(account, made_for(account, ANNA), ANNA)
    asked(account, made_for(account, SMALL), SMALL)


def garbage(account: Account, notes: Notes) -> None:
    asked(account, b"garbage", ANNA, SMALL)


def garbage_for_the_small_one(account: Account, notes: Notes) -> None:
    asked(account, made_for(account, ANNA), ANNA)
    asked(account, b"garbage", SMALL)


# --- a grant for today ----------------------------------------------------------------------------------------


def granted(account: Account, constraints: dict[str, Any], *operations: str, **more: str) -> str:
    return account.client("kms").create_grant(
        KeyId=artifacts.key_arn(account),
        GranteePrincipal=artifacts.lab_user_arn(account),
        Operations=operations or ("Decrypt",),
        **({"Constraints": constraints} if constraints else {}),
        **more,
    )["GrantId"]


def opened_by_reader(account: Account, notes: Notes) -> None:
    account.session_for(LAB_USER).client("kms").decrypt(
        CiphertextBlob=Envelope.from_json(notes["envelope"]).encrypted_data_key,
        EncryptionContext=artifacts.MESSAGE_CONTEXT,
    )


def revoked(account: Account, grant: str) -> None:
    account.client("kms").revoke_grant(KeyId=artifacts.key_arn(account), GrantId=grant)


def by_grant(account: Account, notes: Notes) -> None:
    grant = granted(account, EXACTLY)
    opened_by_reader(account, notes)
    revoked(account, grant)


def retired(account: Account, notes: Notes) -> None:
    grant = granted(account, EXACTLY, RetiringPrincipal=account.user_arn)
    opened_by_reader(account, notes)
    account.client("kms").retire_grant(KeyId=artifacts.key_arn(account), GrantId=grant)


def at_the_second_try(account: Account, notes: Notes) -> None:
    revoked(account, granted(account, {}))
    by_grant(account, notes)


def without_a_constraint(account: Account, notes: Notes) -> None:
    grant = granted(account, {})
    opened_by_reader(account, notes)
    revoked(account, grant)


def with_a_subset(account: Account, notes: Notes) -> None:
    grant = granted(account, {"EncryptionContextSubset": artifacts.MESSAGE_CONTEXT})
    opened_by_reader(account, notes)
    revoked(account, grant)


def with_more_operations(account: Account, notes: Notes) -> None:
    grant = granted(account, EXACTLY, "Decrypt", "Encrypt")
    opened_by_reader(account, notes)
    revoked(account, grant)


def left_behind(account: Account, notes: Notes) -> None:
    granted(account, EXACTLY)
    opened_by_reader(account, notes)


def never_used(account: Account, notes: Notes) -> None:
    revoked(account, granted(account, EXACTLY))


def by_an_iam_policy(account: Account, notes: Notes) -> None:
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": artifacts.key_arn(account)}
    iam, name = account.client("iam"), {"UserName": LAB_USER, "PolicyName": "OpenTheKey"}
    iam.put_user_policy(**name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    opened_by_reader(account, notes)
    iam.delete_user_policy(**name)


@pytest.mark.parametrize(
    ("number", "work"),
    [
        *((1, each) for each in (with_a_data_key, small_first, with_an_envelope, never_given_the_plaintext)),
        *((2, each) for each in (by_grant, retired, at_the_second_try)),
    ],
)
def test_right_work_counts(account: Account, notes: Notes, number: int, work: Work) -> None:
    prepare(account, notes, 4)
    work(account, notes)
    report = run(EXERCISES[4][number - 1], account, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("number", "work", "said"),
    [
        (1, never_opened, "refused with InvalidCiphertextException, not answered"),
        (1, all_capitals, 'with encryptionContext {"customer": "ANNA"}, not {"customer": "anna"}'),
        (1, made_for_the_small_one_too, "answered, not refused with InvalidCiphertextException"),
        (1, garbage, "refused with InvalidCiphertextException, not answered"),
        (1, garbage_for_the_small_one, "on no key, not on myKey"),
        (2, without_a_constraint, "with constraints missing"),
        (2, with_a_subset, "encryptionContextSubset"),
        (2, with_more_operations, 'with operations ["Decrypt", "Encrypt"], not ["Decrypt"]'),
        (2, left_behind, "IAMLabUser has 1 grant on myKey"),
        (2, never_used, "Goal: IAMLabUser has opened the message's data key"),
        (2, by_an_iam_policy, "nothing in the audit trail like: CreateGrant"),
    ],
)
def test_wrong_work_does_not(account: Account, notes: Notes, number: int, work: Work, said: str) -> None:
    prepare(account, notes, 4)
    work(account, notes)
    report = run(EXERCISES[4][number - 1], account, notes)
    assert not report.passed, f"{work.__name__} is not what was asked for"
    assert said in repr(report)


def test_a_context_that_is_missing_is_not_the_other_context(account: Account, notes: Notes) -> None:
    prepare(account, notes, 4)
    blob = Envelope.from_json(notes["envelope"]).encrypted_data_key
    asked(account, blob, {})
    assert not run(CHECKS[4][1:2], account, notes).passed
    asked(account, b"garbage", {"course": "kms", "section": "4"})
    assert not run(CHECKS[4][1:2], account, notes).passed
    asked(account, blob, {"course": "kms", "section": "4"})
    assert run(CHECKS[4][1:2], account, notes).passed
