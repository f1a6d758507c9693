"""Section 5's exercises take right work, however it was done, and nothing that only looks like it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import EXERCISES, run
from kmscourse.course.notes import Notes
from kmscourse.envelope import Envelope, generate_data_key, seal, seal_file, unseal, unseal_file
from kmscourse.iam import LAB_USER
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy import with_statement

Work = Callable[[Account], None]
LETTER, CAMERA = {"file": "letter.txt"}, {"camera": "door"}


# --- a letter -------------------------------------------------------------------------------------------------


def sealed_letter(account: Account, context: dict[str, str]) -> None:
    Path("letter.txt").write_text("Dear reader", encoding="utf-8")
    seal_file(account.client("kms"), artifacts.key_arn(account), "letter.txt", "letter.sealed", context)


def by_files(account: Account) -> None:
    sealed_letter(account, LETTER)
    unseal_file(account.client("kms"), "letter.sealed", "letter.opened", LETTER)


def in_memory(account: Account) -> None:
    kms = account.client("kms")
    unseal(kms, seal(kms, artifacts.KEY_ALIAS, b"Dear reader", LETTER), LETTER)


def by_hand(account: Account) -> None:
    kms = account.client("kms")
    blob = generate_data_key(kms, artifacts.KEY_ALIAS, LETTER).encrypted
    kms.decrypt(CiphertextBlob=blob, EncryptionContext=LETTER)


def only_sealed(account: Account) -> None:
    sealed_letter(account, LETTER)


def without_a_context(account: Account) -> None:
    sealed_letter(account, {})
    unseal_file(account.client("kms"), "letter.sealed", "letter.opened", {})


def for_another_file(account: Account) -> None:
    sealed_letter(account, LETTER)
    with suppress(ClientError):
        unseal_file(account.client("kms"), "letter.sealed", "letter.opened", {"file": "letter.sealed"})


# --- the camera -----------------------------------------------------------------------------------------------


def granted(account: Account, *operations: str) -> str:
    return account.client("kms").create_grant(
        KeyId=artifacts.key_arn(account),
        GranteePrincipal=artifacts.lab_user_arn(account),
        Operations=operations,
    )["GrantId"]


def filmed(account: Account, context: dict[str, str] = CAMERA) -> Envelope:
    camera = account.session_for(LAB_USER).client("kms")
    return seal(camera, artifacts.key_arn(account), b"a street", context)


def tried(account: Account, picture: Envelope, context: dict[str, str] = CAMERA) -> None:
    """The camera asks for its picture, and so do you."""
    with suppress(ClientError):
        unseal(account.session_for(LAB_USER).client("kms"), picture, context)
    unseal(account.client("kms"), picture, context)


def revoked(account: Account, grant: str) -> None:
    account.client("kms").revoke_grant(KeyId=artifacts.key_arn(account), GrantId=grant)


def by_grant(account: Account) -> None:
    grant = granted(account, "GenerateDataKey")
    tried(account, filmed(account))
    revoked(account, grant)


def by_iam_policy(account: Account) -> None:
    allow = {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": artifacts.key_arn(account)}
    iam, name = account.client("iam"), {"UserName": LAB_USER, "PolicyName": "Seal"}
    iam.put_user_policy(**name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    tried(account, filmed(account))
    iam.delete_user_policy(**name)


def by_key_policy(account: Account) -> None:
    kms, arn = account.client("kms"), artifacts.key_arn(account)
    before = key_policy(kms, arn)
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": artifacts.lab_user_arn(account)},
        "Action": "kms:GenerateDataKey",
        "Resource": "*",
    }
    put_key_policy(kms, arn, with_statement(before, allow))
    tried(account, filmed(account))
    put_key_policy(kms, arn, before)


def sealed_by_you(account: Account) -> None:
    tried(account, seal(account.client("kms"), artifacts.KEY_ALIAS, b"a street", CAMERA))


def allowed_to_open(account: Account) -> None:
    grant = granted(account, "GenerateDataKey", "Decrypt")
    tried(account, filmed(account))
    revoked(account, grant)


def still_allowed(account: Account) -> None:
    granted(account, "GenerateDataKey")
    tried(account, filmed(account))


def still_allowed_by_a_policy(account: Account) -> None:
    allow = {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": artifacts.key_arn(account)}
    account.client("iam").put_user_policy(
        UserName=LAB_USER,
        PolicyName="Camera",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    tried(account, filmed(account))


def never_tried(account: Account) -> None:
    grant = granted(account, "GenerateDataKey")
    unseal(account.client("kms"), filmed(account), CAMERA)
    revoked(account, grant)


def of_another_door(account: Account) -> None:
    grant = granted(account, "GenerateDataKey")
    tried(account, filmed(account, {"camera": "gate"}), {"camera": "gate"})
    revoked(account, grant)


def never_opened(account: Account) -> None:
    grant = granted(account, "GenerateDataKey")
    with suppress(ClientError):
        unseal(account.session_for(LAB_USER).client("kms"), filmed(account), CAMERA)
    revoked(account, grant)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("number", "work"),
    [
        *((1, work) for work in (by_files, in_memory, by_hand)),
        *((2, work) for work in (by_grant, by_iam_policy, by_key_policy)),
    ],
)
def test_right_work_counts(account: Account, notes: Notes, number: int, work: Work) -> None:
    prepare(account, notes, 5)
    work(account)
    report = run(EXERCISES[5][number - 1], account, notes)
    assert report.passed, report


@pytest.mark.parametrize(
    ("number", "work", "said"),
    [
        (1, only_sealed, "nothing in the audit trail like: Decrypt"),
        (1, without_a_context, "with encryptionContext {}, not"),
        (1, for_another_file, 'with encryptionContext {"file": "letter.sealed"}'),
        (2, sealed_by_you, "by you, not by IAMLabUser"),
        (2, allowed_to_open, "KMS opened the picture's data key for IAMLabUser"),
        (2, still_allowed, "left for IAMLabUser: a grant"),
        (2, still_allowed_by_a_policy, "left for IAMLabUser: the IAM policy Camera"),
        (2, never_tried, "has not tried to open a picture since"),
        (2, of_another_door, 'with encryptionContext {"camera": "gate"}'),
        (2, never_opened, "Goal: you have opened the picture"),
    ],
)
def test_wrong_work_does_not(account: Account, notes: Notes, number: int, work: Work, said: str) -> None:
    prepare(account, notes, 5)
    work(account)
    report = run(EXERCISES[5][number - 1], account, notes)
    assert not report.passed, f"{work.__name__} is not what was asked for"
    assert said in repr(report)
