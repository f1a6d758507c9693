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

from kmscourse.policy.match import any_action

ALIKE = 0.85  # how alike two names of services must be, for one to be a slip of the other


@dataclass(frozen=True, slots=True)
class Service:
    """A service's actions: by their name in lower case, as AWS spells it.

    ``asked_as``: operations that are no action, and what AWS asks for instead.
    """

    names: Mapping[str, str]
    asked_as: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def services() -> Mapping[str, Service]:
    """The services whose actions are known here, by the prefix of their actions."""
    kept = json.loads(Path(__file__).with_name("actions.json").read_text(encoding="utf-8"))["services"]
    return {prefix: _service(prefix, names) for prefix, names in kept.items()}


def _service(prefix: str, kept: Mapping[str, Any]) -> Service:
    asked_as: dict[str, list[str]] = kept["asked_as"]
    names = {*kept["operations"], *kept["permissions"]} - asked_as.keys()
    return Service(
        {f"{prefix}:{name}".lower(): f"{prefix}:{name}" for name in sorted(names)},
        {
            f"{prefix}:{name}".lower(): tuple(f"{prefix}:{one}" for one in instead)
            for name, instead in asked_as.items()
        },
    )


@lru_cache(maxsize=4096)
def exists(pattern: str) -> bool:
    """Does the pattern, as in ``kms:Decrypt`` or ``kms:Get*``, stand for any action? Unknown services may have it."""
    prefix, colon, _ = pattern.lower().partition(":")
    if not colon:
        return bool(pattern) and not pattern.strip("*")
    service = services().get(prefix)
    if service is None:
        return not get_close_matches(prefix, services(), n=1, cutoff=ALIKE)
    return any(map(any_action((pattern,)), service.names))


@lru_cache(maxsize=4096)
def asked_as(action: str) -> tuple[str, ...]:
    """What AWS asks for where the action is the name of an operation only, as ``kms:ReEncrypt`` is."""
    service = services().get(action.lower().partition(":")[0])
    return service.asked_as.get(action.lower(), ()) if service else ()


@lru_cache(maxsize=4096)
def nearest(action: str) -> str | None:
    """The action that was most likely meant, if any is like it."""
    prefix, colon, name = action.lower().partition(":")
    if not colon:  # the service was left out
        found = [
            service.names[key]
            for service in services().values()
            for key in service.names
            if key.endswith(f":{prefix}")
        ]
        return found[0] if found else None
    known = services()
    close = (
        prefix if prefix in known else next(iter(get_close_matches(prefix, known, n=1, cutoff=ALIKE)), None)
    )
    if close is None:
        return None
    names = known[close].names
    wanted = f"{close}:{name.strip('*')}"
    return next((names[found] for found in get_close_matches(wanted, names, n=1, cutoff=0.7)), None)
