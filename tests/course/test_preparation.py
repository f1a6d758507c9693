"""Any section can be opened at any time: what it needs is made, what is there stays, until the learner starts over."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from kmscourse import course
from kmscourse.account import Account
from kmscourse.course import SECTIONS, artifacts, find_section, prepare
from kmscourse.course.checks.state import policy_names_main_user
from kmscourse.course.notes import Notes
from kmscourse.errors import CourseError, HomeError
from kmscourse.home import lock
from kmscourse.iam import LAB_USER, delete_user
from kmscourse.kms import key_policy, put_key_policy
from kmscourse.policy import deleted_principals, with_statement
from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from tests.course.beginnings import BEGINNINGS

NUMBERS = [section.number for section in SECTIONS]


def ready(account: Account, notes: Notes) -> set[str]:
    return {artifact.name for artifact in artifacts.ARTIFACTS if artifact.is_ready(account, notes)}


def test_sections_are_numbered_in_order() -> None:
    assert sorted(set(NUMBERS)) == NUMBERS


def test_pieces_are_in_the_order_of_their_sections() -> None:
    assert all(a.section <= b.section for a, b in pairwise(artifacts.ARTIFACTS))


def test_a_section_needs_only_what_earlier_ones_make_and_clears_only_what_later_ones_do() -> None:
    made_in = {artifact.name: artifact.section for artifact in artifacts.ARTIFACTS}
    for here in SECTIONS:
        assert all(made_in[name] < max(here.number, 1) for name in here.needs), here
        assert all(made_in[name] >= here.number for name in here.clears), here


@pytest.mark.parametrize("number", [-1, 99])
def test_a_section_that_is_not_there_is_one_sentence(number: int) -> None:
    with pytest.raises(
        CourseError, match=f"There is no section {number}: the course has sections 0 to {NUMBERS[-1]}"
    ):
        find_section(number)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_fresh_account_is_caught_up(account: Account, notes: Notes, number: int) -> None:
    prepare(account, notes, number)
    assert set(find_section(number).needs) <= ready(account, notes)
    assert not set(find_section(number).clears) & ready(account, notes)


@pytest.mark.parametrize("number", BEGINNINGS)
def test_opening_twice_does_nothing_more(account: Account, notes: Notes, number: int) -> None:
    prepare(account, notes, number)
    assert prepare(account, notes, number).sentences == []


def test_what_was_caught_up_is_said(account: Account, notes: Notes) -> None:
    assert prepare(account, notes, 7).sentences == ["Caught up: myKey (section 1), Books (section 6)"]


def test_starting_over_says_what_was_taken_away(account: Account, notes: Notes) -> None:
    prepare(account, notes, 9)
    assert prepare(account, notes, 7, again=True).sentences == [
        "Stepped back: permission (section 8), sign-in (section 7)"
    ]
    assert not artifacts.has_permission(account, notes)


@pytest.mark.parametrize("number", [8, 9])
def test_a_reader_who_was_deleted_and_made_again_is_another(
    account: Account, notes: Notes, number: int
) -> None:
    """The key policy names the earlier one by its id then, and KMS would take no policy that has it."""
    prepare(account, notes, 9)
    delete_user(account.client("iam"), LAB_USER)
    prepare(account, notes, number, again=number == 8)
    policy = key_policy(account.client("kms"), artifacts.key_arn(account))
    assert deleted_principals(policy) == []
    put_key_policy(account.client("kms"), artifacts.key_arn(account), policy)
    assert artifacts.has_permission(account, notes) == (number == 9)


def test_the_course_can_be_taken_as_a_role(account: Account, notes: Notes, sandbox: Application) -> None:
    """Whoever comes to a real account by a single sign-on is a session of a role there."""
    trust = {"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"}
    role = account.client("iam").create_role(
        RoleName="Admin",
        Path="/sso/",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    account.client("iam").attach_role_policy(RoleName="Admin", PolicyArn=administrator)
    assumed = account.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me@example.com")
    credentials = sandbox.account.identities.credentials(assumed["Credentials"]["AccessKeyId"])
    as_role = replace(
        account,
        user_arn=assumed["AssumedRoleUser"]["Arn"],
        session=inprocess.session(sandbox, credentials),
        _clients={},
    )
    prepare(as_role, notes, 9)
    assert set(find_section(9).needs) <= ready(as_role, notes)
    assert policy_names_main_user(as_role, notes).passed


@pytest.mark.parametrize("first", BEGINNINGS)
@pytest.mark.parametrize("then", [1, 4, 6, 7, 9])
def test_any_section_starts_over_after_any_other(
    account: Account, notes: Notes, first: int, then: int
) -> None:
    prepare(account, notes, first)
    prepare(account, notes, then, again=True)
    assert set(find_section(then).needs) <= ready(account, notes)
    assert not set(find_section(then).clears) & ready(account, notes)


@pytest.mark.parametrize("first", [4, 8, 9])
@pytest.mark.parametrize("then", [1, 4, 6, 7, 9])
def test_opening_a_section_takes_nothing_away(account: Account, notes: Notes, first: int, then: int) -> None:
    prepare(account, notes, first)
    before = ready(account, notes)
    prepared = prepare(account, notes, then)
    assert prepared.undone == []
    assert before | set(find_section(then).needs) <= ready(account, notes)


def test_going_on_after_a_break_keeps_the_learners_work(account: Account, notes: Notes) -> None:
    """As after ``kmscourse sandbox stop`` in the middle of section 8, when its set-up cell is run again."""
    prepare(account, notes, 8)
    narrow = {
        "Sid": "For readers of Books",
        "Effect": "Allow",
        "Principal": {"AWS": artifacts.lab_user_arn(account)},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {"StringEquals": {"kms:ViaService": f"dynamodb.{account.region}.amazonaws.com"}},
    }
    kms, arn = account.client("kms"), artifacts.key_arn(account)
    put_key_policy(kms, arn, with_statement(key_policy(kms, arn), narrow))
    (said,) = prepare(account, notes, 8).sentences
    assert said.startswith("Kept as it is: permission (section 8)")
    assert said.endswith("; to start over: Lab.open(section=8, again=True)")
    assert narrow in key_policy(kms, arn)["Statement"]


def test_another_notebook_that_is_opened_meanwhile_takes_nothing_away(account: Account, notes: Notes) -> None:
    prepare(account, notes, 8)
    artifacts.give_permission(account, notes)
    for number in NUMBERS:
        prepare(account, notes, number)
    assert artifacts.has_permission(account, notes)
    assert artifacts.has_sign_in(account, notes)


def test_a_refusal_that_will_not_happen_is_announced(account: Account, notes: Notes) -> None:
    prepare(account, notes, 7)
    artifacts.give_permission(account, notes)
    prepared = prepare(account, notes, 7)
    assert prepared.sentences == [
        "Kept as it is: permission (section 8). IAMLabUser may already use myKey, so the next refusal will not happen; "
        "to start over: Lab.open(section=7, again=True)"
    ]
    assert prepared.to_take_back == ["permission (section 8)"]


def test_a_refusal_that_reads_otherwise_is_announced(account: Account, notes: Notes) -> None:
    prepare(account, notes, 7)
    kms, arn = account.client("kms"), artifacts.key_arn(account)
    deny = {
        "Sid": "Not IAMLabUser",
        "Effect": "Deny",
        "Principal": {"AWS": artifacts.lab_user_arn(account)},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    put_key_policy(kms, arn, with_statement(key_policy(kms, arn), deny))
    (said,) = prepare(account, notes, 7).sentences
    assert "the next refusal may be worded otherwise" in said


def test_a_deny_of_the_learners_stays_in_the_next_section(account: Account, notes: Notes) -> None:
    test_a_refusal_that_reads_otherwise_is_announced(account, notes)
    prepare(account, notes, 9)
    policy = key_policy(account.client("kms"), artifacts.key_arn(account))
    assert "Not IAMLabUser" in [statement["Sid"] for statement in policy["Statement"]]


def test_a_thing_that_a_cell_would_make_is_announced(account: Account, notes: Notes) -> None:
    prepare(account, notes, 6)
    artifacts.make_table(account, notes)
    (said,) = prepare(account, notes, 6).sentences
    assert "Books is there already, so the cell that creates a table makes none" in said
    account.client("kms").disable_key(KeyId=artifacts.key_arn(account))
    (said,) = prepare(account, notes, 1).sentences
    assert "myKey is there already (Disabled), so the cell that creates a key makes none" in said


def test_a_key_that_was_disabled_or_scheduled_works_again(account: Account, notes: Notes) -> None:
    prepare(account, notes, 2)
    arn = artifacts.key_arn(account)
    account.client("kms").schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert prepare(account, notes, 2).sentences == ["Caught up: myKey (section 1)"]
    assert artifacts.key_state(account) == "Enabled"
    assert artifacts.key_arn(account) == arn


def test_a_change_of_the_learners_that_is_in_the_way_is_told_with_the_way_out(
    account: Account, notes: Notes
) -> None:
    account.client("iam").update_account_password_policy(MinimumPasswordLength=128)
    with pytest.raises(CourseError, match=r"minimum length of 128.*kmscourse sandbox reset --section 8"):
        prepare(account, notes, 8)


def test_a_table_under_an_earlier_key_makes_way_only_where_the_learner_starts_over(
    account: Account, notes: Notes
) -> None:
    prepare(account, notes, 7)
    prepare(account, notes, 1, again=True)  # the alias is taken from its key
    with pytest.raises(CourseError, match=r"It is yours, so it stays.*Lab\.open\(section=7, again=True\)"):
        prepare(account, notes, 7)
    prepare(account, notes, 7, again=True)
    table = account.client("dynamodb").describe_table(TableName=artifacts.TABLE)["Table"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == artifacts.key_arn(account)


@pytest.mark.parametrize("value", [5, "", "not hex", "00" * 184, "{}", "00" * 10_000])
def test_notes_that_open_nothing_are_written_anew(
    account: Account, notes: Notes, tmp_path: Path, value: object
) -> None:
    written = {account.id: {"encrypted_data_key": value, "envelope": value}}
    (tmp_path / "notes.json").write_text(json.dumps(written))
    assert prepare(account, notes, 4).sentences[-1].endswith("data key (section 2), message (section 3)")
    assert set(find_section(4).needs) <= ready(account, notes)


def test_notes_of_the_account_before_a_reset_are_written_anew(
    sandbox: Application, account: Account, notes: Notes
) -> None:
    prepare(account, notes, 4)
    sandbox.reset()
    assert "message (section 3)" in prepare(account, notes, 5).sentences[-1]
    assert artifacts.has_message(account, notes)


def test_who_prepares_is_alone_and_who_waits_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(course.preparation, "PREPARE_SECONDS", 0.1)
    monkeypatch.setattr(lock, "NOTICE_SECONDS", 0.0)
    with (
        course.lock_preparation(tmp_path),
        pytest.raises(CourseError, match="Interrupt it or end it, then try again"),
        course.lock_preparation(tmp_path),
    ):
        pytest.fail("two prepare at once")
    assert capsys.readouterr().out.startswith("Another notebook or command is preparing the account")
    with course.lock_preparation(tmp_path):
        assert capsys.readouterr().out == ""


def test_a_home_that_cannot_be_locked_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="set KMSCOURSE_HOME"), course.lock_preparation(tmp_path / "missing"):
        pytest.fail("there is no such folder")


def test_the_notebooks_names_come_from_the_sections() -> None:
    assert course.find_section(7).notebook == "07-read-as-another-user.ipynb"
