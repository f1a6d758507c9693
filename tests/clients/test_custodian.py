"""Cloud Custodian: the keys, tables and users that its policies find, and what it then does to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients import tools
from tests.clients.tools import Environment

CUSTODIAN = tools.find("custodian")
POLICIES = Path(__file__).with_name("custodian.yml")
STRANGER = {"Sid": "Stranger", "Effect": "Allow", "Principal": {"AWS": "999999999999"}}
TABLE = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}

pytestmark = pytest.mark.skipif(
    CUSTODIAN is None, reason=f"Cloud Custodian is not installed. {tools.INSTALL}"
)

Client = Callable[[str], Any]


@pytest.fixture
def keys(client: Client) -> dict[str, str]:
    """Keys of several kinds: the name of each here, by its ARN."""
    kms = client("kms")
    wanted: dict[str, dict[str, Any]] = {
        "tagged": {"Tags": [{"TagKey": "team", "TagValue": "HR"}]},
        "rotating": {"Tags": [{"TagKey": "team", "TagValue": "IT"}]},
        "shared": {},
        "signing": {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
    }
    arns = {name: kms.create_key(**kind)["KeyMetadata"]["Arn"] for name, kind in wanted.items()}
    kms.enable_key_rotation(KeyId=arns["rotating"])
    policy = json.loads(kms.get_key_policy(KeyId=arns["shared"])["Policy"])
    policy["Statement"].append({**STRANGER, "Action": "kms:Decrypt", "Resource": "*"})
    kms.put_key_policy(KeyId=arns["shared"], Policy=json.dumps(policy))
    return {arn: name for name, arn in arns.items()}


@pytest.fixture
def tables(client: Client, keys: dict[str, str]) -> None:
    """A table under a key of its own, and one under none of KMS's."""
    dynamodb = client("dynamodb")
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": next(iter(keys))}
    tags = [{"Key": "team", "Value": "HR"}]
    dynamodb.create_table(TableName="Salaries", **TABLE, SSESpecification=encryption, Tags=tags)
    dynamodb.create_table(TableName="Menus", **TABLE)


@pytest.mark.usefixtures("tables")
def test_what_its_policies_find_and_change(
    environment_of: Callable[..., Environment], client: Client, keys: dict[str, str], tmp_path: Path
) -> None:
    report = tmp_path / "report"
    tools.said(
        environment_of(), tmp_path, CUSTODIAN, "run", "-s", str(report), "--cache-period", "0", str(POLICIES)
    )

    def found(policy: str) -> set[str]:
        resources = json.loads((report / policy / "resources.json").read_text("utf-8"))
        return {
            keys.get(resource.get("KeyArn"), resource.get("TableName") or resource.get("UserName"))
            for resource in resources
        }

    assert found("keys-that-do-not-rotate") == {"tagged", "shared"}
    assert found("keys-that-strangers-may-use") == {"shared"}
    assert found("keys-of-hr") == {"tagged"}
    assert found("keys-without-a-team") == {"shared", "signing"}
    assert found("tables-under-an-own-key") == {"Salaries"}
    assert found("tables-under-no-key-of-kms") == {"Menus"}
    assert found("tables-of-hr") == {"Salaries"}
    everybody = {user["UserName"] for user in client("iam").list_users()["Users"]}
    assert found("users-without-an-mfa-device") == everybody
    assert found("shut-strangers-out") == {"shared"}
    assert found("rotate-them") == {"tagged", "shared"}
    kms = client("kms")
    rotating = {
        name for arn, name in keys.items() if kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]
    }
    assert rotating == {"tagged", "rotating", "shared"}
    assert not any("Stranger" in kms.get_key_policy(KeyId=arn)["Policy"] for arn in keys)
