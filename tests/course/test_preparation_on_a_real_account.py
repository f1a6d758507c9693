"""On a real account a section is caught up with things of the course's own, and nothing else is ever touched."""

from __future__ import annotations

import dataclasses
import json
from itertools import chain

import boto3
import pytest

from kmscourse.account import Account
from kmscourse.course import SECTIONS, find_section, prepare
from kmscourse.course.artifacts import ARTIFACTS, has_permission, key_arn, key_state, may_have_permission
from kmscourse.course.notes import Notes
from kmscourse.course.sections import LAB_NAMES, Names, Section, all_names
from kmscourse.errors import CourseError, ForeignError
from kmscourse.iam import LAB_PASSWORD, LAB_USER
from kmscourse.sandbox.application import Application
from kmscourse.sandbox.iam import passwords
from tests.foreign import create_role, names_of_everything, take

NUMBERS = [section.number for section in SECTIONS if not section.practice_only]
PRACTICE_ONLY = [section.number for section in SECTIONS if section.practice_only]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_section_is_caught_up_as_in_the_practice_account(
    empty_account: Account, notes: Notes, number: int
) -> None:
    prepare(empty_account, notes, number)
    ready = {artifact.name for artifact in ARTIFACTS if artifact.is_ready(empty_account, notes)}
    assert set(find_section(number).needs) <= ready
    assert prepare(empty_account, notes, number).sentences == []


@pytest.mark.parametrize("number", PRACTICE_ONLY)
def test_a_section_of_the_practice_account_alone_does_not_begin(
    empty_account: Account, notes: Notes, number: int
) -> None:
    before = names_of_everything(empty_account.session)
    for again in (False, True):
        with pytest.raises(CourseError, match=f"Section {number} is in the practice account only"):
            prepare(empty_account, notes, number, again=again)
    assert names_of_everything(empty_account.session) == before


def test_what_holds_something_stays_even_where_the_learner_starts_over(
    empty_account: Account, notes: Notes
) -> None:
    prepare(empty_account, notes, 9)
    before = names_of_everything(empty_account.session)
    (said,) = prepare(empty_account, notes, 6, again=True).sentences
    assert said == (
        "Kept as it is: Books (section 6). Books is there already, so the cell that creates a table makes none "
        "(kmscourse aws cleanup removes it)"
    )
    assert names_of_everything(empty_account.session) == before


def test_what_a_lesson_shows_life_without_stays_and_is_announced(
    empty_account: Account, notes: Notes
) -> None:
    prepare(empty_account, notes, 9)
    for number in (4, 7):
        said = prepare(empty_account, notes, number).sentences[-1]
        assert "IAMLabUser may already use myKey, so the next refusal will not happen" in said
        assert f"Lab.open(section={number}, again=True)" in said
    assert has_permission(empty_account, notes)


def test_what_a_lesson_shows_life_without_steps_back_where_the_learner_starts_over(
    empty_account: Account, notes: Notes
) -> None:
    prepare(empty_account, notes, 9)
    assert prepare(empty_account, notes, 7, again=True).sentences == [
        "Stepped back: permission (section 8), sign-in (section 7)"
    ]
    assert not may_have_permission(empty_account, notes)
    prepare(empty_account, notes, 9)
    assert prepare(empty_account, notes, 4, again=True).sentences[0] == "Stepped back: permission (section 8)"


def test_a_key_that_stays_works_again_where_the_learner_starts_over(
    empty_account: Account, notes: Notes
) -> None:
    prepare(empty_account, notes, 9)
    arn = key_arn(empty_account)
    empty_account.client("kms").schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert prepare(empty_account, notes, 1, again=True).sentences == [
        "Stepped back: permission (section 8)",
        "Caught up: myKey (section 1)",
        "Kept as it is: myKey (section 1). myKey is there already (Enabled), so the cell that creates a key makes none "
        "(kmscourse aws cleanup removes it)",
    ]
    assert (key_arn(empty_account), key_state(empty_account)) == (arn, "Enabled")


def test_a_table_that_cannot_be_used_is_never_replaced(empty_account: Account, notes: Notes) -> None:
    prepare(empty_account, notes, 7)
    kms = empty_account.client("kms")
    another = kms.create_key()["KeyMetadata"]["Arn"]
    kms.update_alias(AliasName="alias/myKey", TargetKeyId=another)
    before = names_of_everything(empty_account.session)
    for again in (False, True):
        with pytest.raises(
            CourseError, match="It is yours, so it stays: delete it, then run this cell again"
        ):
            prepare(empty_account, notes, 7, again=again)
    assert names_of_everything(empty_account.session) == before


def test_names_of_a_section_s_own_stop_that_section_alone(
    empty_account: Account, main: boto3.Session, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = LAB_NAMES | Names(aliases=("alias/kmscourse-sign",), roles=("AuditRole",))
    beyond = Section(SECTIONS[-1].number + 1, "beyond", "Beyond the lab", 20, needs=("myKey",), names=names)
    monkeypatch.setattr("kmscourse.course.sections.SECTIONS", (*SECTIONS, beyond))
    create_role(main, "AuditRole")
    with pytest.raises(
        ForeignError, match=r"has role AuditRole already.*take the course in another account\."
    ):
        prepare(empty_account, notes, beyond.number)
    assert "AuditRole" in all_names().roles
    for number in NUMBERS:
        prepare(empty_account, notes, number)
    main.client("iam").delete_role(RoleName="AuditRole")
    take("alias/kmscourse-sign", main)
    with pytest.raises(ForeignError, match="another account or another Region"):
        prepare(empty_account, notes, beyond.number)


NAMES = [
    (section.number, name)
    for section in SECTIONS
    if not section.practice_only
    for name in chain.from_iterable(dataclasses.astuple(section.names))
]


@pytest.mark.parametrize(("number", "name"), NAMES)
def test_a_name_that_is_taken_stops_every_section_before_anything_is_made(
    empty_account: Account, main: boto3.Session, notes: Notes, name: str, number: int
) -> None:
    take(name, main)
    before = names_of_everything(main)
    with pytest.raises(
        ForeignError, match=rf"has \D*{name} already, which the course did not make"
    ) as refused:
        prepare(empty_account, notes, number)
    assert "\n" not in str(refused.value), "one sentence"
    assert names_of_everything(main) == before
    assert empty_account.guard
    assert empty_account.guard.ledger.regions == [], "nothing was about to be made"


@pytest.mark.parametrize(
    ("number", "denied", "missing", "made"),
    [
        (4, "kms:CreateKey", "kms:CreateKey", "user IAMLabUser"),
        (4, "kms:CreateAlias", "kms:CreateAlias", "user IAMLabUser, key arn:aws:kms:[^,]*"),
        (4, "kms:TagResource", "kms:TagResource", "user IAMLabUser"),
        (4, "kms:GenerateDataKey", "kms:GenerateDataKey", ".*, alias alias/myKey"),
        (7, "dynamodb:CreateTable", "dynamodb:CreateTable", ".*, alias alias/myKey"),
        (7, "dynamodb:PutItem", "dynamodb:PutItem", ".*, table Books"),
        (8, "iam:CreateLoginProfile", "iam:CreateLoginProfile", ".*, table Books"),
        (0, "iam:CreateUser", "iam:CreateUser", "nothing"),
    ],
)
def test_a_permission_that_is_missing_is_named_with_what_was_made(
    empty_account: Account,
    main: boto3.Session,
    notes: Notes,
    number: int,
    denied: str,
    missing: str,
    made: str,
) -> None:
    deny(main, empty_account.user_name, denied)
    with pytest.raises(
        CourseError, match=rf"lacks the permission {missing}: .* Made so far: {made} \(kmscourse aws status"
    ):
        prepare(empty_account, notes, number)


@pytest.mark.parametrize(
    "denied", ["kms:ListResourceTags", "dynamodb:ListTagsOfResource", "iam:ListUserTags"]
)
def test_what_may_not_be_looked_at_is_left_alone(
    empty_account: Account, main: boto3.Session, notes: Notes, denied: str
) -> None:
    for name in ("alias/myKey", "Books", LAB_USER):
        take(name, main)
    deny(main, empty_account.user_name, denied)
    before = names_of_everything(main)
    with pytest.raises(CourseError, match=f"can't be told, so it is left alone.*{denied}"):
        prepare(empty_account, notes, 9)
    assert names_of_everything(main) == before


def test_whatever_else_aws_refuses_is_said_in_its_own_words(
    empty_account: Account, main: boto3.Session, notes: Notes
) -> None:
    """Without kms:PutKeyPolicy, KMS refuses a key whose policy would let its maker change it no more."""
    deny(main, empty_account.user_name, "kms:PutKeyPolicy")
    with pytest.raises(CourseError, match=r"AWS refused CreateKey .*Made so far: user IAMLabUser \("):
        prepare(empty_account, notes, 4)


def test_no_published_password_opens_it(
    sandbox: Application, empty_account: Account, notes: Notes, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(empty_account, notes, 8)
    with pytest.raises(Exception, match="user name or password is incorrect"):
        passwords.sign_in(sandbox.account.identities, LAB_USER, LAB_PASSWORD)
    said = capsys.readouterr().err
    assert said.startswith("A password was made for IAMLabUser on this account. It is stored nowhere.")
    assert "Nobody can be shown it here" in said, "what is no terminal may be a log"


def deny(main: boto3.Session, user_name: str, action: str) -> None:
    """Take a permission from a user."""
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    main.client("iam").put_user_policy(
        UserName=user_name,
        PolicyName="Without",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
