"""Which actions there are, for the services that the course meets.

actions.json holds their names: botocore's service models, and the few of the Service Authorization Reference that are
no operation. ``python -m tools.actions`` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from kmscourse.policy.language.patterns import action_matcher

MIN_SERVICE_LIKENESS = 0.85  # of two services' names, for one to be a slip of the other
MIN_ACTION_LIKENESS = 0.7


@dataclass(frozen=True, slots=True)
class Service:
    """A service's actions: by their name in lower case, as AWS spells it.

    ``required``: operations that are no action, and the actions that AWS checks instead.
    """

    names: Mapping[str, str]
    required: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def services() -> Mapping[str, Service]:
    """The services whose actions are known here, by the prefix of their actions."""
    entries = json.loads(Path(__file__).with_name("actions.json").read_text(encoding="utf-8"))["services"]
    return {prefix: _read_service(prefix, entry) for prefix, entry in entries.items()}


def _read_service(prefix: str, entry: Mapping[str, Any]) -> Service:
    required: dict[str, list[str]] = entry["required"]
    names = {*entry["operations"], *entry["permissions"]} - required.keys()
    return Service(
        {f"{prefix}:{name}".lower(): f"{prefix}:{name}" for name in sorted(names)},
        {
            f"{prefix}:{operation}".lower(): tuple(f"{prefix}:{name}" for name in instead)
            for operation, instead in required.items()
        },
    )


@lru_cache(maxsize=4096)
def action_exists(pattern: str) -> bool:
    """Does the pattern, as in ``kms:Decrypt`` or ``kms:Get*``, stand for any action? Unknown services may have it."""
    prefix, colon, _ = pattern.lower().partition(":")
    if not colon:
        return bool(pattern) and not pattern.strip("*")
    service = services().get(prefix)
    if service is None:
        return not get_close_matches(prefix, services(), n=1, cutoff=MIN_SERVICE_LIKENESS)
    return any(map(action_matcher((pattern,)), service.names))


@lru_cache(maxsize=4096)
def required_actions(operation: str) -> tuple[str, ...]:
    """The actions that AWS checks where the name is that of an operation only, as ``kms:ReEncrypt`` is."""
    service = services().get(operation.lower().partition(":")[0])
    return service.required.get(operation.lower(), ()) if service else ()


@lru_cache(maxsize=4096)
def suggest_action(action: str) -> str | None:
    """The action that was most likely meant, if any is like it."""
    prefix, colon, name = action.lower().partition(":")
    known = services()
    if not colon:  # the service was left out
        spellings = (
            spelling
            for service in known.values()
            for lowered, spelling in service.names.items()
            if lowered.endswith(f":{prefix}")
        )
        return next(spellings, None)
    if prefix not in known:
        alike = get_close_matches(prefix, known, n=1, cutoff=MIN_SERVICE_LIKENESS)
        if not alike:
            return None
        prefix = alike[0]
    names = known[prefix].names
    alike = get_close_matches(f"{prefix}:{name.strip('*')}", names, n=1, cutoff=MIN_ACTION_LIKENESS)
    return names[alike[0]] if alike else None
