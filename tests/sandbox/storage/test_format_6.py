"""An account that was written before policies followed whom they name opens as it was, and they follow from then on.

format6.sql is one as it was written then. Its policies name Ann, the role Robot, and one who had been deleted.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from kmscourse.sandbox.application import ACCOUNT_FILE
from tests.sandbox.conftest import Gate

ACCOUNT = "arn:aws:iam::123456789012"
ANN, ROBOT, GONE = f"{ACCOUNT}:user/team/Ann", f"{ACCOUNT}:role/Robot", f"{ACCOUNT}:user/Gone"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Gate]:
    """The account of format6.sql."""
    script = Path(__file__).with_name("format6.sql").read_text("utf-8")
    with contextlib.closing(sqlite3.connect(tmp_path / ACCOUNT_FILE)) as database:
        database.executescript(script.replace("moto 5.2.5", f"moto {version('moto')}"))
    gate = Gate(home=tmp_path)
    assert gate.account.notices == [], "it was set aside"
    yield gate
    gate.application.close()


def named(gate: Gate) -> dict[str, Any]:
    """By the Id of each key policy, whom its second statement names."""
    keys = [entry["KeyArn"] for entry in gate("kms:ListKeys")["Keys"]]
    policies = [json.loads(gate("kms:GetKeyPolicy", KeyId=key)["Policy"]) for key in keys]
    return {policy["Id"]: policy["Statement"][1]["Principal"]["AWS"] for policy in policies}


def test_policies_say_what_they_said(opened: Gate) -> None:
    assert named(opened) == {
        "of-format-6": [ANN, ROBOT],
        "spelled-otherwise": ANN,
        "names-one-who-was-gone": GONE,
    }
    assert opened.account.identities.entity_of(ROBOT).trust_policy["Statement"][0]["Principal"] == {
        "AWS": ANN
    }


def test_policies_follow_whom_they_name(opened: Gate) -> None:
    ids = {arn: opened.account.identities.unique_id(arn) for arn in (ANN, ROBOT)}
    opened("iam:DeleteUser", UserName="Ann")
    opened("iam:CreateUser", UserName="Ann", Path="/team/")
    trusted = opened.account.identities.entity_of(ROBOT).trust_policy["Statement"][0]["Principal"]
    assert trusted == {"AWS": ids[ANN]}
    opened("iam:DeleteRole", RoleName="Robot")
    assert named(opened) == {
        "of-format-6": [ids[ANN], ids[ROBOT]],
        "spelled-otherwise": ids[ANN],
        "names-one-who-was-gone": GONE,
    }
