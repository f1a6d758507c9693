"""The keys of an account: by whatever names them, by the ciphertexts that they made, and what they seal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.iam.policy_documents import document_of
from kmscourse.sandbox.kms import ciphertext
from kmscourse.sandbox.kms.grant_store import Shown
from kmscourse.sandbox.kms.material import Material
from kmscourse.sandbox.kms.views import KeyView
from kmscourse.sandbox.moto_adapter.models import Part

_KEY_ID = re.compile(r"mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Keys(Part):
    """The part of ``Account`` that knows KMS keys."""

    def key(self, region: str, key_id: str) -> KeyView:
        """The key that an id, a key ARN, an alias or an alias ARN names.

        Raises AwsError NotFoundException with AWS's texts.
        """
        name = key_id
        if key_id.startswith("arn:"):
            parts = key_id.split(":", 5)
            of_kms = len(parts) == 6 and parts[:3] == ["arn", "aws", "kms"]
            if not of_kms or "/" not in parts[5] or parts[5].startswith("key/alias/"):
                raise _not_found(f"Invalid arn {key_id}")
            if parts[3] != region:
                raise _not_found(f"Invalid arn {parts[3]}")
            name = parts[5].removeprefix("key/")
            if parts[4] != self.account_id:
                raise _not_found(
                    f"Alias {key_id} is not found." if name.startswith("alias/") else _unknown(key_id)
                )
        kms = self._models("kms", region)
        arn = f"arn:aws:kms:{region}:{self.account_id}:"
        if name.startswith("alias/"):
            found = dict.get(kms.keys, kms.get_key_id_from_alias(name))
            missing = f"Alias {arn}{name} is not found."
        elif _KEY_ID.fullmatch(name):
            found, missing = dict.get(kms.keys, name), _unknown(f"{arn}key/{name}")
        else:
            found, missing = None, f"Invalid keyId '{name}'"
        if found is None:
            raise _not_found(missing)
        return self._view(found, kms)

    def key_ids(self, region: str) -> Sequence[str]:
        """The ids of all keys of a region, in their order."""
        ids: Sequence[str] = self._models("kms", region).key_ids
        return ids

    def find_key(self, arn: str) -> KeyView | None:
        """The key with this key ARN, in whatever region."""
        parts = arn.split(":", 5)
        if len(parts) < 6 or parts[:3] != ["arn", "aws", "kms"] or parts[4] != self.account_id:
            return None
        if not self._models.has("kms", parts[3]):
            return None
        kms = self._models("kms", parts[3])
        found = dict.get(kms.keys, parts[5].removeprefix("key/"))
        return None if found is None else self._view(found, kms)

    def keys(self, region: str) -> list[KeyView]:
        """All keys of a region, the oldest first."""
        kms = self._models("kms", region)
        return [self._view(key, kms) for key in dict.values(kms.keys)]

    def key_of_ciphertext(self, region: str, blob: bytes) -> KeyView:
        """The key that made a ciphertext. Raises AwsError InvalidCiphertextException."""
        kms = self._models("kms", region)
        try:
            found = kms.key_of_token(ciphertext.token_of(blob))
        except ciphertext.InvalidCiphertextError:
            found = None
        if found is None:
            raise _invalid_ciphertext()
        return self._view(found, kms)

    def seal(self, key: KeyView, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """A KMS ciphertext blob, under the key's present material."""
        return ciphertext.seal(self._secret(self._materials(key)[-1]), plaintext, context)

    def open(self, key: KeyView, blob: bytes, context: Mapping[str, str]) -> bytes:
        """The plaintext of a blob. Raises AwsError InvalidCiphertextException, whatever is wrong with it."""
        try:
            return ciphertext.unseal(self._secret(self._material_of(key, blob)), blob, context)
        except ciphertext.InvalidCiphertextError:
            raise _invalid_ciphertext() from None

    def material_id(self, key: KeyView, blob: bytes | None = None) -> str:
        """The KeyMaterialId of the key's present material, or of that which made ``blob``."""
        return (self._materials(key)[-1] if blob is None else self._material_of(key, blob)).id

    def _material_of(self, key: KeyView, blob: bytes) -> Material:
        token = ciphertext.token_of(blob)
        for piece in self._materials(key):
            if piece.token == token:
                return piece
        raise ciphertext.InvalidCiphertextError

    def _materials(self, key: KeyView) -> list[Material]:
        found: list[Material] = dict.__getitem__(self._models("kms", key.region).keys, key.id).materials
        return found

    def _secret(self, piece: Material) -> bytes:
        if piece.secret is None:
            raise LookupError("a key without its material is in no state to be used")
        return piece.secret

    def _view(self, key: Any, kms: Any) -> KeyView:
        return KeyView(
            id=key.id,
            arn=key.arn,
            region=key.region,
            spec=key.key_spec,
            usage=key.key_usage,
            state=key.key_state,
            policy=document_of(key.policy),
            grants=Shown(key, self._models("iam", "aws")),
            aliases=list(key.aliases),
            tags=dict(dict.get(kms.tagger.tags, key.id, {})),
            origin=key.origin,
            multi_region=bool(key.multi_region),
        )


def _not_found(message: str) -> AwsError:
    return AwsError("NotFoundException", message)


def _unknown(key_arn: str) -> str:
    return f"Key '{key_arn}' does not exist"


def _invalid_ciphertext() -> AwsError:
    return AwsError("InvalidCiphertextException", "")
