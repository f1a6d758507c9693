"""The source lab's programs, written anew for plain Node, against a running sandbox."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from kmscourse.sandbox import client as sandbox_client

PROGRAMS = Path(__file__).with_name("node")
NODE = shutil.which("node")
KEY = "044e28c891aa585244aa15f478e7f9b198f84e2db0541f2fa06af4e2a0955c61"
TEXT = "Hello, this is my sensitive data."
SEALED = "URVttKe0BmFvvFuvLZJKAEw0nQllDST5GfF+WsoD3HuYOpxY8QPWZnt7NEJ40hWz"

Environment = dict[str, str]
EnvironmentOf = Callable[..., Environment]

pytestmark = pytest.mark.skipif(
    NODE is None,
    reason="Node is not installed: get version 18 or later from nodejs.org or your package manager",
)


def node(environment: Environment | None, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run(
        [NODE, str(PROGRAMS / program), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def said(environment: Environment | None, program: str, *arguments: str) -> str:
    """What a program prints; fails with what it complains of."""
    done = node(environment, program, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def key_arn(home: Path) -> str:
    """A KMS key, made with boto3."""
    endpoint = sandbox_client.find_or_start(home)
    session = boto3.Session(endpoint.access_key_id, endpoint.secret_access_key, region_name=endpoint.region)
    return session.client("kms", endpoint_url=endpoint.url).create_key()["KeyMetadata"]["Arn"]


def test_the_legacy_cipher_gives_what_the_lab_prints() -> None:
    assert said(None, "legacy-cipher.mjs", "encrypt", KEY, TEXT) == SEALED
    assert said(None, "legacy-cipher.mjs", "decrypt", KEY, SEALED) == TEXT


def test_the_three_programs_of_the_lab(environment_of: EnvironmentOf, key_arn: str) -> None:
    main = environment_of()
    data_key = json.loads(said(main, "generate-data-key.mjs", key_arn))
    sealed = said(main, "legacy-cipher.mjs", "encrypt", data_key["plaintext"], TEXT)
    opened = said(main, "decrypt-data-key.mjs", data_key["encrypted"])
    assert opened == data_key["plaintext"]
    assert said(main, "legacy-cipher.mjs", "decrypt", opened, sealed) == TEXT


def test_another_user_is_refused(environment_of: EnvironmentOf, key_arn: str) -> None:
    encrypted = json.loads(said(environment_of(), "generate-data-key.mjs", key_arn))["encrypted"]
    done = node(environment_of("IAMLabUser"), "decrypt-data-key.mjs", encrypted)
    assert done.returncode == 1
    assert done.stderr.startswith("AccessDeniedException: ")
    assert "kms:Decrypt" in done.stderr


def test_a_changed_data_key_is_refused(environment_of: EnvironmentOf, key_arn: str) -> None:
    encrypted = bytearray.fromhex(
        json.loads(said(environment_of(), "generate-data-key.mjs", key_arn))["encrypted"]
    )
    encrypted[-1] ^= 1
    done = node(environment_of(), "decrypt-data-key.mjs", encrypted.hex())
    assert done.stderr.startswith("InvalidCiphertextException")
