"""A key policy is refused before it harms: unreadable, about nobody, or locking its author out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.sandbox.kms.key_policy import printed

INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
ROOT = "arn:aws:iam::123456789012:root"


def policy(*statements: dict[str, Any], **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


def allow(principal: Any, action: Any = "kms:*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


DELEGATE = allow({"AWS": ROOT})


def put(gate: Any, text: str, **more: Any) -> None:
    gate("kms:PutKeyPolicy", KeyId=gate.key(), Policy=text, **more)


def refused(gate: Any, text: str, **more: Any) -> tuple[str, str]:
    """(code, text) of PutKeyPolicy's refusal; CreateKey's is the same, and the key's policy stays."""
    key = gate.key()
    before = gate("kms:GetKeyPolicy", KeyId=key)
    refusal = gate.refused("kms:PutKeyPolicy", KeyId=key, Policy=text, **more)
    assert gate("kms:GetKeyPolicy", KeyId=key) == before, "a refused policy changed the key"
    created = gate.refused("kms:CreateKey", Policy=text, **more)
    assert (created.code, created.message) == (refusal.code, refusal.message)
    return refusal.code, refusal.message


@pytest.mark.parametrize(
    "text",
    [
        "{nope",
        "[]",
        '"a text"',
        "{}",
        '{"Version": "2012-10-17", // added here\n "Statement": []}',
        policy(),
        policy(DELEGATE, Version="2020-01-01"),
        policy({**DELEGATE, "Effect": "allow"}),
        policy({name: value for name, value in DELEGATE.items() if name != "Principal"}),
        policy({**DELEGATE, "Principal": []}),
        policy({**DELEGATE, "Principal": 5}),
        policy({**DELEGATE, "NotPrincipal": {"AWS": "*"}}),
        policy({**DELEGATE, "Condition": {"NoSuchOperator": {"a": "b"}}}),
        policy(DELEGATE, allow("*", "*:Decrypt")),
        policy(
            DELEGATE, {**allow("*", "kms:De*"), "Effect": "Deny", "Action": ["kms:Encrypt", "k?s:Decrypt"]}
        ),
        policy(DELEGATE, {"Effect": "Deny", "Principal": "*", "NotAction": "*:*", "Resource": "*"}),
        json.dumps({"Statement": "Allow everything"}),
    ],
)
def test_a_policy_that_can_not_be_read(gate: Any, text: str) -> None:
    code, message = refused(gate, text)
    assert code == "MalformedPolicyDocumentException"
    assert message
    assert message not in (LOCKED_OUT,)


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::123456789012:user/Nobody"},
        {"AWS": [ROOT, "arn:aws:iam::123456789012:user/Nobody"]},
        {"AWS": "arn:aws:iam::123456789012:role/Nobody"},
        {"AWS": "arn:aws:sts::123456789012:assumed-role/Nobody/session"},
        {"AWS": "arn:aws:iam::123456789012:group/Readers"},
        {"AWS": "arn:aws:iam::123456789012:user/*"},
        {"AWS": "arn:aws:iam::999999999999:user/Somebody"},
        {"AWS": "AIDAABCDEFGHIJKLMNOPQ"},
        {"AWS": "IAMLabUser"},
        {"AWS": ""},
        {"Service": "dynamodb"},
        {"Service": "tagging.amazonaws.com"},
        {"Service": ["dynamodb.amazonaws.com", "dynamo.amazonaws.com"]},
        {"Service": "*"},
        {"CanonicalUser": "79a59df900b949e55d96a1e698fbaced"},
        "IAMLabUser",
    ],
)
def test_principals_that_do_not_exist(gate: Any, principal: Any) -> None:
    code, message = refused(gate, policy(DELEGATE, allow(principal, "kms:Decrypt")))
    assert (code, message) == ("MalformedPolicyDocumentException", INVALID_PRINCIPALS)


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": "123456789012"},
        {"AWS": "arn:aws:iam::123456789012:user/IAMLabUser"},
        {"AWS": ["arn:aws:iam::123456789012:user/IAMLabUser", ROOT]},
        {"AWS": "arn:aws:iam::111122223333:root"},
        {"Service": "dynamodb.amazonaws.com"},
        {"Service": ["logs.us-east-1.amazonaws.com"]},
    ],
)
def test_principals_that_exist(gate: Any, principal: Any) -> None:
    put(gate, policy(DELEGATE, allow(principal, "kms:Decrypt")))


def test_a_role_and_its_session_exist(gate: Any) -> None:
    trust = policy({"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"})
    gate("iam:CreateRole", RoleName="Reader", AssumeRolePolicyDocument=trust)
    for arn in ("arn:aws:iam::123456789012:role/Reader", "arn:aws:sts::123456789012:assumed-role/Reader/me"):
        put(gate, policy(DELEGATE, allow({"AWS": arn}, "kms:Decrypt")))


def test_the_caller_can_not_lock_itself_out(gate: Any) -> None:
    only_lab = policy(allow({"AWS": gate.arn("IAMLabUser")}))
    assert refused(gate, only_lab) == ("MalformedPolicyDocumentException", LOCKED_OUT)
    denied = policy(DELEGATE, {**allow("*", "kms:PutKeyPolicy"), "Effect": "Deny"})
    assert refused(gate, denied) == ("MalformedPolicyDocumentException", LOCKED_OUT)
    without_resource = policy({name: value for name, value in DELEGATE.items() if name != "Resource"})
    assert refused(gate, without_resource) == ("MalformedPolicyDocumentException", LOCKED_OUT)


def test_the_check_can_be_bypassed(gate: Any) -> None:
    only_lab = policy(allow({"AWS": gate.arn("IAMLabUser")}))
    key = gate.key(Policy=only_lab, BypassPolicyLockoutSafetyCheck=True)
    assert gate.refused("kms:GetKeyPolicy", KeyId=key).code == "AccessDeniedException"
    refusal = gate.refused("kms:CreateKey", Policy="{nope", BypassPolicyLockoutSafetyCheck=True)
    assert refusal.code == "MalformedPolicyDocumentException"


def test_delegation_helps_only_whom_iam_allows(gate: Any) -> None:
    """With the account's statement alone, it is the caller's own IAM policy that must allow PutKeyPolicy."""
    gate.user("Maker", {"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"})
    refusal = gate.refused("kms:CreateKey", by="Maker", Policy=policy(DELEGATE))
    assert (refusal.code, refusal.message) == ("MalformedPolicyDocumentException", LOCKED_OUT)
    named = policy(DELEGATE, allow({"AWS": gate.arn("Maker")}, ["kms:PutKeyPolicy"]))
    assert gate("kms:CreateKey", by="Maker", Policy=named)["KeyMetadata"]["Enabled"]


def test_two_statements_may_have_one_sid(gate: Any) -> None:
    put(gate, policy({**DELEGATE, "Sid": "Same"}, {**allow("*", "kms:Decrypt"), "Sid": "Same"}))


def test_a_policy_has_at_most_32_kilobytes(gate: Any) -> None:
    padding = len(policy({**DELEGATE, "Sid": ""}))
    exact = policy({**DELEGATE, "Sid": "x" * (32 * 1024 - padding)})
    put(gate, exact)
    code, _ = refused(gate, exact + " ")
    assert code == "LimitExceededException"


def test_the_policys_name_is_default(gate: Any) -> None:
    put(gate, policy(DELEGATE), PolicyName="default")
    refusal = gate.refused("kms:PutKeyPolicy", KeyId=gate.key(), Policy=policy(DELEGATE), PolicyName="mine")
    assert (refusal.code, refusal.message) == ("NotFoundException", "No such policy exists")
    assert gate.refused("kms:GetKeyPolicy", KeyId=gate.key(), PolicyName="mine").code == "NotFoundException"


def test_the_default_policy_as_kms_prints_it(gate: Any) -> None:
    assert gate("kms:GetKeyPolicy", KeyId=gate.key()) == {
        "Policy": """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}""",
        "PolicyName": "default",
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_printing_loses_nothing(value: Any) -> None:
    assert json.loads(printed(value)) == value
