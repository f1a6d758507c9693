"""Ansible with amazon.aws: it makes what is not there, changes what differs, leaves the rest, and takes all away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.clients import tools
from tests.clients.tools import Environment

ANSIBLE = tools.find("ansible-playbook")
PLAYBOOK = Path(__file__).with_name("ansible.yml")

pytestmark = pytest.mark.skipif(ANSIBLE is None, reason=f"Ansible is not installed. {tools.INSTALL}")

Client = Callable[[str], Any]


@pytest.fixture
def play(environment_of: Callable[..., Environment], client: Client, tmp_path: Path) -> Callable[..., int]:
    """Runs the playbook; of how many of its three things it has changed something."""
    account = client("sts").get_caller_identity()["Account"]
    environment = {
        **environment_of(),
        "ANSIBLE_HOME": str(tmp_path),
        "ANSIBLE_REMOTE_TEMP": str(tmp_path),
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }

    def play(state: str, team: str) -> int:
        variables = f"state={state} team={team} account={account}"
        told = tools.said(environment, tmp_path, ANSIBLE, "-c", "local", "-e", variables, str(PLAYBOOK))
        recap = re.search(r"^localhost +: ok=3 +changed=(\d)", told, re.MULTILINE)
        assert recap, told
        return int(recap[1])

    return play


def test_a_second_run_finds_nothing_to_change(play: Callable[..., int], client: Client) -> None:
    kms, iam = client("kms"), client("iam")
    assert play("present", team="HR") == 3
    assert play("present", team="HR") == 0
    key = kms.describe_key(KeyId="alias/lab")["KeyMetadata"]["Arn"]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    assert len(iam.list_attached_role_policies(RoleName="robot")["AttachedPolicies"]) == 1

    assert play("present", team="IT") == 3
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "team", "TagValue": "IT"}]
    (grant,) = kms.list_grants(KeyId=key)["Grants"]
    assert grant["Constraints"] == {"EncryptionContextEquals": {"team": "IT"}}

    assert play("absent", team="IT") == 3
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    for read in (lambda: iam.get_user(UserName="reader"), lambda: iam.get_role(RoleName="robot")):
        with pytest.raises(ClientError, match="NoSuchEntity"):
            read()
