"""Sessions of a role, by AssumeRole: what they may do, who is let have one, and what is remembered of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kmscourse.account import Account, role_sessions
from kmscourse.account.role_sessions import once_spread
from kmscourse.errors import ForeignError
from kmscourse.iam import LAB_USER

ACCOUNT = "123456789012"


def document(action: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal: str) -> str:
    return document("sts:AssumeRole", Principal={"AWS": principal})


@pytest.fixture
def role(account: Account) -> str:
    """The name of a role that its account may assume and that may list keys and aliases."""
    iam = account.client("iam")
    iam.create_role(RoleName="Lister", Path="/team/", AssumeRolePolicyDocument=trust(ACCOUNT))
    iam.put_role_policy(
        RoleName="Lister", PolicyName="List", PolicyDocument=document("kms:List*", Resource="*")
    )
    return "Lister"


def test_it_is_the_roles_and_lasts_an_hour(account: Account, role: str) -> None:
    before = datetime.now(UTC)
    session = account.session_for_role(role)
    identity = session.client("sts").get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/Lister/kmscourse"
    assert session.client("kms").list_keys()["Keys"] == []
    (made,) = account.role_sessions.values()
    assert abs(made.issued - before) < timedelta(minutes=1)


@pytest.mark.parametrize("as_text", [True, False])
def test_a_session_policy_narrows_it(account: Account, role: str, as_text: bool) -> None:
    policy = document("kms:ListKeys", Resource="*")
    session = account.session_for_role(
        role, session_name="narrow", policy=policy if as_text else json.loads(policy)
    )
    assert session.client("sts").get_caller_identity()["Arn"].endswith("assumed-role/Lister/narrow")
    session.client("kms").list_keys()
    with pytest.raises(ClientError, match="because no session policy allows the kms:ListAliases action"):
        session.client("kms").list_aliases()
    assert "assumed-role/Lister/narrow" in account.denials[-1]


def test_another_user_assumes_it_where_its_trust_policy_lets_them(account: Account, role: str) -> None:
    lab_user = account.session_for(LAB_USER)
    with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole"):
        account.session_for_role(role, by=lab_user)
    account.client("iam").update_assume_role_policy(
        RoleName=role, PolicyDocument=trust(f"arn:aws:iam::{ACCOUNT}:user/{LAB_USER}")
    )
    session = account.session_for_role(role, by=lab_user, DurationSeconds=900)
    assert session.client("kms").list_keys()["Keys"] == []
    (made,) = account.role_sessions.values()
    assert made.caller_arn == f"arn:aws:iam::{ACCOUNT}:user/{LAB_USER}"
    assert abs(made.issued - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_role_that_is_not_there_is_awss_error(account: Account) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        account.session_for_role("Nobody")


def test_its_credentials_are_remembered_nowhere(account: Account, role: str) -> None:
    credentials = account.session_for_role(role).get_credentials()
    assert credentials is not None
    kept = repr(account.role_sessions) + repr([vars(made) for made in account.role_sessions.values()])
    for secret in (credentials.secret_key, credentials.token):
        assert secret not in kept


def test_on_a_real_account_the_courses_own_roles_alone_are_assumed_and_their_sessions_guarded(
    real_account: Account, main: boto3.Session, role: str
) -> None:
    with pytest.raises(ForeignError, match="did not make the role Lister"):
        real_account.session_for_role(role)  # ``account`` is the same one, unguarded
    iam = real_account.client("iam")
    iam.create_role(RoleName="Ours", AssumeRolePolicyDocument=trust(ACCOUNT))
    iam.put_role_policy(RoleName="Ours", PolicyName="All", PolicyDocument=document("*", Resource="*"))
    session = real_account.session_for_role("Ours")
    theirs = main.client("kms").create_key()["KeyMetadata"]["KeyId"]
    with pytest.raises(ForeignError, match="did not make the key"):
        session.client("kms").disable_key(KeyId=theirs)
    ours = session.client("kms").create_key()["KeyMetadata"]["KeyId"]
    session.client("kms").disable_key(KeyId=ours)


# --- while a change of IAM's spreads --------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time that passes by sleeping alone; every nap."""
    naps: list[float] = []
    monkeypatch.setattr(role_sessions.time, "monotonic", lambda: sum(naps))
    monkeypatch.setattr(role_sessions.time, "sleep", naps.append)
    return naps


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "not yet"}}, "AssumeRole")


class Service:
    """Refuses so often, and then answers; each refusal is remembered, as a session's are."""

    def __init__(self, denials: list[str], *codes: str) -> None:
        self.denials, self.codes = denials, list(codes)

    def answer(self) -> str:
        if not self.codes:
            return "answer"
        self.denials.append("refused")
        raise refusal(self.codes.pop(0))


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchEntity"])
def test_what_aws_does_not_know_yet_is_asked_again(clock: list[float], code: str) -> None:
    denials = ["an earlier one"]
    assert once_spread(Service(denials, *[code] * 3).answer, denials, 30) == "answer"
    assert len(clock) == 3
    assert denials == ["an earlier one"], "what was let in at last was not refused"


def test_what_stays_refused_is_remembered_once(clock: list[float]) -> None:
    denials: list[str] = []
    with pytest.raises(ClientError, match="not yet"):
        once_spread(Service(denials, *["AccessDenied"] * 99).answer, denials, 30)
    assert (sum(clock), denials) == (30, ["refused"])


@pytest.mark.parametrize(("code", "seconds"), [("ValidationError", 30), ("AccessDenied", 0)])
def test_what_does_not_change_by_waiting_is_refused_at_once(
    clock: list[float], code: str, seconds: float
) -> None:
    with pytest.raises(ClientError):
        once_spread(Service([], code).answer, [], seconds)
    assert clock == []
