"""Grants in the account: what is kept of them, the tokens that stand for them, and whom they are for."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import store

REGION = "us-east-1"
SERVICE = "dynamodb.us-east-1.amazonaws.com"
TERMS = {
    "GranteePrincipal": SERVICE,
    "RetiringPrincipal": SERVICE,
    "Operations": ["Decrypt"],
    "Constraints": {"EncryptionContextSubset": {"aws:dynamodb:tableName": "Books"}},
}


def shown(practice: Any, arn: str) -> dict[str, dict[str, Any]]:
    """The grants on a key by their ids, the oldest first."""
    keys, key = practice.account.keys, practice.account.keys.find(arn)
    entries = [keys.grant_entry(key.region, grant_id) for grant_id in keys.grant_ids(key)]
    return {entry["GrantId"]: entry for entry in sorted(entries, key=lambda entry: entry["CreationDate"])}


def add(practice: Any, arn: str, **terms: Any) -> tuple[str, str]:
    """The id of a new grant, and a token of it."""
    grant = practice.account.keys.new_grant(practice.account.keys.find(arn), {**TERMS, **terms})
    practice.account.keys.add_grant(REGION, grant)
    practice.account.commit()
    return grant.id, grant.new_token()


def of_token(practice: Any, token: str, region: str = REGION) -> tuple[str, str] | None:
    """The ARN of the key and the id of the grant that a token stands for."""
    grant = practice.account.keys.grant_of_token(region, token)
    return None if grant is None else (practice.account.keys.key_of_grant(region, grant).arn, grant.id)


def test_grants_are_put_on_a_key_and_taken_from_it(kept: Any) -> None:
    arn = kept.key()
    (first, _), (second, _) = add(kept, arn), add(kept, arn, Constraints={}, Name="other")
    kept.restart()
    found = shown(kept, arn)
    assert list(found) == [first, second], "the oldest first"
    assert TERMS.items() <= found[first].items()
    assert (found[first]["Name"], found[second]["Name"]) == ("", "other")
    assert "Constraints" not in found[second]
    kept.account.keys.remove_grants_like(kept.account.keys.find(arn), TERMS)
    kept.account.commit()
    kept.restart()
    assert list(shown(kept, arn)) == [second]


def test_a_token_leads_to_its_grant_for_as_long_as_that_is_there(kept: Any) -> None:
    arn, other = kept.key(), kept.key()
    grant_id, token = add(kept, arn, Name="n")
    again, other_token = add(kept, arn, Name="n")
    add(kept, other)
    assert (again, other_token != token) == (grant_id, True)
    kept.restart()
    for one in (token, other_token):
        assert of_token(kept, one) == (arn, grant_id)
        assert of_token(kept, one, "eu-west-1") is None
    kept.account.keys.remove_grant(REGION, kept.account.keys.grant(REGION, grant_id))
    assert of_token(kept, token) is None


def test_a_token_begins_as_on_aws_and_never_as_an_option_of_a_command(practice: Any) -> None:
    grants = [
        practice.account.keys.new_grant(practice.account.keys.find(practice.key()), TERMS) for _ in "abc"
    ]
    assert {grant.new_token()[0] for grant in grants} == {"A"}


def test_a_token_without_its_first_byte_is_one_of_an_earlier_version(practice: Any) -> None:
    arn = practice.key()
    grant_id, token = add(practice, arn)
    data = base64.urlsafe_b64decode(token)
    assert of_token(practice, base64.urlsafe_b64encode(data[1:]).decode()) == (arn, grant_id)
    for fake in (data[1:] + b"x", b"\x02" + data[1:], b"\x01" + data):
        assert of_token(practice, base64.urlsafe_b64encode(fake).decode()) is None


def test_no_token_can_be_made_up(practice: Any) -> None:
    arn = practice.key()
    grant_id, token = add(practice, arn)
    _, other = add(practice, arn)
    data = base64.urlsafe_b64decode(token)
    forged = [
        data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :] for position in range(len(data))
    ]
    forged += [data[:-1], data + b"x", b"", bytes.fromhex(grant_id) + base64.urlsafe_b64decode(other)[32:]]
    for fake in forged:
        assert of_token(practice, base64.urlsafe_b64encode(fake).decode()) is None
    for text in ("", "é", "not base64", token[:-1], token + "=", grant_id):
        assert of_token(practice, text) is None
    assert of_token(practice, token) == (arn, grant_id)


def test_what_a_grants_token_is_made_with_is_in_no_text_of_it(practice: Any) -> None:
    arn = practice.key()
    add(practice, arn)
    [grant_id] = practice.account.keys.grant_ids(practice.account.keys.find(arn))
    grant = practice.account.keys.grant(REGION, grant_id)
    assert grant.secret.hex() not in repr(grant) + repr(shown(practice, arn))
    assert repr(grant.secret) not in repr(grant)


@pytest.mark.parametrize(
    "other",
    [
        {"Operations": ["Encrypt"]},
        {"Operations": ["Decrypt", "Encrypt"]},
        {"Constraints": {}},
        {"Constraints": {"EncryptionContextSubset": {"aws:dynamodb:tableName": "Films"}}},
        {"RetiringPrincipal": None},
        {"Name": "another"},
    ],
)
def test_only_the_same_terms_under_the_same_name_are_a_retry(practice: Any, other: dict[str, Any]) -> None:
    arn = practice.key()
    first, _ = add(practice, arn, Name="n", Operations=["Decrypt"])
    assert add(practice, arn, Name="n", Operations=["Decrypt", "Decrypt"])[0] == first, "as a set"
    assert add(practice, arn, **{"Name": "n", **other})[0] != first
    assert add(practice, practice.key(), Name="n")[0] != first, "on another key"


def test_without_a_name_there_are_no_retries(practice: Any) -> None:
    arn = practice.key()
    assert add(practice, arn)[0] != add(practice, arn)[0]
    assert len(shown(practice, arn)) == 2


def test_a_key_is_full_one_day(practice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = practice.key()
    monkeypatch.setattr(store, "MAX_GRANTS", 2)
    grant_id, _ = add(practice, arn, Name="n")
    add(practice, arn)
    with pytest.raises(AwsError, match="LimitExceededException"):
        add(practice, arn)
    assert add(practice, arn, Name="n")[0] == grant_id, "a retry makes nothing"


def test_a_grant_is_for_one_user_not_for_a_name(kept: Any) -> None:
    arn, user = kept.key(), "arn:aws:iam::123456789012:user/Ann"
    kept("iam:CreateUser", UserName="Ann")
    grant_id, _ = add(kept, arn, GranteePrincipal=user, RetiringPrincipal=user)
    assert shown(kept, arn)[grant_id]["GranteePrincipal"] == user
    kept("iam:UpdateUser", UserName="Ann", NewUserName="Anna")
    assert shown(kept, arn)[grant_id]["GranteePrincipal"] == user + "a"
    kept("iam:DeleteUser", UserName="Anna")
    kept("iam:CreateUser", UserName="Ann")
    kept.restart()
    grant = shown(kept, arn)[grant_id]
    assert grant["GranteePrincipal"] == grant["RetiringPrincipal"]
    assert grant["GranteePrincipal"].startswith("AIDA")


def test_a_grant_is_for_one_role_not_for_a_name(practice: Any) -> None:
    arn, trust = practice.key(), '{"Version": "2012-10-17", "Statement": []}'
    role = "arn:aws:iam::123456789012:role/Reader"
    practice("iam:CreateRole", RoleName="Reader", AssumeRolePolicyDocument=trust)
    grant_id, _ = add(practice, arn, GranteePrincipal=role)
    assert shown(practice, arn)[grant_id]["GranteePrincipal"] == role
    practice("iam:DeleteRole", RoleName="Reader")
    practice("iam:CreateRole", RoleName="Reader", AssumeRolePolicyDocument=trust)
    assert shown(practice, arn)[grant_id]["GranteePrincipal"] != role
