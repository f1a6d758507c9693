"""What a decision tells: the steps in AWS's order, the statements that decided, a sentence for people, AWS's own."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.policy import (
    Decision,
    DecisionStep,
    Request,
    console_key_policy,
    evaluate,
    lab_user_policy,
    root_statement,
    use_statement,
    with_statement,
    without_sid,
)
from tests.policy.key_policies import default_key_policy
from tests.policy.people import KEY, OWNER, READER, STRANGER, A

CONSOLE = console_key_policy(A, [OWNER], [OWNER])
CLOSED = without_sid(CONSOLE, "Enable IAM User Permissions")
OPENING = f"User: {READER} is not authorized to perform: kms:Decrypt on resource: {KEY}"


def iam(action: str = "kms:Decrypt", effect: str = "Allow") -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]}


def decide(caller: str = READER, **policies: Any) -> Decision:
    return evaluate(Request(caller, "kms:Decrypt", KEY), **{"resource_policy": CONSOLE, **policies})


def test_the_steps_of_the_labs_refusal() -> None:
    decision = decide(identity_policies=[lab_user_policy()])
    assert [str(step) for step in decision.steps] == [
        "Does any statement explicitly deny it? no",
        "Does the key policy itself let IAMLabUser call kms:Decrypt? no",
        'Does the key policy let the account\'s IAM decide? yes, statement "Enable IAM User Permissions"',
        "Does an identity-based policy allow kms:Decrypt? no",
        "Then may IAMLabUser call kms:Decrypt? no",
    ]
    assert decision.steps[2].statement == root_statement(A)
    assert decision.reason == (
        "IAMLabUser may not call kms:Decrypt: the key policy leaves it to the account's IAM "
        '(the statement "Enable IAM User Permissions"), and no identity-based policy allows it.'
    )
    assert decision.sentence() == f"{OPENING} because no identity-based policy allows the kms:Decrypt action"
    assert decision.statements == ()


def test_the_steps_of_who_is_named() -> None:
    decision = decide(OWNER)
    assert [step.answer for step in decision.steps] == ["no", "yes", "yes"]
    assert decision.reason == (
        'ed-user-1 may call kms:Decrypt: the statement "Allow use of the key" of the key policy lets them.'
    )
    assert [statement["Sid"] for statement in decision.statements] == ["Allow use of the key"]
    assert decision.layer is None
    assert decision.sentence() == ""


def test_every_layer_has_its_step() -> None:
    allow = iam("kms:*")
    decision = decide(
        identity_policies=[allow],
        grants=[{"GranteePrincipal": OWNER, "Operations": ["Decrypt"]}],
        permissions_boundaries=[allow],
        session_policy=allow,
        service_control_policies=[[allow]],
    )
    assert [(step.layer, step.answer) for step in decision.steps] == [
        (None, "no"),
        ("service control", "yes"),
        ("resource-based", "no"),
        ("resource-based", "no"),
        ("resource-based", "yes"),
        ("identity-based", "yes"),
        ("permissions boundary", "yes"),
        ("session", "yes"),
        (None, "yes"),
    ]


def test_a_grant_is_shown_as_the_statement_it_stands_for() -> None:
    grant = {"GrantId": "f00d", "GranteePrincipal": READER, "Operations": ["Decrypt"]}
    decision = decide(grants=[grant])
    assert decision.statements == (grant,)
    assert decision.reason == "IAMLabUser may call kms:Decrypt: the grant f00d of the key lets them."


@pytest.mark.parametrize(
    ("policies", "ending", "reason"),
    [
        (
            {"resource_policy": CLOSED},
            "because no resource-based policy allows the kms:Decrypt action",
            "the key policy neither lets them nor leaves it to the IAM of their account",
        ),
        (
            {"identity_policies": [iam(effect="Deny")]},
            "with an explicit deny in an identity-based policy",
            "statement 1 of an identity-based policy denies it, and a Deny wins over every Allow",
        ),
        (
            {
                "resource_policy": default_key_policy(A)
                | {"Statement": [root_statement(A) | {"Effect": "Deny"}]}
            },
            "with an explicit deny in a resource-based policy",
            'the statement "Enable IAM User Permissions" of a resource-based policy denies it',
        ),
        (
            {"identity_policies": [iam()], "permissions_boundaries": [iam("s3:*")]},
            "because no permissions boundary allows the kms:Decrypt action",
            "no permissions boundary allows it",
        ),
        (
            {"permissions_boundaries": [iam(effect="Deny")]},
            "with an explicit deny in a permissions boundary",
            "of a permissions boundary denies it",
        ),
        (
            {"identity_policies": [iam()], "session_policy": iam("s3:*")},
            "because no session policy allows the kms:Decrypt action",
            "no session policy allows it",
        ),
        (
            {"service_control_policies": [[iam()], [iam("s3:*")]]},
            "because no service control policy allows the kms:Decrypt action",
            "level 2 of the organisation's service control policies does not allow it",
        ),
        (
            {"service_control_policies": [[iam(effect="Deny")]]},
            "with an explicit deny in a service control policy",
            "of a service control policy denies it",
        ),
        (
            {"resource_policy": {"Statement": [{"Effect": "Perhaps"}]}},
            "because no resource-based policy allows the kms:Decrypt action",
            'a resource-based policy can\'t be read. Statement 1: Effect must be "Allow" or "Deny"',
        ),
    ],
)
def test_aws_sentence_and_ours(policies: dict[str, Any], ending: str, reason: str) -> None:
    decision = decide(**policies)
    assert decision.sentence() == f"{OPENING} {ending}"
    assert reason in decision.reason


GRANT_FOR_ACCOUNT = {
    "GrantId": "f00d",
    "GranteePrincipal": f"arn:aws:iam::{A}:root",
    "Operations": ["Decrypt"],
}


@pytest.mark.parametrize(
    ("caller", "action", "resource", "policies", "question", "reason"),
    [
        (
            OWNER,
            "sts:GetCallerIdentity",
            "*",
            {},
            "Is sts:GetCallerIdentity a call",
            "the call needs no permission",
        ),
        ("*anonymous*", "kms:Decrypt", KEY, {}, "Is the call signed", "KMS answers signed calls only"),
        (
            OWNER,
            "kms:Decrypt",
            KEY.replace("key/", "alias/"),
            {},
            "Can a policy give kms:Decrypt",
            "is for naming keys",
        ),
        (
            f"arn:aws:iam::{A}:root",
            "s3:GetObject",
            "*",
            {},
            "Is the account",
            "needs no identity-based policy",
        ),
        (
            READER,
            "kms:RetireGrant",
            KEY,
            {"identity_policies": [iam("kms:*")]},
            "May IAMLabUser's account",
            "allows it",
        ),
        (STRANGER, "kms:RetireGrant", KEY, {}, "May Eve's account", "who may retire a grant, the grant says"),
        (
            READER,
            "kms:Decrypt",
            KEY,
            {"grants": [GRANT_FOR_ACCOUNT], "identity_policies": [iam()]},
            "Does the key policy let",
            "the grant leaves it to the account's IAM (the grant f00d), and statement 1 of an identity-based policy",
        ),
        (
            READER,
            "sts:AssumeRole",
            f"arn:aws:iam::{A}:role/R",
            {},
            "Does the trust policy itself let",
            "the trust policy neither",
        ),
        (
            READER,
            "s3:GetObject",
            "arn:aws:s3:::books",
            {"resource_policy": {"Statement": [use_statement(READER, ["s3:*"], sid="Mine")]}},
            "Does the resource-based policy itself let",
            'the statement "Mine" of the resource-based policy lets them',
        ),
    ],
)
def test_what_is_asked_and_why(
    caller: str, action: str, resource: str, policies: dict[str, Any], question: str, reason: str
) -> None:
    decision = evaluate(Request(caller, action, resource), **policies)
    assert any(step.question.startswith(question) for step in decision.steps), decision.steps
    assert reason in decision.reason


def test_a_key_of_another_account_is_not_admitted_to_exist() -> None:
    assert decide(STRANGER).sentence() == (
        f"User: {STRANGER} is not authorized to perform: kms:Decrypt on this resource because the resource does not "
        "exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies "
        "access"
    )
    named = with_statement(CONSOLE, use_statement(STRANGER))
    assert (
        decide(STRANGER, resource_policy=named)
        .sentence()
        .endswith("because no identity-based policy allows the kms:Decrypt action")
    )


def test_a_call_without_resource_is_on_everything() -> None:
    decision = evaluate(Request(READER, "kms:CreateKey", "*"))
    assert decision.sentence() == (
        f"User: {READER} is not authorized to perform: kms:CreateKey on resource: * "
        "because no identity-based policy allows the kms:CreateKey action"
    )


def test_a_step_reads_as_a_line() -> None:
    assert (
        str(DecisionStep("identity-based", "Is it so?", "yes", {"Sid": "Mine"}))
        == 'Is it so? yes, statement "Mine"'
    )
    assert str(DecisionStep(None, "Is it so?", "no")) == "Is it so? no"


def test_a_decision_shows_its_reason() -> None:
    assert repr(decide()) == f"<Decision: {decide().reason}>"
