"""Cards show a policy and a decision as a table, in HTML that needs no kernel and in plain text."""

from __future__ import annotations

from kmscourse.display.decision import DecisionCard
from kmscourse.display.policy import PolicyCard
from kmscourse.policy import Advice, Request, evaluate, what_would_allow
from kmscourse.policy.build import console_key_policy, default_key_policy

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/ed-user-0123abcd"
READER = f"arn:aws:iam::{ACCOUNT}:user/IAMLabUser"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def test_a_policy_has_a_row_for_each_statement() -> None:
    card = PolicyCard(console_key_policy(ACCOUNT, [USER], [USER]))
    assert len(repr(card).splitlines()) == 2 + 4
    html = card._repr_html_()
    assert html.count("<tr>") == 1 + 4
    assert "kms:GrantIsForAWSResource Bool true" in html
    assert '<th scope="col"' in html


def test_a_single_statement_and_the_not_elements_are_shown() -> None:
    statement = {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": USER},
        "NotAction": ["kms:Get*"],
        "NotResource": "arn:x",
    }
    card = repr(PolicyCard({"Statement": statement}, title="Deny the rest"))
    assert "Deny the rest" in card
    assert f"all but {USER}" in card
    assert "all but kms:Get*" in card
    assert "all but arn:x" in card


def test_what_a_policy_says_is_shown_and_never_run() -> None:
    hostile = {"Sid": "<script>alert(1)</script>", "Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    html = PolicyCard({"Statement": [hostile]})._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_refusal_is_shown_step_by_step() -> None:
    card = DecisionCard(
        evaluate(Request(READER, "kms:Decrypt", KEY), resource_policy=default_key_policy(ACCOUNT))
    )
    lines = repr(card).splitlines()
    assert lines[0].startswith("1. ")
    assert lines[-1] == f"→ {card.decision.reason}"
    assert "✗ refused" in card._repr_html_()
    assert "Enable IAM User Permissions" in card._repr_html_()


def test_an_allow_is_shown_as_one() -> None:
    policy = console_key_policy(ACCOUNT, [USER], [USER])
    card = DecisionCard(evaluate(Request(USER, "kms:Decrypt", KEY), resource_policy=policy))
    assert "✓ allowed" in card._repr_html_()


def test_under_a_refusal_stands_what_would_let_them_in() -> None:
    request, policy = Request(READER, "kms:Decrypt", KEY), default_key_policy(ACCOUNT)
    ways = what_would_allow(request, resource_policy=policy)
    card = DecisionCard(evaluate(request, resource_policy=policy), ways)
    assert repr(card).splitlines()[-3:] == [f"- {way.description}" for way in ways]
    html = card._repr_html_()
    assert html.count("<li>") == html.count("<details>") == 3
    assert "&quot;GranteePrincipal&quot;" in html


def test_what_nothing_opens_is_said_in_one_sentence() -> None:
    request = Request("*anonymous*", "kms:Decrypt", KEY)
    card = DecisionCard(evaluate(request), what_would_allow(request))
    assert "the call has to be signed" in repr(card).splitlines()[-1]
    assert "the call has to be signed" in card._repr_html_()


def test_an_allowed_request_has_no_ways_in() -> None:
    policy = console_key_policy(ACCOUNT, [USER], [USER])
    decision = evaluate(Request(USER, "kms:Decrypt", KEY), resource_policy=policy)
    assert DecisionCard(decision)._repr_html_() == DecisionCard(decision, Advice())._repr_html_()
    assert "let them in" not in repr(DecisionCard(decision))


def test_a_way_in_is_shown_and_never_run() -> None:
    request = Request(READER, "kms:Decrypt", KEY, {"kms:EncryptionContext:<script>": "</pre><script>"})
    policy = default_key_policy(ACCOUNT)
    ways = what_would_allow(request, resource_policy=policy)
    html = DecisionCard(evaluate(request, resource_policy=policy), ways)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
