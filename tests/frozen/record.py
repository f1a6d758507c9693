"""Records what the practice account answers: ``python -m tests.frozen.record``.

It plays every scenario of ``scenarios/`` again and keeps what is answered now; read the difference with ``git diff``
before it is committed. To add a scenario, write its steps, without answers, on a line of the file that it belongs to.
Those of ``wire.jsonl`` are written in ``wire.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tests.frozen import replay, wire
from tests.frozen.replay import Scenario

FOLDER = Path(__file__).parent / "scenarios"
WIRE = "wire"


def load(name: str) -> list[Scenario]:
    """The scenarios of a file in ``scenarios/``."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def names() -> list[str]:
    """The files of scenarios."""
    return sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def write(name: str, scenarios: Iterable[Scenario]) -> None:
    """Keep scenarios, each on a line, sorted by their names."""
    lines = [json.dumps(scenario, separators=(",", ":")) for scenario in scenarios]
    path = FOLDER / f"{name}.jsonl"
    path.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8", newline="\n")


def main() -> None:
    """Record every scenario anew."""
    for name in names():
        before = load(name)
        after = [replay.play(scenario) for scenario in (wire.scenarios() if name == WIRE else before)]
        changed = sum(scenario not in before for scenario in after)
        write(name, after)
        print(f"{name}: {len(after)} scenarios, {changed} of them changed")


if __name__ == "__main__":
    main()
