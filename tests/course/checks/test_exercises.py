"""An exercise counts as solved when it is, and not before. (Its own solution is run by notebooks/test_in_order.py.)"""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from kmscourse import iam as people
from kmscourse.account import Account
from kmscourse.course import SECTIONS, artifacts, prepare
from kmscourse.course.checks import CHECKS, EXERCISES, run
from kmscourse.course.notes import Notes
from kmscourse.envelope import Envelope

EVERY = [(number, count) for number in EXERCISES for count in (1, 2)]


def test_every_section_has_two() -> None:
    assert {number: len(some) for number, some in EXERCISES.items()} == {s.number: 2 for s in SECTIONS}


@pytest.mark.parametrize(("number", "count"), EVERY)
def test_one_that_nobody_solved_is_not_solved(
    account: Account, notes: Notes, number: int, count: int
) -> None:
    prepare(account, notes, number)
    if number == 9:
        account.client("kms").schedule_key_deletion(KeyId=artifacts.key_arn(account), PendingWindowInDays=7)
    report = run(EXERCISES[number][count - 1], account, notes)
    assert not report.passed
    assert "Hint: " in repr(report)


def test_a_grant_left_behind_does_not_let_the_reader_of_section_seven_in(
    account: Account, notes: Notes
) -> None:
    prepare(account, notes, 4)
    account.client("kms").create_grant(
        KeyId=artifacts.key_arn(account),
        GranteePrincipal=artifacts.lab_user_arn(account),
        Operations=["Decrypt"],
    )
    assert "permission (section 8)" in prepare(account, notes, 7).sentences[-1], "it is said"
    assert artifacts.reader_grants(account), "and stays"
    assert "Stepped back: permission (section 8)" in prepare(account, notes, 7, again=True).sentences
    assert artifacts.reader_grants(account) == []


def refused(account: Account, ciphertext: bytes, context: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="InvalidCiphertextException"):
        account.client("kms").decrypt(CiphertextBlob=ciphertext, EncryptionContext=context)


def test_a_changed_data_key_is_no_changed_context_and_neither_stands_for_the_other(
    account: Account, notes: Notes
) -> None:
    """Both are answered with InvalidCiphertextException: by the context one sees which of them was tried."""
    prepare(account, notes, 4)
    (_, wrong_context, _), changed = CHECKS[4], EXERCISES[3][1]
    blob = Envelope.from_json(notes["envelope"]).encrypted_data_key
    refused(account, blob, {})
    assert not run((wrong_context, *changed), account, notes).passed
    refused(account, blob, {"course": "kms", "section": "4"})
    assert run((wrong_context,), account, notes).passed
    assert not run(changed, account, notes).passed
    refused(account, blob[:-1] + bytes([blob[-1] ^ 1]), artifacts.MESSAGE_CONTEXT)
    assert run(changed, account, notes).passed


def test_a_grant_that_still_stands_is_not_taken_back(account: Account, notes: Notes) -> None:
    prepare(account, notes, 4)
    kms, key = account.client("kms"), artifacts.key_arn(account)
    grant = kms.create_grant(
        KeyId=key, GranteePrincipal=artifacts.lab_user_arn(account), Operations=["Decrypt"]
    )["GrantId"]
    account.session_for(people.LAB_USER).client("kms").decrypt(
        CiphertextBlob=Envelope.from_json(notes["envelope"]).encrypted_data_key,
        EncryptionContext=artifacts.MESSAGE_CONTEXT,
    )
    assert "✗ Not yet. Goal: and the grant is taken back" in repr(run(EXERCISES[4][1], account, notes))
    kms.revoke_grant(KeyId=key, GrantId=grant)
    assert run(EXERCISES[4][1], account, notes).passed


def test_a_second_table_that_is_still_there_is_not_deleted(account: Account, notes: Notes) -> None:
    prepare(account, notes, 6)
    dynamodb = account.client("dynamodb")
    dynamodb.create_table(
        TableName="Films",
        AttributeDefinitions=[{"AttributeName": "Title", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Title", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert "✗ Not yet. Goal: and deleted again" in repr(run(EXERCISES[6][1], account, notes))
    dynamodb.delete_table(TableName="Films")
    assert run(EXERCISES[6][1], account, notes).passed
