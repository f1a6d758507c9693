"""The same requests get the same answers, and leave the same events: scenarios that were recorded, played again.

They ask over HTTP alone and know nothing of the account's inside: ``account.py`` is the one door. ``record.py`` tells
how they are made.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.frozen import compare, record, replay
from tests.frozen.account import offered

FILES = record.names()
SCENARIOS = [(name, scenario) for name in FILES for scenario in record.load(name)]
MEANT = "If this change is meant, record it, and read what git diff shows: python -m tests.frozen.record"
SHOWN = 20


@pytest.mark.parametrize(
    ("file", "scenario"), SCENARIOS, ids=[f"{file}-{scenario['name']}" for file, scenario in SCENARIOS]
)
def test_the_account_answers_as_it_did(file: str, scenario: replay.Scenario) -> None:
    try:
        found = list(compare.differences(scenario, replay.play(scenario)))
    except replay.Unresolved as missing:
        found = [f"No answer has {missing} any more, of which a later step speaks."]
    told = "\n".join([*found[:SHOWN], *([f"… and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])])
    assert not found, f"{scenario['name']} ({file}.jsonl) is answered otherwise:\n{told}\n{MEANT}"


def test_every_offered_operation_is_answered_and_refused() -> None:
    answered, refused = set(), set(NEVER_REFUSED)
    for _, scenario in SCENARIOS:
        for step in scenario["steps"]:
            (refused if "status" in step["answer"] else answered).add(step.get("call"))
    assert not offered() - answered, f"no scenario has an answer of {sorted(offered() - answered)}: {ADD}"
    assert not offered() - refused, f"no scenario has a refusal of {sorted(offered() - refused)}: {ADD}"


ADD = "add a scenario to tests/frozen/scenarios, its steps without answers, and run python -m tests.frozen.record"
NEVER_REFUSED = ("sts:GetCallerIdentity", "dynamodb:DescribeEndpoints", "dynamodb:DescribeLimits")


def test_scenarios_have_names_of_their_own() -> None:
    names = [scenario["name"] for _, scenario in SCENARIOS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("file", FILES)
def test_nothing_secret_and_nothing_random_is_kept(file: str) -> None:
    for scenario in record.load(file):
        for step in scenario["steps"]:
            for text in _kept(step):
                assert not RANDOM.search(text), f"{scenario['name']}: {text[:200]} is random: give it a name"


RANDOM = re.compile(
    r"\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[A-Z0-9]{16}\b|\bed-user-[0-9a-f]{8}\b|/(home|root|tmp|Users)/"
)


def _kept(step: dict[str, Any]) -> list[str]:
    return [json.dumps(step.get(part)) for part in ("answer", "events", "with", "http")]
