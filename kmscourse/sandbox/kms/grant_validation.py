"""What KMS checks of a grant's terms once it knows the key.

Source: AWS KMS API Reference, "CreateGrant", "GrantConstraints"; AWS KMS Developer Guide, "Grant operations", "Using
grant constraints". Texts are the practice account's own but where a comment says that AWS's was
recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.policy import MAX_CONSTRAINT_PAIRS, MAX_CONSTRAINT_VALUE_LENGTH
from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.kms.grant_permissions import CONTEXT_CONSTRAINTS, named_grant
from kmscourse.sandbox.kms.views import KeyView
from kmscourse.sandbox.operation import PermissionCheck

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

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
}


def check(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    """Raises AwsError where there can be no grant on such terms: InvalidArnException, ValidationException."""
    parameters = call.parameters
    constraints = parameters.get("Constraints") or {}
    _check_principals(parameters, account)
    if parameters.get("GranteeServicePrincipal") and not (
        "SourceArn" in constraints
        and (parameters.get("RetiringPrincipal") or parameters.get("RetiringServicePrincipal"))
    ):
        raise _invalid(
            "A grant with a GranteeServicePrincipal needs a SourceArn constraint, and a RetiringPrincipal or a "
            "RetiringServicePrincipal."
        )
    _check_constraints(constraints)
    key = account.find_key(checks[0].resource)
    if key is not None:
        _check_operations(parameters["Operations"], key)


def named_in_full(call: Call, account: Account) -> Call:
    """RetireGrant by its KeyId and GrantId, however the grant was named."""
    key_id, grant_id = named_grant(call, account)
    rest = {name: value for name, value in call.parameters.items() if name != "GrantToken"}
    return replace(call, parameters={**rest, "KeyId": key_id, "GrantId": grant_id})


def operations_for(key: KeyView) -> frozenset[str]:
    """What a grant on a key of this kind can give."""
    if key.spec == "SYMMETRIC_DEFAULT":
        return frozenset((*_FOR_ANY_KEY, *_ENCRYPTING, *_DATA_KEYS))
    return frozenset((*_FOR_ANY_KEY, *_OF_USAGE.get(key.usage, ())))


def _check_principals(parameters: Mapping[str, Any], account: Account) -> None:
    for name, kind in (
        ("GranteePrincipal", "AWS"),
        ("RetiringPrincipal", "AWS"),
        ("GranteeServicePrincipal", "Service"),
        ("RetiringServicePrincipal", "Service"),
    ):
        principal = parameters.get(name)
        if principal is not None and not account.identities.is_policy_principal(kind, principal):
            # Recorded by a user of AWS.
            raise AwsError("InvalidArnException", f"ARN does not refer to a valid principal: {principal}")


def _check_operations(operations: Sequence[str], key: KeyView) -> None:
    if not operations:
        raise _invalid("A grant gives at least one of the operations in Operations.")
    if set(operations) == {"CreateGrant"}:
        raise _invalid(
            "Grants must not contain only the CreateGrant operation."
        )  # Recorded by a user of AWS.
    unsupported = sorted(set(operations) - operations_for(key))
    if unsupported:
        raise _invalid(
            f"A key of spec {key.spec} for {key.usage} does not support {', '.join(unsupported)} in a grant."
        )


def _check_constraints(constraints: Mapping[str, Any]) -> None:
    for kind in CONTEXT_CONSTRAINTS:
        pairs = constraints.get(kind) or {}
        if len(pairs) > MAX_CONSTRAINT_PAIRS or any(
            len(value) > MAX_CONSTRAINT_VALUE_LENGTH for value in pairs.values()
        ):
            raise _invalid(
                f"A grant's constraint holds at most {MAX_CONSTRAINT_PAIRS} pairs, "
                f"with values of at most {MAX_CONSTRAINT_VALUE_LENGTH} "
                "characters."
            )


def _invalid(text: str) -> AwsError:
    return AwsError("ValidationException", text)
