"""Who may: the account's policies, asked through the one evaluation, and AWS's words for a no."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmscourse.sandbox.auth.authorize import authorize
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.on_behalf import RelayedError
from kmscourse.sandbox.operation import CallerPolicies, PermissionCheck, ResolvedCall


def sealed(gate: Any, key: str, **context: str) -> str:
    answer = gate("kms:Encrypt", KeyId=key, Plaintext="aGVsbG8=", EncryptionContext=context)
    return str(answer["CiphertextBlob"])


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_the_key_policy_delegates_and_iam_does_not_allow(gate: Any) -> None:
    key = gate.key()
    refusal = gate.refused("kms:Decrypt", by="IAMLabUser", CiphertextBlob=sealed(gate, key))
    assert (refusal.code, refusal.status) == ("AccessDeniedException", 400)
    assert refusal.message == (
        f"User: {gate.arn('IAMLabUser')} is not authorized to perform: kms:Decrypt on resource: {key} because no "
        "identity-based policy allows the kms:Decrypt action"
    )


def test_the_key_policy_does_not_delegate(gate: Any) -> None:
    """IAM allows everything, but the key policy speaks of somebody else: the key policy is the root of trust."""
    administrators = {
        "Effect": "Allow",
        "Principal": {"AWS": gate.arn(gate.main)},
        "Action": ["kms:PutKeyPolicy", "kms:Encrypt"],
        "Resource": "*",
    }
    key = gate.key(Policy=policy(administrators))
    refusal = gate.refused("kms:Decrypt", CiphertextBlob=sealed(gate, key))
    assert refusal.message == (
        f"User: {gate.arn(gate.main)} is not authorized to perform: kms:Decrypt on resource: {key} because no "
        "resource-based policy allows the kms:Decrypt action"
    )


def test_the_key_policy_names_the_caller(gate: Any) -> None:
    key = gate.key()
    gate.allow(key, "IAMLabUser", "kms:Decrypt")
    answer = gate("kms:Decrypt", by="IAMLabUser", CiphertextBlob=sealed(gate, key))
    assert answer["Plaintext"] == "aGVsbG8="


@pytest.mark.parametrize("where", ["key policy", "IAM policy"])
def test_a_deny_wins(gate: Any, where: str) -> None:
    key = gate.key()
    deny: dict[str, Any] = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}
    gate.user("Reader", deny if where == "IAM policy" else {**deny, "Action": "kms:Sign"})
    gate.allow(key, "Reader", "kms:Decrypt")
    if where == "key policy":
        found = json.loads(gate("kms:GetKeyPolicy", KeyId=key)["Policy"])
        found["Statement"].append({**deny, "Principal": {"AWS": gate.arn("Reader")}})
        gate("kms:PutKeyPolicy", KeyId=key, Policy=json.dumps(found))
    refusal = gate.refused("kms:Decrypt", by="Reader", CiphertextBlob=sealed(gate, key))
    layer = "a resource-based policy" if where == "key policy" else "an identity-based policy"
    assert refusal.message.endswith(f" on resource: {key} with an explicit deny in {layer}")


def test_a_permission_on_an_alias_is_none_on_the_key(gate: Any) -> None:
    key = gate.key()
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    alias = f"arn:aws:kms:us-east-1:{gate.account_id}:alias/myKey"
    gate.user("Reader", {"Effect": "Allow", "Action": "kms:*", "Resource": alias})
    refusal = gate.refused("kms:DescribeKey", by="Reader", KeyId="alias/myKey")
    assert f"on resource: {key} " in refusal.message


def test_a_grant_gives_permission_within_its_constraint(gate: Any) -> None:
    key = gate.key()
    gate(
        "kms:CreateGrant",
        KeyId=key,
        GranteePrincipal=gate.arn("IAMLabUser"),
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"Dept": "HR"}},
    )
    for context, opens in (({"Dept": "HR", "Year": "2026"}, True), ({"Dept": "IT"}, False), ({}, False)):
        request = {"CiphertextBlob": sealed(gate, key, **context), "EncryptionContext": context}
        if opens:
            assert gate("kms:Decrypt", by="IAMLabUser", **request)["Plaintext"] == "aGVsbG8="
        else:
            assert gate.refused("kms:Decrypt", by="IAMLabUser", **request).code == "AccessDeniedException"


def test_who_may_retire_a_grant_the_grant_says(gate: Any) -> None:
    key = gate.key()
    lab = gate.arn("IAMLabUser")
    terms = {"KeyId": key, "GranteePrincipal": gate.arn(gate.main), "Operations": ["Decrypt"]}
    mine = gate("kms:CreateGrant", **terms, RetiringPrincipal=lab)["GrantId"]
    not_mine = gate("kms:CreateGrant", **terms)["GrantId"]
    refusal = gate.refused("kms:RetireGrant", by="IAMLabUser", KeyId=key, GrantId=not_mine)
    assert refusal.code == "AccessDeniedException"
    gate("kms:RetireGrant", by="IAMLabUser", KeyId=key, GrantId=mine)
    assert [grant["GrantId"] for grant in gate("kms:ListGrants", KeyId=key)["Grants"]] == [not_mine]


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringEquals": {"aws:username": "Reader"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "123456789012"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/Read*"}}, True),
        ({"StringEquals": {"aws:PrincipalType": "User"}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, False),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:ViaAWSService": "false"}}, True),
        ({"Null": {"kms:ViaService": "true"}}, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False),
        ({"StringEquals": {"aws:UserAgent": "tests"}}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, False),
        ({"NumericGreaterThan": {"aws:EpochTime": "1500000000"}}, True),
        ({"StringLike": {"aws:userid": "AIDA*"}}, True),
        ({"StringEquals": {"kms:RequestAlias": "alias/myKey"}}, True),
        ({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/myKey"}}, True),
        ({"StringEquals": {"aws:ResourceTag/team": "blue"}}, True),
        ({"StringEquals": {"aws:ResourceTag/team": "red"}}, False),
        ({"StringEquals": {"kms:EncryptionContext:Dept": "HR"}}, True),
        ({"StringEquals": {"kms:EncryptionContext:dept": "HR"}}, True),
        ({"StringEquals": {"kms:EncryptionContext:Dept": "hr"}}, False),
    ],
)
def test_conditions_see_the_request(gate: Any, condition: dict[str, Any], allowed: bool) -> None:
    key = gate.key(Tags=[{"TagKey": "team", "TagValue": "blue"}])
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    gate.user("Reader", {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*", "Condition": condition})
    request = {"KeyId": "alias/myKey", "Plaintext": "aGVsbG8=", "EncryptionContext": {"Dept": "HR"}}
    if allowed:
        assert gate("kms:Encrypt", by="Reader", **request)["KeyId"] == key
    else:
        gate.refused("kms:Encrypt", by="Reader", **request)


def test_every_check_is_decided(gate: Any) -> None:
    call, caller = gate.call("kms:ListKeys", "IAMLabUser"), gate.caller("IAMLabUser")
    resolved = ResolvedCall(call, caller, gate.account, gate.account.now())
    allowed = PermissionCheck("dynamodb:Scan", f"arn:aws:dynamodb:us-east-1:{gate.account_id}:table/Books")
    authorize(resolved, [allowed])
    with pytest.raises(AwsError, match="kms:ListAliases"):
        authorize(resolved, [allowed, PermissionCheck("kms:ListAliases", "*")])


@pytest.mark.parametrize(
    ("action", "code", "status"),
    [
        ("kms:ListKeys", "AccessDeniedException", 400),
        ("cloudtrail:LookupEvents", "AccessDeniedException", 400),
        ("iam:ListUsers", "AccessDenied", 403),
    ],
)
def test_each_service_has_its_code(gate: Any, action: str, code: str, status: int) -> None:
    refusal = gate.refused(action, by="IAMLabUser")
    assert (refusal.code, refusal.status) == (code, status)
    assert refusal.message == (
        f"User: {gate.arn('IAMLabUser')} is not authorized to perform: {action} on resource: * because no "
        f"identity-based policy allows the {action} action"
    )


def test_a_relayed_refusal_knows_what_kms_said(gate: Any) -> None:
    key = gate.key()
    gate.books(key)
    refusal = gate.refused("dynamodb:Scan", by="IAMLabUser", TableName="Books")
    assert isinstance(refusal, RelayedError)
    assert refusal.inner.message.startswith("User: ")
    assert (refusal.check.action, refusal.check.resource) == ("kms:Decrypt", key)


def test_a_policy_that_can_not_be_read_refuses(gate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator that nobody knows never lets anybody in."""
    odd = {
        "Effect": "Deny",
        "Action": "kms:Sign",
        "Resource": "*",
        "Condition": {"NoSuchOperator": {"a": "b"}},
    }
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policies = CallerPolicies([{"Version": "2012-10-17", "Statement": [everything, odd]}], [], None, {})
    monkeypatch.setattr(gate.account.identities, "caller_policies", lambda caller: policies)
    assert gate.refused("kms:ListKeys").code == "AccessDeniedException"
