"""credstash: secrets in a DynamoDB table, each sealed by a data key of KMS under an encryption context."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients import tools
from tests.clients.tools import Environment

CREDSTASH = tools.find("credstash")
SECRET, CONTEXT = "correct horse battery staple", "app=web"

pytestmark = pytest.mark.skipif(CREDSTASH is None, reason=f"credstash is not installed. {tools.INSTALL}")

EnvironmentOf = Callable[..., Environment]


@pytest.fixture
def credstash(
    environment_of: EnvironmentOf, client: Callable[[str], Any], tmp_path: Path
) -> Callable[..., str]:
    """Runs credstash, with its table and the key ``alias/credstash``; what it prints."""

    def credstash(*arguments: str) -> str:
        return tools.said(environment_of(), tmp_path, CREDSTASH, *arguments).strip()

    kms = client("kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/credstash", TargetKeyId=key_id)
    credstash("setup")
    return credstash


def test_a_secret_is_put_listed_got_and_deleted(
    credstash: Callable[..., str], environment_of: EnvironmentOf, client: Callable[[str], Any], tmp_path: Path
) -> None:
    credstash("put", "database", "an older one", CONTEXT)
    credstash("put", "--autoversion", "database", SECRET, CONTEXT)
    assert "version 0000000000000000002" in credstash("list")
    assert credstash("get", "database", CONTEXT) == SECRET
    stored = client("dynamodb").scan(TableName="credential-store")["Items"]
    assert len(stored) == 2
    assert SECRET not in str(stored)

    other = tools.run(environment_of(), tmp_path, CREDSTASH, "get", "database", "app=mail")
    assert other.returncode == 1
    assert "The encryption context provided may not match" in other.stderr
    stranger = tools.run(environment_of("IAMLabUser"), tmp_path, CREDSTASH, "get", "database", CONTEXT)
    assert stranger.returncode == 1
    assert "AccessDeniedException" in stranger.stderr

    credstash("delete", "database")
    assert client("dynamodb").scan(TableName="credential-store")["Items"] == []
