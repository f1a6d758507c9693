"""A grant that is not known everywhere yet, or not yet forgotten: who is let in, by what, and until when."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.settings import Settings
from tests.sandbox.conftest import Gate

TEXT = base64.b64encode(b"hello").decode()
DENIED = "AccessDeniedException"


@pytest.fixture
def slow() -> Iterator[Any]:
    """An account in which a grant takes a minute."""
    made = Gate(settings=Settings(grant_delay=60.0))
    yield made
    made.application.close()


def grant(gate: Any, key: str, *operations: str, **more: Any) -> dict[str, Any]:
    terms = {"GranteePrincipal": gate.arn("IAMLabUser"), "Operations": list(operations) or ["Encrypt"]}
    return dict(gate("kms:CreateGrant", KeyId=key, **terms, **more))


def is_let_in(gate: Any, key: str, **more: Any) -> bool:
    call = {"by": "IAMLabUser", "KeyId": key, "Plaintext": TEXT, **more}
    try:
        gate("kms:Encrypt", **call)
    except AwsError as error:
        if error.code != DENIED:
            raise
        return False
    return True


def test_a_new_grant_counts_only_with_its_token(slow: Any) -> None:
    key = slow.key()
    made = grant(slow, key)
    assert not is_let_in(slow, key)
    assert is_let_in(slow, key, GrantTokens=[made["GrantToken"]])
    assert not is_let_in(slow, key), "one request with the token makes it known to no other"
    slow.later(seconds=61)
    assert is_let_in(slow, key)


def test_the_token_of_another_grant_does_not_help(slow: Any) -> None:
    key = slow.key()
    grant(slow, key)
    other = grant(slow, key, "DescribeKey")
    assert not is_let_in(slow, key, GrantTokens=[other["GrantToken"]])


def test_a_known_grant_goes_on_counting_beside_a_new_one_that_says_the_same(slow: Any) -> None:
    key = slow.key()
    grant(slow, key)
    slow.later(seconds=61)
    for _ in range(5):  # ids are random: whichever comes first
        grant(slow, key)
    assert is_let_in(slow, key)


def test_a_retry_of_create_grant_does_not_make_a_known_grant_new(slow: Any) -> None:
    key = slow.key()
    first = grant(slow, key, Name="once")
    slow.later(seconds=61)
    assert grant(slow, key, Name="once")["GrantId"] == first["GrantId"]
    assert is_let_in(slow, key)


@pytest.mark.parametrize("how", ["revoke", "retire"])
def test_a_grant_that_is_gone_goes_on_counting(slow: Any, how: str) -> None:
    """API reference, "RetireGrant", "RevokeGrant": there might be a brief delay until it is known."""
    key = slow.key()
    made = grant(slow, key)
    slow.later(seconds=61)
    if how == "revoke":
        slow("kms:RevokeGrant", KeyId=key, GrantId=made["GrantId"])
    else:
        slow("kms:RetireGrant", GrantToken=made["GrantToken"])
    assert slow("kms:ListGrants", KeyId=key)["Grants"] == []
    assert is_let_in(slow, key)
    slow.later(seconds=61)
    assert not is_let_in(slow, key)


def test_a_grant_that_nobody_knew_is_gone_at_once(slow: Any) -> None:
    key = slow.key()
    made = grant(slow, key)
    slow("kms:RevokeGrant", KeyId=key, GrantId=made["GrantId"])
    assert not is_let_in(slow, key)
    slow.later(seconds=61)
    assert not is_let_in(slow, key)


def test_a_dry_run_removes_nothing(slow: Any) -> None:
    key = slow.key()
    made = grant(slow, key)
    slow.later(seconds=61)
    slow.refused("kms:RevokeGrant", KeyId=key, GrantId=made["GrantId"], DryRun=True)
    slow.later(seconds=61)
    assert is_let_in(slow, key)


def test_a_service_has_no_token_to_give(slow: Any) -> None:
    key = slow.key()
    slow.books(key)
    slow.user("Reader", {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"})
    slow("kms:CreateGrant", KeyId=key, GranteePrincipal=slow.arn("Reader"), Operations=["Decrypt"])
    assert slow.refused("dynamodb:Scan", by="Reader", TableName="Books").code == DENIED
    slow.later(seconds=61)
    assert slow("dynamodb:Scan", by="Reader", TableName="Books")["Count"] == 1


def test_dynamodbs_own_grants_count_at_once(slow: Any) -> None:
    first, second = slow.key(), slow.key()
    slow.books(first)
    assert slow("dynamodb:Scan", TableName="Books")["Count"] == 1
    change = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": second}
    slow("dynamodb:UpdateTable", TableName="Books", SSESpecification=change)
    assert slow.account.keys.grant_delay.unknown(slow.account.now()) == set()
    slow("dynamodb:DeleteTable", TableName="Books")
    assert slow("kms:ListGrants", KeyId=second)["Grants"] == []


def test_a_grant_keeps_the_delay_that_it_was_made_under(gate: Any) -> None:
    key = gate.key()
    gate("kmscourse:SetGrantDelay", Seconds=60)
    grant(gate, key)
    gate("kmscourse:SetGrantDelay")
    assert not is_let_in(gate, key)
    grant(gate, key, "Decrypt", "Encrypt")
    assert is_let_in(gate, key), "without a delay a grant counts at once"
    gate.later(seconds=61)
    assert is_let_in(gate, key)


def test_by_default_there_is_none(gate: Any) -> None:
    key = gate.key()
    made = grant(gate, key)
    assert is_let_in(gate, key)
    gate("kms:RevokeGrant", KeyId=key, GrantId=made["GrantId"])
    assert not is_let_in(gate, key)
