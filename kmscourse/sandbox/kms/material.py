"""What a KMS key encrypts with: its key material, one piece after another, and what time does to it.

All here works on moto's ``Key``, to which ``prepare`` has given attributes of ours: ``materials`` are the pieces
that belong to the key for good, the present one last; ``pending`` is a piece imported to take its place at the
next rotation.

Source: AWS KMS Developer Guide, "Rotate AWS KMS keys", "Importing key material", "Deleting AWS KMS keys".
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kmscourse.sandbox.kms import ciphertext

MATERIAL_BYTES = 32


@dataclass
class Material:
    """One piece of key material; ``secret`` is None while an imported piece is deleted or has expired.

    ``rotated`` and ``rotation`` say when it became the key's present one, and how (AUTOMATIC or ON_DEMAND); the
    first piece has neither. ``expires`` and ``description`` are those of imported material.
    """

    id: str
    token: bytes
    secret: bytes | None = field(repr=False)
    rotated: datetime | None = None
    rotation: str | None = None
    expires: datetime | None = None
    description: str = ""


def of_secret(secret: bytes) -> Material:
    """The piece that ``secret`` is; the same secret always has the same names."""
    return Material(ciphertext.material_id(secret), ciphertext.material_token(secret), secret)


def of_import(key_id: str, given: bytes) -> Material:
    """The piece that key material from outside becomes in this key: another key that gets the same opens nothing."""
    return of_secret(hmac.digest(given, f"kmscourse: imported into {key_id}".encode(), "sha256"))


def prepare(key: Any) -> None:
    """Give a new key of moto's what keys have here, and a symmetric encryption key its first material."""
    key.materials, key.pending = [], None
    key.rotation_period, key.next_rotation = None, None
    if key.key_spec == "SYMMETRIC_DEFAULT":
        key.key_material = b""  # moto's own place for it
    if key.origin == "EXTERNAL":
        key.import_secret = secrets.token_bytes(MATERIAL_BYTES)
        set_state(key, "PendingImport")
    elif key.key_spec == "SYMMETRIC_DEFAULT":
        key.materials.append(of_secret(secrets.token_bytes(MATERIAL_BYTES)))


def set_state(key: Any, state: str) -> None:
    key.key_state, key.enabled = state, state == "Enabled"


def rotate(key: Any, now: datetime, how: str) -> None:
    """Seal with new material from now on: with the imported piece that waits for it, or one made at random."""
    following = key.pending or of_secret(secrets.token_bytes(MATERIAL_BYTES))
    following.rotated, following.rotation = now, how
    key.materials.append(following)
    key.pending = None


def schedule_rotation(key: Any, now: datetime, days: int | None) -> None:
    """Rotate every so many days from now on, None for never; the same period again changes nothing."""
    if days is not None and (not key.key_rotation_status or key.rotation_period != days):
        key.next_rotation = now + timedelta(days=days)
    key.key_rotation_status, key.rotation_period = days is not None, days


def enable(key: Any, now: datetime) -> None:
    """Enable a key; a rotation that was missed while it was disabled is made up for at once."""
    set_state(key, "Enabled")
    if key.key_rotation_status:
        key.next_rotation = max(key.next_rotation, now)


def put(key: Any, piece: Material) -> None:
    """Put imported material in its place: back where it was, or first, or to wait for the next rotation.

    A key that has all its material is enabled by it.
    """
    for place, known in enumerate(key.materials):
        if known.id == piece.id:
            piece.rotated, piece.rotation = known.rotated, known.rotation
            key.materials[place] = piece
            break
    else:
        if key.materials:
            key.pending = piece
            return
        key.materials.append(piece)
    if is_complete(key) and key.key_state != "PendingDeletion":
        set_state(key, "Enabled")


def drop(key: Any, piece: Material) -> None:
    """Delete imported material: the key can't be used until it is back. What waits for a rotation is forgotten."""
    if piece is key.pending:
        key.pending = None
        return
    piece.secret, piece.expires = None, None
    if key.key_state != "PendingDeletion":
        set_state(key, "PendingImport")


def cancel_deletion(key: Any) -> None:
    key.deletion_date = None
    set_state(key, "Disabled" if is_complete(key) else "PendingImport")


def is_complete(key: Any) -> bool:
    """True unless imported material is missing."""
    return key.origin != "EXTERNAL" or (
        bool(key.materials) and all(piece.secret is not None for piece in key.materials)
    )


def pieces(key: Any) -> list[Material]:
    """All of a key's material, with that which waits for a rotation."""
    return [*key.materials, *([key.pending] if key.pending else [])]


def due(key: Any) -> datetime | None:
    """When something will next befall the key by itself: its deletion, the expiry of material, a rotation."""
    moments = [piece.expires for piece in pieces(key) if piece.expires is not None]
    if key.key_state == "PendingDeletion":
        moments.append(key.deletion_date)
    elif key.key_state == "Enabled" and key.key_rotation_status:
        moments.append(key.next_rotation)
    return min(moments, default=None)
