"""A key's life, as its operations and time shape it: made, disabled, rotated, imported into, deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from kmscourse.sandbox.kms import material
from kmscourse.sandbox.kms.metadata import Metadata, metadata
from kmscourse.sandbox.kms.views import Happening, KeyView, MaterialView, RotationView
from kmscourse.sandbox.moto_adapter.models import Part


class KeyLife(Part):
    """The part of ``Account`` that changes KMS keys. Whether a change may be is decided before."""

    _happened: list[Happening]

    def create_key(self, region: str, wanted: Mapping[str, Any]) -> Metadata:
        """A new key with the parameters of CreateKey; its metadata is returned."""
        made = self._models("kms", region).create_key(
            wanted.get("Policy"),
            wanted.get("KeyUsage"),
            wanted.get("KeySpec") or wanted.get("CustomerMasterKeySpec"),
            wanted.get("Description") or "",
            wanted.get("Tags"),
            wanted.get("MultiRegion"),
            wanted.get("Origin") or "AWS_KMS",
        )
        return metadata(made)

    def metadata(self, key: KeyView) -> Metadata:
        """``key`` as DescribeKey shows it."""
        return metadata(self._key(key))

    def set_enabled(self, key: KeyView, enabled: bool) -> None:
        """EnableKey or DisableKey."""
        with self._changing(key) as found:
            material.enable(found, self.now()) if enabled else material.set_state(found, "Disabled")

    def schedule_deletion(self, key: KeyView, days: int) -> datetime:
        """Let the key be deleted after so many days; when that will be is returned."""
        with self._changing(key) as found:
            date: datetime = self.now() + timedelta(days=days)
            found.deletion_date = date
            material.set_state(found, "PendingDeletion")
        return date

    def cancel_deletion(self, key: KeyView) -> None:
        """Keep the key after all."""
        with self._changing(key) as found:
            material.cancel_deletion(found)

    def rotation(self, key: KeyView) -> RotationView:
        """Whether, and when, the key rotates by itself."""
        found = self._key(key)
        if not found.key_rotation_status or found.key_state == "PendingDeletion":
            return RotationView(None, None)
        return RotationView(found.rotation_period, found.next_rotation)

    def schedule_rotation(self, key: KeyView, days: int | None) -> None:
        """Rotate the key every so many days, or no longer (None)."""
        with self._changing(key) as found:
            material.schedule_rotation(found, self.now(), days)

    def rotate(self, key: KeyView) -> None:
        """RotateKeyOnDemand, done at once."""
        with self._changing(key) as found:
            self._rotate(found, self.now(), "ON_DEMAND")

    def materials(self, key: KeyView) -> list[MaterialView]:
        """All of a key's material, the first one first, what waits for a rotation last."""
        found = self._key(key)
        return [_view(piece, found) for piece in material.pieces(found)]

    def import_secret(self, key: KeyView) -> bytes:
        """What import tokens of this key are sealed with."""
        return bytes(self._key(key).import_secret)

    def import_id(self, key: KeyView, given: bytes) -> str:
        """The KeyMaterialId that key material from outside has, or would have, in this key."""
        return material.of_import(key.id, given).id

    def import_material(
        self, key: KeyView, given: bytes, expires: datetime | None, description: str | None
    ) -> None:
        """ImportKeyMaterial; without a description the material keeps the one that it had."""
        with self._changing(key) as found:
            piece = material.of_import(key.id, given)
            before = [known.description for known in material.pieces(found) if known.id == piece.id]
            piece.expires = expires
            piece.description = "".join(before) if description is None else description
            material.put(found, piece)

    def delete_material(self, key: KeyView, material_id: str) -> None:
        """DeleteImportedKeyMaterial."""
        with self._changing(key) as found:
            for piece in material.pieces(found):
                if piece.id == material_id:
                    material.drop(found, piece)

    def pass_time(self) -> None:
        """Let happen to keys what was due by now: deletions, expiries of imported material, rotations.

        Each at its own time, however long nobody asked. ``take_happenings`` tells of them.
        """
        for kms in self._models.made("kms"):
            while (overdue := kms.overdue(self.now())) is not None:
                self._befall(kms, *overdue)

    def take_happenings(self) -> list[Happening]:
        """What KMS did by itself since this was last asked."""
        taken, self._happened[:] = list(self._happened), []
        return taken

    def _befall(self, kms: Any, moment: datetime, key: Any) -> None:
        kms.keys.touch(key.id)
        expired = [piece for piece in material.pieces(key) if piece.expires == moment]
        if key.key_state == "PendingDeletion" and key.deletion_date == moment:
            kms.remove(key)
            self._happen("DeleteKey", moment, key)
            return
        if expired:
            for piece in expired:
                material.drop(key, piece)
                self._happen("DeleteExpiredKeyMaterial", moment, key, keyMaterialId=piece.id)
        else:
            self._rotate(key, moment, "AUTOMATIC")
            key.next_rotation = moment + timedelta(days=key.rotation_period)
        kms.follow(key)

    def _rotate(self, key: Any, moment: datetime, how: str) -> None:
        before = key.materials[-1].id
        material.rotate(key, moment, how)
        self._happen(
            "RotateKey",
            moment,
            key,
            rotationType=how,
            keyOrigin=key.origin,
            previousKeyMaterialId=before,
            currentKeyMaterialId=key.materials[-1].id,
        )

    def _happen(self, name: str, moment: datetime, key: Any, **details: str) -> None:
        self._happened.append(Happening(name, moment, key.arn, {"keyId": key.id, **details}))

    @contextmanager
    def _changing(self, key: KeyView) -> Iterator[Any]:
        """moto's key, to be changed in place."""
        kms = self._models("kms", key.region)
        kms.keys.touch(key.id)
        found = dict.__getitem__(kms.keys, key.id)
        yield found
        kms.follow(found)

    def _key(self, key: KeyView) -> Any:
        return dict.__getitem__(self._models("kms", key.region).keys, key.id)


def _view(piece: material.Material, key: Any) -> MaterialView:
    state = "NON_CURRENT"
    if piece is key.pending:
        state = "PENDING_ROTATION"
    elif piece is key.materials[-1]:
        state = "CURRENT"
    return MaterialView(
        piece.id,
        state,
        piece.rotated,
        piece.rotation,
        piece.secret is not None,
        piece.expires,
        piece.description,
    )
