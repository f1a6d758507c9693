"""The console: two users with passwords, and for each member of each input a call in which it counts."""

from __future__ import annotations

from tests.frozen.replay import START
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
    "PerformAsOf": Operation(
        {
            "At": START.timestamp() - 86_400,
            "SourceIp": "192.0.2.1",
            "UserAgent": "aws-cli",
            "Headers": {"host": "kms.us-east-1.amazonaws.com", "x-amz-target": "TrentService.ListKeys"},
            "Body": "e30=",
        },
        {
            "At": refused("ValidationException", 5, text="At must be a number from "),
            "SourceIp": refused("ValidationException", "here", text="SourceIp must be an IP address."),
            "UserAgent": refused("ValidationException", "", text="UserAgent must be a text"),
            "Headers": refused("ValidationException", ["host"], text="Headers must be an object of texts."),
            "Body": refused("ValidationException", "{}", text="Body must be in base64."),
        },
    ),
    "SetKmsQuota": Operation({"Requests": 5}, {"Requests": differs(6)}, read=step("kmscourse:SetKmsQuota")),
    "SetGrantDelay": Operation({"Seconds": 5}, {"Seconds": differs(6)}, read=step("kmscourse:SetGrantDelay")),
    **{name: Operation({}, {}) for name in ("Status", "TakeNotices", "Stop", "Reset")},
}
