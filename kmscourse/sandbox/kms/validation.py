"""What KMS checks of a request's parameters once it knows the keys.

Source: AWS KMS API Reference, each operation's parameters and errors; recorded answers of AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.kms import alias_validation as aliases
from kmscourse.sandbox.kms import grant_validation as grants
from kmscourse.sandbox.kms import key_policy, tags
from kmscourse.sandbox.kms import material_validation as key_material
from kmscourse.sandbox.kms import operations as keyops
from kmscourse.sandbox.kms.key_spec import check_key_spec
from kmscourse.sandbox.operation import PermissionCheck

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

Rule = Callable[[Call, Caller, Sequence[PermissionCheck], "Account"], None]

UNBORN = "00000000-0000-0000-0000-000000000000"  # A key's id before the key is made.

LONGEST_CONTEXT = 8151
_CONTEXTS = ("EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext")

# Parameters that ask for what the practice account has not got.
_NOT_OFFERED = (
    "CustomKeyStoreId",
    "XksKeyId",
    "Recipient",
)


def check(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> Call:
    """The call as it came, but for a grant that a token names. Raises AwsError where a rule forbids it."""
    for name in _NOT_OFFERED:
        if call.parameters.get(name) is not None:
            raise AwsError(
                "UnsupportedOperationException",
                f"The practice account does not offer {name} in {call.operation}.",
            )
    _check_contexts(call)
    rule = _RULES.get(call.operation)
    if rule is not None:
        rule(call, caller, checks, account)
    return grants.named_in_full(call, account) if call.operation == "RetireGrant" else call


def _check_contexts(call: Call) -> None:
    """An encryption context has at most 8,151 characters, with one between each name and its value.

    The limit is in the developer guide; which code AWS refuses it with is not.
    """
    for parameter in _CONTEXTS:
        context = call.parameters.get(parameter)
        if context and sum(len(name) + 1 + len(value) for name, value in context.items()) > LONGEST_CONTEXT:
            raise AwsError("ValidationException", f"{parameter} has more than {LONGEST_CONTEXT} characters.")


def _incorrect_key(parameter: str) -> Rule:
    """The key that opens the ciphertext must be the one that the caller names, where one is named."""

    def check(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
        keyops.check_named(call, parameter, checks[0].resource, account)

    return check


def _data_key_size(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    given = [name for name in ("KeySpec", "NumberOfBytes") if call.parameters.get(name) is not None]
    if len(given) != 1:
        raise AwsError("ValidationException", "Please specify either number of bytes or key spec.")


def _random_size(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    if call.parameters.get("NumberOfBytes") is None:
        raise AwsError("ValidationException", "NumberOfBytes is required.")


def _waiting_period(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    days = call.parameters.get("PendingWindowInDays")
    if days is not None and not 7 <= days <= 30:
        limit = "greater than or equal to 7" if days < 7 else "less than or equal to 30"
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: "
            f"Member must have value {limit}",
        )


def _create_key(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    check_key_spec(call.parameters)
    tags.check(call.parameters.get("Tags") or [], {})
    if call.parameters.get("Policy") is not None:
        to_be = f"arn:aws:kms:{call.region}:{account.account_id}:key/{UNBORN}"
        key_policy.check(call, caller, replace(checks[0], resource=to_be), account)


def _put_key_policy(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    if call.parameters.get("PolicyName", "default") != "default":
        raise AwsError("NotFoundException", "No such policy exists")
    key_policy.check(call, caller, checks[0], account)


def _tag(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    key = account.find_key(checks[0].resource)
    tags.check(call.parameters["Tags"], key.tags if key else {})


def _untag(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    tags.check_names(call.parameters["TagKeys"])


def _pair_spec(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    key_material.check_pair_spec(call.parameters)


def _wrapping(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    key_material.check_wrapping(call.parameters)


def _import(call: Call, caller: Caller, checks: Sequence[PermissionCheck], account: Account) -> None:
    key_material.check_import(call.parameters, account.now())


_RULES: Mapping[str, Rule] = {
    "CreateKey": _create_key,
    "PutKeyPolicy": _put_key_policy,
    "TagResource": _tag,
    "UntagResource": _untag,
    "UpdateAlias": aliases.check_target,
    "CreateGrant": grants.check,
    "ScheduleKeyDeletion": _waiting_period,
    "Decrypt": _incorrect_key("KeyId"),
    "ReEncrypt": _incorrect_key("SourceKeyId"),
    "GenerateDataKey": _data_key_size,
    "GenerateDataKeyWithoutPlaintext": _data_key_size,
    "GenerateDataKeyPair": _pair_spec,
    "GenerateDataKeyPairWithoutPlaintext": _pair_spec,
    "GetParametersForImport": _wrapping,
    "ImportKeyMaterial": _import,
    "GenerateRandom": _random_size,
}
