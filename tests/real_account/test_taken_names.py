"""Somebody comes to the course with an account in which its names are taken: it does not begin, and harms nothing."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import astuple

import nbformat
import pytest

from kmscourse import Lab, course
from kmscourse.account import open_account
from kmscourse.dynamodb import delete_table
from kmscourse.errors import CourseError, KmsCourseError
from kmscourse.iam import delete_user
from tests.notebooks.solutions import SOLUTION
from tests.real_account.conftest import Learner
from tests.real_account.course_runs import EVERY_NOTEBOOK, EVERY_SECTION, sections_on
from tests.real_account.filling import (
    BEYOND_THE_LAB,
    TAKEN,
    Taken,
    fill_with_everything,
    fill_with_unrelated,
    lab_user,
    other_key,
    protected_books,
)
from tests.real_account.harms import harms
from tests.real_account.inventory import changed
from tests.real_account.leftovers import assert_nothing_is_left
from tests.real_account.past_the_stop import go_past_the_stop
from tests.real_account.section import run_section

each_taken_name = pytest.mark.parametrize("taken", TAKEN, ids=str)
each_that_differs_behind_the_stop = pytest.mark.parametrize(
    "taken", [taken for taken in TAKEN if taken.differs_behind_the_stop], ids=str
)
where_grants_are_made = pytest.mark.parametrize("server", ["practice"], indirect=True)

NAMES = re.compile(
    r"""(?:TableName|UserName|user_name|GroupName|RoleName|AliasName)=["']([\w/-]+)["']"""
    r"""|["'](alias/[\w/-]+)["']"""
    r"""|(?:session_for|session_for_role|sign_in|explain)\(["'](\w+)["']"""
    r"""|(?:console_access|user_arn)\((?:\w+|lab\.client\("iam"\)), ["'](\w+)["']"""
    r"""|(?:create_encrypted_table|put_item|scan|delete_table)\(dynamodb, ["'](\w+)["']"""
    r"""|replace\("IAMLabUser", "(\w+)"\)"""
)
READ_ONLY = {"alias/not-there", "Nothing"}
"""What a cell only looks for."""
REFUSED = {"myKey", "Authors"}
"""What AWS refuses, and a cell shows that: an alias without its prefix, a table under a key that is not there."""


def test_every_name_in_the_notebooks_is_taken_once() -> None:
    sources = []
    for path in EVERY_NOTEBOOK:
        for cell in nbformat.read(path, as_version=4).cells:
            sources += [cell.source] if cell.cell_type == "code" else SOLUTION.findall(cell.source)
    named = {name for source in sources for found in NAMES.findall(source) for name in found if name}
    assert {"alias/myKey", "Books", "Films", "IAMLabUser", "IAMLabUsr"} <= named, (
        "these names are read out of cells"
    )
    taken = {name for names in BEYOND_THE_LAB.values() for name in names} | {each.name for each in TAKEN}
    missing = named - READ_ONLY - REFUSED - taken
    assert not missing, (
        "add to filling.TAKEN how somebody else may have these names; beyond the lab, to the names of their section: "
        f"{missing}"
    )


@each_taken_name
def test_the_course_does_not_begin(learner: Learner, taken: Taken) -> None:
    """Each section that uses the name stops in one sentence: what is in the way, where to go. Nothing is made."""
    taken.make(learner.target)
    before = learner.inventory()
    for section in course.SECTIONS:
        if not _uses(section, taken):
            continue
        with pytest.raises(KmsCourseError) as stopped:
            Lab.open(section.number)
        said = str(stopped.value)
        assert type(stopped.value).__name__ == "ForeignError", said
        assert taken.name.removeprefix("alias/") in said, "the sentence says what is in the way"
        assert "take the course in another account" in said, "and where to go"
        assert "\n" not in said
    assert learner.recorder.changes == []
    assert learner.inventory() == before


@where_grants_are_made
@each_that_differs_behind_the_stop
def test_past_the_stop_nothing_is_harmed(
    learner: Learner, taken: Taken, capsys: pytest.CaptureFixture[str]
) -> None:
    """Helpers, pages and cells make their own things at most, and a clean-up takes those away."""
    taken.make(learner.target)
    before = learner.inventory()
    go_past_the_stop(learner.target)
    assert changed(before, learner.inventory()) == []
    assert_nothing_is_left(learner, before, capsys)


def _uses(section: course.Section, taken: Taken) -> bool:
    """Does a section use the name? What of the course does not is run by the test of the whole course."""
    return any(taken.name in of_kind for of_kind in astuple(section.names))


def test_the_whole_course_harms_nothing(learner: Learner, capsys: pytest.CaptureFixture[str]) -> None:
    """Every name is taken, and somebody runs every cell nevertheless, and every verb of the command line."""
    fill_with_everything(learner.target)
    before = learner.inventory()
    for section in EVERY_SECTION:
        run_section(section)
    assert learner.recorder.changes == []
    go_past_the_stop(learner.target, sections_on(learner.target))
    assert changed(before, learner.inventory()) == []
    for words in ("check",), ("aws", "status"), ("sandbox", "reset"), ("sandbox", "reset", "--section", "9"):
        learner.kmscourse(capsys, *words)
    assert learner.kmscourse(capsys, "sandbox", "stop").status == 0
    assert changed(before, learner.inventory()) == []
    assert_nothing_is_left(learner, before, capsys)


def test_no_call_through_the_labs_clients_changes_what_is_foreign(learner: Learner) -> None:
    """Plain boto3, on the clients and on the session of the lab: refused before it leaves the machine."""
    fill_with_everything(learner.target)
    before = learner.inventory()
    account = open_account()
    for harm in harms(learner.target):
        for client in (account.client(harm.service), account.session.client(harm.service)):  # type: ignore[call-overload]
            learner.recorder.requests.clear()
            with pytest.raises(KmsCourseError):
                harm.do(client)
            assert learner.recorder.changes == [], harm
    assert learner.inventory() == before


def test_what_is_unrelated_is_in_nobodys_way(learner: Learner, capsys: pytest.CaptureFixture[str]) -> None:
    """With other things around, the course runs to its end and leaves them as they are."""
    fill_with_unrelated(learner.target)
    before = learner.inventory()
    for section in EVERY_SECTION:
        with suppress(CourseError):  # the notes take no ciphertext as short as moto's
            Lab.open(section)
    assert "dynamodb:CreateTable" in learner.recorder.changes
    assert changed(before, learner.inventory()) == []
    assert_nothing_is_left(learner, before, capsys)


@where_grants_are_made
def test_what_has_taken_the_place_of_the_courses_own_is_foreign(
    learner: Learner, capsys: pytest.CaptureFixture[str]
) -> None:
    """The ledger knows the names; the mark says whose the things are now."""
    Lab.open(9)
    target = learner.target
    delete_user(target.client("iam"), "IAMLabUser")
    delete_table(target.client("dynamodb"), "Books")
    lab_user(target)
    protected_books(target)
    other_key(target)
    mine = target.client("kms").describe_key(KeyId="alias/noKey")["KeyMetadata"]["KeyId"]
    target.client("kms").update_alias(AliasName="alias/myKey", TargetKeyId=mine)
    before = learner.inventory()
    for section in course.LAB_SECTIONS:
        with pytest.raises(KmsCourseError, match="IAMLabUser"):
            Lab.open(section.number)
    cleaned = learner.clean_up(capsys)
    assert cleaned.status == 0, f"{cleaned.out}{cleaned.err}"
    (dying,) = changed(before, learner.inventory())
    assert re.match(rf"key/(?!{mine}).*PendingDeletion", dying), "the course's own key alone"
