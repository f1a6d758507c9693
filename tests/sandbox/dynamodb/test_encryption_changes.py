"""A table put under another key: what that needs, what it leaves behind, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

INVALID = "One or more parameter values were invalid: "
SERVICE = "dynamodb.amazonaws.com"


def under(key: str | None) -> dict[str, Any]:
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key} if key else {"Enabled": False}


def change(gate: Any, key: str | None, by: str = "") -> dict[str, Any]:
    answer = gate("dynamodb:UpdateTable", by=by, TableName="Books", SSESpecification=under(key))
    return dict(answer["TableDescription"])


def described(gate: Any) -> dict[str, Any] | None:
    found: dict[str, Any] | None = gate("dynamodb:DescribeTable", TableName="Books")["Table"].get(
        "SSEDescription"
    )
    return found


def grants(gate: Any, *keys: str) -> list[int]:
    return [len(gate("kms:ListGrants", KeyId=key)["Grants"]) for key in keys]


def on_keys(gate: Any, since: int) -> list[tuple[str, str, str | None]]:
    """What happened to keys, oldest first: the event, its key, and the user or the service that it was for."""
    found = [event for event in reversed(gate.events()) if event["eventSource"] == "kms.amazonaws.com"][
        since:
    ]
    return [
        (event["eventName"], event["resources"][0]["ARN"], event["userIdentity"].get("userName"))
        for event in found
    ]


def test_the_answer_shows_the_table_as_it_was(gate: Any) -> None:
    first, second = gate.key(), gate.key()
    gate.books(first)
    answer = change(gate, second)
    assert answer["TableStatus"] == "ACTIVE"
    assert answer["SSEDescription"] == {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": first}
    assert described(gate) == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": second}
    assert change(gate, None)["SSEDescription"]["KMSMasterKeyArn"] == second
    assert described(gate) is None
    assert change(gate, "alias/aws/dynamodb")["SSEDescription"] == {"Status": "UPDATING"}


def test_the_grant_moves_with_the_table(gate: Any) -> None:
    first, second = gate.key(), gate.key()
    gate.books(first)
    change(gate, second)
    assert grants(gate, first, second) == [0, 1]
    gate("kms:DisableKey", KeyId=first)
    assert gate("dynamodb:Scan", TableName="Books")["Count"] == 1
    change(gate, None)
    assert grants(gate, first, second) == [0, 0]


def test_the_trail_of_a_change(gate: Any) -> None:
    first, second = gate.key(), gate.key()
    gate.books(first)
    before = len([event for event in gate.events() if event["eventSource"] == "kms.amazonaws.com"])
    change(gate, second)
    assert on_keys(gate, before) == [
        ("DescribeKey", second, gate.main),
        ("CreateGrant", second, gate.main),
        ("GenerateDataKey", second, None),
        ("RetireGrant", first, None),
        ("Decrypt", second, gate.main),
    ]
    change(gate, None)
    assert on_keys(gate, before + 5) == [("RetireGrant", second, None)]


def test_the_same_key_by_its_arn_is_no_change(gate: Any) -> None:
    key = gate.key()
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=key)
    gate.books(key)
    refusal = gate.refused("dynamodb:UpdateTable", TableName="Books", SSESpecification=under(key))
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        INVALID
        + "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change "
        "Master Key",
    )
    for name in ("alias/myKey", key.split("/")[1]):  # By another name the table is encrypted anew.
        assert change(gate, name)["SSEDescription"]["Status"] == "UPDATING"
    assert grants(gate, key) == [1]


@pytest.mark.parametrize("specification", [{}, {"Enabled": False}])
def test_dynamodbs_own_key_again_is_no_change(gate: Any, specification: dict[str, Any]) -> None:
    gate.books()
    refusal = gate.refused("dynamodb:UpdateTable", TableName="Books", SSESpecification=specification)
    assert (refusal.code, refusal.message) == (
        "ValidationException",
        INVALID + "Table is already encrypted by default",
    )


@pytest.mark.parametrize("action", ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"])
def test_who_changes_the_key_needs_the_new_one(gate: Any, action: str) -> None:
    first, second = gate.key(), gate.key()
    gate.books(first)
    needed = {"kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"}
    gate.user("Keeper", {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"})
    gate.allow(second, "Keeper", *(needed - {action}))
    refusal = gate.refused(
        "dynamodb:UpdateTable", by="Keeper", TableName="Books", SSESpecification=under(second)
    )
    assert refusal.code == "AccessDeniedException"
    assert f"is not authorized to perform: {action} on resource: {second} because" in refusal.message
    gate.allow(second, "Keeper", action)
    change(gate, second, by="Keeper")


@pytest.mark.parametrize(
    ("ruin", "beginning"),
    [("DisableKey", "KMS key disabled error: "), ("ScheduleKeyDeletion", "KMS validation error: ")],
)
def test_a_table_whose_key_does_not_work_stays_under_it(gate: Any, ruin: str, beginning: str) -> None:
    first, second = gate.key(), gate.key()
    gate.books(first)
    gate(f"kms:{ruin}", KeyId=first)
    for key in (second, "alias/aws/dynamodb", None):
        refusal = gate.refused("dynamodb:UpdateTable", TableName="Books", SSESpecification=under(key))
        assert (refusal.code, refusal.status) == ("ValidationException", 400)
        assert refusal.message.startswith(f"{beginning}com.amazonaws.services.kms.model.")
        assert first in refusal.message
    again = gate.refused("dynamodb:UpdateTable", TableName="Books", SSESpecification=under(first))
    assert "Table is already encrypted with given KMSMasterKeyId" in again.message
    assert described(gate)["KMSMasterKeyArn"] == first  # type: ignore[index]


def test_a_key_that_does_not_work_takes_no_table(gate: Any) -> None:
    first, second = gate.key(), gate.key()
    gate.books(first)
    gate("kms:DisableKey", KeyId=second)
    refusal = gate.refused("dynamodb:UpdateTable", TableName="Books", SSESpecification=under(second))
    assert f"{second} is disabled." in refusal.message
    assert grants(gate, first, second) == [1, 0]
    assert gate("dynamodb:Scan", TableName="Books")["Count"] == 1


def test_the_key_changes_alone(gate: Any) -> None:
    gate.books()
    both = {"SSESpecification": under("alias/aws/dynamodb"), "DeletionProtectionEnabled": True}
    refusal = gate.refused("dynamodb:UpdateTable", TableName="Books", **both)
    assert refusal.message == (
        INVALID + "Server-Side Encryption modification must be the only operation in the request"
    )
