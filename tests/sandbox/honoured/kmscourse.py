"""The console: two users with passwords, and for each member of each input a call in which it counts."""

from __future__ import annotations

from tests.sandbox.honoured.account import step
from tests.sandbox.honoured.proofs import Operation, differs, refused

PASSWORD, NEW_PASSWORD = "NewUs@r150", "OtherUs@r150"

PREPARED = {
    "alice": step("iam:CreateUser", UserName="alice"),
    "profile": step("iam:CreateLoginProfile", UserName="alice", Password=PASSWORD),
    "bob": step("iam:CreateUser", UserName="bob"),
    "bobs_profile": step("iam:CreateLoginProfile", UserName="bob", Password=PASSWORD),
}
MUST_CHANGE = {"must": step("iam:UpdateLoginProfile", UserName="alice", PasswordResetRequired=True)}

OPERATIONS = {
    "SignIn": Operation(
        {"UserName": "alice", "Password": PASSWORD},
        {
            "UserName": differs("bob"),
            "Password": refused("SignInRefused", NEW_PASSWORD),
            "NewPassword": differs(NEW_PASSWORD, first=MUST_CHANGE, otherwise="SignInRefused"),
        },
    ),
    "SessionFor": Operation({"UserName": "alice"}, {"UserName": differs("bob")}),
    "SetKmsQuota": Operation({"Requests": 5}, {"Requests": differs(6)}, read=step("kmscourse:SetKmsQuota")),
    "SetGrantDelay": Operation({"Seconds": 5}, {"Seconds": differs(6)}, read=step("kmscourse:SetGrantDelay")),
    **{name: Operation({}, {}) for name in ("Status", "TakeNotices", "Stop", "Reset")},
}
