"""Section 1: right answers by different ways are taken, and near misses are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmscourse.account import Account
from kmscourse.course import artifacts, prepare
from kmscourse.course.checks import CHECKS, EXERCISES, run
from kmscourse.course.notes import Notes
from kmscourse.kms import create_key

Answer = Callable[[Account], object]
NAME, VALUE = "CostCenter", "4711"


def make_key(account: Account, **choices: object) -> str:
    """The ARN of myKey, made as the section asks, or with other choices."""
    people = {"administrators": [account.user_arn], "users": [account.user_arn]}
    return create_key(account.client("kms"), "myKey", **{**people, **choices})  # type: ignore[arg-type]


def describe(account: Account, text: str) -> None:
    """Give myKey this description."""
    account.client("kms").update_key_description(KeyId=artifacts.key_arn(account), Description=text)


def tag(account: Account, *pairs: tuple[str, str], key: str = "") -> None:
    """Tag myKey, or the key of this ARN or id."""
    tags = [{"TagKey": name, "TagValue": value} for name, value in pairs]
    account.client("kms").tag_resource(KeyId=key or artifacts.key_arn(account), Tags=tags)  # type: ignore[arg-type]


def another_key(account: Account) -> str:
    """The id of a key without an alias."""
    return account.client("kms").create_key()["KeyMetadata"]["KeyId"]


def test_a_key_with_yourself_as_its_people_passes(account: Account, notes: Notes) -> None:
    prepare(account, notes, 1)
    make_key(account)
    assert run(CHECKS[1], account, notes).counts


@pytest.mark.parametrize("role", ["administrators", "users"])
def test_a_key_with_other_people_is_told_how_to_get_back(account: Account, notes: Notes, role: str) -> None:
    prepare(account, notes, 1)
    make_key(account, **{role: [artifacts.lab_user_arn(account)]})
    said = repr(run(CHECKS[1], account, notes))
    assert "✗ Not yet" in said
    assert "Lab.open(section=1, again=True)" in said, "the first hint is the way back"
    prepare(account, notes, 1, again=True)
    make_key(account)
    assert run(CHECKS[1], account, notes).counts


@pytest.mark.parametrize(
    "answer",
    [
        lambda account: (make_key(account), describe(account, "For the table Books")),
        lambda account: make_key(account, description="For the table Books"),
        lambda account: (make_key(account), describe(account, "x"), describe(account, "For Books")),
    ],
    ids=["afterwards", "when it is made", "changed again"],
)
def test_a_description_is_taken(account: Account, notes: Notes, answer: Answer) -> None:
    answer(account)
    assert run(EXERCISES[1][0], account, notes).passed


@pytest.mark.parametrize(
    "answer",
    [
        lambda account: (make_key(account), describe(account, " ")),
        lambda account: (make_key(account), tag(account, ("Description", "For the table Books"))),
        lambda account: (
            make_key(account),
            account.client("kms").update_key_description(KeyId=another_key(account), Description="For Books"),
        ),
        lambda account: (make_key(account), describe(account, "For Books"), describe(account, "")),
    ],
    ids=["blank", "a tag", "another key", "taken away again"],
)
def test_what_describes_nothing_is_not(account: Account, notes: Notes, answer: Answer) -> None:
    answer(account)
    assert not run(EXERCISES[1][0], account, notes).passed


@pytest.mark.parametrize(
    "answer",
    [
        lambda account: (make_key(account), tag(account, (NAME, VALUE))),
        lambda account: tag(account, (NAME, VALUE), key=make_key(account).rpartition("/")[2]),
        lambda account: make_key(account, tags={NAME: VALUE}),
        lambda account: (
            make_key(account),
            tag(account, (NAME, "1")),
            tag(account, (NAME, VALUE), ("a", "b")),
        ),
    ],
    ids=["by ARN", "by id", "when it is made", "corrected, among others"],
)
def test_a_tag_that_the_program_finds_is_taken(account: Account, notes: Notes, answer: Answer) -> None:
    answer(account)
    assert run(EXERCISES[1][1], account, notes).passed


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda account: tag(account, ("costcenter", VALUE)), "letter by letter"),
        (lambda account: tag(account, ("Cost Center", VALUE)), "letter by letter"),
        (lambda account: tag(account, (NAME, "cost centre 4711")), "the value of CostCenter is 4711"),
        (lambda account: tag(account, (VALUE, NAME)), "which of alias, description and tag"),
        (lambda account: describe(account, "CostCenter 4711"), "a description is for people"),
        (
            lambda account: account.client("kms").create_alias(
                AliasName="alias/CostCenter-4711", TargetKeyId=artifacts.key_arn(account)
            ),
            "which of alias, description and tag",
        ),
        (
            lambda account: tag(account, (NAME, VALUE), key=another_key(account)),
            "which of alias, description and tag",
        ),
    ],
    ids=["small letters", "two words", "a sentence", "turned round", "description", "alias", "another key"],
)
def test_near_misses_get_a_hint_of_their_own(
    account: Account, notes: Notes, answer: Answer, hint: str
) -> None:
    make_key(account)
    answer(account)
    report = run(EXERCISES[1][1], account, notes)
    assert not report.passed
    assert hint in repr(report)
    account.client("kms").untag_resource(KeyId=artifacts.key_arn(account), TagKeys=[NAME])
    tag(account, (NAME, VALUE))
    assert run(EXERCISES[1][1], account, notes).passed, "what was tried before does no harm"


def test_a_new_key_in_its_place_leaves_the_programs_of_the_old_one_alone(
    account: Account, notes: Notes
) -> None:
    tag(account, (NAME, VALUE), key=make_key(account))
    account.client("kms").delete_alias(AliasName=artifacts.KEY_ALIAS)
    assert not run(EXERCISES[1][1], account, notes).passed, "alias/myKey leads nowhere"
