"""kill -9 at any moment: what a client was told is kept, and nothing is there by halves."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from kmscourse.sandbox import client as sandbox_client
from kmscourse.sandbox.application import ACCOUNT_FILE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's: run this on Linux or macOS")

REGION = "us-east-1"
Told = list[tuple[str, ...]]
"""What a client was told was done, as in ("alias", name, key id)."""


class Writer(threading.Thread):
    """A client that goes on changing things until nobody answers."""

    def __init__(self, endpoint: sandbox_client.Endpoint, name: str) -> None:
        super().__init__()
        self.name, self.told = name, Told()
        config = Config(region_name=REGION, retries={"total_max_attempts": 1}, read_timeout=10)
        made: Any = boto3.Session(endpoint.access_key_id, endpoint.secret_access_key)
        self.kms, self.dynamodb, self.iam = (
            made.client(service, endpoint_url=endpoint.url, config=config)
            for service in ("kms", "dynamodb", "iam")
        )

    def run(self) -> None:
        try:
            for number in range(10_000):
                self.one_round(f"{self.name}-{number}")
        except (BotoCoreError, ConnectionError):  # The sandbox is gone.
            pass

    def one_round(self, name: str) -> None:
        key = self.kms.create_key(Description=name, Tags=[{"TagKey": "name", "TagValue": name}])[
            "KeyMetadata"
        ]
        self.told.append(("key", key["KeyId"], name))
        self.kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key["KeyId"])
        self.told.append(("alias", f"alias/{name}", key["KeyId"]))
        policy = json.loads(self.kms.get_key_policy(KeyId=key["KeyId"])["Policy"])
        policy["Statement"].append({**policy["Statement"][0], "Sid": name})
        self.kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps(policy))
        self.told.append(("policy", key["KeyId"], name))
        grantee = policy["Statement"][0]["Principal"]["AWS"]
        grant = self.kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=grantee, Operations=["Decrypt"])
        self.told.append(("grant", key["KeyId"], grant["GrantId"]))
        self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["KeyId"]},
        )
        self.told.append(("table", name, key["KeyId"]))
        for item in ("one", "two"):
            self.dynamodb.put_item(TableName=name, Item={"Id": {"S": item}})
            self.told.append(("item", name, item))
        puts = [{"Put": {"TableName": name, "Item": {"Id": {"S": item}}}} for item in ("left", "right")]
        self.dynamodb.transact_write_items(TransactItems=puts)
        self.told += [("item", name, item) for item in ("left", "right")]
        self.iam.create_user(UserName=name)
        self.told.append(("user", name))
        self.iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(READING))
        self.told.append(("user policy", name))


READING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "kms:List*", "Resource": "*"}],
}


def killed_while_writing(home: Path, after: float, name: str) -> Told:
    """What two clients were told by a sandbox that was killed so many seconds after they began."""
    endpoint = sandbox_client.find_or_start(home)
    writers = [Writer(endpoint, f"{name}-{client}") for client in ("a", "b")]
    for writer in writers:
        writer.start()
    time.sleep(after)
    os.kill(endpoint.pid, signal.SIGKILL)
    for writer in writers:
        writer.join(timeout=30)
        assert not writer.is_alive(), "a client waits for an answer that nobody will give"
    return [each for writer in writers for each in writer.told]


def test_what_was_told_is_there_and_nothing_by_halves(
    tmp_path: Path, open_account: Callable[[Path], Any]
) -> None:
    moments = random.Random(os.urandom(8))  # noqa: S311 - any moment will do
    told: Told = []
    for number in range(3):
        told += killed_while_writing(tmp_path, moments.uniform(0.05, 0.8), f"round-{number}")
        account = open_account(tmp_path / ACCOUNT_FILE)
        assert account.account.notices == [], "the account was set aside"
        check_told(account, told)
        check_whole(account)
        account.account.close()
    assert len(told) > 20, "the clients were told too little for this test to mean anything"


def check_told(account: Any, told: Told) -> None:
    """Everything in ``told`` is in the account."""
    backend = account.account
    keys = {key.id: key for key in backend.keys.of_region(REGION)}
    tables = {table.name: table for table in backend.tables.of_region(REGION)}
    for kind, name, *rest in told:
        said = f"{kind} {name} {rest} is lost"
        match kind:
            case "key":
                assert keys[name].tags == {"name": rest[0]}, said
            case "alias":
                assert name in keys[rest[0]].aliases, said
                assert backend.keys.named(REGION, name).id == rest[0], said
            case "policy":
                assert keys[name].policy["Statement"][-1]["Sid"] == rest[0], said
            case "grant":
                assert rest[0] in backend.keys.grant_ids(keys[name]), said
            case "table":
                assert tables[name].key_arn == keys[rest[0]].arn, said
            case "item":
                found = account("dynamodb:GetItem", TableName=name, Key={"Id": {"S": rest[0]}})
                assert "Item" in found, said
            case "user":
                assert backend.identities.principal_exists(
                    f"arn:aws:iam::{backend.account_id}:user/{name}"
                ), said
            case "user policy":
                caller = backend.identities.session_for(name).caller
                assert backend.identities.caller_policies(caller).identity == [READING], said


def check_whole(account: Any) -> None:
    """Every alias has its key, every table its grant, every grant of DynamoDB's its table; the trail knows each key."""
    backend = account.account
    keys = {key.id: key for key in backend.keys.of_region(REGION)}
    for alias in account("kms:ListAliases")["Aliases"]:
        if "TargetKeyId" in alias:
            assert alias["TargetKeyId"] in keys, f"{alias['AliasName']} stands for no key"
    tables = {table.name: table.key_arn for table in backend.tables.of_region(REGION) if table.key_arn}
    granted = {
        grant["Constraints"]["EncryptionContextSubset"]["aws:dynamodb:tableName"]: key.arn
        for key in keys.values()
        for grant in (backend.keys.grant_entry(REGION, each) for each in backend.keys.grant_ids(key))
        if "Constraints" in grant
    }
    assert granted == tables, "a table without its grant, or a grant without its table"
    for name in tables:
        items = {item["Id"]["S"] for item in account("dynamodb:Scan", TableName=name)["Items"]}
        assert ("left" in items) == ("right" in items), f"half a transaction is in {name}"
    made = [
        event["resources"][0]["ARN"]
        for _, event in backend.storage.events()
        if event["eventName"] == "CreateKey"
    ]
    assert sorted(made) == sorted(key.arn for key in keys.values()), (
        "the trail tells of other keys than there are"
    )


RESETTER = """if True:
    import pathlib, sys
    sys.path.insert(0, sys.argv[2])
    from tests.sandbox.conftest import Practice
    practice = Practice(pathlib.Path(sys.argv[1]))
    for number in range(1000):
        for _ in range(20):
            practice.key()
        print("before", flush=True)
        practice.account.reset()
        print("after", flush=True)
"""


@pytest.mark.parametrize("milliseconds", [0, 3, 8])
def test_a_reset_is_done_or_not_begun(
    tmp_path: Path, open_account: Callable[[Path], Any], milliseconds: int
) -> None:
    path = tmp_path / ACCOUNT_FILE
    command = [sys.executable, "-c", RESETTER, str(path), str(Path(__file__).parents[2])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as resetter:
        assert resetter.stdout is not None
        assert resetter.stdout.readline() == "before\n"
        time.sleep(milliseconds / 1000)
        resetter.kill()
        done = "after\n" in resetter.stdout.readlines()
    account = open_account(path)
    assert account.account.notices == []
    left = len(account.account.keys.of_region(REGION))
    assert left == 20 or left < 20 * done + 1, (
        f"{left} keys are left of a reset that was{' ' if done else ' not '}done"
    )
    assert account.account.identities.access_keys(account.account.main_user.name)
    assert account.account.identities.session_for("IAMLabUser")
    account.key()
