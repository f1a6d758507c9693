"""What other rooms see of keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class KeyView:
    """A KMS key: ``state`` is Enabled, Disabled, PendingDeletion or PendingImport.

    ``grants`` are as they are when one comes to them; what looks for some of them asks the account.
    """

    id: str
    arn: str
    region: str
    spec: str
    usage: str
    state: str
    policy: Mapping[str, Any]
    grants: Iterable[Mapping[str, Any]] = field(compare=False)
    aliases: Sequence[str]
    tags: Mapping[str, str]
    origin: str
    multi_region: bool


@dataclass(frozen=True)
class MaterialView:
    """A piece of a key's material: ``state`` is CURRENT, NON_CURRENT or PENDING_ROTATION.

    ``rotated`` and ``rotation`` (AUTOMATIC, ON_DEMAND) are None for a piece that no rotation brought; the rest
    tells of imported material: whether it is there, when it expires (None: never), what its owner calls it.
    """

    id: str
    state: str
    rotated: datetime | None
    rotation: str | None
    is_imported: bool
    expires: datetime | None
    description: str


@dataclass(frozen=True)
class RotationView:
    """A key's automatic rotation: every ``period`` days, next at ``next``; both None where it is off."""

    period: int | None
    next: datetime | None


@dataclass(frozen=True)
class Happening:
    """What KMS did to a key by itself, under its name in CloudTrail: DeleteKey, RotateKey, DeleteExpiredKeyMaterial."""

    name: str
    at: datetime
    key_arn: str
    details: Mapping[str, str]
