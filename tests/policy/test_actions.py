"""The names of actions: those of botocore's models, those that are no operation, and the one that was meant."""

from __future__ import annotations

import json

import pytest

from kmscourse.policy import build
from kmscourse.policy.actions import asked_as, exists, nearest, services
from tools.actions import ASKED_AS, FILE, PERMISSIONS, actions

KEPT = json.loads(FILE.read_text(encoding="utf-8"))
INSTALLED = actions()
AGAIN = "the kept names are no longer those of botocore: run python -m tools.actions, and commit actions.json"


def operations(known: dict[str, dict[str, dict[str, list[str]]]]) -> set[str]:
    return {
        f"{prefix}:{name}" for prefix, service in known["services"].items() for name in service["operations"]
    }


def test_the_kept_names_are_those_of_botocore() -> None:
    """With another botocore than the recorded one the models may differ, and nobody has made a mistake by that.

    What is in both must then be nearly everything: operations come, and hardly ever go.
    """
    if KEPT["botocore"] == INSTALLED["botocore"]:
        assert KEPT == INSTALLED, AGAIN
    else:
        both = operations(KEPT) & operations(INSTALLED)
        assert len(both) > 0.9 * min(len(operations(KEPT)), len(operations(INSTALLED))), AGAIN


def test_the_names_added_by_hand_are_those_of_the_tool() -> None:
    for prefix, service in KEPT["services"].items():
        assert service["permissions"] == PERMISSIONS[prefix], AGAIN
        assert service["asked_as"] == ASKED_AS.get(prefix, {}), AGAIN


def test_what_is_asked_for_instead_of_an_operation_exists() -> None:
    for prefix, instead in ASKED_AS.items():
        for operation, names in instead.items():
            assert f"{prefix}:{operation}" in operations(KEPT)
            assert not exists(f"{prefix}:{operation}")
            assert all(exists(f"{prefix}:{name}") for name in names)


def test_the_courses_own_actions_exist() -> None:
    of_the_user = [action for s in build.lab_user_policy()["Statement"] for action in s["Action"]]
    for action in (*build.ADMINISTRATOR_ACTIONS, *build.USER_ACTIONS, *build.GRANT_ACTIONS, *of_the_user):
        assert exists(action), action


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
        "ssm:Get*",
    ],
)
def test_an_action_that_exists(action: str) -> None:
    assert exists(action)


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
        ("kms:Frobnicate", None),
        ("kms:", None),
        ("", None),
        ("*Frobnicate*", None),
    ],
)
def test_an_action_that_does_not_exist_and_the_one_that_was_meant(action: str, meant: str | None) -> None:
    assert not exists(action)
    assert nearest(action) == meant


def test_an_operation_that_is_no_action() -> None:
    assert asked_as("kms:reencrypt") == ("kms:ReEncryptFrom", "kms:ReEncryptTo")
    assert asked_as("kms:Decrypt") == asked_as("s3:GetObject") == asked_as("") == ()


def test_every_service_has_its_actions_under_their_own_spelling() -> None:
    assert set(services()) == {"kms", "dynamodb", "iam", "sts", "cloudtrail"}
    for prefix, service in services().items():
        assert all(
            key == name.lower() and name.startswith(f"{prefix}:") for key, name in service.names.items()
        )
