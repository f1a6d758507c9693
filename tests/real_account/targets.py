"""Accounts that stand for a real one, each reached by its URL on loopback alone.

``practice`` is a second practice account: it refuses as AWS does, records events and makes DynamoDB's grants. ``moto``
is plain moto_server: it is somebody else's code, lets everybody do everything, and lacks CloudTrail.
"""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from kmscourse.sandbox import client as sandbox_client

REGION = "us-east-1"
OWNER = "owner"


@functools.cache
def _client(service: str, url: str, access_key_id: str, secret_access_key: str) -> Any:
    session = boto3.Session(access_key_id, secret_access_key, region_name=REGION)
    once = Config(retries={"total_max_attempts": 1})
    return session.client(service, endpoint_url=url, config=once)  # type: ignore[call-overload]


class Target:
    """An account that a learner might call their own. ``empty`` it before use: that also tells who its owner is."""

    name: str
    url: str
    access_key_id: str
    secret_access_key: str
    owner: str
    attempts: int
    """How often a client asks before it gives up: no more than the account's own faults make useful."""
    lacks: frozenset[str] = frozenset()
    """What the inventory asks for and this account does not offer, as in iam:ListMFADevices."""
    faults: tuple[type[Exception], ...] = ()
    """What goes wrong in the course because of the account's own faults."""

    def empty(self) -> None:
        """Take everything out of it but its owner."""
        raise NotImplementedError

    def client(self, service: str) -> Any:
        """A client of the account's owner, on the direct way."""
        return _client(service, self.url, self.access_key_id, self.secret_access_key)

    def environment(self, home: Path, url: str) -> dict[str, str]:
        """A learner's variables whose account this is, reached at ``url``; nothing of AWS's is left from before."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "KMSCOURSE_"))
        }
        return kept | {
            "KMSCOURSE_TARGET": url,
            "KMSCOURSE_HOME": str(home),
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": str(self.attempts),
        }


class PracticeTarget(Target):
    """A practice account in a process and a folder of its own."""

    name = "practice"
    attempts = 2
    lacks = frozenset({"iam:ListMFADevices"})

    def __init__(self, endpoint: sandbox_client.Endpoint) -> None:
        self._endpoint = endpoint
        self.url, self.owner = endpoint.url, endpoint.user
        self.access_key_id, self.secret_access_key = endpoint.access_key_id, endpoint.secret_access_key

    def empty(self) -> None:
        sandbox_client.call(self._endpoint, "Reset", {})
        iam = self.client("iam")
        for user in iam.list_users()["Users"]:  # a practice account begins with the lab's user
            if user["UserName"] != self.owner:
                for policy in iam.list_user_policies(UserName=user["UserName"])["PolicyNames"]:
                    iam.delete_user_policy(UserName=user["UserName"], PolicyName=policy)
                iam.delete_user(UserName=user["UserName"])


class MotoTarget(Target):
    """Plain moto_server."""

    name = "moto"
    attempts = 1
    lacks = frozenset()
    faults = (KeyError,)  # it leaves out of its answers what AWS always tells

    def __init__(self, url: str) -> None:
        self.url, self.owner = url, OWNER
        self.access_key_id, self.secret_access_key = "anybody", "anything"

    def empty(self) -> None:
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")):  # noqa: S310
            pass
        iam = self.client("iam")
        iam.create_user(UserName=OWNER)
        key = iam.create_access_key(UserName=OWNER)["AccessKey"]
        self.access_key_id, self.secret_access_key = key["AccessKeyId"], key["SecretAccessKey"]


@contextmanager
def practice_target(folder: Path) -> Iterator[Target]:
    """A second practice account while one needs it."""
    command = [sys.executable, "-m", "kmscourse.cli", "sandbox", "serve", "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        endpoint = sandbox_client.find(folder)
        assert endpoint is not None, f"no practice account answers at {said['endpoint']}"
        try:
            yield PracticeTarget(endpoint)
        finally:
            process.terminate()


@contextmanager
def moto_target(folder: Path) -> Iterator[Target]:
    """A moto_server while one needs it. What it says goes into a file: a pipe that nobody empties would stop it."""
    said = folder / "moto.log"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with said.open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            yield MotoTarget(_address(process, said))
        finally:
            process.terminate()


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    """Where moto_server says that it listens."""
    while process.poll() is None:
        if found := re.search(r"Running on (http://127\.0\.0\.1:\d+)", said.read_text(encoding="utf-8")):
            return found[1]
        time.sleep(0.02)
    raise RuntimeError(
        f"moto_server did not start (is moto[server] installed?): {said.read_text(encoding='utf-8')}"
    )
