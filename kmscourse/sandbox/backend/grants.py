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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from kmscourse.sandbox.backend.models import Part
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.views import KeyView

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
    secret: bytes
    created: float
    terms: dict[str, Any]
    holders: dict[str, str]

    def __repr__(self) -> str:
        return f"Grant({self.id})"

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
    """The part of ``Backend`` that knows grants. In a ``KeyView`` they are as ListGrants prints them."""

    def add_grant(self, key: KeyView, terms: Mapping[str, Any]) -> tuple[str, str]:
        """Put a grant with the terms of CreateGrant on a key: its id, and a token for it.

        Where one with the same name and terms is there already, it is that one. Raises AwsError
        LimitExceededException.
        """
        kept = {name: terms[name] for name in _TERMS if terms.get(name) not in (None, {})}
        with self._changing_grants(key) as grants:
            grant = next((grant for grant in grants.values() if _is_retry(grant, kept)), None)
            if grant is None:
                if len(grants) >= MOST:
                    raise AwsError("LimitExceededException", f"A key can have at most {MOST} grants.")
                grant = self._new_grant(kept)
                grants[grant.id] = grant
        return grant.id, grant.new_token()

    def grant_of_token(self, region: str, token: str) -> tuple[str, str] | None:
        """The ARN of the key and the id of the grant on it that a token stands for; None where there is none."""
        try:
            parts = base64.b64decode(token, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        grant_id, nonce, seal = parts[:_ID].hex(), parts[_ID : _ID + _NONCE], parts[_ID + _NONCE :]
        for key in dict.values(self._models("kms", region).keys):
            grant = key.grants.get(grant_id)
            if grant is not None and grant.made(nonce, seal):
                return str(key.arn), grant_id
        return None

    def remove_grants(self, key: KeyView, unwanted: Callable[[Mapping[str, Any]], bool]) -> list[str]:
        """Take from a key the grants that ``unwanted`` picks (as in ``KeyView.grants``). Their ids are returned."""
        removed = [grant["GrantId"] for grant in key.grants if unwanted(grant)]
        with self._changing_grants(key) as grants:
            for grant_id in removed:
                del grants[grant_id]
        return removed

    def _new_grant(self, terms: dict[str, Any]) -> Grant:
        iam = self._models("iam", "aws")
        holders = {name: _unique_id(iam, terms[name]) for name in PRINCIPALS if name in terms}
        return Grant(
            id=secrets.token_hex(_ID),
            secret=secrets.token_bytes(_SEAL),
            created=self.now().timestamp(),
            terms=terms,
            holders={name: found for name, found in holders.items() if found is not None},
        )

    @contextmanager
    def _changing_grants(self, key: KeyView) -> Iterator[dict[str, Grant]]:
        with self._journal.changing(reads_count=True, tables_count=False):
            yield self._models("kms", key.region).keys[key.id].grants


def shown(key: Any, iam: Any) -> list[dict[str, Any]]:
    """The grants on a key of moto's as ListGrants prints them, the oldest first; ``iam`` knows its principals."""
    present_name = cache(partial(_present_name, iam))  # Many grants are for few principals.
    return [
        {
            "KeyId": key.arn,
            "GrantId": grant.id,
            "Name": "",
            "CreationDate": grant.created,
            "IssuingAccount": f"arn:aws:iam::{key.account_id}:root",
            **grant.terms,
            **{name: present_name(grant.terms[name], held) for name, held in grant.holders.items()},
        }
        for grant in key.grants.values()
    ]


def _is_retry(grant: Grant, terms: Mapping[str, Any]) -> bool:
    """Whether CreateGrant with these terms is meant to have made ``grant``: only a name tells a retry."""
    return "Name" in terms and _comparable(grant.terms) == _comparable(terms)


def _comparable(terms: Mapping[str, Any]) -> dict[str, Any]:
    return {**terms, "Operations": sorted(set(terms["Operations"]))}


def _unique_id(iam: Any, arn: str) -> str | None:
    """The id (AIDA…, AROA…) of the user or role with this ARN; None for any other principal."""
    user = dict.get(iam.users, arn.rpartition("/")[2])
    if user is not None and user.arn == arn:
        return str(user.id)
    return next((role.id for role in dict.values(iam.roles) if role.arn == arn), None)


def _present_name(iam: Any, arn: str, unique_id: str) -> str:
    """The ARN of the user or role with this id, which had ``arn`` once; the id alone where it is gone, as on AWS."""
    user = dict.get(iam.users, arn.rpartition("/")[2])
    holder = user if user is not None and user.id == unique_id else dict.get(iam.roles, unique_id)
    if holder is None:
        holder = next((user for user in dict.values(iam.users) if user.id == unique_id), None)
    return unique_id if holder is None else str(holder.arn)
