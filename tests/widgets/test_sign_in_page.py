"""The sign-in page: who is signed in afterwards, and what a refusal tells."""

from __future__ import annotations

import re

import pytest

from kmscourse import Lab
from kmscourse.iam import LAB_PASSWORD, LAB_USER
from kmscourse.widgets import SignInPage


def sign_in(page: SignInPage, user_name: str, password: str) -> None:
    page.user_name.control.value = user_name
    page.password.control.value = password
    page.button.click()


def text(page: SignInPage) -> str:
    return re.sub("<[^>]+>", "", page.outcome.value)


def test_the_right_password_makes_a_session_of_the_user(lab8: Lab) -> None:
    page = SignInPage(lab8)
    assert page.session is None
    sign_in(page, LAB_USER, LAB_PASSWORD)
    assert page.session is not None
    arn = page.session.client("sts").get_caller_identity()["Arn"]
    assert arn.endswith(f":user/{LAB_USER}")
    assert text(page) == f"✓ Signed in as {arn}"
    assert page.password.value == ""


@pytest.mark.parametrize(("user", "password"), [(LAB_USER, "wrong"), ("Nobody", LAB_PASSWORD)])
def test_a_refusal_tells_nothing_about_why(lab8: Lab, user: str, password: str) -> None:
    page = SignInPage(lab8)
    sign_in(page, user, password)
    assert text(page) == "✗ Your user name or password is incorrect."
    assert page.session is None
    assert (page.user_name.problem, page.password.problem, page.password.value) == ("", "", "")


def test_after_a_refusal_nobody_is_signed_in(lab8: Lab) -> None:
    page = SignInPage(lab8)
    sign_in(page, LAB_USER, LAB_PASSWORD)
    sign_in(page, LAB_USER, "wrong")
    assert page.session is None


@pytest.mark.parametrize(
    ("user", "password", "field"), [("", LAB_PASSWORD, "user_name"), (LAB_USER, "", "password")]
)
def test_an_empty_field_is_said_there(lab8: Lab, user: str, password: str, field: str) -> None:
    page = SignInPage(lab8)
    sign_in(page, user, password)
    assert getattr(page, field).problem.startswith("Type the ")
    assert page.session is None
    sign_in(page, LAB_USER, LAB_PASSWORD)
    assert page.session is not None
    assert (page.user_name.problem, page.password.problem) == ("", "")


def test_on_a_real_account_no_password_is_asked_for_and_the_page_says_so(lab8: Lab) -> None:
    practice = SignInPage(lab8)
    assert practice.password.offered
    assert "which is real" not in practice.preview.value
    lab8.account.kind = "aws"
    page = SignInPage(lab8)
    assert not page.password.offered
    assert "no API signs in with a password, so none is checked here" in page.preview.value
    page.user_name.control.value = LAB_USER
    lab8.account.make_session = lambda name, password: (
        lab8.account.session
    )  # AWS would make one without a password
    page.button.click()
    assert "✓ This is a session of arn:aws:iam::" in text(page)
