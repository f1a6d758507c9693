"""What opens with a password, what is kept of it, and which passwords the account takes."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam import passwords
from kmscourse.sandbox.iam.passwords import hashed, matches

PASSWORD = "NewUs@r150"


def test_a_password_opens_a_session(kept: Any) -> None:
    kept("iam:CreateLoginProfile", UserName="IAMLabUser", Password=PASSWORD)
    kept.restart()
    session = passwords.sign_in(kept.account.identities, "IAMLabUser", PASSWORD)
    kept.account.commit()
    assert session.caller.user_name == "IAMLabUser"
    assert session.caller.access_key_id.startswith("ASIA")
    assert session.token
    kept.restart()
    assert kept.account.identities.credentials(session.caller.access_key_id) == session


@pytest.mark.parametrize(
    ("user_name", "password"),
    [
        ("ada", PASSWORD),
        ("ada", ""),
        ("IAMLabUser", PASSWORD),
        ("IAMLabUser", ""),
        ("nobody", PASSWORD),
        ("", ""),
    ],
)
def test_every_wrong_sign_in_is_refused_alike(practice: Any, user_name: str, password: str) -> None:
    practice("iam:CreateUser", UserName="ada")
    practice("iam:CreateLoginProfile", UserName="ada", Password="another one")
    with pytest.raises(AwsError) as caught:
        passwords.sign_in(practice.account.identities, user_name, password)
    assert (caught.value.code, caught.value.status) == ("SignInRefused", 403)
    assert caught.value.message == "Your user name or password is incorrect."


def test_a_changed_or_removed_password_no_longer_opens(practice: Any) -> None:
    practice("iam:CreateLoginProfile", UserName="IAMLabUser", Password=PASSWORD)
    practice("iam:UpdateLoginProfile", UserName="IAMLabUser", PasswordResetRequired="false")
    assert passwords.sign_in(practice.account.identities, "IAMLabUser", PASSWORD), (
        "without a new password the old one stays"
    )
    practice("iam:UpdateLoginProfile", UserName="IAMLabUser", Password="new")
    with pytest.raises(AwsError, match="SignInRefused"):
        passwords.sign_in(practice.account.identities, "IAMLabUser", PASSWORD)
    assert passwords.sign_in(practice.account.identities, "IAMLabUser", "new")
    practice("iam:DeleteLoginProfile", UserName="IAMLabUser")
    with pytest.raises(AwsError, match="SignInRefused"):
        passwords.sign_in(practice.account.identities, "IAMLabUser", "new")


@pytest.mark.parametrize("password", [PASSWORD, "", "pässwörd", "\ud800", "x" * 5000])
def test_a_password_is_kept_as_a_salted_hash(password: str) -> None:
    kept = hashed(password)
    assert matches(password, kept)
    assert not matches(password + "x", kept)
    assert not matches(password, None)
    assert kept != hashed(password), "each has its own salt"
    assert len(password) < 3 or password not in kept


def refusal(gate: Any, password: str, user: str = "IAMLabUser") -> str:
    error = gate.refused("iam:CreateLoginProfile", UserName=user, Password=password)
    assert (error.code, error.status) == ("PasswordPolicyViolation", 400)
    return str(error.message)


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("Us@r150", "Password should have a minimum length of 8"),
        (
            "password1",
            "Password should meet 1 more of the following requirements: Password should have at least one uppercase "
            "letter, Password should have at least one symbol",
        ),
        (
            "password",
            "Password should meet 2 more of the following requirements: Password should have at least one uppercase "
            "letter, Password should have at least one symbol, Password should have at least one number",
        ),
    ],
)
def test_without_a_policy_awss_default_holds(gate: Any, password: str, message: str) -> None:
    assert refusal(gate, password) == message


def test_a_password_is_not_the_users_name(gate: Any) -> None:
    gate.user("Adam-the-1st")
    assert "name of the user" in refusal(gate, "Adam-the-1st", "Adam-the-1st")


@pytest.mark.parametrize("password", [PASSWORD, "NewUser150", "newuser@150", "NEWUSER@150", "New-User"])
def test_three_of_four_kinds_are_enough(gate: Any, password: str) -> None:
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password=password)


def test_the_accounts_own_policy_takes_the_defaults_place(gate: Any) -> None:
    gate("iam:UpdateAccountPasswordPolicy", MinimumPasswordLength="6")
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password="secret")
    rules = dict.fromkeys(("RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters"), "true")
    gate("iam:UpdateAccountPasswordPolicy", MinimumPasswordLength="14", **rules)
    for password, missing in (
        (PASSWORD, "a minimum length of 14"),
        ("newuser@150-and-on", "at least one uppercase letter"),
        ("NewUser150AndOn", "at least one symbol"),
        ("New-User-And-On", "at least one number"),
    ):
        error = gate.refused("iam:UpdateLoginProfile", UserName="IAMLabUser", Password=password)
        assert (error.code, error.message) == ("PasswordPolicyViolation", f"Password should have {missing}")
    gate("iam:UpdateLoginProfile", UserName="IAMLabUser", Password="New-User-And-0n")
    gate("iam:DeleteAccountPasswordPolicy")
    assert gate.refused("iam:GetAccountPasswordPolicy").message == (
        f"The Password Policy with domain name {gate.account_id} cannot be found."
    )


def test_the_policy_outlives_a_restart(kept: Any) -> None:
    kept("iam:UpdateAccountPasswordPolicy", MinimumPasswordLength="20", AllowUsersToChangePassword="true")
    kept("iam:CreateAccountAlias", AccountAlias="practice")
    kept.restart()
    assert "<MinimumPasswordLength>20<" in kept("iam:GetAccountPasswordPolicy")
    assert "practice" in kept("iam:ListAccountAliases")
    assert kept.account.identities.users_may_change_passwords


def test_a_user_changes_its_own_password_where_it_may(gate: Any) -> None:
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password=PASSWORD)
    change = {"by": "IAMLabUser", "OldPassword": PASSWORD, "NewPassword": "NewUs@r151"}
    error = gate.refused("iam:ChangePassword", **change)
    assert (error.code, error.status) == ("AccessDenied", 403)
    assert f"iam:ChangePassword on resource: {gate.arn('IAMLabUser')} " in error.message
    own = "arn:aws:iam::aws:policy/IAMUserChangePassword"
    gate("iam:AttachUserPolicy", UserName="IAMLabUser", PolicyArn=own)
    assert gate("iam:ChangePassword", **change) == {}
    assert gate.refused("iam:ChangePassword", **change).message == "The old password was incorrect."
    gate("kmscourse:SignIn", UserName="IAMLabUser", Password="NewUs@r151")


def test_the_policy_can_let_every_user_change_its_password(gate: Any) -> None:
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password=PASSWORD)
    gate("iam:UpdateAccountPasswordPolicy", AllowUsersToChangePassword="true")
    assert "<MinimumPasswordLength>6<" in gate("iam:GetAccountPasswordPolicy", by="IAMLabUser")["Xml"]
    gate("iam:ChangePassword", by="IAMLabUser", OldPassword=PASSWORD, NewPassword="secret")


def test_who_has_no_password_has_none_to_change(gate: Any) -> None:
    asked = {"OldPassword": PASSWORD, "NewPassword": "NewUs@r151"}
    error = gate.refused("iam:ChangePassword", **asked)
    assert (error.code, error.status) == ("NoSuchEntity", 404)
    assert error.message == f"Login Profile for User {gate.main} cannot be found."
    robot = gate.assume(gate.role("robot"))
    assert gate.refused("iam:ChangePassword", by=robot, **asked).code == "InvalidUserType"


def test_passwords_are_not_used_again_where_the_policy_says_so(gate: Any) -> None:
    gate("iam:UpdateAccountPasswordPolicy", PasswordReusePrevention="2")
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password="first-1")
    gate("iam:UpdateLoginProfile", UserName="IAMLabUser", Password="second-2")
    for again in ("first-1", "second-2"):
        error = gate.refused("iam:UpdateLoginProfile", UserName="IAMLabUser", Password=again)
        assert (error.code, error.status) == ("PasswordPolicyViolation", 400)
    gate("iam:UpdateLoginProfile", UserName="IAMLabUser", Password="third-3")
    gate("iam:UpdateLoginProfile", UserName="IAMLabUser", Password="first-1")


def test_a_password_that_must_be_changed_first(gate: Any) -> None:
    asked = {"UserName": "IAMLabUser", "Password": PASSWORD}
    gate("iam:CreateLoginProfile", **asked, PasswordResetRequired="true")
    assert "<PasswordResetRequired>true<" in gate("iam:GetLoginProfile", UserName="IAMLabUser")["Xml"]
    error = gate.refused("kmscourse:SignIn", **asked)
    assert error.code == "SignInRefused"
    assert error.message.startswith("You must change your password")
    assert gate.refused("kmscourse:SignIn", **asked, NewPassword="short").code == "PasswordPolicyViolation"
    assert gate("kmscourse:SignIn", **asked, NewPassword="NewUs@r151")
    gate("kmscourse:SignIn", UserName="IAMLabUser", Password="NewUs@r151")
    assert "<PasswordLastUsed>" in gate("iam:GetUser", UserName="IAMLabUser")["Xml"]


def test_passwords_grow_old(gate: Any) -> None:
    asked = {"UserName": "IAMLabUser", "Password": PASSWORD}
    gate("iam:CreateLoginProfile", **asked)
    gate("iam:UpdateAccountPasswordPolicy", MaxPasswordAge="30")
    gate("kmscourse:SignIn", **asked)
    gate.later(days=31)
    assert gate.refused("kmscourse:SignIn", **asked).message.startswith("You must change your password")
    gate("iam:UpdateAccountPasswordPolicy", MaxPasswordAge="30", HardExpiry="true")
    assert "Your administrator can reset it" in gate.refused("kmscourse:SignIn", **asked).message
    gate("iam:UpdateLoginProfile", UserName="IAMLabUser", Password="NewUs@r151")
    gate("kmscourse:SignIn", UserName="IAMLabUser", Password="NewUs@r151")
