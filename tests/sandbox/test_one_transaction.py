"""A call is one transaction: where its events can't be kept, nothing of it stays, whichever operation it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from kmscourse.sandbox.call import AwsError
from tests.sandbox.conftest import OFFERED
from tests.sandbox.moto_adapter.test_rows import everything
from tests.sandbox.storage.life import LIFE, filled_in

PASSWORD = "NewUs@r150"
WITHOUT_EFFECT = {"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt", "cloudtrail:LookupEvents"}
CHANGING = {
    f"{service}:{operation}"
    for service, operations in OFFERED.items()
    for operation in operations
    if operations[operation].changes
} - WITHOUT_EFFECT
OTHERS = {"kmscourse:SignIn", "kmscourse:SessionFor", "sts:GetSessionToken", "sts:GetFederationToken"}


def lost(*_: Any, **__: Any) -> None:
    raise sqlite3.OperationalError("database or disk is full")


def lives(gate: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each call that changes something, when it can be made; some of them are refused by a rule."""
    for action, parameters in LIFE:
        if action in CHANGING:
            named = {"KeyId": "$key0"} if parameters.get("KeyId") == "alias/one" else {}
            yield action, filled_in({**parameters, **named}, gate)
            if action == "kms:CancelKeyDeletion":
                gate("kms:EnableKey", **filled_in({"KeyId": "$key0"}, gate))
    yield from apart(gate)


def apart(gate: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """What needs something else than the things of that life."""
    key, external = gate.key(), gate.key(Origin="EXTERNAL")
    yield "kms:PutKeyPolicy", {"KeyId": key, "Policy": opened_to(gate.account_id)}
    yield (
        "kms:ImportKeyMaterial",
        {
            "KeyId": external,
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
            **gate.wrapped_for(external, bytes(32)),
        },
    )
    yield "kms:DeleteImportedKeyMaterial", {"KeyId": external}
    yield "kms:UpdateKeyDescription", {"KeyId": key, "Description": "another"}
    role = gate.role("helper")
    yield "iam:UpdateAssumeRolePolicy", {"RoleName": "helper", "PolicyDocument": opened_to_all()}
    yield "iam:UpdateRoleDescription", {"RoleName": "helper", "Description": "of iron"}
    yield "sts:AssumeRole", {"RoleArn": role, "RoleSessionName": "work"}
    yield "sts:GetSessionToken", {}
    yield "sts:GetFederationToken", {"Name": "bob"}
    gate("iam:CreateLoginProfile", UserName=gate.main, Password=PASSWORD)
    yield "iam:ChangePassword", {"OldPassword": PASSWORD, "NewPassword": f"{PASSWORD}!"}
    yield "kmscourse:SignIn", {"UserName": gate.main, "Password": f"{PASSWORD}!"}
    yield "kmscourse:SessionFor", {"UserName": "IAMLabUser"}


def opened_to(account: str) -> str:
    """A key's policy."""
    return document({"Effect": "Allow", "Principal": {"AWS": account}, "Action": "kms:*", "Resource": "*"})


def opened_to_all() -> str:
    """A role's policy."""
    return document({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize("broken", ["cloudtrail.trail.Trail.record", "storage.file.Storage._keep"])
def test_nothing_stays_of_a_call_whose_events_are_lost(
    gate: Any, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    made = set()
    for action, parameters in lives(gate):
        gate("kms:ListKeys")  # The key's last use is noted: a later call has nothing of that to write.
        gate.application._record()
        before, events = everything(gate.account), len(list(gate.account.storage.events()))
        with monkeypatch.context() as patch:
            patch.setattr(f"kmscourse.sandbox.{broken}", lost)
            try:
                gate(action, **parameters)
            except (sqlite3.Error, AwsError):
                assert everything(gate.account) == before, f"{action} is half there"
                assert dict(gate.account.storage.rows()) == before, f"{action} is half on disk"
                assert len(list(gate.account.storage.events())) == events, f"{action} left an event"
            else:
                assert broken.startswith("storage"), f"{action} was kept without its events"
                made.add(action)  # A data event: there is nothing to be lost.
                continue
        try:
            gate(action, **parameters)
        except AwsError:
            continue
        if everything(gate.account) != before:
            made.add(action)
    untried = (CHANGING | OTHERS) - made
    assert not untried, f"make these calls succeed and change something, in apart(): {untried}"
