"""What a console does: for the main user alone, and a sign-in that tells nothing."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError

PASSWORD = "NewUs@r150"


def test_signing_in(gate: Any) -> None:
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password=PASSWORD)
    session = gate("kmscourse:SignIn", UserName="IAMLabUser", Password=PASSWORD)
    assert set(session) == {"AccessKeyId", "SecretAccessKey", "SessionToken", "UserArn"}
    assert session["AccessKeyId"].startswith("ASIA")
    assert session["UserArn"] == gate.arn("IAMLabUser")
    found = gate.backend.credentials(session["AccessKeyId"])
    assert found.caller.user_name == "IAMLabUser"


def test_a_sign_in_that_fails_does_not_say_why(gate: Any) -> None:
    without_access = gate.refused("kmscourse:SignIn", UserName="IAMLabUser", Password=PASSWORD)
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password=PASSWORD)
    wrong = gate.refused("kmscourse:SignIn", UserName="IAMLabUser", Password="wrong")
    unknown = gate.refused("kmscourse:SignIn", UserName="Nobody", Password=PASSWORD)
    assert {refusal.code for refusal in (without_access, wrong, unknown)} == {"SignInRefused"}
    assert len({refusal.message for refusal in (without_access, wrong, unknown)}) == 1
    assert wrong.status == 403


def test_a_session_without_a_password(gate: Any) -> None:
    assert gate("kmscourse:SessionFor", UserName="IAMLabUser")["UserArn"] == gate.arn("IAMLabUser")
    assert gate.refused("kmscourse:SessionFor", UserName="Nobody").code == "NoSuchEntity"


@pytest.mark.parametrize("operation", ["SignIn", "SessionFor", "Stop", "Reset", "Status", "Nonsense"])
def test_only_the_main_user_may(gate: Any, operation: str) -> None:
    gate.user("Admin", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    refusal = gate.refused(f"kmscourse:{operation}", by="Admin", UserName=gate.main, Password="x")
    assert (refusal.code, refusal.status) == ("AccessDeniedException", 400)
    assert gate.main in refusal.message


@pytest.mark.parametrize(
    "parameters", [{}, {"UserName": 5}, {"UserName": ""}, {"UserName": ["a"]}, {"UserName": None}]
)
def test_a_user_name_is_a_text(gate: Any, parameters: dict[str, Any]) -> None:
    for operation in ("SignIn", "SessionFor"):
        refusal = gate.refused(f"kmscourse:{operation}", **parameters)
        assert (refusal.code, refusal.status) == ("ValidationException", 400)
        assert refusal.message.startswith("UserName ")


def test_operations_that_are_none(gate: Any) -> None:
    assert gate.refused("kmscourse:Nonsense").code == "UnknownOperationException"


def test_status_counts(gate: Any) -> None:
    gate.books(gate.key())
    status = gate("kmscourse:Status")
    assert (status["Account"], status["User"], status["Keys"], status["Tables"]) == (
        gate.account,
        gate.main,
        1,
        1,
    )


def test_a_reset_starts_over_and_keeps_the_main_user(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    gate.user("Reader")
    assert gate("kmscourse:Reset") == {}
    assert gate("kms:ListKeys")["Keys"] == []
    assert gate("dynamodb:ListTables")["TableNames"] == []
    assert gate.events(EventName="CreateKey") == []
    with pytest.raises(AwsError, match="Reader"):
        gate("iam:GetUser", UserName="Reader")
    assert gate("sts:GetCallerIdentity")["Arn"] == gate.arn(gate.main)


def test_stopping_tells_the_host(gate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[bool] = []
    monkeypatch.setattr(gate.application, "_on_stop", lambda: stopped.append(True))
    assert gate("kmscourse:Stop") == {}
    assert stopped == [True]
