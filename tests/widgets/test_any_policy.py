"""Whatever key policy AWS takes, every check runs, every card and every page shows it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from kmscourse import Lab
from kmscourse.account import Account
from kmscourse.course import checks
from kmscourse.course.notes import Notes
from kmscourse.display.architecture import Architecture
from kmscourse.display.policy import PolicyCard
from kmscourse.iam import LAB_USER
from kmscourse.kms import key_policy
from kmscourse.policy import with_statement
from kmscourse.widgets import DecisionExplorer
from kmscourse.widgets.key_policy import ADMINISTRATORS, KeyPolicyPage, default_view
from tests.policy.legal import ACCOUNT, POLICIES, SOMEBODY
from tests.widgets.conftest import lab_at
from tests.widgets.reading import words

EVERYONE = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}
SERVICES = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["a.amazonaws.com"]},
            "Action": "kms:*",
            "Resource": "*",
        },
        {"Effect": "Allow", "Principal": {"AWS": ["*", SOMEBODY]}, "NotAction": ["kms:*"], "Resource": ["*"]},
    ]
}
ANY_POLICY = settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def told(seen_lab8: Lab) -> dict[str, str]:
    """What KMS tells as myKey's policy, whatever it is: {"Policy": …}."""
    answer: dict[str, str] = {}
    events = seen_lab8.client("kms").meta.events
    events.register("after-call.kms.GetKeyPolicy", lambda parsed, **_: parsed.update(answer))
    return answer


@ANY_POLICY
@given(policy=POLICIES)
@example(policy=EVERYONE)
@example(policy=SERVICES)
def test_cards_and_views_show_it(policy: dict[str, Any]) -> None:
    for shown in (repr(PolicyCard(policy)), PolicyCard(policy)._repr_html_(), default_view(policy)):
        assert shown


@ANY_POLICY
@given(policy=POLICIES)
@example(policy=EVERYONE)
@example(policy=SERVICES)
def test_checks_the_diagram_and_pages_bear_it(
    seen_lab8: Lab, told: dict[str, str], policy: dict[str, Any]
) -> None:
    told["Policy"] = json.dumps(policy)
    for each in (*checks.CHECKS.values(), *(one for some in checks.EXERCISES.values() for one in some)):
        assert repr(checks.run(each, seen_lab8.account, seen_lab8.notes))
    assert repr(seen_lab8.diagram())
    assert repr(seen_lab8.explain(LAB_USER, "kms:Decrypt", seen_lab8.key_arn))
    assert DecisionExplorer(seen_lab8).verdict.value
    page = KeyPolicyPage(seen_lab8)
    page.edit.click()
    assert page.policy.policy == policy
    page.policy.control.value = json.dumps({**policy, "Id": "another"})
    assert "The difference" in page.preview.value


def test_who_is_let_in_is_named_in_every_shape(seen_lab8: Lab, told: dict[str, str]) -> None:
    statements = [
        {"Principal": {"AWS": [SOMEBODY, "*"], "Service": "dynamodb.amazonaws.com"}},
        {"NotPrincipal": {"AWS": SOMEBODY}},
        {"Principal": {"AWS": ACCOUNT}},
    ]
    allowed = [{"Effect": "Allow", "Action": "kms:*", "Resource": "*", **whom} for whom in statements]
    told["Policy"] = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    assert Architecture.of(seen_lab8.account, seen_lab8.notes).lets_in == (
        "IAMLabUser",
        "everyone",
        "dynamodb.amazonaws.com",
        "everyone but IAMLabUser",
        "the account's IAM",
    )


@pytest.mark.parametrize(
    ("actions", "may"),
    [("kms:*", True), (["kms:Sched*", "kms:Cancel*"], True), ("kms:ScheduleKeyDeletion", False)],
)
def test_who_may_delete_is_read_as_aws_reads_it(actions: Any, may: bool) -> None:
    statement = {
        "Sid": ADMINISTRATORS,
        "Effect": "Allow",
        "Principal": "*",
        "Action": actions,
        "Resource": "*",
    }
    shown = words(default_view({"Statement": statement}))
    assert ("may delete this key" in shown) is may
    assert "Key administratorseveryone" in shown


def test_who_is_shut_out_of_the_key_is_told_so(account: Account, notes: Notes) -> None:
    lab = lab_at(8, account, notes)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["kms:GetKeyPolicy", "kms:ListGrants"],
        "Resource": "*",
    }
    kms, arn = account.client("kms"), lab.key_arn
    kms.put_key_policy(
        KeyId=arn,
        Policy=json.dumps(with_statement(key_policy(kms, arn), statement)),
        BypassPolicyLockoutSafetyCheck=True,
    )
    report = repr(checks.run(checks.CHECKS[8], account, notes))
    assert "Found: AWS doesn't show it: User: " in report
    assert "is not authorized to perform: kms:GetKeyPolicy" in report
    assert "AWS doesn't show its key policy to the administrator." in repr(lab.diagram())
