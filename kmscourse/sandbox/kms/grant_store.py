"""The grants on keys: put there, found by their tokens, taken away.

A grant token stands for one grant, and no two are alike: the grant's id, a nonce, and an HMAC of the nonce under a
secret of the grant's own. So none is kept, none can be made up, and those of a grant that is gone are void.

Source: AWS KMS Developer Guide, "Grants in AWS KMS"; AWS KMS API Reference, "GrantListEntry".
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kmscourse.sandbox.call import AwsError, Caller
from kmscourse.sandbox.kms.grant_index import GrantIndex
from kmscourse.sandbox.kms.views import KeyView
from kmscourse.sandbox.moto_adapter.models import Part

MOST = 50_000  # Grants on one key ("Quotas" in the developer guide).
PRINCIPALS = ("GranteePrincipal", "RetiringPrincipal")

_TERMS = (
    "Name",
    *PRINCIPALS,
    "GranteeServicePrincipal",
    "RetiringServicePrincipal",
    "Operations",
    "Constraints",
)
_ID, _NONCE, _SEAL = 32, 16, 32  # Bytes of a token's parts.


@dataclass
class Grant:
    """A grant as it is stored: ``terms`` are the parameters of CreateGrant that it was made of.

    ``holders`` has the unique ids of the users and roles that its principals were when it was made: one who gets
    their name later is another. ``created`` is in seconds since 1970.
    """

    id: str
    key_id: str
    secret: bytes
    created: float
    terms: dict[str, Any]
    holders: dict[str, str]

    def __repr__(self) -> str:
        return f"Grant({self.id})"

    def holder(self, member: str) -> str:
        """Whom a member of the terms means: the unique id of a user or role, or the name that stands there."""
        return self.holders.get(member) or str(self.terms[member])

    def new_token(self) -> str:
        """Another token of this grant, in base64."""
        nonce = secrets.token_bytes(_NONCE)
        return base64.urlsafe_b64encode(bytes.fromhex(self.id) + nonce + self._seal(nonce)).decode()

    def made(self, nonce: bytes, seal: bytes) -> bool:
        """Whether a token with these parts is of this grant."""
        return hmac.compare_digest(self._seal(nonce), seal)

    def _seal(self, nonce: bytes) -> bytes:
        return hmac.digest(self.secret, nonce, "sha256")


class Grants(Part):
    """The part of ``Account`` that knows grants. In a ``KeyView`` they are as ListGrants prints them."""

    def add_grant(self, key: KeyView, terms: Mapping[str, Any]) -> tuple[str, str]:
        """Put a grant with the terms of CreateGrant on a key: its id, and a token for it.

        Where one with the same name and terms is there already, it is that one. Raises AwsError
        LimitExceededException.
        """
        kms = self._models("kms", key.region)
        kept = {name: terms[name] for name in _TERMS if terms.get(name) not in (None, {})}
        known = self.grants_like(key, kept) if "Name" in kept else ()  # Only a name tells a retry.
        if known:
            return known[0], dict.__getitem__(kms.grants, known[0]).new_token()
        if len(kms.granted.on_key(key.id)) >= MOST:
            raise AwsError("LimitExceededException", f"A key can have at most {MOST} grants.")
        grant = self._new_grant(key.id, kept)
        kms.put_grant(grant)
        return grant.id, grant.new_token()

    def grant_of_token(self, region: str, token: str) -> tuple[str, str] | None:
        """The ARN of the key and the id of the grant on it that a token stands for; None where there is none."""
        try:
            parts = base64.b64decode(token, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        kms = self._models("kms", region)
        grant = dict.get(kms.grants, parts[:_ID].hex())
        if grant is None or not grant.made(parts[_ID : _ID + _NONCE], parts[_ID + _NONCE :]):
            return None
        return str(dict.__getitem__(kms.keys, grant.key_id).arn), grant.id

    def grant(self, region: str, grant_id: str) -> dict[str, Any] | None:
        """A grant as ListGrants prints it; None where there is none with this id in the region."""
        kms = self._models("kms", region)
        grant = dict.get(kms.grants, grant_id)
        if grant is None:
            return None
        return _printed(grant, dict.__getitem__(kms.keys, grant.key_id), self._models("iam", "aws"))

    def grant_ids(self, key: KeyView, member: str = "", value: str = "") -> Sequence[str]:
        """The ids of the grants on a key, in their order; only those printed with ``value`` as this grantee member."""
        index: GrantIndex = self._models("kms", key.region).granted
        if not member:
            return index.on_key(key.id)
        return self._of_holders(value, lambda holder: index.for_grantee(key.id, member, holder))

    def retirable_grant_ids(self, region: str, principal: str) -> Sequence[str]:
        """The ids of a region's grants that are printed with this RetiringPrincipal, in their order."""
        return self._of_holders(principal, self._models("kms", region).granted.retirable_by)

    def grants_like(self, key: KeyView, terms: Mapping[str, Any]) -> Sequence[str]:
        """The ids of the grants on a key with the very same terms."""
        return tuple(self._models("kms", key.region).granted.like(key.id, terms))

    def grants_for(
        self, key: KeyView, caller: Caller, action: str, encryption_context: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        """The grants on a key that can decide whether the caller may do ``action``: of many that say the same, one."""
        issuer = {caller.temporary.issuer.arn} if caller.temporary else set()
        account = {caller.account, f"arn:aws:iam::{caller.account}:root"}
        holders = {caller.arn, caller.principal_id, *issuer, *account}
        index = self._models("kms", key.region).granted
        ids = index.permitting(key.id, holders, action.lower(), encryption_context)
        return [grant for each in ids if (grant := self.grant(key.region, each)) is not None]

    def remove_grants(
        self,
        key: KeyView,
        unwanted: Callable[[Mapping[str, Any]], bool] = lambda grant: True,
        among: Iterable[str] | None = None,
    ) -> list[str]:
        """Take from a key the grants that ``unwanted`` picks (as in ``KeyView.grants``). Their ids are returned.

        ``among`` are the ids of those that are looked at; all where it is None.
        """
        kms, iam = self._models("kms", key.region), self._models("iam", "aws")
        found = dict.__getitem__(kms.keys, key.id)
        looked_at = [each for each in (found.grants if among is None else among) if each in found.grants]
        removed = [each for each in looked_at if unwanted(_printed(found.grants[each], found, iam))]
        for grant_id in removed:
            kms.take_grant(grant_id)
        return removed

    def _of_holders(self, printed: str, ids_of: Callable[[str], Sequence[str]]) -> Sequence[str]:
        """The ids that ``ids_of`` gives for the holders that are printed so, in their order."""
        iam = self._models("iam", "aws")
        known = dict.fromkeys((_unique_id(iam, printed) or printed, printed))
        lists = [ids_of(holder) for holder in known if _present_name(iam, holder) == printed]
        found = [ids for ids in lists if ids]
        return found[0] if len(found) == 1 else sorted(each for ids in found for each in ids)

    def _new_grant(self, key_id: str, terms: dict[str, Any]) -> Grant:
        iam = self._models("iam", "aws")
        holders = {name: _unique_id(iam, terms[name]) for name in PRINCIPALS if name in terms}
        return Grant(
            id=secrets.token_hex(_ID),
            key_id=key_id,
            secret=secrets.token_bytes(_SEAL),
            created=self.now().timestamp(),
            terms=terms,
            holders={name: found for name, found in holders.items() if found is not None},
        )


@dataclass(frozen=True)
class Shown:
    """The grants on a key of moto's as ListGrants prints them, the oldest first, each when it is come to.

    ``iam`` knows their principals.
    """

    key: Any
    iam: Any

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (_printed(grant, self.key, self.iam) for grant in list(self.key.grants.values()))


def _printed(grant: Grant, key: Any, iam: Any) -> dict[str, Any]:
    return {
        "KeyId": key.arn,
        "GrantId": grant.id,
        "Name": "",
        "CreationDate": grant.created,
        "IssuingAccount": f"arn:aws:iam::{key.account_id}:root",
        **grant.terms,
        **{name: _present_name(iam, held) for name, held in grant.holders.items()},
    }


def _unique_id(iam: Any, arn: str) -> str | None:
    """The id (AIDA…, AROA…) of the user or role with this ARN; None for any other principal."""
    name = arn.rpartition("/")[2]
    for found in (dict.get(iam.users, name), iam.role(name)):
        if found is not None and found.arn == arn:
            return str(found.id)
    return None


def _present_name(iam: Any, holder: str) -> str:
    """The ARN of the user or role with this id; where it is gone the id alone, as on AWS. Other names stay."""
    found = iam.users_by_id.get(holder) or dict.get(iam.roles, holder)
    return holder if found is None else str(found.arn)
