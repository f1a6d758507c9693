"""What a console does: for the main user alone, and a sign-in that tells nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmscourse.sandbox import inprocess
from kmscourse.sandbox.call import AwsError, HttpRequest
from kmscourse.sandbox.client import Endpoint, signed_headers
from kmscourse.sandbox.settings import Settings
from tests.sandbox.conftest import Gate

PASSWORD = "NewUs@r150"
OPERATIONS = [
    "SignIn",
    "SessionFor",
    "Stop",
    "Reset",
    "Status",
    "TakeNotices",
    "PerformAsOf",
    "SetKmsQuota",
    "SetGrantDelay",
]
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ALLOW_ALL = json.dumps({"Version": "2012-10-17", "Statement": [EVERYTHING]})


def test_signing_in(gate: Any) -> None:
    gate("iam:CreateLoginProfile", UserName="IAMLabUser", Password=PASSWORD)
    session = gate("kmscourse:SignIn", UserName="IAMLabUser", Password=PASSWORD)
    assert set(session) == {"AccessKeyId", "SecretAccessKey", "SessionToken", "UserArn"}
    assert session["AccessKeyId"].startswith("ASIA")
    assert session["UserArn"] == gate.arn("IAMLabUser")
    found = gate.account.identities.credentials(session["AccessKeyId"])
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


@pytest.mark.parametrize("operation", OPERATIONS)
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


@pytest.mark.parametrize(
    ("operation", "name", "wrong"),
    [
        ("SetKmsQuota", "Requests", [0, -1, 1.5, 100_001, "5", True, [5]]),
        ("SetGrantDelay", "Seconds", [-0.1, 300.1, "5", True, [5], float("nan")]),
    ],
)
def test_a_setting_is_a_number_in_its_bounds(gate: Any, operation: str, name: str, wrong: list[Any]) -> None:
    for value in wrong:
        refusal = gate.refused(f"kmscourse:{operation}", **{name: value})
        assert (refusal.code, refusal.status) == ("ValidationException", 400), value
        assert refusal.message.startswith(f"{name} must be a "), value
    status = gate("kmscourse:Status")
    assert (status["KmsQuota"], status["GrantDelay"]) == (None, 0), "nothing may be set by a wrong value"


def test_a_setting_answers_what_it_was_and_without_a_value_goes_back_to_the_start() -> None:
    gate = Gate(settings=Settings(kms_quota=7, grant_delay=2.0))
    assert gate("kmscourse:SetKmsQuota", Requests=3) == {"Requests": 7}
    assert gate("kmscourse:SetGrantDelay", Seconds=30) == {"Seconds": 2}
    status = gate("kmscourse:Status")
    assert (status["KmsQuota"], status["GrantDelay"]) == (3, 30)
    assert gate("kmscourse:SetKmsQuota") == {"Requests": 3}
    assert gate("kmscourse:SetGrantDelay") == {"Seconds": 30}
    gate("kmscourse:SetKmsQuota", Requests=3)
    gate("kmscourse:Reset")
    status = gate("kmscourse:Status")
    assert (status["KmsQuota"], status["GrantDelay"]) == (7, 2)
    gate.application.close()


def test_operations_that_are_none(gate: Any) -> None:
    assert gate.refused("kmscourse:Nonsense").code == "UnknownOperationException"


def test_status_counts(gate: Any) -> None:
    gate.books(gate.key())
    status = gate("kmscourse:Status")
    assert (status["Account"], status["User"], status["Keys"], status["Tables"]) == (
        gate.account_id,
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


def sessions_of(gate: Any) -> dict[str, str]:
    """Sessions that the main user has made of itself, or of what it may do."""
    role = gate.role("helper", EVERYTHING)
    federated = gate("sts:GetFederationToken", Name=gate.main, Policy=ALLOW_ALL)
    return {
        "assumed role": gate.assume(role, RoleSessionName=gate.main),
        "session token": gate.signed_in(gate("sts:GetSessionToken")["Credentials"]),
        "federated": gate.signed_in(federated["Credentials"]),
        "sign-in": gate.signed_in(gate("kmscourse:SessionFor", UserName=gate.main)),
    }


def test_a_session_is_not_the_main_user(gate: Any) -> None:
    """Not even one of its own: it may have fewer rights, and a console's would let it get them back."""
    for kind, session in sessions_of(gate).items():
        for operation in OPERATIONS:
            refusal = gate.refused(f"kmscourse:{operation}", by=session, UserName=gate.main, Password="x")
            assert refusal.code == "AccessDeniedException", f"{operation} by a session: {kind}"


def test_a_name_does_not_make_a_main_user(gate: Any) -> None:
    gate("iam:UpdateUser", UserName=gate.main, NewUserName="boss")
    impostor = gate.user(gate.main, {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"})
    made = gate.account.identities.add_access_key(impostor).caller.access_key_id
    gate.account.commit()
    gate._key_ids["impostor"] = made
    for operation in OPERATIONS:
        refusal = gate.refused(f"kmscourse:{operation}", by="impostor", UserName="boss", Password="x")
        assert refusal.code == "AccessDeniedException", operation
        assert "Only boss, " in refusal.message
    assert gate("kmscourse:Status")["User"] == "boss"


def console(gate: Any, operation: str) -> tuple[int, dict[str, Any]]:
    """The answer to a request that the main user's access key has signed, through every stage."""
    main = gate.application.main_access_key
    endpoint = Endpoint(
        "http://127.0.0.1:1", gate.account_id, "us-east-1", "", main.caller.access_key_id, main.secret, 1
    )
    headers = signed_headers(endpoint, "127.0.0.1:1", operation, b"{}")
    answer = gate.application.handle(HttpRequest("POST", "/", headers, b"{}"))
    return answer.status, json.loads(answer.body)


@pytest.mark.parametrize("lost", ["inactive", "deleted", "user"])
def test_the_main_users_key_opens_the_console_in_whatever_state_iam_has_it(gate: Any, lost: str) -> None:
    main = gate.application.main_access_key
    key = {"UserName": gate.main, "AccessKeyId": main.caller.access_key_id}
    kms = inprocess.session(gate.application).client("kms")
    if lost == "inactive":
        gate("iam:UpdateAccessKey", **key, Status="Inactive")
    else:
        gate.user("other", EVERYTHING)
        gate("iam:DeleteAccessKey", **key)
        if lost == "user":
            gate("iam:DeleteUserPolicy", by="other", UserName=gate.main, PolicyName="AdministratorAccess")
            gate("iam:DeleteUser", by="other", UserName=gate.main)
    with pytest.raises(kms.exceptions.ClientError, match="UnrecognizedClientException"):
        kms.list_keys()
    status, told = console(gate, "Status")
    assert (status, told["User"]) == (200, gate.main)
    assert told["LockedOut"] in told["Notices"]
    assert "locked out" in told["LockedOut"]
    assert ("user deleted" if lost == "user" else f"access key {key['AccessKeyId']} {lost}") in told[
        "LockedOut"
    ]
    assert console(gate, "Reset") == (200, {})
    assert console(gate, "Status")[1]["LockedOut"] is None
    assert kms.list_keys()["Keys"] == []


def test_what_happened_is_told_once_and_what_is_so_each_time(gate: Any) -> None:
    deny = json.dumps({"Version": "2012-10-17", "Statement": [{**EVERYTHING, "Effect": "Deny"}]})
    gate.account.notices = ["Something happened."]
    gate("iam:PutUserPolicy", UserName=gate.main, PolicyName="Stop", PolicyDocument=deny)
    restricted = gate.account.main_user.restricted_notice()
    assert "(Deny in the inline policy Stop)" in restricted
    for _ in range(2):
        assert gate("kmscourse:Status")["Notices"] == ["Something happened.", restricted]
    assert gate("kmscourse:TakeNotices") == {"Notices": ["Something happened.", restricted]}
    assert gate("kmscourse:TakeNotices") == {"Notices": [restricted]}
    assert gate("kmscourse:Status")["Notices"] == [restricted]
