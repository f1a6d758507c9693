"""Records what the practice account answers: ``python -m tests.frozen.record``.

Without more it plays every scenario of ``scenarios/`` again and keeps what is answered now; read the difference with
``git diff`` before it is committed. ``--collect`` makes the scenarios anew: it runs the account's tests and the
notebooks, watches what they ask (``watch.py``), and keeps as few scenarios as show every outcome that was seen: each
operation with each shape of answer, each text of a refusal, each shape of an event.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.frozen import collect, compare, each, inner, replay, wire
from tests.frozen.replay import Scenario

FOLDER = Path(__file__).parent / "scenarios"
ROOT = Path(__file__).parents[2]
NOT_OFFERED, WIRE = "not_offered", "wire"
SERVICES = ("kms", "dynamodb", "iam", "sts", "cloudtrail", "kmscourse")
# What a scenario must be the same at: another day's start, the last seconds of a month, of a leap day.
STARTS = (
    replay.START,
    datetime(2061, 3, 31, 23, 59, 58, tzinfo=UTC),
    datetime(2064, 2, 29, 0, 0, tzinfo=UTC),
    datetime(2061, 12, 31, 23, 59, 59, 990_000, tzinfo=UTC),
)
_TESTS = ("tests/sandbox", "tests/clients", "tests/access", "tests/checks", "tests/envelope", "tests/ownership",
          *(f"tests/test_{name}.py" for name in ("kms", "dynamodb", "iam", "audit", "lab", "cleanup", "denial")),
          "notebooks")  # fmt: skip
# These try the account's file, its process or its patience, with requests by the thousand.
_LEFT_OUT = (
    "fuzz", "http", *(f"test_{name}.py" for name in (
        "client", "concurrency", "damage", "durability", "growth", "kill", "late", "log", "process", "storage",
    )),
)  # fmt: skip
# What a learner's item or policy holds is not of the answer's own shape.
_LEARNERS = frozenset({
    "Item", "Items", "Attributes", "Responses", "Key", "Keys", "LastEvaluatedKey", "UnprocessedItems",
    "UnprocessedKeys", "ItemCollectionMetrics", "encryptionContext", "encryptionContextSubset",
    "EncryptionContextSubset", "EncryptionContextEquals", "key", "item", "expressionAttributeNames", "Indexes",
    "GlobalSecondaryIndexes",
})  # fmt: skip


def load(name: str) -> list[Scenario]:
    """The scenarios of a file in ``scenarios/``."""
    path = FOLDER / f"{name}.jsonl"
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        if path.exists()
        else []
    )


def names() -> list[str]:
    """The files of scenarios."""
    return sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def write(name: str, scenarios: Iterable[Scenario]) -> None:
    """Keep scenarios, each on a line, sorted by their names."""
    lines = [json.dumps(scenario, separators=(",", ":")) for scenario in scenarios]
    path = FOLDER / f"{name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8", newline="\n")


def record_again() -> None:
    """Play what there is, and keep what is answered now."""
    for name in {*names(), WIRE}:
        before = load(name)
        after = [replay.play(scenario) for scenario in (wire.scenarios() if name == WIRE else before)]
        changed = sum(scenario not in before for scenario in after)
        write(name, after)
        print(f"{name}: {len(after)} scenarios, {changed} of them changed")


def record_anew(tapes: Path) -> None:
    """Choose scenarios from tapes, and keep them with what is answered now."""
    with ProcessPoolExecutor(2) as pool:
        found = list(_distinct(collect.scenarios(tapes)))
        own = [replay.play(scenario) for scenario in (*each.scenarios(), *inner.scenarios())]
        played = [scenario for kinds in pool.map(_played, found, chunksize=8) for scenario in kinds]
        print(f"{len(found)} scenarios")
        chosen = []
        for room in ("", NOT_OFFERED):
            of_room = [scenario for scenario in played if _kind(scenario) == room]
            known = {outcome for scenario in own for outcome in shown_by(scenario, room)}
            chosen += [(scenario, shows, room) for scenario, shows in choose(of_room, room, known)]
        print(f"{len(chosen)} of them chosen", flush=True)
        short = [*own, *pool.map(_shortened, chosen, chunksize=4), *map(replay.play, wire.scenarios())]
        faults = list(pool.map(unsteady, short, chunksize=4))
    kept: dict[str, list[Scenario]] = {}
    for scenario, fault in zip(short, faults, strict=True):
        if fault:
            print(f"left out, for it is not the same each time: {scenario['name']}: {fault}")
        else:
            kept.setdefault(room_of(scenario), []).append(scenario)
    for name, scenarios in kept.items():
        write(name, scenarios)
        steps = sum(len(scenario["steps"]) for scenario in scenarios)
        print(f"{name}: {len(scenarios)} scenarios, {steps} steps")


def _distinct(scenarios: Iterable[Scenario]) -> Iterator[Scenario]:
    seen: Counter[str] = Counter()
    known: set[str] = set()
    for scenario in scenarios:
        content = json.dumps(scenario["steps"], sort_keys=True)
        if content in known:
            continue
        known.add(content)
        seen[scenario["name"]] += 1
        number = seen[scenario["name"]]
        yield scenario if number == 1 else {**scenario, "name": f"{scenario['name']} ({number})"}


def _played(scenario: Scenario) -> list[Scenario]:
    """A scenario with its answers up to where it can't be played; and without what is to be in another file."""
    while scenario["steps"]:
        try:
            whole = replay.play(scenario)
            break
        except replay.Unresolved:
            scenario = {**scenario, "steps": scenario["steps"][:-1]}
    else:
        return []
    if not (room := _kind(whole)):
        return [whole]
    plain: Scenario | None = whole
    for number in reversed(range(len(whole["steps"]))):
        if plain and _kind_of_step(whole["steps"][number]):
            plain = replay.without(plain, number)
    if not plain or not plain["steps"]:
        return [whole]
    try:
        plain = replay.play({**plain, "name": f"{plain['name']}, without {room.replace('_', ' ')}"})
    except replay.Unresolved:
        return [whole]
    return [whole, plain]


def _kind(scenario: Scenario) -> str:
    """The file that a scenario belongs to for what one of its steps asks; empty where it is one of a service."""
    kinds = {_kind_of_step(step) for step in scenario["steps"]}
    return next((kind for kind in (WIRE, NOT_OFFERED) if kind in kinds), "")


def _kind_of_step(step: replay.Step) -> str:
    if "http" in step:
        return WIRE
    return NOT_OFFERED if "it offers: " in json.dumps(step["answer"]["body"]) else ""


def unsteady(scenario: Scenario) -> str:
    """In what a scenario is not the same at another time; empty where it is."""
    for start in STARTS * 2:  # What comes in a random order may come in the same one several times.
        if fault := next(compare.differences(scenario, replay.play(scenario, start)), ""):
            return fault
    return ""


def _shortened(given: tuple[Scenario, frozenset[Any], str]) -> Scenario:
    """The scenario without the steps that what it is to show does not need."""
    scenario, shows, room = given
    size = max(len(scenario["steps"]) // 2, 1)
    while size:
        for first in reversed(range(0, len(scenario["steps"]), size)):
            shorter: Scenario | None = scenario
            for number in reversed(range(first, min(first + size, len(scenario["steps"])))):
                shorter = shorter and replay.without(shorter, number)
            if not shorter or not shorter["steps"]:
                continue
            try:
                shorter = replay.play(shorter)
            except replay.Unresolved:
                continue
            if shows <= shown_by(shorter, room):
                scenario = shorter
        size //= 2
    return scenario


def room_of(scenario: Scenario) -> str:
    """The file that a scenario belongs to."""
    if kind := _kind(scenario):
        return kind
    services = Counter(step["call"].partition(":")[0] for step in scenario["steps"])
    services["kmscourse"] = 0 if len(services) > 1 else 1
    services["kms"] -= "dynamodb" in services  # A table's key is made for the table.
    return max(SERVICES, key=lambda service: services[service])


def choose(
    scenarios: list[Scenario], room: str, known: set[tuple[Any, ...]]
) -> list[tuple[Scenario, frozenset[Any]]]:
    """As few as show all that they show together, but for what is ``known``; with each, what it is kept for."""
    shown = {number: shown_by(scenario, room) - known for number, scenario in enumerate(scenarios)}
    costs = [len(json.dumps(scenario)) for scenario in scenarios]
    wanted = set().union(*shown.values())
    chosen = []
    while wanted:
        gains = {number: len(outcome & wanted) for number, outcome in shown.items()}
        best = max(gains, key=lambda number: (gains[number] / costs[number] ** 0.5, -number))
        chosen.append((scenarios[best], frozenset(shown.pop(best) & wanted)))
        wanted -= chosen[-1][1]
        shown = {number: outcome for number, outcome in shown.items() if gains[number]}
    return chosen


def shown_by(scenario: Scenario, room: str) -> set[tuple[Any, ...]]:
    """What a scenario shows of what is to be in one file, such as what is not offered; room is empty for the rest."""
    steps = [step for step in scenario["steps"] if _kind_of_step(step) == room]
    found = {outcome for step in steps for outcome in outcomes(step)}
    events = () if room else scenario.get("events", ())
    return found | {outcome for event in events for outcome in _of_event("", event)}


def outcomes(step: replay.Step) -> Iterator[tuple[Any, ...]]:
    """What a step shows: how its operation answers or refuses, who is answered what, and the events."""
    call, body, status = step["call"], step["answer"]["body"], step["answer"].get("status", 200)
    if status == 200:
        yield call, "answer", tuple(sorted(_shape(body)))
        for name in step["with"]:
            yield call, "takes", re.sub(r"\d+", "1", name)
        outcome = "answered"
    else:
        outcome = json.dumps(body, sort_keys=True)
        outcome = re.sub(r"<[^>]*>|'[^']*'|arn:[^\s\",]+|\\\"[^\"]*\\\"|\d+", "…", outcome)
        yield call, "refusal", status, outcome
    yield call, outcome, "by" in step, step.get("region", "us-east-1") == "us-east-1"
    for event in step.get("events", []):
        yield from _of_event(call, event)


def _of_event(call: str, event: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    who = event.get("userIdentity")
    identity = (who.get("type"), who.get("invokedBy")) if isinstance(who, dict) else ()
    shape = tuple(
        sorted(_shape({**event, "userIdentity": None, "errorMessage": "", "eventTime": "", "awsRegion": ""}))
    )
    yield call, event.get("eventName"), event.get("errorCode"), identity
    yield event.get("eventName"), event.get("errorCode"), shape


def _shape(value: Any, path: str = "") -> set[str]:
    """The members of an answer, those of lists told once; not what somebody has put into it."""
    if isinstance(value, dict):
        found = {f"{path}.{name}" for name in value}
        for name, inner in value.items():
            found |= set() if name in _LEARNERS else _shape(inner, f"{path}.{name}")
        return found
    if isinstance(value, list):
        return {f"{path}[{'' if value else 'empty'}]"}.union(*(_shape(inner, f"{path}[]") for inner in value))
    return {f"{path}=null"} if value is None else set()


def watch(folder: Path) -> None:
    """Run the tests and the notebooks, and have a tape written of each account."""
    ours = os.environ | {
        "FROZEN_TAPES": str(folder),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "watching"), str(ROOT)]),
    }
    left_out = [f"--ignore=tests/sandbox/{name}" for name in _LEFT_OUT]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *_TESTS, *left_out]
    subprocess.run(command, cwd=ROOT, env=ours, check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--collect", action="store_true", help="make the scenarios anew from tests and notebooks"
    )
    parser.add_argument("--tapes", type=Path, help="with --collect: tapes that are there already")
    asked = parser.parse_args()
    if not asked.collect:
        record_again()
    elif asked.tapes:
        record_anew(asked.tapes)
    else:
        with tempfile.TemporaryDirectory() as folder:
            watch(Path(folder))
            record_anew(Path(folder))


if __name__ == "__main__":
    main()
