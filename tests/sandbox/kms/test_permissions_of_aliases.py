"""What the operations on aliases touch, which names are aliases, and policies that look at aliases."""

from __future__ import annotations

from typing import Any

import pytest

from kmscourse.sandbox.operation import PermissionCheck

WORD = {"Plaintext": "aGVsbG8="}


def arn_of(gate: Any, name: str) -> str:
    return f"arn:aws:kms:us-east-1:{gate.account_id}:alias/{name}"


def test_aliases_need_the_alias_and_the_key(gate: Any) -> None:
    first, second = gate.key(), gate.key()
    alias = arn_of(gate, "myKey")
    found = gate.checks("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=first)
    assert [access.resource for access in found] == [alias, first]
    gate("kms:CreateAlias", AliasName="alias/myKey", TargetKeyId=first)
    found = gate.checks("kms:UpdateAlias", AliasName="alias/myKey", TargetKeyId=second)
    assert [access.resource for access in found] == [alias, first, second]
    found = gate.checks("kms:DeleteAlias", AliasName="alias/myKey")
    assert [access.resource for access in found] == [alias, first]
    assert gate.checks("kms:ListAliases", KeyId=first) == [PermissionCheck("kms:ListAliases", "*")]


@pytest.mark.parametrize("operation", ["CreateAlias", "UpdateAlias", "DeleteAlias"])
def test_permission_is_needed_on_each_of_them(gate: Any, operation: str) -> None:
    first, second = gate.key(), gate.key()
    gate("kms:CreateAlias", AliasName="alias/old", TargetKeyId=first)
    name = "new" if operation == "CreateAlias" else "old"
    target = {} if operation == "DeleteAlias" else {"TargetKeyId": second}
    action = f"kms:{operation}"
    needed = {
        "CreateAlias": [arn_of(gate, name), second],
        "UpdateAlias": [arn_of(gate, name), first, second],
        "DeleteAlias": [arn_of(gate, name), first],
    }[operation]
    for number, missing in enumerate(needed):
        rest = [resource for resource in needed if resource != missing]
        by = gate.user(f"User{number}", {"Effect": "Allow", "Action": action, "Resource": rest})
        refusal = gate.refused(action, by=by, AliasName=f"alias/{name}", **target)
        assert f"perform: {action} on resource: {missing} because" in refusal.message
    by = gate.user("Allowed", {"Effect": "Allow", "Action": action, "Resource": needed})
    gate(action, by=by, AliasName=f"alias/{name}", **target)


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        (
            "myKey",
            "ValidationException",
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        ),
        ("alias/aws/mine", "NotAuthorizedException", ""),
        ("alias/aws/dynamodb", "NotAuthorizedException", ""),
        ("alias/", "ValidationException", "An alias has a name after its prefix alias/."),
        ("alias/a:b", "ValidationException", "alias/a:b contains invalid characters for an alias"),
        (
            "alias/a b",
            "ValidationException",
            "1 validation error detected: Value 'alias/a b' at 'aliasName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        ),
    ],
)
def test_alias_names_that_are_none(gate: Any, name: str, code: str, message: str) -> None:
    for operation in ("CreateAlias", "UpdateAlias", "DeleteAlias"):
        target = {} if operation == "DeleteAlias" else {"TargetKeyId": gate.key()}
        refusal = gate.refused(f"kms:{operation}", AliasName=name, **target)
        assert (refusal.code, refusal.message) == (code, message)


def test_an_alias_has_at_most_256_characters(gate: Any) -> None:
    longest = "alias/" + "x" * 250
    gate("kms:CreateAlias", AliasName=longest, TargetKeyId=gate.key())
    assert gate("kms:DescribeKey", KeyId=longest)["KeyMetadata"]["Enabled"]
    refusal = gate.refused("kms:CreateAlias", AliasName=longest + "x", TargetKeyId=gate.key())
    assert refusal.message.endswith("Member must have length less than or equal to 256")


def test_a_policy_can_ask_for_the_alias_in_the_request(gate: Any) -> None:
    key = gate.key()
    gate("kms:CreateAlias", AliasName="alias/prod", TargetKeyId=key)
    gate("kms:CreateAlias", AliasName="alias/test", TargetKeyId=key)
    by = gate.user(
        "App",
        {
            "Effect": "Allow",
            "Action": "kms:Encrypt",
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:RequestAlias": "alias/prod"}},
        },
    )
    for name in ("alias/prod", arn_of(gate, "prod")):
        assert gate("kms:Encrypt", by=by, KeyId=name, **WORD)["KeyId"] == key
    for name in (key, key.rpartition("/")[2], "alias/test"):
        assert gate.refused("kms:Encrypt", by=by, KeyId=name, **WORD).code == "AccessDeniedException"


def test_a_policy_can_ask_for_the_aliases_of_the_key(gate: Any) -> None:
    key, other = gate.key(), gate.key()
    by = gate.user(
        "App",
        {
            "Effect": "Allow",
            "Action": "kms:Encrypt",
            "Resource": "*",
            "Condition": {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/prod*"}},
        },
    )
    gate("kms:CreateAlias", AliasName="alias/test", TargetKeyId=key)
    assert gate.refused("kms:Encrypt", by=by, KeyId=key, **WORD).code == "AccessDeniedException"
    gate("kms:CreateAlias", AliasName="alias/prod1", TargetKeyId=key)
    assert gate("kms:Encrypt", by=by, KeyId=key, **WORD)["KeyId"] == key
    gate("kms:UpdateAlias", AliasName="alias/prod1", TargetKeyId=other)
    assert gate.refused("kms:Encrypt", by=by, KeyId=key, **WORD).code == "AccessDeniedException"
    assert gate("kms:Encrypt", by=by, KeyId=other, **WORD)["KeyId"] == other


def test_an_alias_as_a_policys_resource_gives_no_use_of_the_key(gate: Any) -> None:
    gate("kms:CreateAlias", AliasName="alias/prod", TargetKeyId=gate.key())
    by = gate.user("App", {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": arn_of(gate, "prod")})
    assert gate.refused("kms:Encrypt", by=by, KeyId="alias/prod", **WORD).code == "AccessDeniedException"
