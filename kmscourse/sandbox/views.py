"""What the gate sees of the account: plain values, read from moto by ``backend/`` and by nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kmscourse.sandbox.call import Caller


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


@dataclass(frozen=True)
class TableView:
    """A DynamoDB table; ``key_arn`` is None where DynamoDB's own key encrypts it.

    ``keys`` are its partition key and its sort key, if it has one, ``indexes`` the same of each index, ``types`` the
    types of all of these. ``inaccessible_since`` is when its KMS key stopped to be usable (seconds since 1970).
    ``settings`` are what was chosen for it, and when: on_demand_since, table_class, class_since.
    """

    name: str
    arn: str
    region: str
    key_arn: str | None
    keys: Sequence[str]
    indexes: Mapping[str, Sequence[str]]
    types: Mapping[str, str]
    tags: Mapping[str, str]
    inaccessible_since: float | None
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Credentials:
    """What an access key id stands for. ``token`` is set for the temporary ones of a console sign-in."""

    caller: Caller
    secret: str
    token: str | None
    active: bool

    def __repr__(self) -> str:
        return f"Credentials(caller={self.caller!r}, secret=…, active={self.active})"


@dataclass(frozen=True)
class EntityView:
    """A user, group, role or managed policy: ``boundary`` is the ARN of what bounds it, None where nothing does.

    ``trust`` (a role's trust policy, as text) and ``max_session`` (in seconds) are a role's alone.
    """

    kind: str
    name: str
    id: str
    arn: str
    tags: Mapping[str, str]
    boundary: str | None = None
    trust: str = ""
    max_session: int = 0


@dataclass(frozen=True)
class PolicyText:
    """The text of an identity policy, and the name by which IAM's policy simulator refers to it."""

    id: str
    text: str


@dataclass(frozen=True)
class Terms:
    """What temporary credentials were asked for with: see ``call.Temporary``.

    ``name`` is the session's own (of an assumed role), or the federated user's. ``policies`` are the texts of
    inline session policies, ``policy_arns`` managed ones.
    """

    made_by: str = "SignIn"
    name: str = ""
    policies: Sequence[str] = ()
    policy_arns: Sequence[str] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: Sequence[str] = ()
    source_identity: str = ""
