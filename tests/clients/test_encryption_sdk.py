"""The AWS Encryption SDK for Python with cached data keys: how often it asks KMS, as the trail tells."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients import tools
from tests.clients.tools import Environment

PROGRAM = Path(__file__).with_name("encryption_sdk.py")
MESSAGES = ("one", "two", "three")


@pytest.mark.parametrize(("max_messages", "data_keys"), [(10, 1), (2, 2), (1, 3)])
def test_a_cached_data_key_saves_calls_to_kms(
    environment_of: Callable[..., Environment],
    client: Callable[[str], Any],
    tmp_path: Path,
    max_messages: int,
    data_keys: int,
) -> None:
    """A data key is made once for so many messages, and opened once for all that it encrypted."""
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    printed = tools.said(
        environment_of(), tmp_path, sys.executable, str(PROGRAM), key, str(max_messages), *MESSAGES
    )
    assert json.loads(printed) == [[message, "lab"] for message in MESSAGES]
    asked = [{"AttributeKey": "ResourceName", "AttributeValue": key}]
    events = client("cloudtrail").lookup_events(LookupAttributes=asked)["Events"]
    calls = Counter(event["EventName"] for event in events)
    assert calls == {"CreateKey": 1, "GenerateDataKey": data_keys, "Decrypt": data_keys}
    contexts = [
        json.loads(event["CloudTrailEvent"])["requestParameters"]["encryptionContext"]
        for event in events
        if event["EventName"] != "CreateKey"
    ]
    assert all(context["purpose"] == "lab" for context in contexts)


def test_whom_the_key_does_not_let_in_gets_no_data_key(
    environment_of: Callable[..., Environment], client: Callable[[str], Any], tmp_path: Path
) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    done = tools.run(
        environment_of("IAMLabUser"), tmp_path, sys.executable, str(PROGRAM), key, "1", "a message"
    )
    assert done.returncode == 1
    assert "kms:GenerateDataKey" in done.stderr
    assert "AccessDeniedException" in done.stderr
