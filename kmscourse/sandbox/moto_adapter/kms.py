"""moto's KMS with indexes over its keys, without its throw-away RSA keys, and with material that rotates."""

from __future__ import annotations

import heapq
import json
from bisect import bisect_left, insort
from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.kms.models import Key, KmsBackend
from moto.kms.utils import RESERVED_ALIASES

from kmscourse.sandbox.kms import material
from kmscourse.sandbox.kms.alias_store import Alias
from kmscourse.sandbox.kms.grant_index import GrantIndex
from kmscourse.sandbox.kms.grant_store import Grant

SYMMETRIC = ("SYMMETRIC_DEFAULT", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512")
YEAR = 365  # Days after which AWS rotates the keys that it manages.


class Kms(KmsBackend):
    """The keys of one region; ``now`` is the account's clock. What a key has of ours: ``material.py``.

    ``key_ids`` and ``alias_names`` are in their order; the aliases of AWS's own are among them before they have a key.
    ``grants`` has all grants by their ids, ``granted`` finds them; each key has its own, the oldest first.
    """

    now: Callable[[], datetime]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.grants: dict[str, Grant] = {}
        self.index()

    def index(self) -> None:
        """Find aliases, grants, key material and dates anew, after keys came from elsewhere than through this class."""
        self._alias_targets: dict[str, str] = {}
        self._token_owners: dict[bytes, str] = {}
        self._dues: list[tuple[datetime, str]] = []  # a heap; what no longer stands in _due_of is passed over
        self._due_of: dict[str, datetime | None] = {}
        self.key_ids = sorted(self.keys)
        for key in dict.values(self.keys):
            self._alias_targets.update(dict.fromkeys(key.aliases, key.id))
            self.follow(key)
            key.grants = {}
        self.granted = GrantIndex()
        for grant in sorted(dict.values(self.grants), key=lambda grant: grant.created):
            self._list(grant)
        self.alias_names = sorted({*RESERVED_ALIASES, *self._alias_targets})

    def follow(self, key: Any) -> None:
        """Note what has become of a key's material and dates."""
        self._token_owners.update((piece.token, key.id) for piece in key.materials)
        moment = material.due(key)
        if moment is not None and moment != self._due_of.get(key.id):
            heapq.heappush(self._dues, (moment, key.id))
        self._due_of[key.id] = moment

    def overdue(self, now: datetime) -> tuple[datetime, Any] | None:
        """The key that something befalls first, and when (``material.due``); None where nothing does by ``now``."""
        while self._dues and self._dues[0][0] <= now:
            moment, key_id = heapq.heappop(self._dues)
            if self._due_of.get(key_id) == moment:
                return moment, dict.__getitem__(self.keys, key_id)
        return None

    def key_of_token(self, token: bytes) -> Key | None:
        """The key that has, or had, the material with this name."""
        owner = self._token_owners.get(token)
        return None if owner is None else dict.__getitem__(self.keys, owner)

    def create_key(
        self,
        policy: str | None,
        key_usage: str | None,
        key_spec: str | None,
        description: str,
        tags: list[dict[str, str]] | None,
        multi_region: bool | None = False,
        origin: str = "AWS_KMS",
    ) -> Key:
        key_spec = key_spec or "SYMMETRIC_DEFAULT"
        symmetric = key_spec in SYMMETRIC
        # moto makes a private key for every key, and an RSA key, which takes long, for those that need none.
        made_as = "ECC_NIST_P256" if symmetric else key_spec
        usage = key_usage or "ENCRYPT_DECRYPT"
        multi_region = bool(multi_region)
        key = Key(  # type: ignore[abstract]
            policy, usage, made_as, description, self.account_id, self.region_name, multi_region, origin
        )
        if symmetric:
            key.key_spec, key.private_key = key_spec, None  # type: ignore[assignment]
        if multi_region:
            key.id = key.id.replace("-", "").replace("mrk", "mrk-")
            key.arn = key.arn.rpartition("/")[0] + f"/{key.id}"
            key.multi_region_configuration["PrimaryKey"]["Arn"] = key.arn
        key.creation_date = self.now().timestamp()
        material.prepare(key)
        self.keys[key.id] = key
        insort(self.key_ids, key.id)
        if tags:
            self.tagger.tag_resource(key.id, tags)
        self.follow(key)
        return key

    def remove(self, key: Any) -> None:
        """A key's end: its material, its aliases, its grants and its tags go with it."""
        for alias in list(key.aliases):
            self.take_alias(alias)
        for grant_id in list(key.grants):
            self.take_grant(grant_id)
        for piece in key.materials:
            self._token_owners.pop(piece.token, None)
        self._due_of.pop(key.id, None)
        self.tagger.tags.pop(key.id, None)
        self.keys.pop(key.id)
        self.key_ids.remove(key.id)

    def put_grant(self, grant: Grant) -> None:
        """Put a new grant on its key."""
        self.grants[grant.id] = grant
        self._list(grant)

    def take_grant(self, grant_id: str) -> None:
        """Take a grant from its key."""
        grant = self.grants.pop(grant_id)
        del dict.__getitem__(self.keys, grant.key_id).grants[grant_id]
        self.granted.remove(grant)

    def _list(self, grant: Grant) -> None:
        dict.__getitem__(self.keys, grant.key_id).grants[grant.id] = grant  # type: ignore[assignment]
        self.granted.add(grant)

    def alias_exists(self, alias_name: str) -> bool:
        return alias_name in self._alias_targets

    def get_key_id_from_alias(self, alias_name: str) -> str | None:
        found = self._alias_targets.get(alias_name)
        if found is None and alias_name in RESERVED_ALIASES:
            return self._generate_default_keys(alias_name)
        return found

    def create_alias(self, target_key_id: str, alias_name: str) -> Any:
        """How moto names the keys that AWS manages, when they are asked for."""
        key = self.keys[target_key_id]
        key.key_manager = "AWS"
        key.description = _DESCRIPTIONS.get(alias_name, key.description)
        key.policy = json.dumps(aws_managed_policy(alias_name.rpartition("/")[2], key.region, key.account_id))
        material.schedule_rotation(key, self.now(), YEAR)
        self.follow(key)
        return self.set_alias(alias_name, key.id, key.creation_date)

    def set_alias(self, name: str, key_id: str, now: float) -> Alias:
        """Let an alias stand for a key from ``now`` on, and for no other."""
        alias = self.take_alias(name) or Alias(created=now, updated=now)
        alias.updated = now
        self.keys[key_id].aliases[name] = alias  # type: ignore[assignment]  # ours, in the place of moto's
        self._alias_targets[name] = key_id
        if name not in RESERVED_ALIASES:
            insort(self.alias_names, name)
        return alias

    def take_alias(self, name: str) -> Alias | None:
        """Take an alias from the key that it stands for, if it does."""
        key_id = self._alias_targets.pop(name, None)
        if key_id is None:
            return None
        if name not in RESERVED_ALIASES:
            del self.alias_names[bisect_left(self.alias_names, name)]
        return self.keys[key_id].aliases.pop(name)  # type: ignore[return-value]


# As recorded of AWS. Other services' keys are called by other words.
_DESCRIPTIONS = {
    "alias/aws/dynamodb": "Default key that protects my DynamoDB data when no other key is defined"
}


def aws_managed_policy(service: str, region: str, account: str) -> dict[str, Any]:
    """The key policy of the AWS managed key of a service: the account's principals use it through the service only.

    Source: "AWS managed key" in the DynamoDB developer guide, encryption at rest, usage notes.
    """
    use = [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:CreateGrant",
        "kms:DescribeKey",
    ]
    through = {"kms:CallerAccount": account, "kms:ViaService": f"{service}.{region}.amazonaws.com"}
    look = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
    return {
        "Version": "2012-10-17",
        "Id": f"auto-{service}-1",
        "Statement": [
            {
                "Sid": f"Use through {service} by the principals of this account",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": use,
                "Resource": "*",
                "Condition": {"StringEquals": through},
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": look,
                "Resource": "*",
            },
        ],
    }
