"""The lab that a page is given: a practice account in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import boto3
import pytest

from kmscourse import Lab, course
from kmscourse.account import Account
from kmscourse.course.notes import Notes
from kmscourse.errors import SignInRefused
from kmscourse.sandbox import inprocess
from kmscourse.sandbox.application import Application
from kmscourse.sandbox.call import AwsError
from tests.conftest import account_of


def lab_at(section: int, account: Account, notes: Notes) -> Lab:
    """The lab as a section starts, and a sign-in that refuses as it does over HTTP."""

    def make_session(user_name: str, password: str | None) -> boto3.Session:
        try:
            return account.make_session(user_name, password)
        except AwsError as error:
            raise SignInRefused(error.message) from None

    course.prepare(account, notes, section)
    return Lab(dataclasses.replace(account, make_session=make_session), notes, course.find_section(section))


@pytest.fixture(autouse=True)
def nothing_swallowed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """ipywidgets logs what goes wrong behind a button, and goes on: here the test fails."""
    yield
    swallowed = [record for record in caplog.get_records("call") if record.exc_info]
    assert not swallowed, swallowed[0].getMessage()


@pytest.fixture(scope="module")
def seen_lab8(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab as section 8 starts, for tests that only look: the tests of a module share it."""
    application = Application.open()
    account = account_of(application, inprocess.session(application))
    yield lab_at(8, account, Notes(tmp_path_factory.mktemp("notes"), account.id))
    application.close()


@pytest.fixture
def lab1(account: Account, notes: Notes) -> Lab:
    return lab_at(1, account, notes)


@pytest.fixture
def lab6(account: Account, notes: Notes) -> Lab:
    return lab_at(6, account, notes)


@pytest.fixture
def lab7(account: Account, notes: Notes) -> Lab:
    return lab_at(7, account, notes)


@pytest.fixture
def lab8(account: Account, notes: Notes) -> Lab:
    return lab_at(8, account, notes)
