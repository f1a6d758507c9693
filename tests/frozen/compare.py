"""Where two runs of a scenario differ, one line for each member, as a person reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from tests.frozen.replay import Scenario, name_of, numbered

_LONGEST = 300


def differences(recorded: Scenario, played: Scenario) -> Iterator[str]:
    """What is otherwise now than it was recorded, step by step."""
    counts: dict[str, int] = {}
    for number, (before, now) in enumerate(zip(recorded["steps"], played["steps"], strict=True), 1):
        name = name_of(before)
        counts[name] = counts.get(name, 0) + 1
        where = f"step {number}, {numbered(name, counts[name])}"
        yield from _differences(before.get("answer"), now["answer"], f"{where}: answer")
        yield from _differences(before.get("events", []), now.get("events", []), f"{where}: events")
    yield from _differences(recorded.get("events", []), played.get("events", []), "events without a request")


def _differences(before: Any, now: Any, path: str) -> Iterator[str]:
    if before == now and type(before) is type(now):
        return
    if isinstance(before, dict) and isinstance(now, dict):
        for name in [*before, *(name for name in now if name not in before)]:
            if name not in now:
                yield f"{path}.{name}: was {_shown(before[name])}, is not there any more"
            elif name not in before:
                yield f"{path}.{name}: is new: {_shown(now[name])}"
            else:
                yield from _differences(before[name], now[name], f"{path}.{name}")
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, (old, new) in enumerate(zip(before, now, strict=True)):
            yield from _differences(old, new, f"{path}[{number}]")
    elif isinstance(before, list) and isinstance(now, list):
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, now, strict=False)))
        yield f"{path}: had {len(before)} entries, has {len(now)}; from [{same}] on they are others"
        yield from (f"{path}[{same}]: was {_shown(entry)}" for entry in before[same : same + 1])
        yield from (f"{path}[{same}]:  is {_shown(entry)}" for entry in now[same : same + 1])
    else:
        yield f"{path}: was {_shown(before)}\n{' ' * len(path)}   is {_shown(now)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"
