"""Terraform with its AWS provider: what it makes it finds again as it was, changes, and takes away."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.clients import tools
from tests.clients.cli import aws
from tests.clients.tools import Environment

TERRAFORM = tools.find("terraform")
CONFIGURATION = Path(__file__).with_name("terraform")
UNREACHABLE = ("Failed to query available provider packages", "Failed to install provider")
NOTHING_TO_DO, SOMETHING_TO_DO = 0, 2

pytestmark = pytest.mark.skipif(
    TERRAFORM is None, reason="Terraform is not installed: get it from developer.hashicorp.com/terraform"
)


class Terraform:
    """Terraform in a folder of its own."""

    def __init__(self, folder: Path, environment: Environment) -> None:
        self.folder = folder
        self._environment = {
            **environment,
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return tools.run(self._environment, self.folder, TERRAFORM, *arguments)

    def said(self, *arguments: str) -> str:
        return tools.said(self._environment, self.folder, TERRAFORM, *arguments)

    def apply(self, team: str) -> None:
        self.said("apply", "-no-color", "-auto-approve", f"-var=team={team}")

    def require_nothing_to_do(self, team: str) -> None:
        """A plan finds that all is as it should be."""
        plan = self.run("plan", "-no-color", "-detailed-exitcode", f"-var=team={team}")
        assert plan.returncode in (NOTHING_TO_DO, SOMETHING_TO_DO), plan.stderr
        assert plan.returncode == NOTHING_TO_DO, f"Terraform reads otherwise what it wrote:\n{plan.stdout}"

    def output(self, name: str) -> Any:
        return json.loads(self.said("output", "-json", name))


@pytest.fixture
def terraform(tmp_path: Path, environment_of: Callable[..., Environment]) -> Terraform:
    """Terraform with its provider, which it finds by its own configuration: in a mirror, in a cache, or by asking."""
    folder = shutil.copytree(CONFIGURATION, tmp_path / "terraform")
    made = Terraform(folder, environment_of())
    initialised = made.run("init", "-no-color")
    if any(sentence in initialised.stderr for sentence in UNREACHABLE):
        pytest.skip("terraform init can't get the provider hashicorp/aws: keep it in a mirror, or go online")
    assert initialised.returncode == 0, initialised.stderr
    return made


def test_all_of_it_is_made_read_changed_and_taken_away(
    terraform: Terraform, environment_of: Callable[..., Environment], client: Callable[..., Any]
) -> None:
    kms, dynamodb, iam = client("kms"), client("dynamodb"), client("iam")
    terraform.apply(team="HR")
    terraform.require_nothing_to_do(team="HR")
    key = terraform.output("key")
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180
    encryption = dynamodb.describe_table(TableName="Books")["Table"]["SSEDescription"]
    assert encryption["KMSMasterKeyArn"] == key
    key_id, secret = terraform.output("reader")
    reader = {**environment_of(), "AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret}
    assert aws(reader, "dynamodb", "scan", "--table-name", "Books")["Items"] == [
        {"Author": {"S": "Seth Godin"}, "Title": {"S": "The Dip"}}
    ]

    terraform.apply(team="IT")
    terraform.require_nothing_to_do(team="IT")
    (grant,) = (grant for grant in kms.list_grants(KeyId=key)["Grants"] if grant["Name"] == "robot")
    assert grant["Constraints"] == {"EncryptionContextSubset": {"team": "IT"}}
    assert iam.list_user_tags(UserName="reader")["Tags"] == [{"Key": "team", "Value": "IT"}]

    terraform.said("destroy", "-no-color", "-auto-approve", "-var=team=IT")
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert kms.list_grants(KeyId=key)["Grants"] == []
    assert dynamodb.list_tables()["TableNames"] == []
    for read in (lambda: iam.get_user(UserName="reader"), lambda: iam.get_role(RoleName="robot")):
        with pytest.raises(ClientError, match="NoSuchEntity"):
            read()
