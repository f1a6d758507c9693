"""A table of requests is answered as the account's policies and grants answer them."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.course.checks.requests import (
    HARMFUL,
    YOU,
    ExpectedRequest,
    nobody_else_let_in,
    refused_beside,
    requests_answered,
)
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER
from kmscourse.policy import use_statement, with_statement

ALIAS = "alias/tenants"
TABLE = (
    ExpectedRequest(YOU, "kms:Decrypt", ALIAS, allowed=True),
    ExpectedRequest(LAB_USER, "kms:Decrypt", ALIAS, allowed=False),
    ExpectedRequest(LAB_USER, "kms:Decrypt", ALIAS, allowed=True, context={"tenant": "a"}),
)


@pytest.fixture
def key(account: Account) -> str:
    me = [account.user_arn]
    return keys.create_key(account.client("kms"), ALIAS, administrators=me, users=me)


def test_without_the_key_nothing_is_right(account: Account, notes: Notes) -> None:
    seen = requests_answered(TABLE)(account, notes)
    assert not seen.passed
    assert "there is no key alias/tenants" in seen.text


def test_the_requests_that_are_answered_otherwise_are_named(account: Account, notes: Notes, key: str) -> None:
    seen = requests_answered(TABLE)(account, notes)
    assert seen.text == (
        "2 of 3 requests are answered as they should be; not so: kms:Decrypt by IAMLabUser with tenant=a is refused"
    )


def test_where_two_keys_are_asked_about_each_is_named(account: Account, notes: Notes, key: str) -> None:
    keys.create_key(account.client("kms"), "other")
    table = [ExpectedRequest(YOU, "kms:Decrypt", alias, allowed=False) for alias in (ALIAS, "alias/other")]
    said = requests_answered(table)(account, notes).text
    assert f"by you on {ALIAS} is allowed; kms:Decrypt by you on alias/other is allowed" in said


def test_all_are_right_once_the_context_is_granted(account: Account, notes: Notes, key: str) -> None:
    account.client("kms").create_grant(
        KeyId=key,
        GranteePrincipal=f"arn:aws:iam::{account.id}:user/{LAB_USER}",
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"tenant": "a"}},
    )
    assert requests_answered(TABLE)(account, notes).passed


def test_somebody_who_is_not_there_is_let_in_nowhere(account: Account, notes: Notes, key: str) -> None:
    refused = ExpectedRequest("Nobody", "kms:Decrypt", ALIAS, allowed=False)
    allowed = ExpectedRequest("Nobody", "kms:Decrypt", ALIAS, allowed=True)
    assert requests_answered([refused])(account, notes).passed
    assert "there is no user or role Nobody" in requests_answered([allowed])(account, notes).text


def test_no_call_of_the_learner_is_made(account: Account, notes: Notes, key: str) -> None:
    def decrypts() -> list[object]:
        found = account.client("cloudtrail").lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
        )
        return list(found["Events"])

    before = decrypts()
    requests_answered(TABLE)(account, notes)
    assert decrypts() == before


# --- and nothing more -----------------------------------------------------------------------------------------

READS = (ExpectedRequest(LAB_USER, "kms:Decrypt", ALIAS, allowed=True, context={"tenant": "a"}),)


def let_in(account: Account, key: str, statement: dict[str, Any]) -> None:
    kms = account.client("kms")
    keys.put_key_policy(kms, key, with_statement(keys.key_policy(kms, key), statement))


def reads(account: Account, *actions: str) -> dict[str, Any]:
    own = {"StringEquals": {"kms:EncryptionContext:tenant": "a"}}
    arn = f"arn:aws:iam::{account.id}:user/{LAB_USER}"
    return use_statement(arn, actions, sid="Reads") | {"Condition": own}


def test_who_may_do_what_is_allowed_may_do_nothing_beside_it(
    account: Account, notes: Notes, key: str
) -> None:
    let_in(account, key, reads(account, "kms:Decrypt"))
    seen = requests_answered([*READS, *refused_beside(READS)])(account, notes)
    assert seen.passed, seen


@pytest.mark.parametrize("action", [action for action in HARMFUL if action != "kms:Decrypt"])
def test_one_action_more_is_found(account: Account, notes: Notes, key: str, action: str) -> None:
    let_in(account, key, reads(account, "kms:Decrypt", action))
    seen = requests_answered([*READS, *refused_beside(READS)])(account, notes)
    assert f"{action} by {LAB_USER} with tenant=a is allowed" in seen.text


def test_one_context_more_is_found(account: Account, notes: Notes, key: str) -> None:
    let_in(account, key, reads(account, "kms:Decrypt") | {"Condition": {}})
    seen = requests_answered([*READS, *refused_beside(READS, contexts=[{"tenant": "b"}])])(account, notes)
    assert f"kms:Decrypt by {LAB_USER} with tenant=b is allowed" in seen.text


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("arn:aws:iam::123456789012:user/IAMLabUser", "IAMLabUser may decrypt, by key policy"),
        ("arn:aws:iam::999999999999:root", "the account 999999999999 may decrypt, by key policy"),
        ("*", "may decrypt, by key policy"),
    ],
)
def test_somebody_else_is_found(account: Account, notes: Notes, key: str, who: str, said: str) -> None:
    assert nobody_else_let_in(ALIAS)(account, notes).passed
    let_in(account, key, use_statement(who, ["kms:Decrypt"], sid="Another"))
    seen = nobody_else_let_in(ALIAS)(account, notes)
    assert not seen.passed
    assert said in seen.text
