"""The KMS keys of an account with their aliases and grants: found by whatever names them, made, changed, deleted.

Whether a change may be is decided before. What KMS does by itself at its time (deletions, rotations, expiries) is done
here too.

Source: AWS KMS API Reference, "KeyMetadata", "AliasListEntry"; AWS KMS Developer Guide, "Key identifiers", "Quotas",
"Aliases in AWS KMS", "AWS managed keys".
"""

from __future__ import annotations

import heapq
import json
import re
import secrets
import uuid
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from kmscourse.policy import rename_principal, replace_principals
from kmscourse.sandbox.call import AwsError, Caller, ServiceEvent
from kmscourse.sandbox.kms import ciphertext, key_policy, private_keys
from kmscourse.sandbox.kms.grant_delay import GrantDelay
from kmscourse.sandbox.kms.grant_index import GrantIndex
from kmscourse.sandbox.kms.grants import MAX_GRANTS, Grant, Identities, read_token, terms_of
from kmscourse.sandbox.kms.key import MATERIAL_BYTES, Alias, Key, KeyMaterial
from kmscourse.sandbox.kms.request_quota import RequestQuota
from kmscourse.sandbox.kms.specs import SYMMETRIC
from kmscourse.sandbox.settings import Settings
from kmscourse.sandbox.storage.collection import Collection
from kmscourse.sandbox.storage.journal import Journal

MAX_ALIASES = 50  # of one key ("Quotas" in the developer guide)

_KEY_ID = re.compile(r"mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_COLLECTION = re.compile(r"kms/([^/]+)/(keys|grants)")
_AWS_ROTATION_PERIOD = 365  # days between the rotations of a key that AWS manages
# By service, the description of its key as recorded from AWS. Other services' keys are called by other words.
_DESCRIPTIONS = {"dynamodb": "Default key that protects my DynamoDB data when no other key is defined"}


_SERVICES = (
    "acm dynamodb ebs elasticfilesystem es glue kinesisvideo lambda rds redshift s3 secretsmanager ssm xray"
)
AWS_ALIASES = tuple(f"alias/aws/{service}" for service in _SERVICES.split())
"""The aliases of AWS's own: each is there from the start, and has a key once it is asked for one."""


class Region:
    """The keys of one region and the grants on them, with all that they are found by. A lookup costs what it finds.

    ``key_ids`` and ``alias_names`` are in their order; ``grant_index`` finds the ids of grants.
    """

    def __init__(self, name: str, journal: Journal) -> None:
        self.keys: Collection[Key] = Collection(
            journal, f"kms/{name}/keys", Key.to_json, Key.from_json, self.index_keys
        )
        self.grants: Collection[Grant] = Collection(
            journal, f"kms/{name}/grants", Grant.to_json, Grant.from_json, self.index_grants
        )
        self.index_keys()
        self.index_grants()

    def index_keys(self) -> None:
        """Find everything anew, after keys came back from the file. Raises ValueError where one is not in its place."""
        self.key_id_of_alias: dict[str, str] = {}
        self.key_id_of_token: dict[bytes, str] = {}
        self._due_dates: list[tuple[datetime, str]] = []  # a heap; what is not in _due_date_of is passed over
        self._due_date_of: dict[str, datetime | None] = {}
        self.key_ids = sorted(self.keys)
        for key_id, key in self.keys.items():
            if key.id != key_id:
                raise ValueError("A key is in another's place.")
            self.key_id_of_alias.update(dict.fromkeys(key.aliases, key.id))
            self.note_change(key)
        self.alias_names = sorted({*AWS_ALIASES, *self.key_id_of_alias})

    def index_grants(self) -> None:
        """Find grants anew, after some came back from the file.

        Raises ValueError where one is not in its place, LookupError where it is on no key.
        """
        self.grant_index = GrantIndex()
        for grant_id, grant in self.grants.items():
            if grant.id != grant_id:
                raise ValueError("A grant is in another's place.")
            if grant.key_id not in self.keys:
                raise LookupError("A grant is on no key.")
            self.grant_index.add(grant)

    # Keys

    def add_key(self, key: Key) -> None:
        """Add a new key."""
        self.keys[key.id] = key
        insort(self.key_ids, key.id)
        self.note_change(key)

    def note_change(self, key: Key) -> None:
        """Note the material and the due date of a key that was changed."""
        self.key_id_of_token.update((material.token, key.id) for material in key.materials)
        due_date = key.due_date
        if due_date is not None and due_date != self._due_date_of.get(key.id):
            heapq.heappush(self._due_dates, (due_date, key.id))
        self._due_date_of[key.id] = due_date

    def remove_key(self, key: Key) -> None:
        """Remove a key: its material, its aliases and its grants go with it."""
        for name in list(key.aliases):
            self.remove_alias(name)
        for grant_id in list(self.grant_index.on_key(key.id)):
            self.remove_grant(self.grants[grant_id])
        for material in key.materials:
            self.key_id_of_token.pop(material.token, None)
        self._due_date_of.pop(key.id, None)
        del self.keys[key.id]
        del self.key_ids[bisect_left(self.key_ids, key.id)]

    def overdue(self, now: datetime) -> tuple[datetime, Key] | None:
        """The key for which something is due first, and when; None where nothing is due by ``now``."""
        while self._due_dates and self._due_dates[0][0] <= now:
            due_date, key_id = heapq.heappop(self._due_dates)
            if self._due_date_of.get(key_id) == due_date:
                del self._due_date_of[key_id]  # Should it be due again at this very date, it is listed anew.
                return due_date, self.keys[key_id]
        return None

    # Aliases

    def set_alias(self, name: str, key: Key, now: float) -> None:
        """Let an alias stand for a key from ``now`` on, and for no other."""
        alias = self.remove_alias(name) or Alias(created=now, updated=now)
        alias.updated = now
        self.keys.touch(key.id)
        key.aliases[name] = alias
        self.key_id_of_alias[name] = key.id
        if name not in AWS_ALIASES:
            insort(self.alias_names, name)

    def remove_alias(self, name: str) -> Alias | None:
        """Take an alias from the key that it stands for, if it does."""
        key_id = self.key_id_of_alias.pop(name, None)
        if key_id is None:
            return None
        if name not in AWS_ALIASES:
            del self.alias_names[bisect_left(self.alias_names, name)]
        self.keys.touch(key_id)
        key: Key = self.keys[key_id]
        return key.aliases.pop(name)

    # Grants

    def add_grant(self, grant: Grant) -> None:
        """Put a new grant on its key."""
        self.grants[grant.id] = grant
        self.grant_index.add(grant)

    def remove_grant(self, grant: Grant) -> None:
        """Take a grant from its key."""
        del self.grants[grant.id]
        self.grant_index.remove(grant)


class KeyStore:
    """The keys of all regions. ``now`` is the account's clock, in UTC.

    ``state_changed`` is told the ARN of a key, whether it can be used from then on, and since when, each time that
    changes.
    """

    def __init__(
        self,
        account_id: str,
        journal: Journal,
        now: Callable[[], datetime],
        identities: Identities,
        settings: Settings,
    ) -> None:
        self.quota = RequestQuota(settings.kms_quota)
        self.grant_delay = GrantDelay(settings.grant_delay)
        self.state_changed: Callable[[str, bool, datetime], None] = lambda key_arn, usable, at: None
        self._account_id = account_id
        self._journal = journal
        self._now = now
        self._identities = identities
        self._regions: dict[str, Region] = {}
        self._service_events: list[ServiceEvent] = []

    def collection(self, name: str) -> Collection[Any]:
        """The collection that is stored under ``kms/<region>/keys`` or ``…/grants``. Raises KeyError."""
        match = _COLLECTION.fullmatch(name)
        if match is None:
            raise KeyError(name)
        region = self._region(match[1])
        return region.keys if match[2] == "keys" else region.grants

    def _region(self, name: str) -> Region:
        if name not in self._regions:
            self._regions[name] = Region(name, self._journal)
        return self._regions[name]

    # Keys found

    def named(self, region: str, key_id: str) -> Key:
        """The key that an id, a key ARN, an alias or an alias ARN names.

        A key that AWS manages is made when its alias is first asked for. Raises AwsError NotFoundException.
        """
        name = key_id
        if key_id.startswith("arn:"):
            parts = key_id.split(":", 5)
            is_kms = len(parts) == 6 and parts[:3] == ["arn", "aws", "kms"]
            if not is_kms or "/" not in parts[5] or parts[5].startswith("key/alias/"):
                raise _not_found(f"Invalid arn {key_id}")
            if parts[3] != region:
                raise _not_found(f"Invalid arn {parts[3]}")
            name = parts[5].removeprefix("key/")
            if parts[4] != self._account_id:
                raise _not_found(
                    f"Alias {key_id} is not found." if name.startswith("alias/") else _unknown(key_id)
                )
        arn = f"arn:aws:kms:{region}:{self._account_id}:"
        if name.startswith("alias/"):
            key, missing = self.key_of_alias(region, name), f"Alias {arn}{name} is not found."
            if key is None and name in AWS_ALIASES:
                key = self._create_aws_managed(region, name)
        elif _KEY_ID.fullmatch(name):
            key, missing = self._region(region).keys.get(name), _unknown(f"{arn}key/{name}")
        else:
            key, missing = None, f"Invalid keyId '{name}'"
        if key is None:
            raise _not_found(missing)
        return key

    def find(self, arn: str) -> Key | None:
        """The key with this key ARN, in whatever region."""
        parts = arn.split(":", 5)
        if len(parts) < 6 or parts[:3] != ["arn", "aws", "kms"] or parts[4] != self._account_id:
            return None
        region = self._regions.get(parts[3])
        return None if region is None else region.keys.get(parts[5].removeprefix("key/"))

    def of_region(self, region: str) -> list[Key]:
        """All keys of a region, the oldest first."""
        return list(self._region(region).keys.values())

    def key_ids(self, region: str) -> Sequence[str]:
        """The ids of all keys of a region, in their order."""
        return self._region(region).key_ids

    def of_ciphertext(self, region: str, blob: bytes) -> Key:
        """The key that made a ciphertext. Raises AwsError InvalidCiphertextException."""
        stored = self._region(region)
        try:
            key: Key = stored.keys[stored.key_id_of_token[ciphertext.token_of(blob)]]
        except (ciphertext.InvalidCiphertextError, KeyError):
            raise AwsError("InvalidCiphertextException", "") from None
        return key

    # Keys made and changed

    def create(
        self,
        region: str,
        *,
        spec: str = SYMMETRIC,
        usage: str = "ENCRYPT_DECRYPT",
        origin: str = "AWS_KMS",
        policy: str | None = None,
        description: str = "",
        tags: Mapping[str, str] | None = None,
        multi_region: bool = False,
    ) -> Key:
        """A new key; without a policy it has the default key policy.

        A key pair or an HMAC key gets its material when it is first needed: to make an RSA_4096 key takes seconds.
        """
        key_id = uuid.uuid4()
        key = Key(
            id=f"mrk-{key_id.hex}" if multi_region else str(key_id),
            account_id=self._account_id,
            region=region,
            spec=spec,
            usage=usage,
            origin=origin,
            created=self._now().timestamp(),
            policy_text=self._present(policy) if policy else key_policy.default_policy(self._account_id),
            description=description,
            tags=dict(tags or {}),
            multi_region=multi_region,
        )
        if origin == "EXTERNAL":
            key.state, key.import_secret = "PendingImport", secrets.token_bytes(MATERIAL_BYTES)
        elif spec == SYMMETRIC:
            key.materials.append(KeyMaterial.new())
        self._region(region).add_key(key)
        return key

    def put_policy(self, key: Key, text: str) -> None:
        """Give a key another policy."""
        with self.changing(key):
            key.policy_text = self._present(text)

    def _present(self, policy_text: str) -> str:
        """A key policy as KMS shows it: with the ARNs of the users and roles that it names by their ids."""
        return json.dumps(replace_principals(json.loads(policy_text), self._identities.name_in_policies))

    def rename_principal(self, name: str, new_name: str) -> None:
        """Have the key policies call a user or role by its new ARN, or by its id once it is gone."""
        for region in self._regions.values():
            for key in region.keys.values():
                changed = rename_principal(key.policy_text, name, new_name)
                if changed is not None:
                    region.keys.touch(key.id)
                    key.policy_text = changed

    @contextmanager
    def changing(self, key: Key, at: datetime | None = None) -> Iterator[Key]:
        """Within it, ``key`` may be changed; it has changed at ``at``, which is now if it is not given."""
        region, was_usable = self._region(key.region), key.is_usable
        region.keys.touch(key.id)
        yield key
        region.note_change(key)
        if key.is_usable != was_usable:
            self.state_changed(key.arn, key.is_usable, at or self._now())

    def secret_of(self, key: Key) -> bytes:
        """What a key works with now. That of a key pair or an HMAC key is made when it is first asked for."""
        if not key.materials:
            with self.changing(key):
                key.materials.append(KeyMaterial.of_secret(private_keys.new_secret(key.spec)))
        return key.materials[-1].present_secret

    def rotate(self, key: Key, at: datetime, rotation_type: str) -> None:
        """Give a key new material; ``rotation_type`` is AUTOMATIC or ON_DEMAND."""
        before = key.materials[-1].id
        with self.changing(key, at):
            key.rotate(at, rotation_type)
        self._add_service_event(
            "RotateKey",
            at,
            key,
            rotationType=rotation_type,
            keyOrigin=key.origin,
            previousKeyMaterialId=before,
            currentKeyMaterialId=key.materials[-1].id,
        )

    # What is done in time

    def apply_due_changes(self, now: datetime) -> bool:
        """Apply to keys what was due by ``now``: deletions, expiries of imported material, rotations.

        Each at its own time, however long nobody called. True where anything was due; ``take_service_events`` tells
        of it.
        """
        was_due = False
        for region in self._regions.values():
            while (due := region.overdue(now)) is not None:
                self._apply_due_change(region, *due)
                was_due = True
        return was_due

    def take_service_events(self) -> list[ServiceEvent]:
        """What KMS did by itself since this was last asked."""
        events, self._service_events = self._service_events, []
        return events

    def _apply_due_change(self, region: Region, at: datetime, key: Key) -> None:
        if key.state == "PendingDeletion" and key.deletion_date == at:
            region.remove_key(key)
            self._add_service_event("DeleteKey", at, key)
            return
        expired = [material for material in key.all_materials if material.expires == at]
        if not expired:
            self.rotate(key, at, "AUTOMATIC")
            return
        with self.changing(key, at):
            for material in expired:
                key.drop_material(material)
                self._add_service_event("DeleteExpiredKeyMaterial", at, key, keyMaterialId=material.id)

    def _add_service_event(self, name: str, at: datetime, key: Key, **details: str) -> None:
        self._service_events.append(ServiceEvent(name, at, key.arn, {"keyId": key.id, **details}))

    # Aliases

    def alias_names(self, region: str) -> Sequence[str]:
        """The names of all aliases of a region, in their order; AWS's own are there before they have a key."""
        return self._region(region).alias_names

    def key_of_alias(self, region: str, name: str) -> Key | None:
        """The key that ``alias/name`` stands for; None where it stands for none yet, or is not there."""
        stored = self._region(region)
        return stored.keys.get(stored.key_id_of_alias.get(name, ""))

    def set_alias(self, name: str, key: Key) -> None:
        """Let ``alias/name`` stand for ``key``, whether it is new or stands for another.

        Raises AwsError LimitExceededException.
        """
        if name not in key.aliases and len(key.aliases) >= MAX_ALIASES:
            raise AwsError("LimitExceededException", f"A key can have at most {MAX_ALIASES} aliases.")
        self._region(key.region).set_alias(name, key, self._now().timestamp())

    def remove_alias(self, region: str, name: str) -> None:
        """Let ``alias/name`` stand for nothing any more."""
        self._region(region).remove_alias(name)

    def _create_aws_managed(self, region: str, alias: str) -> Key:
        """The key that AWS manages for a service, which rotates every year."""
        service = alias.rpartition("/")[2]
        key = self.create(
            region,
            policy=key_policy.policy_of_aws_managed_key(service, region, self._account_id),
            description=_DESCRIPTIONS.get(service, "Default key"),
        )
        with self.changing(key):
            key.manager = "AWS"
            key.schedule_rotation(_AWS_ROTATION_PERIOD, self._now())
        self._region(region).set_alias(alias, key, key.created)
        return key

    # Grants

    def new_grant(self, key: Key, parameters: Mapping[str, Any]) -> Grant:
        """A grant for a key with the terms in the parameters of CreateGrant, which ``add_grant`` puts on it.

        Where one with the same name and terms is there already, it is that one. Raises AwsError
        LimitExceededException.
        """
        region, terms = self._region(key.region), terms_of(parameters)
        if "Name" in terms:  # Only a name tells a retry.
            for grant_id in region.grant_index.like(key.id, terms):
                known: Grant = region.grants[grant_id]
                return known
        if len(region.grant_index.on_key(key.id)) >= MAX_GRANTS:
            raise AwsError("LimitExceededException", f"A key can have at most {MAX_GRANTS} grants.")
        return Grant.new(key.id, terms, self._now().timestamp(), self._identities)

    def add_grant(self, region: str, grant: Grant) -> bool:
        """Put a grant of ``new_grant`` on its key. Returns whether it was not there already."""
        is_new = grant.id not in self._region(region).grants
        if is_new:
            self._region(region).add_grant(grant)
        return is_new

    def remove_grant(self, region: str, grant: Grant) -> None:
        """Take a grant from its key."""
        self._region(region).remove_grant(grant)

    def remove_grants_like(self, key: Key, parameters: Mapping[str, Any]) -> None:
        """Take from a key the grants with the very terms in these parameters of CreateGrant."""
        region = self._region(key.region)
        for grant_id in list(region.grant_index.like(key.id, terms_of(parameters))):
            region.remove_grant(region.grants[grant_id])

    def remove_grants_of_service(self, service: str) -> None:
        """Take from all keys the grants that a service holds, as ``dynamodb`` does on the keys of its tables."""
        for name, region in self._regions.items():
            for key in list(region.keys.values()):
                ids = self.grant_ids(key, "GranteePrincipal", f"{service}.{name}.amazonaws.com")
                for grant_id in list(ids):
                    self.remove_grant(name, region.grants[grant_id])

    def grant(self, region: str, grant_id: str) -> Grant | None:
        """The grant with this id; None where there is none in the region."""
        grant: Grant | None = self._region(region).grants.get(grant_id)
        return grant

    def grant_of_token(self, region: str, text: str) -> Grant | None:
        """The grant that a grant token stands for; None where there is none in the region."""
        token = read_token(text)
        grant = self.grant(region, token.grant_id)
        return grant if grant is not None and grant.has_made(token) else None

    def key_of_grant(self, region: str, grant: Grant) -> Key:
        """The key that a grant is on."""
        key: Key = self._region(region).keys[grant.key_id]
        return key

    def grant_entry(self, region: str, grant_id: str) -> dict[str, Any]:
        """The grant with this id, which is there, as ListGrants shows it."""
        grant: Grant = self._region(region).grants[grant_id]
        return grant.entry(self.key_of_grant(region, grant), self._identities)

    def grant_ids(self, key: Key, member: str = "", principal: str = "") -> Sequence[str]:
        """The ids of the grants on a key, in their order.

        With ``member`` (GranteePrincipal, GranteeServicePrincipal) only those that are shown with this principal in it.
        """
        index = self._region(key.region).grant_index
        if not member:
            return index.on_key(key.id)
        return self._of_holders(principal, lambda holder: index.for_grantee(key.id, member, holder))

    def retirable_grant_ids(self, region: str, principal: str) -> Sequence[str]:
        """The ids of a region's grants that are shown with this RetiringPrincipal, in their order."""
        return self._of_holders(principal, self._region(region).grant_index.retirable_by)

    def grants_for(
        self,
        key: Key,
        caller: Caller,
        action: str,
        encryption_context: Mapping[str, str],
        now: datetime,
        with_token: Set[str] = frozenset(),
    ) -> list[dict[str, Any]]:
        """The grants on a key that can decide whether the caller may do ``action``: of many that say the same, one.

        ``with_token`` are the ids of the grants whose tokens the request has.
        """
        region = self._region(key.region)
        holders = {caller.arn, caller.principal_id, caller.account, f"arn:aws:iam::{caller.account}:root"}
        if caller.temporary:
            holders.add(caller.temporary.issuer.arn)
        unknown = self.grant_delay.unknown(now) - with_token
        wanted = (key.id, holders, action.lower(), encryption_context)
        ids = region.grant_index.permitting(*wanted, without=unknown)
        grants = [region.grants[grant_id] for grant_id in ids]
        grants += self.grant_delay.removed_but_permitting(*wanted, now)
        return [grant.entry(key, self._identities) for grant in grants]

    def _of_holders(self, principal: str, ids_of: Callable[[str], Sequence[str]]) -> Sequence[str]:
        """The ids that ``ids_of`` gives for the holders that are shown as ``principal``, in their order."""
        identities = self._identities
        holders = dict.fromkeys((identities.unique_id(principal) or principal, principal))
        lists = [ids_of(holder) for holder in holders if identities.present_name(holder) == principal]
        filled = [ids for ids in lists if ids]
        return filled[0] if len(filled) == 1 else sorted(grant_id for ids in filled for grant_id in ids)


def _not_found(message: str) -> AwsError:
    return AwsError("NotFoundException", message)


def _unknown(key_arn: str) -> str:
    return f"Key '{key_arn}' does not exist"
