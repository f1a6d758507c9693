"""IAM's policy simulator through boto3: what it decides, by which statements, and what it must be told."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Books"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
LAB_USER = f"arn:aws:iam::{ACCOUNT}:user/IAMLabUser"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def deny(*actions: str, **more: Any) -> dict[str, Any]:
    return {**allow(*actions, **more), "Effect": "Deny"}


@pytest.fixture
def iam(main: boto3.Session) -> Any:
    return main.client("iam")


def decided(answer: dict[str, Any]) -> dict[tuple[str, str], str]:
    """The decision by action and resource."""
    return {
        (result["EvalActionName"], one["EvalResourceName"]): one["EvalResourceDecision"]
        for result in answer["EvaluationResults"]
        for one in result["ResourceSpecificResults"]
    }


def custom(iam: Any, *policies: str, actions: Any = ("kms:Decrypt",), **more: Any) -> Any:
    return iam.simulate_custom_policy(PolicyInputList=list(policies), ActionNames=list(actions), **more)


def refusal(call: Any, **parameters: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return (
        response["Error"]["Code"],
        response["Error"]["Message"],
        response["ResponseMetadata"]["HTTPStatusCode"],
    )


def test_without_resources_there_is_one_result_for_each_action(iam: Any) -> None:
    answer = custom(
        iam,
        policy(allow("kms:Decrypt", "kms:Encrypt"), deny("kms:Encrypt")),
        actions=["kms:Decrypt", "kms:Encrypt", "kms:Sign"],
    )
    assert [result["EvalDecision"] for result in answer["EvaluationResults"]] == [
        "allowed",
        "explicitDeny",
        "implicitDeny",
    ]
    assert answer["EvaluationResults"][0] == {
        "EvalActionName": "kms:Decrypt",
        "EvalResourceName": "*",
        "EvalDecision": "allowed",
        "MatchedStatements": [
            {
                "SourcePolicyId": "PolicyInputList.1",
                "SourcePolicyType": "IAM Policy",
                "StartPosition": {"Line": 1, "Column": 41},
                "EndPosition": {"Line": 1, "Column": 119},
            }
        ],
        "MissingContextValues": [],
    }


def test_of_several_resources_each_is_told_and_the_strictest_counts(iam: Any) -> None:
    inside, outside, shut = (TABLE.replace("Books", name) for name in ("Books", "Films", "Shut"))
    document = policy(allow("dynamodb:Scan", Resource=[inside, shut]), deny("dynamodb:*", Resource=shut))
    answer = custom(iam, document, actions=["dynamodb:Scan"], ResourceArns=[inside, outside, shut])
    assert decided(answer) == {
        ("dynamodb:Scan", inside): "allowed",
        ("dynamodb:Scan", outside): "implicitDeny",
        ("dynamodb:Scan", shut): "explicitDeny",
    }
    [result] = answer["EvaluationResults"]
    assert result["EvalDecision"] == "explicitDeny"
    matched = [len(one["MatchedStatements"]) for one in result["ResourceSpecificResults"]]
    assert matched == [1, 0, 1], "the Deny is the only statement named where it decides"
    assert result["EvalDecisionDetails"] == {}


def test_a_users_policies_are_those_of_its_groups_too(iam: Any) -> None:
    iam.create_group(GroupName="Listers")
    iam.put_group_policy(GroupName="Listers", PolicyName="lists", PolicyDocument=policy(allow("kms:List*")))
    iam.add_user_to_group(GroupName="Listers", UserName="IAMLabUser")
    iam.attach_user_policy(UserName="IAMLabUser", PolicyArn="arn:aws:iam::aws:policy/IAMUserChangePassword")
    actions = ["dynamodb:Scan", "kms:ListKeys", "iam:ChangePassword", "kms:Decrypt"]
    answer = iam.simulate_principal_policy(
        PolicySourceArn=LAB_USER, ActionNames=actions, ResourceArns=[TABLE, LAB_USER]
    )
    sources = {
        result["EvalActionName"]: {
            statement["SourcePolicyId"]
            for one in result["ResourceSpecificResults"]
            for statement in one["MatchedStatements"]
        }
        for result in answer["EvaluationResults"]
    }
    assert sources == {
        "dynamodb:Scan": {"user_IAMLabUser_BooksReader"},
        "kms:ListKeys": {"group_Listers_lists"},
        "iam:ChangePassword": {"IAMUserChangePassword"},
        "kms:Decrypt": set(),
    }
    group = iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:group/Listers", ActionNames=["kms:ListKeys"]
    )
    assert group["EvaluationResults"][0]["EvalDecision"] == "allowed"


def test_the_simulator_says_what_the_account_does(
    iam: Any, main: boto3.Session, lab_user: boto3.Session
) -> None:
    key = main.client("kms").create_key()["KeyMetadata"]["Arn"]
    for document in (policy(allow("kms:DescribeKey")), policy(allow("kms:*"), deny("kms:Describe*"))):
        iam.put_user_policy(UserName="IAMLabUser", PolicyName="tried", PolicyDocument=document)
        answer = iam.simulate_principal_policy(
            PolicySourceArn=LAB_USER, ActionNames=["kms:DescribeKey"], ResourceArns=[key]
        )
        allowed = True
        try:
            lab_user.client("kms").describe_key(KeyId=key)
        except ClientError:
            allowed = False
        assert (decided(answer)[("kms:DescribeKey", key)] == "allowed") is allowed


def test_a_boundary_is_told_apart(iam: Any) -> None:
    limit = iam.create_policy(PolicyName="Limit", PolicyDocument=policy(allow("dynamodb:*")))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="IAMLabUser", PermissionsBoundary=limit)
    iam.put_user_policy(UserName="IAMLabUser", PolicyName="kms", PolicyDocument=policy(allow("kms:*")))
    asked = {
        "PolicySourceArn": LAB_USER,
        "ActionNames": ["kms:Decrypt", "dynamodb:Scan"],
        "ResourceArns": [TABLE],
    }
    results = iam.simulate_principal_policy(**asked)["EvaluationResults"]
    assert [result["EvalDecision"] for result in results] == ["implicitDeny", "allowed"]
    within = [result["PermissionsBoundaryDecisionDetail"] for result in results]
    assert within == [{"AllowedByPermissionsBoundary": False}, {"AllowedByPermissionsBoundary": True}]
    wider = iam.simulate_principal_policy(
        **asked, PermissionsBoundaryPolicyInputList=[policy(allow("*"), deny("dynamodb:*"))]
    )["EvaluationResults"]
    assert [result["EvalDecision"] for result in wider] == ["allowed", "explicitDeny"]
    without = custom(iam, policy(allow("*")))["EvaluationResults"][0]
    assert "PermissionsBoundaryDecisionDetail" not in without


def test_context_is_told_and_what_is_missing_is_said(iam: Any) -> None:
    team = allow("kms:Decrypt", Condition={"StringEquals": {"aws:PrincipalTag/team": ["blue", "red"]}})
    unrelated = allow("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}})
    document = policy(team, unrelated)
    for missing in (custom(iam, document), custom(iam, document, ResourceArns=[KEY])):
        [result] = missing["EvaluationResults"]
        assert result["EvalDecision"] == "implicitDeny"
        told = result.get("ResourceSpecificResults", [result])[0]
        assert told["MissingContextValues"] == ["aws:PrincipalTag/team"]
    for value, decision in (("red", "allowed"), ("green", "implicitDeny")):
        entry = {
            "ContextKeyName": "AWS:principaltag/team",
            "ContextKeyValues": [value],
            "ContextKeyType": "string",
        }
        [result] = custom(iam, document, ContextEntries=[entry])["EvaluationResults"]
        assert (result["EvalDecision"], result["MissingContextValues"]) == (decision, [])


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("numeric", "3.5", "three"),
        ("numericList", "3", ""),
        ("boolean", "true", "yes"),
        ("ip", "10.0.0.0/8", "10.0.0"),
        ("date", "2026-03-01T00:00:00Z", "today"),
        ("date", "1700000000", "17:00"),
        ("binary", "aGVsbG8=", "a"),
    ],
)
def test_the_values_of_a_context_key_are_of_its_type(iam: Any, kind: str, right: str, wrong: str) -> None:
    def asked(*values: str) -> dict[str, Any]:
        entry = {"ContextKeyName": "aws:a", "ContextKeyValues": list(values), "ContextKeyType": kind}
        return {
            "PolicyInputList": [policy(allow("kms:*"))],
            "ActionNames": ["kms:Decrypt"],
            "ContextEntries": [entry],
        }

    iam.simulate_custom_policy(**asked(right))
    assert refusal(iam.simulate_custom_policy, **asked(right, wrong)) == (
        "InvalidInput",
        f"Invalid Input: {wrong} is not of the ContextKeyType {kind}.",
        400,
    )


def test_variables_stand_for_the_simulated_user(iam: Any) -> None:
    own = allow("dynamodb:Scan", Resource=TABLE.replace("Books", "${aws:username}"))
    iam.put_user_policy(UserName="IAMLabUser", PolicyName="own", PolicyDocument=policy(own))
    mine = TABLE.replace("Books", "IAMLabUser")
    answer = iam.simulate_principal_policy(
        PolicySourceArn=LAB_USER, ActionNames=["dynamodb:Scan"], ResourceArns=[mine]
    )
    assert decided(answer) == {("dynamodb:Scan", mine): "allowed"}


def test_a_resource_policy_needs_a_user_to_call(iam: Any) -> None:
    opens = policy({**allow("kms:Decrypt"), "Principal": {"AWS": LAB_USER}})
    answer = iam.simulate_principal_policy(
        PolicySourceArn=LAB_USER, ActionNames=["kms:Decrypt"], ResourceArns=[KEY], ResourcePolicy=opens
    )
    [result] = answer["EvaluationResults"]
    assert result["EvalDecision"] == "allowed"
    [statement] = result["MatchedStatements"]
    assert (statement["SourcePolicyId"], statement["SourcePolicyType"]) == (
        "ResourcePolicy",
        "Resource Policy",
    )
    other = f"arn:aws:iam::{ACCOUNT}:user/other"
    asked = {"ResourceArns": [KEY], "ResourcePolicy": opens}
    assert decided(custom(iam, policy(allow("s3:*")), CallerArn=LAB_USER, **asked)) == {
        ("kms:Decrypt", KEY): "allowed"
    }
    assert decided(custom(iam, policy(allow("kms:*")), CallerArn=other, **asked)) == {
        ("kms:Decrypt", KEY): "implicitDeny"
    }, "a key policy that names somebody else leaves nothing to IAM"
    sentence = "Invalid caller - Caller must be an IAM user in this context."
    for caller in ({}, {"CallerArn": f"arn:aws:iam::{ACCOUNT}:role/robot"}):
        found = refusal(
            iam.simulate_custom_policy,
            PolicyInputList=[policy(allow("kms:*"))],
            ActionNames=["kms:Decrypt"],
            **asked,
            **caller,
        )
        assert found == ("InvalidInput", sentence, 400)


def test_a_trust_policy_counts(iam: Any) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/robot"
    shut = policy({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"})
    asked = {"actions": ["sts:AssumeRole"], "ResourceArns": [role], "CallerArn": LAB_USER}
    assert decided(custom(iam, policy(allow("sts:*")), **asked)) == {("sts:AssumeRole", role): "allowed"}
    answer = custom(iam, policy(allow("sts:*")), ResourcePolicy=shut, **asked)
    assert decided(answer) == {("sts:AssumeRole", role): "explicitDeny"}


def test_across_accounts_both_sides_are_told(iam: Any) -> None:
    opens = policy({**allow("s3:GetObject"), "Principal": {"AWS": LAB_USER}})
    asked = {
        "ResourceArns": ["arn:aws:s3:::bucket/key"],
        "ResourcePolicy": opens,
        "CallerArn": LAB_USER,
        "actions": ["s3:GetObject"],
    }
    asked["ResourceOwner"] = "arn:aws:iam::999999999999:root"
    [result] = custom(iam, policy(allow("kms:*")), **asked)["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny"
    assert result["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
    [result] = custom(iam, policy(allow("s3:*")), **asked)["EvaluationResults"]
    assert result["EvalDecision"] == "allowed"


def test_long_results_come_in_pages(iam: Any) -> None:
    actions = ["kms:Decrypt", "kms:Encrypt", "kms:Sign", "kms:Verify", "kms:ListKeys"]
    pages = iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[policy(allow("kms:*"))], ActionNames=actions, PaginationConfig={"PageSize": 2}
    )
    found = [[result["EvalActionName"] for result in page["EvaluationResults"]] for page in pages]
    assert found == [actions[:2], actions[2:4], actions[4:]]


def test_which_keys_to_tell(iam: Any) -> None:
    asked = policy(allow("kms:*", Condition={"StringLike": {"kms:ViaService": "${aws:userid}"}}))
    answer = iam.get_context_keys_for_custom_policy(PolicyInputList=[asked])
    assert answer["ContextKeyNames"] == ["kms:ViaService", "aws:userid"]
    iam.put_user_policy(UserName="IAMLabUser", PolicyName="own", PolicyDocument=asked)
    more = policy(allow("s3:*", Resource="arn:aws:s3:::${aws:username}/*"))
    answer = iam.get_context_keys_for_principal_policy(PolicySourceArn=LAB_USER, PolicyInputList=[more])
    assert answer["ContextKeyNames"] == ["kms:ViaService", "aws:userid", "aws:username"]


def test_principals_that_are_none(iam: Any) -> None:
    session, absent = f"arn:aws:sts::{ACCOUNT}:assumed-role/robot/work", f"arn:aws:iam::{ACCOUNT}:role/absent"
    unclear = f"Invalid Entity Arn: {session} does not clearly define entity type and name."
    for arn, expected in (
        (session, ("InvalidInput", unclear, 400)),
        (absent, ("NoSuchEntity", "The role with name absent cannot be found.", 404)),
    ):
        assert refusal(iam.simulate_principal_policy, PolicySourceArn=arn, ActionNames=["a:B"]) == expected
        assert refusal(iam.get_context_keys_for_principal_policy, PolicySourceArn=arn) == expected


def test_policies_and_actions_that_are_none(iam: Any) -> None:
    good = {"PolicyInputList": [policy(allow("kms:*"))], "ActionNames": ["kms:Decrypt"]}
    for wrong in ({"PolicyInputList": ["{nope"]}, {"ActionNames": ["kms:*"]}, {"ActionNames": ["Decrypt"]}):
        code, _, status = refusal(iam.simulate_custom_policy, **{**good, **wrong})
        assert (code, status) == ("InvalidInput", 400)


def test_asking_needs_a_permission_too(lab_user: boto3.Session) -> None:
    code, message, status = refusal(
        lab_user.client("iam").simulate_principal_policy,
        PolicySourceArn=LAB_USER,
        ActionNames=["kms:Decrypt"],
    )
    assert (code, status) == ("AccessDenied", 403)
    assert f"iam:SimulatePrincipalPolicy on resource: {LAB_USER} because no identity-based" in message
