"""A grant lets in the one that it is for, whatever kind of principal that is, and whatever other grants there are."""

from __future__ import annotations

import json
from typing import Any

import pytest

ROLE_PATH = "/readers/"
ENCRYPTING = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}


def crowded(gate: Any) -> str:
    """A key whose policy names the main user alone, with grants for others and to do other things."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": gate.arn(gate.main)},
        "Action": "kms:*",
        "Resource": "*",
    }
    key = gate.key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    gate.user("Other")
    for number in range(5):
        constraint = {"Constraints": {"EncryptionContextEquals": {"n": str(number)}}}
        grant(gate, key, gate.arn("Other"), **constraint)
    return str(key)


def grant(gate: Any, key: str, grantee: str, **more: Any) -> None:
    gate("kms:CreateGrant", KeyId=key, GranteePrincipal=grantee, Operations=["Encrypt"], **more)


def encrypt(gate: Any, key: str, by: str, **more: Any) -> Any:
    return gate("kms:Encrypt", by=by, KeyId=key, Plaintext="eA==", **more)


def refused(gate: Any, key: str, by: str, **more: Any) -> None:
    error = gate.refused("kms:Encrypt", by=by, KeyId=key, Plaintext="eA==", **more)
    assert error.code == "AccessDeniedException"


def test_a_user_under_whatever_name(gate: Any) -> None:
    key = crowded(gate)
    ann, bob = gate.user("Ann"), gate.user("Bob")
    refused(gate, key, ann)
    grant(gate, key, gate.arn(ann))
    encrypt(gate, key, ann)
    refused(gate, key, bob)
    gate("iam:UpdateUser", UserName=ann, NewUserName="Anna", NewPath="/people/")
    encrypt(gate, key, ann)  # The session is hers still.
    gate("iam:UpdateUser", UserName=bob, NewUserName="Ann")
    refused(gate, key, bob)


def test_a_user_by_an_access_key_and_by_temporary_credentials(gate: Any) -> None:
    key, ann = crowded(gate), gate.user("Ann")
    grant(gate, key, gate.arn(ann))
    access_key = gate.account.identities.add_access_key(ann).caller.access_key_id
    gate.account.commit()
    by_key = gate.signed_in({"AccessKeyId": access_key})
    encrypt(gate, key, by_key)
    encrypt(gate, key, gate.signed_in(gate("sts:GetSessionToken", by=by_key)["Credentials"]))


def test_a_role_by_any_of_its_sessions(gate: Any) -> None:
    key = crowded(gate)
    role, other = gate.role("Reader", Path=ROLE_PATH), gate.role("Writer")
    session, others = gate.assume(role), gate.assume(other)
    refused(gate, key, session)
    grant(gate, key, role)
    encrypt(gate, key, session)
    refused(gate, key, others)


def test_one_session_of_a_role_alone(gate: Any) -> None:
    key, role = crowded(gate), gate.role("Reader")
    grant(gate, key, f"arn:aws:sts::{gate.account_id}:assumed-role/Reader/morning")
    encrypt(gate, key, gate.assume(role, RoleSessionName="morning"))
    refused(gate, key, gate.assume(role, RoleSessionName="evening"))


def test_a_federated_user(gate: Any) -> None:
    key = crowded(gate)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [ENCRYPTING]})
    asked = {"Name": "guest", "Policy": policy}
    guest = gate.signed_in(gate("sts:GetFederationToken", **asked)["Credentials"])
    refused(gate, key, guest)
    grant(gate, key, f"arn:aws:sts::{gate.account_id}:federated-user/guest")
    encrypt(gate, key, guest)


@pytest.mark.parametrize("grantee", ["{}", "arn:aws:iam::{}:root"])
def test_the_account_which_leaves_it_to_iam(gate: Any, grantee: str) -> None:
    key = crowded(gate)
    ann, bob = gate.user("Ann", ENCRYPTING), gate.user("Bob")
    refused(gate, key, ann)
    grant(gate, key, grantee.format(gate.account_id))
    encrypt(gate, key, ann)
    refused(gate, key, bob)


def test_in_the_encryption_context_of_any_of_its_grants(gate: Any) -> None:
    key = crowded(gate)
    for number in range(5):
        encrypt(gate, key, "Other", EncryptionContext={"n": str(number)})
    refused(gate, key, "Other")
    refused(gate, key, "Other", EncryptionContext={"n": "5"})
    refused(gate, key, "Other", EncryptionContext={"n": "1", "m": "1"})
