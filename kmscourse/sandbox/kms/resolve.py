"""A call to KMS with what it names: keys, aliases and grants, each looked up once, when a stage first reads it here.

Source: AWS KMS Developer Guide, "Key identifiers"; AWS KMS API Reference, "Decrypt", "RetireGrant".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.kms.grants import Grant
from kmscourse.sandbox.kms.key import Key
from kmscourse.sandbox.kms.specs import SYMMETRIC
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import ResolvedCall

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

KEY_ARN = re.compile(r"arn:aws:kms:[a-z0-9-]+:(\d{12}):(key|alias)/.+")
_GRANT_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class RetiringGrant:
    """What RetireGrant names: a key, and a grant on it; ``grant`` is None where the key has none with this id."""

    key: Key
    key_name: str
    grant_id: str
    grant: Grant | None


@dataclass(frozen=True)
class KmsCall(ResolvedCall):
    """A call to KMS. Its keys, aliases and grants raise AwsError where there is no such thing."""

    @cached_property
    def key(self) -> Key:
        """The key in KeyId, which no alias can name."""
        return find_key(self, self.parameters["KeyId"], alias=False)

    @cached_property
    def key_by_any_name(self) -> Key:
        """The key in KeyId, which an alias can name too."""
        return find_key(self, self.parameters["KeyId"])

    @cached_property
    def secret(self) -> bytes:
        """What the key in KeyId works with."""
        return self.account.keys.secret_of(self.key_by_any_name)

    @property
    def message_type(self) -> str:
        """What Message is: RAW, DIGEST or EXTERNAL_MU."""
        return self.parameters.get("MessageType") or "RAW"

    @property
    def kind_of_new_key(self) -> tuple[str, str, str]:
        """The spec, the usage and the origin of the key that CreateKey is to make."""
        parameters = self.parameters
        spec = parameters.get("KeySpec") or parameters.get("CustomerMasterKeySpec") or SYMMETRIC
        return spec, parameters.get("KeyUsage") or "ENCRYPT_DECRYPT", parameters.get("Origin") or "AWS_KMS"

    @cached_property
    def target_key(self) -> Key:
        """The key in TargetKeyId, to which an alias goes."""
        name = self.parameters["TargetKeyId"]
        if alias_in(name):
            raise AwsError("ValidationException", "Aliases must refer to keys. Not aliases")
        return find_key(self, name)

    @cached_property
    def alias_key(self) -> Key:
        """The key that the alias in AliasName stands for now."""
        return self.account.keys.named(self.region, self.parameters["AliasName"])

    @cached_property
    def ciphertext(self) -> bytes:
        """The bytes of CiphertextBlob."""
        return base64.b64decode(self.parameters["CiphertextBlob"])

    @property
    def ignores_ciphertext(self) -> bool:
        """Whether a dry run asks for the permission alone, whatever the ciphertext would be."""
        return shapes.ignores_ciphertext(self.call)

    @cached_property
    def decryption_key(self) -> Key:
        """The key that opens the ciphertext of Decrypt."""
        named = None if self.parameters.get("KeyId") is None else self.key_by_any_name
        return self._opening_key(named, "")

    @cached_property
    def named_source_key(self) -> Key | None:
        """The key in SourceKeyId; None where it is left out."""
        name = self.parameters.get("SourceKeyId")
        return None if name is None else find_key(self, name, action="kms:ReEncryptFrom")

    @cached_property
    def source_key(self) -> Key:
        """The key that opens the ciphertext of ReEncrypt."""
        return self._opening_key(self.named_source_key, "Source")

    @cached_property
    def destination_key(self) -> Key:
        """The key in DestinationKeyId."""
        return find_key(self, self.parameters["DestinationKeyId"], action="kms:ReEncryptTo")

    def encryption_algorithm(self, side: str = "") -> str:
        """The algorithm to encrypt with; ``side`` is Source or Destination, with which ReEncrypt's parameters begin."""
        return self.parameters.get(f"{side}EncryptionAlgorithm") or SYMMETRIC

    def _opening_key(self, named: Key | None, side: str) -> Key:
        """The key that made the ciphertext; a dry run without a ciphertext is about the key that is named.

        Of RSA's ciphertexts none tells its key: raises AwsError ValidationException where it is not named.
        """
        is_opaque = self.encryption_algorithm(side) != SYMMETRIC
        if named is not None and (is_opaque or self.ignores_ciphertext):
            return named
        if is_opaque:
            raise AwsError(
                "ValidationException",
                f"{side}KeyId must be given where {side}EncryptionAlgorithm is one of asymmetric keys.",
            )
        return self.account.keys.of_ciphertext(self.region, self.ciphertext)

    @cached_property
    def grant(self) -> Grant | None:
        """The grant in GrantId on the key in KeyId; None where the key has none with this id."""
        return self._grant_on(self.key, self.parameters["GrantId"])

    @cached_property
    def retiring(self) -> RetiringGrant:
        """The grant that RetireGrant is to end: by a token, or by its key and its id."""
        token, name, grant_id = (self.parameters.get(member) for member in ("GrantToken", "KeyId", "GrantId"))
        if token is not None and name is None and grant_id is None:
            grant = self.require_grant_of_token(token)
            key = self.account.keys.key_of_grant(self.region, grant)
            return RetiringGrant(key, key.arn, grant.id, grant)
        if token is not None or name is None or grant_id is None:
            raise AwsError(
                "ValidationException",
                "A grant to retire is named by its GrantToken, or by its KeyId and GrantId.",
            )
        require_grant_id(grant_id)
        key = find_key(self, name, alias=False)
        return RetiringGrant(key, name, grant_id, self._grant_on(key, grant_id))

    def _grant_on(self, key: Key, grant_id: str) -> Grant | None:
        grant = self.account.keys.grant(self.region, grant_id)
        return grant if grant is not None and grant.key_id == key.id else None

    @cached_property
    def grants_with_token(self) -> frozenset[str]:
        """The ids of the grants in GrantTokens; each counts for its grantee, however new it is.

        Raises AwsError InvalidGrantTokenException where one is no token of a grant.
        """
        tokens = (self.parameters.get("GrantTokens") or ()) if self.takes("GrantTokens") else ()
        return frozenset(self.require_grant_of_token(token).id for token in tokens)

    def require_grant_of_token(self, token: str) -> Grant:
        """The grant that a token stands for. Raises AwsError InvalidGrantTokenException where there is none."""
        grant = self.account.keys.grant_of_token(self.region, token)
        if grant is None:
            raise AwsError(
                "InvalidGrantTokenException", "The grant token stands for no grant in this Region."
            )
        return grant

    def arn_of(self, name: str) -> str:
        """The ARN of a key (``key/…``) or an alias (``alias/…``) of the account in the call's region."""
        return f"arn:aws:kms:{self.region}:{self.account.account_id}:{name}"

    def end_dry_run(self) -> None:
        """Raises AwsError DryRunOperationException for a call that was only to be tried.

        Its status is 400, as the API reference has it under every operation's errors.
        """
        if self.parameters.get("DryRun"):
            raise AwsError(
                "DryRunOperationException", "The request would have succeeded, but the DryRun option is set."
            )

    def require_offered(self, name: str, offered: Collection[str]) -> None:
        """Raises AwsError UnsupportedOperationException for a value of a parameter that only AWS offers."""
        value = self.parameters[name]
        if value not in offered:
            raise AwsError(
                "UnsupportedOperationException",
                f"The practice account does not offer {value} as {name}, but {', '.join(offered)}.",
            )

    def takes(self, member: str) -> bool:
        """Whether the operation has such a parameter."""
        shape = shapes.input_shape("kms", self.call.operation)
        return shape is not None and member in shape.members

    @property
    def recorded_parameters(self) -> Mapping[str, Any]:
        """The parameters as they were sent, but for a grant token: the grant that it stands for is shown."""
        if "GrantToken" not in self.parameters or not self.takes("GrantToken"):
            return self.parameters
        rest = {name: value for name, value in self.parameters.items() if name != "GrantToken"}
        return {**rest, "KeyId": self.retiring.key_name, "GrantId": self.retiring.grant_id}


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> KmsCall:
    """The call, its parameters checked by AWS's model.

    Raises AwsError: of ``shapes.check``; InvalidGrantTokenException for what is no grant token among GrantTokens.
    """
    shapes.check(call)
    resolved = KmsCall(call, caller, account, now, changes)
    _ = resolved.grants_with_token
    return resolved


def find_key(resolved: ResolvedCall, key_id: str, *, alias: bool = True, action: str = "") -> Key:
    """The key that a request names by id, ARN, alias name or alias ARN; the last two only where ``alias``.

    ``action`` is what it is named for, where that is not the call's own.

    Raises AwsError: NotFoundException; InvalidArnException for an alias where none is taken, as users of AWS quote
    it; AccessDeniedException for a key of another account, of which AWS does not say whether it exists.
    """
    arn = KEY_ARN.fullmatch(key_id)
    if arn and arn[1] != resolved.account.account_id:
        raise AwsError(
            "AccessDeniedException",
            f"User: {resolved.caller.arn} is not authorized to perform: {action or resolved.action} on this resource "
            "because the resource does not exist in this Region, no resource-based policies allow access, or a "
            "resource-based policy explicitly denies access",
        )
    if not alias and alias_in(key_id):
        raise AwsError("InvalidArnException", "Key Aliases are not supported for this operation.")
    return resolved.account.keys.named(resolved.region, key_id)


def alias_in(key_id: str) -> str | None:
    """The alias name in an alias name or alias ARN, as in ``alias/myKey``."""
    if key_id.startswith("alias/"):
        return key_id
    _, separator, name = key_id.partition(":alias/")
    return f"alias/{name}" if key_id.startswith("arn:") and separator else None


def require_grant_id(grant_id: str | None) -> None:
    """Raises AwsError InvalidGrantIdException for what can't be a grant's id."""
    if grant_id is not None and not _GRANT_ID.fullmatch(grant_id):
        raise AwsError("InvalidGrantIdException", f"Invalid grant ID '{grant_id}'")
