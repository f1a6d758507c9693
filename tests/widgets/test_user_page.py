"""The page of a user: its ARN and permissions, and console access given and taken."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from kmscourse import Lab
from kmscourse.errors import SignInRefused
from kmscourse.iam import LAB_PASSWORD, LAB_USER, has_console_access, user_arn
from kmscourse.widgets import UserPage
from tests.widgets.reading import codes, words


@pytest.fixture
def page(lab7: Lab) -> UserPage:
    return UserPage(lab7)


def test_it_says_who_the_user_is_and_what_it_may(lab7: Lab, page: UserPage) -> None:
    facts = dict(page.rows())
    assert facts["ARN"] == user_arn(lab7.client("iam"), LAB_USER)
    assert f'data-text="{facts["ARN"]}"' in page.general.value, "it can be copied"
    assert facts["Console sign-in link"] == f"https://{lab7.account.id}.signin.aws.amazon.com/console"
    assert "BooksReader" in page.general.value
    assert "dynamodb:Scan" in page.general.value


def test_a_password_opens_the_console_to_the_user(lab7: Lab, page: UserPage) -> None:
    assert "Disabled" in words(page.general.value)
    page.password.control.value = LAB_PASSWORD
    page.button.click()
    assert words(page.outcome.value).startswith("✓ IAMLabUser can sign in")
    assert "Enabled" in words(page.general.value)
    assert page.password.value == ""
    lab7.sign_in(LAB_USER, LAB_PASSWORD)


def test_another_password_takes_its_place(lab7: Lab, page: UserPage) -> None:
    for password in (LAB_PASSWORD, "An0ther-one"):
        page.password.control.value = password
        page.button.click()
    lab7.sign_in(LAB_USER, "An0ther-one")
    with pytest.raises(SignInRefused):
        lab7.sign_in(LAB_USER, LAB_PASSWORD)


def test_the_lines_shown_do_the_same(lab7: Lab, page: UserPage) -> None:
    iam = lab7.client("iam")
    assert codes(page.preview.value)["In boto3"].startswith("iam.create_login_profile(")
    exec(codes(page.preview.value)["In boto3"], {"iam": iam, "password": LAB_PASSWORD})  # noqa: S102
    lab7.sign_in(LAB_USER, LAB_PASSWORD)
    page.refresh.click()
    assert codes(page.preview.value)["In boto3"].startswith("iam.update_login_profile(")
    page.access.control.value = "Disable"
    exec(codes(page.preview.value)["In boto3"], {"iam": iam})  # noqa: S102
    assert not has_console_access(iam, LAB_USER)


def test_console_access_is_taken_back(lab7: Lab, page: UserPage) -> None:
    page.access.control.value = "Disable"
    assert "there is nothing to disable" in words(page.preview.value)
    page.button.click()
    assert "there is nothing to disable" in words(page.outcome.value)
    page.access.control.value = "Enable"
    page.password.control.value = LAB_PASSWORD
    page.button.click()
    page.access.control.value = "Disable"
    assert not page.password.offered
    page.button.click()
    assert words(page.outcome.value) == "✓ IAMLabUser can no longer sign in to the console."
    assert not has_console_access(lab7.client("iam"), LAB_USER)


def test_an_empty_password_is_said_at_its_field(lab7: Lab, page: UserPage) -> None:
    page.button.click()
    assert page.password.problem == "Type a password for the user."
    assert not has_console_access(lab7.client("iam"), LAB_USER)


def test_a_password_that_the_account_does_not_take_is_said_at_its_field(lab7: Lab, page: UserPage) -> None:
    def refuse(**_: object) -> None:
        refusal = {"Code": "PasswordPolicyViolation", "Message": "Password should have at least one number"}
        raise ClientError({"Error": refusal}, "CreateLoginProfile")

    lab7.client("iam").meta.events.register("provide-client-params.iam.CreateLoginProfile", refuse)
    page.password.control.value = "short"
    page.button.click()
    assert "at least one number" in page.password.problem
    assert page.outcome.value == ""
    assert page.password.value == "short", "nothing typed is lost"


def test_a_user_that_is_not_there_is_refused_as_iam_does(lab7: Lab) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        UserPage(lab7, "Nobody")


def test_refresh_finds_a_policy_that_came_later(lab7: Lab, page: UserPage) -> None:
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'
    lab7.client("iam").put_user_policy(UserName=LAB_USER, PolicyName="Nothing", PolicyDocument=document)
    page.refresh.click()
    assert "Nothing" in words(page.general.value)
