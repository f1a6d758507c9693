"""Grants: what is kept of one, the tokens that stand for it, its terms, and the operations on it.

A grant token stands for one grant, and no two are alike: a byte 1, the grant's id, a nonce, and an HMAC of the nonce
under a secret of the grant's own. So none is kept, none can be made up, and those of a grant that is gone are void.
By its first byte a token begins with A, as AWS's do: with the ``-`` that base64 for URLs has too, AWS CLI would take it
for an option. Tokens of earlier versions of the course have no such byte.

Source: AWS KMS Developer Guide, "Grants in AWS KMS", "Grant operations", "Using grant constraints"; AWS KMS API
Reference, "CreateGrant", "GrantConstraints", "GrantListEntry". Texts are the practice account's own but where a comment
says that AWS's was recorded.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from kmscourse.policy import MAX_CONSTRAINT_PAIRS, MAX_CONSTRAINT_VALUE_LENGTH
from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.kms.key import Key, from_base64, members_of, require_version, to_base64
from kmscourse.sandbox.kms.keys import page
from kmscourse.sandbox.kms.specs import SYMMETRIC
from kmscourse.sandbox.operation import Answer

if TYPE_CHECKING:
    from kmscourse.sandbox.kms.resolve import KmsCall

MAX_GRANTS = 50_000  # on one key ("Quotas" in the developer guide)
PRINCIPALS = ("GranteePrincipal", "RetiringPrincipal")
GRANTEES = ("GranteePrincipal", "GranteeServicePrincipal")
CONTEXT_CONSTRAINTS = ("EncryptionContextEquals", "EncryptionContextSubset")

_SERVICES = ("GranteeServicePrincipal", "RetiringServicePrincipal")
_TERMS = ("Name", *PRINCIPALS, *_SERVICES, "Operations", "Constraints")
_ID_BYTES, _NONCE_BYTES, _SECRET_BYTES, _SEAL_BYTES = 32, 16, 32, 32
_TOKEN_BYTES = _ID_BYTES + _NONCE_BYTES + _SEAL_BYTES  # after its first byte
_TOKEN_START = b"\x01"
_VERSION = 1  # of a grant as JSON

_FOR_ANY_KEY = ("CreateGrant", "DescribeKey", "RetireGrant")
_ENCRYPTING = ("Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo")
_DATA_KEYS = (
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
)
_OF_USAGE: Mapping[str, tuple[str, ...]] = {
    "ENCRYPT_DECRYPT": (*_ENCRYPTING, "GetPublicKey"),
    "SIGN_VERIFY": ("Sign", "Verify", "GetPublicKey"),
    "GENERATE_VERIFY_MAC": ("GenerateMac", "VerifyMac"),
    "KEY_AGREEMENT": ("DeriveSharedSecret", "GetPublicKey"),
    "ENCAPSULATE_DECAPSULATE": ("Encapsulate", "Decapsulate", "GetPublicKey"),
}


class Identities(Protocol):
    """What grants and key policies ask of IAM.

    A user or role keeps its unique id (AIDA…, AROA…), whatever its name becomes.
    """

    def unique_id(self, arn: str) -> str | None:
        """The unique id of the user or role with this ARN; None for any other principal."""

    def present_name(self, principal_id: str) -> str:
        """The ARN of the user or role with this id; where it is gone the id alone. Any other name stays."""

    def name_in_policies(self, given: str) -> str:
        """How a policy shows a principal that was put into it: an account, user or role by its ARN."""


@dataclass
class Grant:
    """A grant as it is kept: ``terms`` are the parameters of CreateGrant that it was made of.

    ``holders`` has the unique ids of the users and roles that its principals were when it was made: one who gets
    their name later is another. ``created`` is in seconds since 1970.
    """

    id: str
    key_id: str
    secret: bytes = field(repr=False)
    created: float
    terms: dict[str, Any] = field(repr=False)
    holders: dict[str, str] = field(repr=False)

    @classmethod
    def new(cls, key_id: str, terms: dict[str, Any], created: float, identities: Identities) -> Grant:
        """A grant with these terms (``terms_of``) on a key."""
        ids = {name: identities.unique_id(terms[name]) for name in PRINCIPALS if name in terms}
        return cls(
            id=secrets.token_hex(_ID_BYTES),
            key_id=key_id,
            secret=secrets.token_bytes(_SECRET_BYTES),
            created=created,
            terms=terms,
            holders={name: unique_id for name, unique_id in ids.items() if unique_id is not None},
        )

    def holder(self, member: str) -> str:
        """Whom a member of the terms means: the unique id of a user or role, or the name that stands there."""
        return self.holders.get(member) or str(self.terms[member])

    def new_token(self) -> str:
        """Another token of this grant, in base64."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        token = _TOKEN_START + bytes.fromhex(self.id) + nonce + self._seal(nonce)
        return base64.urlsafe_b64encode(token).decode()

    def has_made(self, token: GrantToken) -> bool:
        """Whether a token is of this grant."""
        return hmac.compare_digest(self._seal(token.nonce), token.seal)

    def _seal(self, nonce: bytes) -> bytes:
        return hmac.digest(self.secret, nonce, "sha256")

    def entry(self, key: Key, identities: Identities) -> dict[str, Any]:
        """The grant as ListGrants shows it; ``key`` is the one that it is on."""
        return {
            "KeyId": key.arn,
            "GrantId": self.id,
            "Name": "",
            "CreationDate": self.created,
            "IssuingAccount": f"arn:aws:iam::{key.account_id}:root",
            **self.terms,
            **{name: identities.present_name(holder) for name, holder in self.holders.items()},
        }

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"version": _VERSION, **vars(self), "secret": to_base64(self.secret)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Grant:
        """What ``to_json`` was made of. Raises ValueError, LookupError or TypeError for anything else."""
        require_version(document, _VERSION)
        members = members_of(cls, document)
        return cls(**{**members, "secret": from_base64(members["secret"])})


class GrantToken(NamedTuple):
    """The parts of a grant token."""

    grant_id: str
    nonce: bytes
    seal: bytes


def read_token(text: str) -> GrantToken:
    """The parts of the grant token in a text; they are empty where it can't be one."""
    try:
        parts = base64.urlsafe_b64decode(text)
    except ValueError:
        parts = b""
    is_exact = base64.urlsafe_b64encode(parts).decode() == text  # Other texts can stand for the same bytes.
    if len(parts) > _TOKEN_BYTES:
        parts = parts.removeprefix(_TOKEN_START)
    if not is_exact or len(parts) != _TOKEN_BYTES:
        return GrantToken("", b"", b"")
    after_nonce = _ID_BYTES + _NONCE_BYTES
    return GrantToken(parts[:_ID_BYTES].hex(), parts[_ID_BYTES:after_nonce], parts[after_nonce:])


def terms_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The terms in the parameters of CreateGrant, without those that are empty.

    A constraint without pairs is none: Terraform sends one beside the other, and AWS lets such grants be used.
    """
    constraints = parameters.get("Constraints") or {}
    given = {**parameters, "Constraints": {name: value for name, value in constraints.items() if value}}
    return {name: given[name] for name in _TERMS if given.get(name) not in (None, {})}


# Validation


def check_terms(resolved: KmsCall) -> None:
    """Raises AwsError where there can be no grant on such terms: InvalidArnException, ValidationException."""
    parameters = resolved.parameters
    constraints = parameters.get("Constraints") or {}
    _check_principals(resolved)
    if parameters.get("GranteeServicePrincipal") and not (
        "SourceArn" in constraints
        and (parameters.get("RetiringPrincipal") or parameters.get("RetiringServicePrincipal"))
    ):
        raise _invalid(
            "A grant with a GranteeServicePrincipal needs a SourceArn constraint, and a RetiringPrincipal or a "
            "RetiringServicePrincipal."
        )
    _check_constraints(constraints)
    _check_operations(parameters["Operations"], resolved.key)


def operations_for(key: Key) -> frozenset[str]:
    """What a grant on a key of this kind can give."""
    if key.spec == SYMMETRIC:
        return frozenset((*_FOR_ANY_KEY, *_ENCRYPTING, *_DATA_KEYS))
    return frozenset((*_FOR_ANY_KEY, *_OF_USAGE.get(key.usage, ())))


def _check_principals(resolved: KmsCall) -> None:
    for name in (*PRINCIPALS, *_SERVICES):
        principal, kind = resolved.parameters.get(name), "Service" if name in _SERVICES else "AWS"
        if principal is not None and not resolved.account.identities.is_policy_principal(kind, principal):
            # Recorded by a user of AWS.
            raise AwsError("InvalidArnException", f"ARN does not refer to a valid principal: {principal}")


def _check_operations(operations: Sequence[str], key: Key) -> None:
    if not operations:
        raise _invalid("A grant gives at least one of the operations in Operations.")
    if set(operations) == {"CreateGrant"}:
        # Recorded by a user of AWS.
        raise _invalid("Grants must not contain only the CreateGrant operation.")
    unsupported = sorted(set(operations) - operations_for(key))
    if unsupported:
        raise _invalid(
            f"A key of spec {key.spec} for {key.usage} does not support {', '.join(unsupported)} in a grant."
        )


def _check_constraints(constraints: Mapping[str, Any]) -> None:
    if all(constraints.get(kind) for kind in CONTEXT_CONSTRAINTS):
        # Recorded by users of AWS.
        raise _invalid("More than one constraint supplied")
    for kind in CONTEXT_CONSTRAINTS:
        pairs = constraints.get(kind) or {}
        longest = max(map(len, pairs.values()), default=0)
        if len(pairs) > MAX_CONSTRAINT_PAIRS or longest > MAX_CONSTRAINT_VALUE_LENGTH:
            raise _invalid(
                f"A grant's constraint holds at most {MAX_CONSTRAINT_PAIRS} pairs, with values of at most "
                f"{MAX_CONSTRAINT_VALUE_LENGTH} characters."
            )


def _invalid(text: str) -> AwsError:
    return AwsError("ValidationException", text)


# Operations


def create_grant(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html"""
    grant = resolved.account.keys.new_grant(resolved.key, resolved.parameters)
    resolved.end_dry_run()  # Before anything is changed.
    if resolved.account.keys.add_grant(resolved.region, grant):
        resolved.account.keys.grant_delay.note_new(grant, resolved.now)
    return {"GrantId": grant.id, "GrantToken": grant.new_token()}


def list_grants(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html"""
    keys, key, parameters = resolved.account.keys, resolved.key, resolved.parameters
    member = next((name for name in GRANTEES if parameters.get(name)), "")
    if not parameters.get("GrantId"):
        return _page(resolved, keys.grant_ids(key, member, parameters.get(member, "")))
    grant = resolved.grant
    entry = None if grant is None else keys.grant_entry(resolved.region, grant.id)
    is_listed = entry is not None and entry.get(member) == parameters.get(member)
    return _page(resolved, [parameters["GrantId"]] if is_listed else [])


def list_retirable_grants(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html"""
    principal = resolved.parameters["RetiringPrincipal"]
    return _page(resolved, resolved.account.keys.retirable_grant_ids(resolved.region, principal))


def retire_grant(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html"""
    return _remove(resolved, resolved.retiring.grant, resolved.retiring.grant_id)


def revoke_grant(resolved: KmsCall) -> Answer:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html"""
    return _remove(resolved, resolved.grant, resolved.parameters["GrantId"])


def _page(resolved: KmsCall, grant_ids: Sequence[str]) -> Answer:
    """A page of these grants, which are in their order."""
    keys, region = resolved.account.keys, resolved.region
    return page(resolved.parameters, "Grants", grant_ids, lambda grant_id: keys.grant_entry(region, grant_id))


def _remove(resolved: KmsCall, grant: Grant | None, grant_id: str) -> Answer:
    """Take a grant from its key. Raises AwsError NotFoundException where it is not there."""
    if grant is None:
        raise AwsError("NotFoundException", f"Grant ID {grant_id} not found")
    resolved.end_dry_run()  # Before anything is changed.
    resolved.account.keys.remove_grant(resolved.region, grant)
    resolved.account.keys.grant_delay.note_removed(grant, resolved.now)
    return {}
