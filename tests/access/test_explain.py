"""The decision taken again from the account's own policies agrees with what the account answers."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from kmscourse import access
from kmscourse.access.refusal import Refusal
from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.notes import Notes
from kmscourse.display.decision import DecisionCard
from kmscourse.errors import KmsCourseError
from kmscourse.iam import LAB_USER, create_lab_user, delete_user
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy import EditKind, lint


def refusal(account: Account, service: str, operation: str, **parameters: object) -> str:
    """AWS's sentence for a call of IAMLabUser that is refused."""
    with pytest.raises(ClientError) as refused:
        getattr(account.session_for(LAB_USER).client(service), operation)(**parameters)
    return str(refused.value.response["Error"]["Message"])


def test_a_scan_is_refused_by_the_tables_key(account: Account, notes: Notes) -> None:
    prepare(account, notes, 7)
    text = refusal(account, "dynamodb", "scan", TableName=artifacts.TABLE)
    found = Refusal.read(text)
    assert (found.principal, found.action) == (artifacts.lab_user_arn(account), "kms:Decrypt")
    assert (found.resource, found.via_dynamodb) == (artifacts.key_arn(account), True)
    decision = access.refused_case(account, text).decision
    assert not decision.allowed
    assert decision.sentence() in text


def test_a_direct_decrypt_is_explained_too(account: Account, notes: Notes) -> None:
    prepare(account, notes, 4)
    blob = bytes.fromhex(notes["encrypted_data_key"])
    text = refusal(account, "kms", "decrypt", CiphertextBlob=blob)
    assert not Refusal.read(text).via_dynamodb
    assert access.refused_case(account, text).decision.sentence() == text


def test_an_action_that_iam_does_not_allow(account: Account, notes: Notes) -> None:
    prepare(account, notes, 7)
    text = refusal(account, "dynamodb", "delete_table", TableName=artifacts.TABLE)
    assert access.refused_case(account, text).decision.sentence() == text


def test_who_was_made_again_is_not_whom_the_key_policy_means(account: Account, notes: Notes) -> None:
    prepare(account, notes, 9)
    iam, kms = account.client("iam"), account.client("kms")
    first = iam.get_user(UserName=LAB_USER)["User"]["UserId"]
    delete_user(iam, LAB_USER)
    create_lab_user(iam)
    text = refusal(account, "dynamodb", "scan", TableName=artifacts.TABLE)
    case = access.refused_case(account, text)
    assert not case.decision.allowed
    assert case.decision.sentence() in text
    assert f"the statement names the deleted user {first}, and not {LAB_USER}" in repr(
        DecisionCard(case.decision, case.ways_in, text)
    )
    (note,) = case.notes
    assert f"names the deleted user {first}." in note
    asked = access.case(
        access.Snapshot(account), artifacts.lab_user_arn(account), "kms:Decrypt", artifacts.key_arn(account)
    )
    assert note in asked.notes
    (remark,) = (
        remark
        for remark in lint(key_policy(kms, artifacts.key_arn(account)), account=account.id)
        if remark.name == "no-such-principal"
    )
    assert remark.reason.startswith(f"{first} is the id of a user or role that was deleted")


@pytest.mark.parametrize("kind", [EditKind.RESOURCE, EditKind.IDENTITY, EditKind.GRANT])
def test_every_way_in_opens_the_account_itself(account: Account, notes: Notes, kind: EditKind) -> None:
    prepare(account, notes, 7)
    text = refusal(account, "dynamodb", "scan", TableName=artifacts.TABLE)
    ways = {way.kind: way for way in access.refused_case(account, text).ways_in}
    assert set(ways) == {EditKind.RESOURCE, EditKind.IDENTITY, EditKind.GRANT}
    (document,) = ways[kind].documents
    if kind is EditKind.GRANT:
        account.client("kms").create_grant(**document)
    elif kind is EditKind.RESOURCE:
        put_key_policy(
            account.client("kms"), artifacts.key_arn(account), ways[kind].layers["resource_policy"] or {}
        )
    else:
        account.client("iam").put_user_policy(
            UserName=LAB_USER,
            PolicyName="WayIn",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [document]}),
        )
    assert account.session_for(LAB_USER).client("dynamodb").scan(TableName=artifacts.TABLE)["Count"] == 1


@pytest.mark.parametrize(("section", "let_in"), [(7, False), (9, True)])
def test_the_forecast_agrees_with_the_account(
    account: Account, notes: Notes, section: int, let_in: bool
) -> None:
    prepare(account, notes, section)
    decision = access.may_read_table(account, artifacts.lab_user_arn(account), artifacts.TABLE)
    assert decision.allowed is let_in
    reader = account.session_for(LAB_USER).client("dynamodb")
    if let_in:
        assert reader.scan(TableName=artifacts.TABLE)["Count"] == 1
    else:
        refusal(account, "dynamodb", "scan", TableName=artifacts.TABLE)


def test_a_deny_in_a_group_counts(account: Account, notes: Notes) -> None:
    prepare(account, notes, 9)
    iam = account.client("iam")
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName=LAB_USER)
    iam.put_group_policy(
        GroupName="readers",
        PolicyName="NoKeys",
        PolicyDocument='{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}}',
    )
    decision = access.may_read_table(account, artifacts.lab_user_arn(account), artifacts.TABLE)
    assert not decision.allowed
    assert decision.explicit
    assert decision.sentence() in refusal(account, "dynamodb", "scan", TableName=artifacts.TABLE)


def test_a_sentence_that_names_nobody_is_not_decided_again(account: Account) -> None:
    old = (
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, "
        "or you are not allowed to access."
    )
    with pytest.raises(KmsCourseError, match="doesn't say who was refused what"):
        access.refused_case(account, old)
