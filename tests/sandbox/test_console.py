"""What a console does: for the main user alone, and a sign-in that tells nothing."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmscourse.account.as_of import Origin, session_as_of
from kmscourse.errors import SandboxError
from kmscourse.sandbox import inprocess
from kmscourse.sandbox.call import AwsError, HttpRequest
from kmscourse.sandbox.client import Endpoint, signed_headers
from kmscourse.sandbox.settings import Settings
from tests.conftest import account_of
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


class AsOf:
    """A user whose calls come as of a moment ago, from elsewhere."""

    def __init__(self, gate: Any, user: str = "") -> None:
        self.gate = gate
        self.origin = Origin("203.0.113.7", "elsewhere/1.0", gate.account.now() - timedelta(days=2))
        application = gate.application
        if user:
            credentials = gate.account.identities.add_access_key(user)
            gate.account.commit()
        else:
            credentials = application.main_access_key
        account = account_of(application, inprocess.session(application))
        self.session: Any = session_as_of(
            account, self.origin, credentials.caller.access_key_id, credentials.secret
        )


def test_a_call_as_of_an_earlier_time_is_dated_so_in_the_account_and_in_its_trail(gate: Any) -> None:
    gate.user("Old", EVERYTHING)
    old = AsOf(gate, "Old")
    key = old.session.client("kms").create_key()["KeyMetadata"]
    assert abs(key["CreationDate"] - old.origin.at) < timedelta(seconds=1)
    made = gate.events(EventName="CreateKey")[0]
    assert made["eventTime"] == old.origin.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (made["sourceIPAddress"], made["userAgent"]) == ("203.0.113.7", "elsewhere/1.0")
    assert made["userIdentity"]["userName"] == "Old"
    assert abs(gate.account.now() - datetime.now(UTC)) < timedelta(seconds=5), "the clock must go on"


def test_a_call_as_of_an_earlier_time_is_decided_like_any_other(gate: Any) -> None:
    from_here = {**EVERYTHING, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
    gate.user("There", from_here)
    gate.user("Nobody")
    there, nobody = AsOf(gate, "There").session.client("kms"), AsOf(gate, "Nobody").session.client("kms")
    assert there.list_keys()["Keys"] == []
    with pytest.raises(ClientError, match="AccessDeniedException"):
        nobody.list_keys()
    denied = gate.events(Username="Nobody")[0]
    assert (denied["errorCode"], denied["sourceIPAddress"]) == ("AccessDenied", "203.0.113.7")
    assert gate.refused("kms:ListKeys", by="There").code == "AccessDeniedException", (
        "here it comes from elsewhere"
    )


def test_a_call_as_of_an_earlier_time_needs_a_signature(gate: Any) -> None:
    gate.user("Old", EVERYTHING)
    old = AsOf(gate, "Old")
    forged: Any = session_as_of(
        account_of(gate.application, inprocess.session(gate.application)),
        old.origin,
        old.session.get_credentials().access_key,
        "not-the-secret",
    )
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        forged.client("kms").list_keys()


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(days=-91)])
def test_no_call_comes_from_the_future_or_from_before_the_history(gate: Any, ahead: timedelta) -> None:
    old = AsOf(gate)
    old.origin.at = gate.account.now() + ahead
    with pytest.raises(SandboxError, match="At must be a number"):
        old.session.client("kms").list_keys()


def test_the_console_is_not_called_as_of_another_time(gate: Any) -> None:
    main = gate.application.main_access_key
    endpoint = Endpoint(
        "http://127.0.0.1:1", gate.account_id, "us-east-1", "", main.caller.access_key_id, main.secret, 1
    )
    said = gate(
        "kmscourse:PerformAsOf",
        At=gate.account.now().timestamp() - 60,
        SourceIp="192.0.2.1",
        UserAgent="x",
        Headers=signed_headers(endpoint, "127.0.0.1:1", "Reset", b"{}"),
        Body="e30=",
    )
    assert said["Status"] == 400
    assert b"The console itself" in base64.b64decode(said["Body"])


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
