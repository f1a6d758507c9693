"""A comparison that could not fail would freeze nothing: what it sees, and what it takes for the same."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from tests.frozen import compare, replay

SCENARIO: replay.Scenario = {
    "name": "a data key",
    "steps": [
        {"call": "kms:CreateKey", "with": {}},
        {
            "call": "kms:GenerateDataKey",
            "with": {"KeyId": "<<CreateKey/KeyMetadata/Arn>>", "KeySpec": "AES_256"},
        },
        {"call": "kms:Decrypt", "with": {"CiphertextBlob": "<<GenerateDataKey/CiphertextBlob>>"}},
        {"call": "kms:Decrypt", "with": {"CiphertextBlob": "<<flip GenerateDataKey/CiphertextBlob 150 1>>"}},
        {"call": "kms:ScheduleKeyDeletion", "with": {"KeyId": "<<CreateKey/KeyMetadata/KeyId>>"}},
    ],
}


@pytest.fixture(scope="module")
def played() -> replay.Scenario:
    """The scenario as it is answered now."""
    return replay.play(SCENARIO)


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (
            (0, "answer", "body", "KeyMetadata", "Enabled"),
            False,
            "step 1, CreateKey: answer.body.KeyMetadata.Enabled",
        ),
        (
            (2, "answer", "body", "Plaintext"),
            "<Plaintext2 32 bytes>",
            "step 3, Decrypt: answer.body.Plaintext",
        ),
        ((3, "answer", "status"), 403, "step 4, Decrypt#2: answer.status: was 403"),
        ((1, "events", 0, "readOnly"), False, "step 2, GenerateDataKey: events[0].readOnly"),
        ((1, "events"), [], "step 2, GenerateDataKey: events: had 0 entries, has 1"),
    ],
)
def test_what_is_otherwise_is_told_with_its_place(
    played: replay.Scenario, place: tuple[Any, ...], value: Any, told: str
) -> None:
    recorded = copy.deepcopy(played)
    inner: Any = recorded["steps"]
    for part in place[:-1]:
        inner = inner[part]
    assert inner[place[-1]] != value
    inner[place[-1]] = value
    difference, *_ = compare.differences(recorded, played)
    assert difference.startswith(told)


def test_another_account_at_another_time_is_the_same(played: replay.Scenario) -> None:
    again = replay.play(SCENARIO, replay.START + timedelta(days=400, seconds=50_399.995))
    assert not list(compare.differences(played, again))


def test_nothing_secret_is_kept(played: replay.Scenario) -> None:
    generated, decrypted, refused, scheduled = (step["answer"] for step in played["steps"][1:])
    assert generated["body"]["Plaintext"] == "<Plaintext1 32 bytes>"
    assert generated["body"]["CiphertextBlob"] == "<CiphertextBlob1 184 bytes>"
    assert decrypted["body"]["Plaintext"] == generated["body"]["Plaintext"], (
        "the same value has the same name"
    )
    assert refused == {"status": 400, "body": {"__type": "InvalidCiphertextException"}}
    assert scheduled["body"]["DeletionDate"] == "<start+30d>"
