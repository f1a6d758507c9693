"""STS: roles, and what a session of one may do, and for each member of each input a call in which it counts."""

from __future__ import annotations

import json
from typing import Any

from tests.sandbox.honoured.account import step
from tests.sandbox.honoured.proofs import NOT_OFFERED, Operation, differs, refused

ROBOT, OTHER, GUARDED = (f"arn:aws:iam::<<account>>:role/{name}" for name in ("robot", "other", "guarded"))
LISTS, NOTHING = "arn:aws:iam::<<account>>:policy/lists", "arn:aws:iam::<<account>>:policy/nothing"


def policy(*actions: str, **more: Any) -> str:
    """A policy that allows these actions."""
    statement = {"Effect": "Allow", "Action": list(actions), **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(**more: Any) -> str:
    """The trust policy of a role that everybody in the account may assume."""
    return policy("sts:*", Principal={"AWS": "<<account>>"}, **more)


LIST, DESCRIBE = policy("kms:ListKeys", Resource="*"), policy("kms:DescribeKey", Resource="*")
TEAM = [{"Key": "team", "Value": "blue"}]
OF_TEAM = policy(
    "kms:ListKeys", "sts:*", Resource="*", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}}
)

PREPARED = {
    "lists": step("iam:CreatePolicy", PolicyName="lists", PolicyDocument=LIST),
    "nothing": step("iam:CreatePolicy", PolicyName="nothing", PolicyDocument=DESCRIBE),
    "robot": step("iam:CreateRole", RoleName="robot", AssumeRolePolicyDocument=trust()),
    "robot_may": step("iam:PutRolePolicy", RoleName="robot", PolicyName="own", PolicyDocument=LIST),
    "other": step("iam:CreateRole", RoleName="other", AssumeRolePolicyDocument=trust()),
    "other_may": step("iam:PutRolePolicy", RoleName="other", PolicyName="own", PolicyDocument=OF_TEAM),
    "guarded": step(
        "iam:CreateRole",
        RoleName="guarded",
        AssumeRolePolicyDocument=trust(Condition={"StringEquals": {"sts:ExternalId": "right"}}),
    ),
}

# What somebody may do who has the credentials that the call has answered.
LISTED = step("kms:ListKeys", by="answer")
NO_SECOND_FACTOR = {
    "SerialNumber": refused("AccessDenied", "arn:aws:iam::<<account>>:mfa/device", text="MultiFactor"),
    "TokenCode": refused("AccessDenied", "123456", text="MultiFactor"),
}
SIZE = {"MinimumSessionTokenSize": NOT_OFFERED}

OPERATIONS = {
    "GetCallerIdentity": Operation({}, {}),
    "GetAccessKeyInfo": Operation(
        {"AccessKeyId": "<<main_key>>"}, {"AccessKeyId": differs("ASIAY34FZKBOKMUTVV7A")}
    ),
    "GetSessionToken": Operation({}, {**NO_SECOND_FACTOR, **SIZE, "DurationSeconds": differs(3600)}),
    "AssumeRole": Operation(
        {"RoleArn": ROBOT, "RoleSessionName": "work"},
        {
            **NO_SECOND_FACTOR,
            **SIZE,
            "RoleArn": differs(OTHER),
            "RoleSessionName": differs("play"),
            "PolicyArns[].arn": differs(NOTHING, beside={"PolicyArns": [{"arn": LISTS}]}),
            "Policy": differs(DESCRIBE),
            "DurationSeconds": differs(900),
            "Tags[].Key": differs("unit", beside={"RoleArn": OTHER, "Tags": TEAM}),
            "Tags[].Value": differs("red", beside={"RoleArn": OTHER, "Tags": TEAM}),
            # A tag that goes on to the next role can't be set anew there.
            "TransitiveTagKeys": differs(
                [],
                beside={"RoleArn": OTHER, "Tags": TEAM, "TransitiveTagKeys": ["team"]},
                read=step("sts:AssumeRole", by="answer", RoleArn=OTHER, RoleSessionName="next", Tags=TEAM),
            ),
            "ExternalId": refused(
                "AccessDenied", "wrong", beside={"RoleArn": GUARDED, "ExternalId": "right"}
            ),
            "SourceIdentity": differs("alice"),
            "ProvidedContexts": NOT_OFFERED,
        },
        read=LISTED,
    ),
    "GetFederationToken": Operation(
        {"Name": "guest", "Policy": LIST},
        {
            **SIZE,
            "Name": differs("visitor"),
            "Policy": differs(DESCRIBE),
            "PolicyArns[].arn": differs(NOTHING, beside={"Policy": DESCRIBE, "PolicyArns": [{"arn": LISTS}]}),
            "DurationSeconds": differs(900),
            "Tags[].Key": differs("unit", beside={"Policy": OF_TEAM, "Tags": TEAM}),
            "Tags[].Value": differs("red", beside={"Policy": OF_TEAM, "Tags": TEAM}),
        },
        read=LISTED,
    ),
}
