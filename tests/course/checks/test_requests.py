"""A table of requests is answered as the account's policies and grants answer them."""

from __future__ import annotations

import pytest

from kmscourse import kms as keys
from kmscourse.account import Account
from kmscourse.course.checks.requests import YOU, Request, requests_answered
from kmscourse.course.notes import Notes
from kmscourse.iam import LAB_USER

ALIAS = "alias/tenants"
TABLE = (
    Request(YOU, "kms:Decrypt", ALIAS, allowed=True),
    Request(LAB_USER, "kms:Decrypt", ALIAS, allowed=False),
    Request(LAB_USER, "kms:Decrypt", ALIAS, allowed=True, context={"tenant": "a"}),
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


def test_all_are_right_once_the_context_is_granted(account: Account, notes: Notes, key: str) -> None:
    account.client("kms").create_grant(
        KeyId=key,
        GranteePrincipal=f"arn:aws:iam::{account.id}:user/{LAB_USER}",
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"tenant": "a"}},
    )
    assert requests_answered(TABLE)(account, notes).passed


def test_somebody_who_is_not_there_is_let_in_nowhere(account: Account, notes: Notes, key: str) -> None:
    refused = Request("Nobody", "kms:Decrypt", ALIAS, allowed=False)
    allowed = Request("Nobody", "kms:Decrypt", ALIAS, allowed=True)
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
