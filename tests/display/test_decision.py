"""A decision is drawn step by step, with what AWS says of it, what nearly matched, and what would open it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmscourse.display.decision import NEARLY, DecisionCard
from kmscourse.policy import Advice, Request, console_key_policy, evaluate, what_would_allow
from tests.policy.key_policies import default_key_policy

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/ed-user-0123abcd"
READER = f"arn:aws:iam::{ACCOUNT}:user/IAMLabUser"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
REQUEST = Request(READER, "kms:Decrypt", KEY)
POLICY = console_key_policy(ACCOUNT, [USER], [USER])
LET_IN = {
    "Sid": "In",
    "Effect": "Allow",
    "Principal": {"AWS": READER},
    "Action": "kms:Decrypt",
    "Resource": "*",
}
GRANT = {"GrantId": "a" * 64, "GranteePrincipal": USER, "Operations": ["Decrypt"]}
ALLOWS_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ALLOWS_NOTHING = {**ALLOWS_ALL, "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
DENIES = {**ALLOWS_ALL, "Statement": [{"Sid": "Out", "Effect": "Deny", "Action": "kms:*", "Resource": "*"}]}


def signs(card: DecisionCard) -> list[str]:
    """The sign of each step."""
    return re.findall(r"<td><span class=[^>]*>(.)</span> \d+<", card._repr_html_())


def steps(card: DecisionCard) -> list[str]:
    """The lines of the steps."""
    return [line for line in repr(card).splitlines() if re.match(r"\d+\. ", line)]


def test_a_refusal_is_shown_step_by_step() -> None:
    card = DecisionCard(evaluate(REQUEST, resource_policy=default_key_policy(ACCOUNT), grants=[GRANT]))
    assert signs(card) == ["✓", "↓", "↓", "✓", "✗", "✗"]
    assert [line[3] for line in steps(card)] == signs(card)
    assert steps(card)[-2] == "5. ✗ Does an identity-based policy allow kms:Decrypt? no: refused here"
    assert "(Enable IAM User Permissions)" in steps(card)[3]
    assert f"✗ Refused. {card.decision.reason}" in repr(card)
    assert "<strong>✗ Refused.</strong>" in card._repr_html_()


def test_an_allow_is_shown_as_one() -> None:
    card = DecisionCard(evaluate(Request(USER, "kms:Decrypt", KEY), resource_policy=POLICY))
    assert signs(card) == ["✓", "✓", "✓"]
    assert f"✓ Allowed. {card.decision.reason}" in repr(card)
    assert "AWS would say" not in repr(card)


def test_a_deny_ends_it_at_the_first_step() -> None:
    card = DecisionCard(evaluate(REQUEST, resource_policy=POLICY, identity_policies=[DENIES]))
    assert signs(card) == ["✗", "✗"]
    assert steps(card)[0] == "1. ✗ Does any statement explicitly deny it? yes: refused here (Out)"
    assert "&quot;Deny&quot;" in card._repr_html_()


@pytest.mark.parametrize(
    ("layers", "asked"),
    [
        ({"service_control_policies": [[ALLOWS_NOTHING]]}, "service control policies"),
        ({"permissions_boundaries": [ALLOWS_NOTHING]}, "permissions boundary"),
        ({"session_policy": ALLOWS_NOTHING}, "session policy"),
        ({"resource_policy": None}, "key policy"),
        ({"identity_policies": []}, "identity-based policies"),
        ({"identity_policies": [{"Statement": 7}]}, "every policy"),
    ],
)
def test_each_layer_is_named_where_it_refuses(layers: dict[str, object], asked: str) -> None:
    given = {"resource_policy": default_key_policy(ACCOUNT), "identity_policies": [ALLOWS_ALL], **layers}
    html = DecisionCard(evaluate(REQUEST, **given))._repr_html_()  # type: ignore[arg-type]
    *_, refused, verdict = re.findall(r"<tr[ >].*?</tr>", html[: html.index("Refused.")])
    assert f"<strong>{asked}</strong>" in refused
    assert "refused here" in refused
    assert "no: refused<" in verdict


def test_the_statements_that_it_rests_on_can_be_read_in_full() -> None:
    html = DecisionCard(evaluate(REQUEST, resource_policy=default_key_policy(ACCOUNT)))._repr_html_()
    folded = re.findall(
        r"<details><summary>The statement of step 3</summary><pre[^>]*>(.*?)</pre>", html, re.DOTALL
    )
    assert '"Sid": "Enable IAM User Permissions"' in unescape(folded[0])


def test_awss_sentence_is_labelled_as_it_was_said_or_would_be() -> None:
    decision = evaluate(REQUEST, resource_policy=POLICY)
    assert f"AWS would say: User: {READER} [1] is not authorized to perform [2]: kms:Decrypt [3]" in repr(
        DecisionCard(decision)
    )
    said = (
        f"An error occurred (AccessDeniedException) when calling the Decrypt operation: {decision.sentence()}"
    )
    assert "AWS says: An error occurred" in repr(DecisionCard(decision, aws_sentence=said))
    assert "[2] call: " in repr(DecisionCard(decision, aws_sentence=said))
    assert "AWS says: something new" in repr(DecisionCard(decision, aws_sentence="something new"))


def test_what_nearly_let_them_in_says_which_element_failed() -> None:
    card = DecisionCard(evaluate(REQUEST, resource_policy=POLICY, grants=[GRANT]))
    lines = repr(card).split(NEARLY[False])[1].splitlines()
    assert lines[2].split("  ")[0] == 'the statement "Allow use of the key"'
    assert "Principal" in lines[2]
    assert "the grant aaaaaaaa…" in lines[3]
    assert "In full: the grant aaaaaaaa…" in card._repr_html_()


def test_what_nearly_kept_them_out_is_shown_of_an_allow() -> None:
    deny = {
        "Sid": "Out",
        "Effect": "Deny",
        "Principal": {"AWS": USER},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    policy = {**POLICY, "Statement": [*POLICY["Statement"], LET_IN, deny]}
    assert NEARLY[True] in repr(DecisionCard(evaluate(REQUEST, resource_policy=policy)))


def test_under_a_refusal_stands_what_would_let_them_in() -> None:
    policy = default_key_policy(ACCOUNT)
    ways = what_would_allow(REQUEST, resource_policy=policy)
    card = DecisionCard(evaluate(REQUEST, resource_policy=policy), ways)
    assert repr(card).splitlines()[-3:] == [f"- {way.description}" for way in ways]
    html = card._repr_html_()
    assert html.count("<li>") == 3
    assert html.split("each way was tried out")[1].count("<details>") == 3
    assert "&quot;GranteePrincipal&quot;" in html


def test_what_nothing_opens_is_said_in_one_sentence() -> None:
    request = Request("*anonymous*", "kms:Decrypt", KEY)
    card = DecisionCard(evaluate(request), what_would_allow(request))
    assert "the call has to be signed" in repr(card).splitlines()[-1]
    assert "the call has to be signed" in card._repr_html_()


def test_an_allowed_request_has_no_ways_in() -> None:
    decision = evaluate(Request(USER, "kms:Decrypt", KEY), resource_policy=POLICY)
    assert DecisionCard(decision)._repr_html_() == DecisionCard(decision, Advice())._repr_html_()
    assert "let them in" not in repr(DecisionCard(decision))


@given(st.text(), st.text(min_size=1), st.text())
def test_whatever_stands_in_a_request_is_shown_and_never_run(name: str, key: str, said: str) -> None:
    request = Request(READER, "kms:Decrypt", KEY, {f"kms:EncryptionContext:<{key}>": f"</pre><script>{name}"})
    policy = default_key_policy(ACCOUNT)
    policy["Statement"][0]["Sid"] = f"<script>{name}"
    ways = what_would_allow(request, resource_policy=policy)
    html = DecisionCard(evaluate(request, resource_policy=policy), ways, f"<script>{said}")._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_what_aws_has_refused_is_never_shown_as_allowed() -> None:
    allowed = evaluate(REQUEST, resource_policy={**ALLOWS_ALL, "Statement": [LET_IN]})
    said = evaluate(REQUEST, resource_policy=default_key_policy(ACCOUNT)).sentence()
    card = DecisionCard(allowed, aws_sentence=said, notes=["A policy has been changed since."])
    for shown in (repr(card), unescape(card._repr_html_())):
        assert "✗ AWS refused it. By what can be seen from here:" in shown
        assert "✓ Allowed" not in shown
        assert "A policy has been changed since." in shown
        assert "because of which policy" in shown
