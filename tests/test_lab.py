"""What a notebook opens, and what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse import KmsCourseError, Lab, course, kms, lab
from kmscourse.account import Account
from kmscourse.cells import Cell, Cells
from kmscourse.course import SECTIONS, artifacts
from kmscourse.course.artifacts import TABLE
from kmscourse.errors import CourseError, SignInRefused
from kmscourse.iam import LAB_PASSWORD, LAB_USER, lab_user_policy
from kmscourse.sandbox import client as sandbox_client
from kmscourse.widgets.start_over import StartOverPage
from tests.foreign import create_role

TRUST = '{"Version": "2012-10-17", "Statement": []}'
TABLE_OF_MINE = {
    "TableName": "Loans",
    "KeySchema": [{"AttributeName": "A", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "A", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def home(tmp_path: Path, account: Account, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose practice account is the one in memory."""
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path))
    monkeypatch.setattr(lab, "open_account", lambda: account)
    return tmp_path


@pytest.fixture
def seventh(home: Path) -> Lab:
    return Lab.open(section=7)


def test_it_says_where_one_is_and_what_was_done(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = Lab.open(section=7)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == repr(opened)
    assert said[0].startswith("Practice account 123456789012 · us-east-1 · signed in as ed-user-")
    assert said[1:] == ["Caught up: myKey (section 1), Books (section 6)"]


def test_a_quota_and_a_delay_of_grants_end_with_their_block_or_with_the_next_opening(
    home: Path, account: Account
) -> None:
    def settings() -> tuple[int | None, float]:
        status = account.ask_console("Status", {})
        return status["KmsQuota"], status["GrantDelay"]

    opened = Lab.open(section=0)
    with opened.quota(kms=5), opened.grant_delay(60):
        assert settings() == (5, 60)
    assert settings() == (None, 0)
    opened.quota(kms=5).__enter__()  # and its kernel is killed
    Lab.open(section=0)
    assert settings() == (None, 0)


def test_the_incident_happens_once_and_again_when_it_is_asked(
    home: Path, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = Lab.open(section=0)
    capsys.readouterr()
    opened.incident()
    assert capsys.readouterr().out == "The incident is in the account.\n"
    account.client("iam").create_user(UserName="mine")
    opened.incident()
    assert "as you left it" in capsys.readouterr().out
    opened.incident(again=True)
    assert capsys.readouterr().out == "The incident is in the account.\n"
    assert account.client("iam").get_user(UserName="mine")


def test_the_tickets_are_set_up_once_and_again_when_it_is_asked(
    home: Path, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = Lab.open(section=0)
    with pytest.raises(CourseError, match=r"not in the account yet: call lab\.tickets\(\) first"):
        opened.ticket(1)
    capsys.readouterr()
    opened.tickets()
    assert capsys.readouterr().out == "The tickets are in the account.\n"
    account.client("iam").create_user(UserName="mine")
    assert "Jona" in repr(opened.ticket(2))
    opened.tickets()
    assert capsys.readouterr().out == "The tickets are in the account, as you left them.\n"
    opened.tickets(again=True)
    assert capsys.readouterr().out == "The tickets are in the account.\n"
    assert account.client("iam").get_user(UserName="mine")
    with pytest.raises(CourseError, match="There is no ticket 11: there are tickets 1 to 10"):
        opened.ticket(11)


@pytest.mark.parametrize(
    ("call", "them"), [(Lab.incident, "it"), (Lab.tickets, "them"), (Lab.challenge, "it")]
)
def test_how_to_start_over_is_said_of_what_an_earlier_notebook_left(
    home: Path, capsys: pytest.CaptureFixture[str], call: Callable[[Lab], object], them: str
) -> None:
    """Within the notebook that has set it up, a learner is at work on it: there is nothing to start over."""
    hint = f"To start {them} over: lab.{call.__name__}(again=True)"
    first = Lab.open(section=0)
    call(first)
    call(first)
    assert hint not in capsys.readouterr().out
    later = Lab.open(section=0)
    call(later)
    assert hint in capsys.readouterr().out
    call(later)
    assert hint not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("section", "name", "set_up"),
    [(19, "the incident", Lab.incident), (20, "the tickets", Lab.tickets)],
)
def test_a_section_that_starts_over_begins_without_what_it_sets_up(
    home: Path,
    account: Account,
    capsys: pytest.CaptureFixture[str],
    section: int,
    name: str,
    set_up: Callable[[Lab], object],
) -> None:
    set_up(Lab.open(section))
    capsys.readouterr()
    Lab.open(section)
    assert f"Kept as it is: {name} (section {section}); to start over: " in capsys.readouterr().out
    opened = Lab.open(section, again=True)
    assert f"Stepped back: {name} (section {section})" in capsys.readouterr().out
    set_up(opened)
    said = capsys.readouterr().out
    assert "in the account.\n" in said
    assert "as you left" not in said


@pytest.mark.parametrize(
    "make",
    [
        lambda client: client("dynamodb").create_table(**TABLE_OF_MINE),
        lambda client: client("iam").create_user(UserName="loans-app"),
        lambda client: client("iam").create_user(UserName="Iris"),
        lambda client: client("iam").create_user(UserName="archive-clerk"),
        lambda client: client("iam").create_role(RoleName="WagesReader", AssumeRolePolicyDocument=TRUST),
        lambda client: kms.create_key(client("kms"), "loans"),
        lambda client: kms.create_key(client("kms"), "wages"),
        lambda client: kms.create_key(client("kms"), "archive"),
    ],
)
def test_something_of_the_learners_is_never_taken_for_a_part_of_them(
    home: Path, account: Account, make: Callable[[Callable[[str], Any]], object]
) -> None:
    opened = Lab.open(section=20)
    make(account.client)
    before = inventory(account)
    said: list[str] = []
    for set_up in (opened.incident, opened.tickets, opened.challenge):
        for again in (False, True):
            try:
                set_up(again=again)
            except CourseError as error:
                said.append(str(error))
    assert len(said) == 2, "one of the three has that name"
    assert all("not made that. Nothing was changed." in sentence for sentence in said)
    assert before <= inventory(account)


def inventory(account: Account) -> set[str]:
    """The tables, users, roles and aliases with what tells each from another of its name."""
    dynamodb, iam, keys = (account.client(service) for service in ("dynamodb", "iam", "kms"))
    tables = (dynamodb.describe_table(TableName=name) for name in dynamodb.list_tables()["TableNames"])
    return {
        *(table["Table"]["TableId"] for table in tables),
        *(user["UserId"] for user in iam.list_users()["Users"]),
        *(role["RoleId"] for role in iam.list_roles()["Roles"]),
        *(f"{alias['AliasName']} {alias.get('TargetKeyId')}" for alias in keys.list_aliases()["Aliases"]),
    }


def test_it_keeps_what_is_there_and_starts_over_only_when_asked(
    home: Path, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    Lab.open(section=9)
    capsys.readouterr()
    opened = Lab.open(section=7)
    assert "IAMLabUser may already use myKey" in capsys.readouterr().out
    assert artifacts.has_permission(account, opened.notes)
    opened = Lab.open(section=7, again=True)
    assert "Stepped back: permission (section 8), sign-in (section 7)" in capsys.readouterr().out
    assert not artifacts.has_permission(account, opened.notes)


@pytest.mark.parametrize("in_notebook", [False, True])
def test_in_a_notebook_a_button_starts_the_section_over(
    home: Path, account: Account, monkeypatch: pytest.MonkeyPatch, in_notebook: bool
) -> None:
    shown: list[StartOverPage] = []
    monkeypatch.setattr(Cells, "in_notebook", in_notebook)
    monkeypatch.setattr("IPython.display.display", shown.append)
    Lab.open(section=8)
    assert shown == [], "there is nothing to take back"
    Lab.open(section=9)
    opened = Lab.open(section=7)
    assert len(shown) == in_notebook
    for page in shown:
        page.ask.click()
        page.confirm.click()
        assert not artifacts.has_permission(account, opened.notes)


@pytest.mark.parametrize(
    ("source", "failed", "remarked"),
    [
        ("reader.scan()  # meant to fail", False, True),
        ("reader.scan()  # meant to fail\n", False, True),
        ("reader.scan()  # meant to fail", True, False),
        ("reader.scan()", False, False),
    ],
)
def test_a_cell_that_was_meant_to_fail_and_did_not_is_remarked_on(
    seventh: Lab, capsys: pytest.CaptureFixture[str], source: str, failed: bool, remarked: bool
) -> None:
    capsys.readouterr()
    seventh._remark_on(Cell("key", source, failed))
    said = capsys.readouterr().out
    assert bool(said) == remarked
    assert ("Lab.open(section=7, again=True)" in said) == remarked


def test_what_the_course_made_counts_for_no_progress(home: Path) -> None:
    for number in (4, 9):
        Lab.open(section=number)
    for number in range(10):
        opened = Lab.open(section=number)
        opened.check()
    assert opened.progress.sections == []


def test_what_happened_to_the_account_is_told_under_its_line(
    home: Path, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ["The practice account's file was damaged."]
    account.take_notices = lambda: [told.pop()] if told else []
    opened = Lab.open(section=1)
    assert capsys.readouterr().out.splitlines()[:2] == [
        repr(opened),
        "The practice account's file was damaged.",
    ]
    Lab.open(section=1)
    assert "damaged" not in capsys.readouterr().out


def test_a_section_that_is_not_there_changes_nothing(home: Path, account: Account) -> None:
    missing = SECTIONS[-1].number + 1
    with pytest.raises(CourseError, match=f"There is no section {missing}"):
        Lab.open(section=missing)
    assert account.client("kms").list_keys()["Keys"] == []


def test_the_whole_of_section_seven(seventh: Lab) -> None:
    with pytest.raises(CourseError, match="Nothing has been refused"):
        seventh.explain_last_denial()
    seventh.client("iam").create_login_profile(UserName=LAB_USER, Password=LAB_PASSWORD)
    reader = seventh.sign_in(LAB_USER, LAB_PASSWORD)
    with pytest.raises(ClientError, match="KMS key access denied error"):
        reader.client("dynamodb").scan(TableName=TABLE)
    assert "no identity-based policy allows it" in repr(seventh.explain_last_denial())
    assert not seventh.explain(LAB_USER, "kms:Decrypt", seventh.key_arn).decision.allowed
    assert seventh.check().passed
    assert not seventh.check_exercise(1).passed
    reader.client("dynamodb").describe_table(TableName=TABLE)
    assert seventh.check_exercise(1).passed
    assert "KMS refuses the Decrypt" in repr(seventh.diagram())


def test_a_refusal_of_a_roles_session_is_explained(seventh: Lab) -> None:
    role = create_role(seventh.account.session, "Reader")
    session = seventh.session_for_role("Reader", session_name="work", policy=lab_user_policy())
    with pytest.raises(ClientError, match="assumed-role/Reader/work is not authorized"):
        session.client("dynamodb").scan(TableName=TABLE)
    card = seventh.explain_last_denial()
    assert not card.decision.allowed
    assert "assumed-role/Reader/work" in repr(card)
    assert "no identity-based policy allows it" in repr(card)
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    seventh.client("iam").put_role_policy(
        RoleName="Reader",
        PolicyName="All",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )
    with pytest.raises(ClientError, match="because no session policy allows the kms:Decrypt action"):
        seventh.session_for_role("Reader", policy=lab_user_policy()).client("dynamodb").scan(TableName=TABLE)
    assert not seventh.explain_last_denial().decision.allowed
    assert seventh.explain(role, "kms:Decrypt", seventh.key_arn).decision.allowed


@pytest.mark.parametrize(
    ("action", "resource", "said"),
    [("Decrypt", "*", "names no service"), ("kms:Decrypt", "alias/myKey", "is no ARN")],
)
def test_a_question_that_no_policy_could_match_is_not_decided(
    seventh: Lab, action: str, resource: str, said: str
) -> None:
    with pytest.raises(CourseError, match=said):
        seventh.explain(LAB_USER, action, resource)


@pytest.mark.parametrize(("user", "password"), [(LAB_USER, "wrong"), ("Nobody", LAB_PASSWORD)])
def test_sign_in_tells_nothing_about_why(seventh: Lab, user: str, password: str) -> None:
    """The transport in memory raises the sandbox's own error; over HTTP it is SignInRefused (test_account.py)."""
    with pytest.raises((SignInRefused, Exception), match="user name or password is incorrect"):
        seventh.sign_in(user, password)


def test_a_key_that_is_not_there_yet(home: Path) -> None:
    with pytest.raises(
        KmsCourseError, match="There is no key with the alias myKey yet: section 1 creates it"
    ):
        Lab.open(section=1).key_arn  # noqa: B018


@pytest.mark.parametrize("number", [0, 3, "one"])
def test_an_exercise_that_is_not_there_is_one_sentence(seventh: Lab, number: int) -> None:
    with pytest.raises(CourseError, match="Section 7 has exercises 1 to 2, and no exercise"):
        seventh.check_exercise(number)


def test_what_was_checked_counts_for_the_course(seventh: Lab) -> None:
    assert seventh.progress.sections == []
    assert not seventh.check().passed
    seventh.client("iam").create_login_profile(UserName=LAB_USER, Password=LAB_PASSWORD)
    assert "■" in repr(seventh.check())
    assert seventh.progress.sections == [7]


def test_what_is_opened_or_checked_is_begun(seventh: Lab) -> None:
    begun = [seventh.progress.begun_day(7), *(seventh.progress.begun_day(7, number) for number in (1, 2))]
    assert [bool(day) for day in begun] == [True, False, False]
    assert not seventh.check_exercise(1).passed
    assert seventh.progress.begun_day(7, 1)
    assert not seventh.progress.begun_day(7, 2)
    assert (seventh.progress.sections, seventh.progress.exercises) == ([], [])


OPEN = "import sys; from kmscourse import Lab; Lab.open(section=int(sys.argv[1]))"


@pytest.mark.parametrize("sections", ["777777", "914687"])
def test_kernels_that_open_a_fresh_home_at_once_all_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sections: str
) -> None:
    monkeypatch.setenv("KMSCOURSE_HOME", str(tmp_path))
    monkeypatch.setenv("KMSCOURSE_TARGET", "sandbox")
    kernels = [
        subprocess.Popen([sys.executable, "-c", OPEN, section], stderr=subprocess.PIPE, text=True)
        for section in sections
    ]
    try:
        assert [kernel.communicate(timeout=120)[1] for kernel in kernels] == [""] * len(sections)
        assert [kernel.returncode for kernel in kernels] == [0] * len(sections)
    finally:
        sandbox_client.stop(tmp_path)


def test_two_accounts_of_one_number_have_notes_and_progress_of_their_own(
    home: Path, account: Account
) -> None:
    """Each imitation of AWS may have the practice account's number: its URL tells it apart."""
    here = Lab.open(section=4)
    there = Lab(
        replace(account, kind="endpoint", endpoint_url="http://127.0.0.1:5000"), here.notes, here.section
    )
    assert account.file_key == account.id
    assert there.account.file_key.startswith(f"{account.id} at ")
    here.progress.record(4)
    assert there.progress.sections == []


def test_two_notebooks_make_a_key_one_after_the_other(
    home: Path, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both at once would make one each, and the alias leads to one of them only: the other is lost sight of."""
    opened = Lab.open(section=18)
    orders = opened.make_key("orders")
    before = account.client("kms").list_keys()["Keys"], kms.aliases_by_key(account.client("kms"))
    monkeypatch.setattr(course.preparation, "PREPARE_SECONDS", 0.1)
    with course.lock_preparation(home):
        for make in (lambda: opened.make_key("stranger"), lambda: opened.point_alias("now", orders)):
            with pytest.raises(CourseError, match="Another notebook or command"):
                make()
    assert (account.client("kms").list_keys()["Keys"], kms.aliases_by_key(account.client("kms"))) == before
    opened.point_alias("now", opened.make_key("stranger"))
