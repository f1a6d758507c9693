"""The names of actions: those of botocore's models, those that are no operation, and the one that was meant."""

from __future__ import annotations

import json

import pytest

from kmscourse.policy import action_exists, lab_user_policy, suggest_action
from kmscourse.policy.language.actions import required_actions, services
from kmscourse.policy.language.build import ADMINISTRATOR_ACTIONS, GRANT_ACTIONS, USER_ACTIONS
from tools.actions import FILE, PERMISSIONS, REQUIRED, actions

RECORDED = json.loads(FILE.read_text(encoding="utf-8"))
INSTALLED = actions()
AGAIN = (
    "the recorded names are no longer those of botocore: run python -m tools.actions, and commit actions.json"
)


def operations(known: dict[str, dict[str, dict[str, list[str]]]]) -> set[str]:
    return {
        f"{prefix}:{name}" for prefix, service in known["services"].items() for name in service["operations"]
    }


def test_the_recorded_names_are_those_of_botocore() -> None:
    """With another botocore than the recorded one the models may differ, and nobody has made a mistake by that.

    What is in both must then be nearly everything: operations come, and hardly ever go.
    """
    if RECORDED["botocore"] == INSTALLED["botocore"]:
        assert RECORDED == INSTALLED, AGAIN
    else:
        both = operations(RECORDED) & operations(INSTALLED)
        assert len(both) > 0.9 * min(len(operations(RECORDED)), len(operations(INSTALLED))), AGAIN


def test_the_names_added_by_hand_are_those_of_the_tool() -> None:
    for prefix, service in RECORDED["services"].items():
        assert service["permissions"] == PERMISSIONS.get(prefix, []), AGAIN
        assert service["required"] == REQUIRED.get(prefix, {}), AGAIN


def test_what_is_asked_for_instead_of_an_operation_exists() -> None:
    for prefix, instead in REQUIRED.items():
        for operation, names in instead.items():
            assert f"{prefix}:{operation}" in operations(RECORDED)
            assert not action_exists(f"{prefix}:{operation}")
            assert all(action_exists(f"{prefix}:{name}") for name in names)


def test_the_courses_own_actions_exist() -> None:
    of_the_user = [action for s in lab_user_policy()["Statement"] for action in s["Action"]]
    for action in (*ADMINISTRATOR_ACTIONS, *USER_ACTIONS, *GRANT_ACTIONS, *of_the_user):
        assert action_exists(action), action


@pytest.mark.parametrize(
    "action",
    [
        "kms:Decrypt",
        "KMS:decrypt",
        "kms:*",
        "*",
        "**",
        "kms:ReEncrypt*",
        "kms:?ncrypt",
        "dynamodb:list*",
        "iam:PassRole",
        "dynamodb:GetRecords",
        "dynamodb:PartiQLSelect",
        "s3:GetObject",
        "cloudtrail-data:PutAuditEvents",
        "tag:GetResources",
        "ssm:Get*",
    ],
)
def test_an_action_that_exists(action: str) -> None:
    assert action_exists(action)


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("kms:Decrpyt", "kms:Decrypt"),
        ("kms:decript", "kms:Decrypt"),
        ("kms:GenerateDatakeys", "kms:GenerateDataKey"),
        ("kms:GenrateDataKey*", "kms:GenerateDataKey"),
        ("dynamdb:Scan", "dynamodb:Scan"),
        ("kmss:Decrypt", "kms:Decrypt"),
        ("Decrypt", "kms:Decrypt"),
        ("tag:GetResource", "tag:GetResources"),
        ("kms:Frobnicate", None),
        ("kms:", None),
        ("", None),
        ("*Frobnicate*", None),
    ],
)
def test_an_action_that_does_not_exist_and_the_one_that_was_meant(action: str, meant: str | None) -> None:
    assert not action_exists(action)
    assert suggest_action(action) == meant


def test_an_operation_that_is_no_action() -> None:
    assert required_actions("kms:reencrypt") == ("kms:ReEncryptFrom", "kms:ReEncryptTo")
    assert required_actions("kms:Decrypt") == required_actions("s3:GetObject") == required_actions("") == ()


def test_every_service_has_its_actions_under_their_own_spelling() -> None:
    assert set(services()) == {"kms", "dynamodb", "iam", "sts", "cloudtrail", "tag"}
    for prefix, service in services().items():
        assert all(
            key == name.lower() and name.startswith(f"{prefix}:") for key, name in service.names.items()
        )
