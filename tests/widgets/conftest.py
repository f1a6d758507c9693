"""The lab that a page is given: a practice account in memory."""

from __future__ import annotations

import dataclasses

import boto3
import pytest

from kmscourse import Lab, course
from kmscourse.account import Account
from kmscourse.errors import SignInRefused
from kmscourse.notes import Notes
from kmscourse.sandbox.call import AwsError


def lab_at(section: int, account: Account, notes: Notes) -> Lab:
    """The lab as a section starts, and a sign-in that refuses as it does over HTTP."""

    def make_session(user_name: str, password: str | None) -> boto3.Session:
        try:
            return account.make_session(user_name, password)
        except AwsError as error:
            raise SignInRefused(error.message) from None

    course.prepare(account, notes, section)
    return Lab(dataclasses.replace(account, make_session=make_session), notes, course.section(section))


@pytest.fixture
def lab1(account: Account, notes: Notes) -> Lab:
    return lab_at(1, account, notes)


@pytest.fixture
def lab6(account: Account, notes: Notes) -> Lab:
    return lab_at(6, account, notes)


@pytest.fixture
def lab8(account: Account, notes: Notes) -> Lab:
    return lab_at(8, account, notes)
