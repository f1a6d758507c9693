"""What the gate sees of the account: plain values, read from moto by ``backend.py`` and by nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kmscourse.sandbox.call import Caller


@dataclass(frozen=True)
class KeyView:
    """A KMS key: ``state`` is Enabled, Disabled, PendingDeletion or PendingImport."""

    id: str
    arn: str
    region: str
    spec: str
    usage: str
    state: str
    policy: Mapping[str, Any]
    grants: Sequence[Mapping[str, Any]]
    aliases: Sequence[str]
    tags: Mapping[str, str]
    origin: str
    multi_region: bool


@dataclass(frozen=True)
class TableView:
    """A DynamoDB table; ``key_arn`` is None where DynamoDB's own key encrypts it."""

    name: str
    arn: str
    region: str
    key_arn: str | None


@dataclass(frozen=True)
class Credentials:
    """What an access key id stands for. ``token`` is set for the temporary ones of a console sign-in."""

    caller: Caller
    secret: str
    token: str | None
    active: bool

    def __repr__(self) -> str:
        return f"Credentials(caller={self.caller!r}, secret=…, active={self.active})"
