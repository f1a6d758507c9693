"""A KMS key as the practice account keeps it: with its key material, its aliases and its tags, and all of it as JSON.

``state`` is Enabled, Disabled, PendingDeletion or PendingImport. Whoever reads a ``Key`` reads the record itself; only
``KeyStore.changing`` lets it be changed.

Source: AWS KMS Developer Guide, "Key states of AWS KMS keys", "Rotate AWS KMS keys", "Importing key material",
"Deleting AWS KMS keys", "Key spec reference".
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from kmscourse.sandbox.kms import ciphertext

MATERIAL_BYTES = 32
SYMMETRIC = "SYMMETRIC_DEFAULT"
_VERSION = 1  # of a key as JSON


@dataclass
class KeyMaterial:
    """What a symmetric key encrypts with; ``secret`` is None while imported material is deleted or has expired.

    ``id`` is the KeyMaterialId, ``token`` names the material in ciphertexts. ``rotated`` and ``rotation_type``
    (AUTOMATIC, ON_DEMAND) tell which rotation brought it; the first material has neither. ``expires`` (None: never) and
    ``description`` are those of imported material.
    """

    id: str
    token: bytes
    secret: bytes | None = field(repr=False)
    rotated: datetime | None = None
    rotation_type: str | None = None
    expires: datetime | None = None
    description: str = ""

    @classmethod
    def of_secret(cls, secret: bytes) -> KeyMaterial:
        """The material that ``secret`` is; the same secret always has the same id and token."""
        return cls(ciphertext.material_id(secret), ciphertext.material_token(secret), secret)

    @classmethod
    def new(cls) -> KeyMaterial:
        """Material made at random."""
        return cls.of_secret(secrets.token_bytes(MATERIAL_BYTES))

    @classmethod
    def imported(cls, key_id: str, imported: bytes) -> KeyMaterial:
        """What imported bytes become in this key: another key that gets the same bytes opens nothing."""
        return cls.of_secret(hmac.digest(imported, f"kmscourse: imported into {key_id}".encode(), "sha256"))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; bytes in base64, dates in ISO 8601."""
        return {
            "id": self.id,
            "token": _base64(self.token),
            "secret": None if self.secret is None else _base64(self.secret),
            "rotated": _iso(self.rotated),
            "rotation_type": self.rotation_type,
            "expires": _iso(self.expires),
            "description": self.description,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> KeyMaterial:
        """What ``to_json`` was made of. Raises ValueError, LookupError or TypeError for anything else."""
        secret = document["secret"]
        return cls(
            id=document["id"],
            token=_bytes(document["token"]),
            secret=None if secret is None else _bytes(secret),
            rotated=_datetime(document["rotated"]),
            rotation_type=document["rotation_type"],
            expires=_datetime(document["expires"]),
            description=document["description"],
        )


@dataclass
class Alias:
    """When an alias was made, and when it was last given a key, in seconds since 1970."""

    created: float
    updated: float


@dataclass
class Key:
    """A KMS key; ``created`` is in seconds since 1970.

    ``materials`` are those that belong to the key for good, the current one last; ``pending_material`` was imported to
    take its place at the next rotation. ``rotation_period`` are the days between automatic rotations, None where there
    are none. Import tokens are sealed with ``import_secret``. ``aliases`` are by their names, as in ``alias/myKey``.
    """

    id: str
    account_id: str
    region: str
    spec: str
    usage: str
    created: float
    policy_text: str
    origin: str = "AWS_KMS"
    manager: str = "CUSTOMER"
    description: str = ""
    multi_region: bool = False
    state: str = "Enabled"
    deletion_date: datetime | None = None
    rotation_period: int | None = None
    next_rotation: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    materials: list[KeyMaterial] = field(default_factory=list)
    pending_material: KeyMaterial | None = None
    import_secret: bytes | None = field(default=None, repr=False)
    arn: str = field(init=False)

    def __post_init__(self) -> None:
        self.arn = f"arn:aws:kms:{self.region}:{self.account_id}:key/{self.id}"

    # What is read of it

    @property
    def policy(self) -> Mapping[str, Any]:
        """The key policy. Not to be changed."""
        return _document(self.policy_text)

    @property
    def is_usable(self) -> bool:
        """Whether its state lets it encrypt and decrypt."""
        return self.state == "Enabled"

    @property
    def all_materials(self) -> list[KeyMaterial]:
        """All of its material, the first one first, what waits for a rotation last."""
        return self.materials if self.pending_material is None else [*self.materials, self.pending_material]

    @property
    def is_complete(self) -> bool:
        """True unless imported material is missing."""
        return self.origin != "EXTERNAL" or (
            bool(self.materials) and all(material.secret is not None for material in self.materials)
        )

    @property
    def scheduled_rotation(self) -> datetime | None:
        """When it is next rotated automatically; None where it is not."""
        return None if self.rotation_period is None or self.state == "PendingDeletion" else self.next_rotation

    @property
    def due_date(self) -> datetime | None:
        """When KMS next has something to do by itself: its deletion, the expiry of material, a rotation."""
        dates = [material.expires for material in self.all_materials if material.expires is not None]
        if self.state == "PendingDeletion" and self.deletion_date is not None:
            dates.append(self.deletion_date)
        elif self.state == "Enabled" and self.rotation_period is not None and self.next_rotation is not None:
            dates.append(self.next_rotation)
        return min(dates, default=None)

    def material_state(self, material: KeyMaterial) -> str:
        """CURRENT, NON_CURRENT or PENDING_ROTATION."""
        if material is self.pending_material:
            return "PENDING_ROTATION"
        return "CURRENT" if material is self.materials[-1] else "NON_CURRENT"

    # How it changes (within ``KeyStore.changing``)

    def enable(self, now: datetime) -> None:
        """Enable it; a rotation that was missed while it was disabled is made up for at once."""
        self.state = "Enabled"
        if self.rotation_period is not None and self.next_rotation is not None:
            self.next_rotation = max(self.next_rotation, now)

    def disable(self) -> None:
        """Disable it."""
        self.state = "Disabled"

    def schedule_deletion(self, date: datetime) -> None:
        """Let it be deleted on a date."""
        self.state, self.deletion_date = "PendingDeletion", date

    def cancel_deletion(self) -> None:
        """Keep it after all, disabled."""
        self.state, self.deletion_date = "Disabled" if self.is_complete else "PendingImport", None

    def schedule_rotation(self, days: int | None, now: datetime) -> None:
        """Rotate it every so many days from now on, None for never; the same period again changes nothing."""
        if days is None:
            self.next_rotation = None
        elif self.rotation_period != days:
            self.next_rotation = now + timedelta(days=days)
        self.rotation_period = days

    def rotate(self, now: datetime, rotation_type: str) -> None:
        """Seal with new material from now on: with what was imported for it, or with some made at random.

        An AUTOMATIC rotation sets the date of the next one; one ON_DEMAND leaves it as it is.
        """
        material = self.pending_material or KeyMaterial.new()
        material.rotated, material.rotation_type = now, rotation_type
        self.materials.append(material)
        self.pending_material = None
        if rotation_type == "AUTOMATIC" and self.rotation_period is not None:
            self.next_rotation = now + timedelta(days=self.rotation_period)

    def put_material(self, material: KeyMaterial) -> None:
        """Put imported material in its place: back where it was, or first, or to wait for the next rotation.

        A key that has all its material is enabled by it.
        """
        for place, known in enumerate(self.materials):
            if known.id == material.id:
                material.rotated, material.rotation_type = known.rotated, known.rotation_type
                self.materials[place] = material
                break
        else:
            if self.materials:
                self.pending_material = material
                return
            self.materials.append(material)
        if self.is_complete and self.state != "PendingDeletion":
            self.state = "Enabled"

    def drop_material(self, material: KeyMaterial) -> None:
        """Delete imported material; without it the key can't be used. What waits for a rotation is forgotten."""
        if material is self.pending_material:
            self.pending_material = None
            return
        material.secret, material.expires = None, None
        if self.state != "PendingDeletion":
            self.state = "PendingImport"

    # As JSON

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; bytes in base64, dates in ISO 8601."""
        return {
            "version": _VERSION,
            "id": self.id,
            "account_id": self.account_id,
            "region": self.region,
            "spec": self.spec,
            "usage": self.usage,
            "origin": self.origin,
            "manager": self.manager,
            "created": self.created,
            "description": self.description,
            "multi_region": self.multi_region,
            "state": self.state,
            "deletion_date": _iso(self.deletion_date),
            "rotation_period": self.rotation_period,
            "next_rotation": _iso(self.next_rotation),
            "policy": self.policy_text,
            "tags": self.tags,
            "aliases": {name: vars(alias) for name, alias in self.aliases.items()},
            "materials": [material.to_json() for material in self.materials],
            "pending_material": self.pending_material and self.pending_material.to_json(),
            "import_secret": None if self.import_secret is None else _base64(self.import_secret),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Key:
        """What ``to_json`` was made of. Raises ValueError, LookupError or TypeError for anything else."""
        require_version(document, _VERSION)
        pending, import_secret = document["pending_material"], document["import_secret"]
        return cls(
            id=document["id"],
            account_id=document["account_id"],
            region=document["region"],
            spec=document["spec"],
            usage=document["usage"],
            origin=document["origin"],
            manager=document["manager"],
            created=document["created"],
            description=document["description"],
            multi_region=document["multi_region"],
            state=document["state"],
            deletion_date=_datetime(document["deletion_date"]),
            rotation_period=document["rotation_period"],
            next_rotation=_datetime(document["next_rotation"]),
            policy_text=document["policy"],
            tags=document["tags"],
            aliases={name: Alias(**dates) for name, dates in document["aliases"].items()},
            materials=[KeyMaterial.from_json(material) for material in document["materials"]],
            pending_material=None if pending is None else KeyMaterial.from_json(pending),
            import_secret=None if import_secret is None else _bytes(import_secret),
        )


def require_version(document: Mapping[str, Any], version: int) -> None:
    """Raises ValueError for a document that another version of the course has written."""
    if document["version"] != version:
        raise ValueError(f"It is of version {document['version']}.")


@lru_cache(maxsize=1024)
def _document(policy_text: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(policy_text)
    return document


def _iso(date: datetime | None) -> str | None:
    return None if date is None else date.isoformat()


def _datetime(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
