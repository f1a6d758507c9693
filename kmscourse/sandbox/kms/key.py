"""A KMS key with its material, aliases and tags, all of it as JSON; and which operations its origin, state, kind allow.

``state`` is Enabled, Disabled, PendingDeletion or PendingImport. Whoever reads a ``Key`` reads the record itself; only
``KeyStore.changing`` lets it be changed.

Source: AWS KMS Developer Guide, "Key states of AWS KMS keys", the table there and its footnotes, "Rotate AWS KMS keys",
"Importing key material", "Deleting AWS KMS keys", "Key spec reference", "Key type reference"; recorded answers of AWS.
RotateKeyOnDemand of a key that waits for imported material is refused as any use of it is; the table is older than such
rotations.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms import ciphertext
from kmscourse.sandbox.kms.specs import SPECS, SYMMETRIC
from kmscourse.sandbox.operation import PermissionCheck

MATERIAL_BYTES = 32
_VERSION = 1  # of a key as JSON

T = TypeVar("T")


@dataclass
class KeyMaterial:
    """What a key works with; ``secret`` is None while imported material is deleted or has expired.

    ``secret`` are the bytes that a symmetric key encrypts with, or those of ``private_keys``. ``id`` is the
    KeyMaterialId, ``token`` names the material in ciphertexts. ``rotated`` and ``rotation_type`` (AUTOMATIC, ON_DEMAND)
    tell which rotation brought it; the first material has neither. ``expires`` (None: never) and ``description`` are
    those of imported material.
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

    @property
    def present_secret(self) -> bytes:
        """The secret. Raises LookupError where it is not there, which the key's state says."""
        if self.secret is None:
            raise LookupError("a key without its material is in no state to be used")
        return self.secret

    @classmethod
    def imported(cls, key_id: str, imported: bytes) -> KeyMaterial:
        """What imported bytes become in a symmetric key: another key that gets the same bytes opens nothing."""
        return cls.of_secret(hmac.digest(imported, f"kmscourse: imported into {key_id}".encode(), "sha256"))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; bytes in base64, dates in ISO 8601."""
        return {name: _plain(value) for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> KeyMaterial:
        """What ``to_json`` was made of. Raises ValueError, LookupError or TypeError for anything else."""
        members = members_of(cls, document)
        return cls(
            **{
                **members,
                "token": from_base64(members["token"]),
                "secret": _optional(from_base64, members["secret"]),
                "rotated": _optional(datetime.fromisoformat, members["rotated"]),
                "expires": _optional(datetime.fromisoformat, members["expires"]),
            }
        )


@dataclass
class Alias:
    """When an alias was made, and when it was last given a key, in seconds since 1970."""

    created: float
    updated: float


@dataclass
class Key:
    """A KMS key; ``created`` is in seconds since 1970.

    ``materials`` are those that belong to the key for good, the current one last; a key pair or an HMAC key has none
    before it is first needed (``KeyStore.secret_of``). ``pending_material`` was imported to
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
    def has_public_key(self) -> bool:
        """Whether it is asymmetric."""
        return self.spec != SYMMETRIC and self.usage != "GENERATE_VERIFY_MAC"

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
        members = {name: _plain(value) for name, value in vars(self).items() if name != "arn"}
        return {
            "version": _VERSION,
            "policy": members.pop("policy_text"),
            **members,
            "aliases": {name: vars(alias) for name, alias in self.aliases.items()},
            "materials": [material.to_json() for material in self.materials],
            "pending_material": self.pending_material and self.pending_material.to_json(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Key:
        """What ``to_json`` was made of. Raises ValueError, LookupError or TypeError for anything else."""
        require_version(document, _VERSION)
        members = members_of(cls, {**document, "policy_text": document["policy"]})
        if not isinstance(_document(members["policy_text"]), Mapping):
            raise TypeError("A key policy is an object.")
        return cls(
            **{
                **members,
                "deletion_date": _optional(datetime.fromisoformat, members["deletion_date"]),
                "next_rotation": _optional(datetime.fromisoformat, members["next_rotation"]),
                "aliases": {name: Alias(**dates) for name, dates in members["aliases"].items()},
                "materials": [KeyMaterial.from_json(material) for material in members["materials"]],
                "pending_material": _optional(KeyMaterial.from_json, members["pending_material"]),
                "import_secret": _optional(from_base64, members["import_secret"]),
            }
        )


def require_version(document: Mapping[str, Any], version: int) -> None:
    """Raises ValueError for a document that another version of the course has written."""
    if document["version"] != version:
        raise ValueError(f"It is of version {document['version']}.")


def members_of(cls: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """What a document has for the fields of a dataclass. Raises KeyError where one is missing."""
    return {each.name: document[each.name] for each in fields(cls) if each.init}


def to_base64(data: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """What ``to_base64`` was given. Raises ValueError."""
    return base64.b64decode(text, validate=True)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return to_base64(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _optional(read: Callable[[Any], T], value: Any) -> T | None:
    return None if value is None else read(value)


@lru_cache(maxsize=1024)
def _document(policy_text: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(policy_text)
    return document


# What its origin, state and kind allow


class _Use(NamedTuple):
    """A cryptographic permission: the operation that AWS's text names, and the usage that a key must have for it.

    ``parameter`` has the algorithm; where it is left out, or there is none, that of symmetric keys is meant.
    """

    operation: str
    usage: str
    parameter: str = ""


_CRYPTOGRAPHY = {
    "kms:Encrypt": _Use("Encrypt", "ENCRYPT_DECRYPT", "EncryptionAlgorithm"),
    "kms:Decrypt": _Use("Decrypt", "ENCRYPT_DECRYPT", "EncryptionAlgorithm"),
    "kms:ReEncryptFrom": _Use("ReEncrypt", "ENCRYPT_DECRYPT", "SourceEncryptionAlgorithm"),
    "kms:ReEncryptTo": _Use("ReEncrypt", "ENCRYPT_DECRYPT", "DestinationEncryptionAlgorithm"),
    **{
        f"kms:{operation}": _Use(operation, "ENCRYPT_DECRYPT")
        for operation in (
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
        )
    },
    "kms:Sign": _Use("Sign", "SIGN_VERIFY", "SigningAlgorithm"),
    "kms:Verify": _Use("Verify", "SIGN_VERIFY", "SigningAlgorithm"),
    "kms:GenerateMac": _Use("GenerateMac", "GENERATE_VERIFY_MAC", "MacAlgorithm"),
    "kms:VerifyMac": _Use("VerifyMac", "GENERATE_VERIFY_MAC", "MacAlgorithm"),
    "kms:DeriveSharedSecret": _Use("DeriveSharedSecret", "KEY_AGREEMENT", "KeyAgreementAlgorithm"),
    "kms:Encapsulate": _Use("Encapsulate", "ENCAPSULATE_DECAPSULATE", "EncapsulationAlgorithm"),
    "kms:Decapsulate": _Use("Decapsulate", "ENCAPSULATE_DECAPSULATE", "EncapsulationAlgorithm"),
}
# Only with an enabled key. (What is not in these sets works in every state.)
_NEEDS_ENABLED = {
    *_CRYPTOGRAPHY,
    "kms:CreateGrant",
    "kms:GetPublicKey",
    "kms:EnableKeyRotation",
    "kms:DisableKeyRotation",
    "kms:RotateKeyOnDemand",
}
# Neither without key material nor before a deletion.
_NEEDS_MATERIAL = {"kms:EnableKey", "kms:DisableKey"}
# In every state but PendingDeletion. (UpdateAlias asks it of the key that the alias goes to.)
_NOT_WHILE_PENDING = {
    "kms:CreateAlias",
    "kms:GetParametersForImport",
    "kms:ImportKeyMaterial",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
}

_AUTOMATIC = {"kms:EnableKeyRotation", "kms:DisableKeyRotation", "kms:GetKeyRotationStatus"}
# Of symmetric keys alone. (Of the others GetKeyRotationStatus says that they do not rotate.)
_ROTATION = _AUTOMATIC - {"kms:GetKeyRotationStatus"} | {"kms:RotateKeyOnDemand", "kms:ListKeyRotations"}
_IMPORT = {"kms:GetParametersForImport", "kms:ImportKeyMaterial", "kms:DeleteImportedKeyMaterial"}


def require_usable(check: PermissionCheck, key: Key, parameters: Mapping[str, Any]) -> None:
    """Raises AwsError where a key's origin, state or kind does not allow what is checked.

    UnsupportedOperationException where its material can't be rotated, or imported, so. That is asked before the key's
    state: while it waits for an import, AWS says this of it and not its state.
    """
    if check.action in (_AUTOMATIC if key.origin == "EXTERNAL" else _IMPORT):
        raise AwsError(
            "UnsupportedOperationException",
            f"{key.arn} origin is {key.origin} which is not valid for this operation.",
        )
    check_state(check.action, key)
    _check_kind(check, key, parameters)


def check_state(action: str, key: Key) -> None:
    """Raises AwsError DisabledException or KMSInvalidStateException where ``key`` is in no state for ``action``."""
    if action == "kms:CancelKeyDeletion":
        if key.state != "PendingDeletion":
            raise _invalid(key, "not pending deletion")
        return
    if action in _NEEDS_ENABLED and key.state == "Disabled":
        raise AwsError("DisabledException", f"{key.arn} is disabled.")
    if action in _NEEDS_ENABLED | _NEEDS_MATERIAL and key.state == "PendingImport":
        raise _invalid(key, "pending import")
    if action in _NEEDS_ENABLED | _NEEDS_MATERIAL | _NOT_WHILE_PENDING:
        refuse_pending(key)


def refuse_pending(key: Key) -> None:
    """Raises AwsError KMSInvalidStateException where ``key`` waits for its deletion."""
    if key.state == "PendingDeletion":
        raise _invalid(key, "pending deletion")


def _invalid(key: Key, what: str) -> AwsError:
    return AwsError("KMSInvalidStateException", f"{key.arn} is {what}.")


def _check_kind(check: PermissionCheck, key: Key, parameters: Mapping[str, Any]) -> None:
    """Raises AwsError InvalidKeyUsageException or UnsupportedOperationException where ``key`` is of another kind.

    A table's key is asked for no algorithm: ``parameters`` are then DynamoDB's own.
    """
    if check.action in _ROTATION and key.spec != SYMMETRIC:
        raise AwsError("UnsupportedOperationException", "")
    is_constrained = check.action == "kms:CreateGrant" and "kms:GrantConstraintType" in check.context
    if is_constrained and key.spec != SYMMETRIC:
        raise AwsError(
            "ValidationException",
            "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
        )
    if check.action == "kms:GetPublicKey" and not key.has_public_key:
        raise AwsError(
            "UnsupportedOperationException",
            f"{key.arn} key spec is {key.spec} which is not valid for GetPublicKey.",
        )
    if check.action not in _CRYPTOGRAPHY:
        return
    use = _CRYPTOGRAPHY[check.action]
    if key.usage != use.usage:
        raise AwsError(
            "InvalidKeyUsageException",
            f"{key.arn} key usage is {key.usage} which is not valid for {use.operation}.",
        )
    algorithm = parameters.get(use.parameter) or SYMMETRIC
    if algorithm not in SPECS[key.spec][key.usage].names:
        raise AwsError(
            "InvalidKeyUsageException", f"Algorithm {algorithm} is incompatible with key spec {key.spec}."
        )
