"""A table's encryption: which KMS key it is under, what DynamoDB does with that key, and when the key has to work.

A table under a KMS key of the account is opened with that key: every operation on its items is also a kms:Decrypt by
the caller, made by DynamoDB on the caller's behalf. What DynamoDB does beside that it does by its grant. All calls
of KMS are here.

Source: DynamoDB API Reference, "SSESpecification"; DynamoDB Developer Guide, "DynamoDB encryption at rest: usage
notes" (the calls on the key, their encryption context, the grant); recorded answers of AWS, also of what a table whose
key does not work still does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.refusals import invalid_parameter
from kmscourse.sandbox.kms import door
from kmscourse.sandbox.kms.key import Key
from kmscourse.sandbox.on_behalf import DYNAMODB, RelayedError
from kmscourse.sandbox.operation import PermissionCheck

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account
    from kmscourse.sandbox.dynamodb.resolve import DynamoDbCall
    from kmscourse.sandbox.dynamodb.store import Table

AWS_MANAGED = "alias/aws/dynamodb"
GRANT_OPERATIONS = (
    "DescribeKey",
    "GenerateDataKey",
    "Decrypt",
    "Encrypt",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
)


@dataclass(frozen=True)
class ChosenKey:
    """The key that a request names for a table; ``refusal`` is what KMS says where it can't be found."""

    name: str
    key: Key | None = None
    refusal: AwsError | None = None


def named_key(parameters: Mapping[str, Any]) -> str | None:
    """The KMS key that an SSESpecification asks for, as it is named; None for DynamoDB's own key.

    A specification without ``Enabled`` says nothing where it is empty, and turns encryption under a KMS key on where it
    names KMS.

    Raises AwsError ValidationException where the specification contradicts itself.
    """
    specification = parameters.get("SSESpecification") or {}
    enabled, kind = specification.get("Enabled"), specification.get("SSEType")
    key_id: str | None = specification.get("KMSMasterKeyId")
    if enabled is False:
        if kind is not None:
            raise invalid_parameter("SSEType can not be specified if Enabled is false")
        if key_id is not None:
            raise invalid_parameter("KMSMasterKeyId can not be specified if Enabled is false")
    if kind not in (None, "KMS"):
        raise invalid_parameter(f"SSEType {kind} is not supported")
    if key_id is not None and kind is None:
        raise invalid_parameter("SSEType KMS is required if KMSMasterKeyId is specified")
    return key_id or AWS_MANAGED if enabled or kind else None


def exact_specification(chosen: ChosenKey | None) -> dict[str, Any]:
    """An SSESpecification with the ARN of the key that it names by any name."""
    if chosen is None or chosen.key is None:
        return {"Enabled": False}
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": chosen.key.arn}


def encryption_context(table: str, account: str) -> dict[str, str]:
    """What DynamoDB binds a table's key to."""
    return {"aws:dynamodb:tableName": table, "aws:dynamodb:subscriberId": account}


def find_chosen_key(resolved: DynamoDbCall, name: str) -> ChosenKey:
    """The key that a request names for a table by id, ARN, alias name or alias ARN."""
    try:
        return ChosenKey(name, door.find_key(resolved, name))
    except AwsError as error:
        return ChosenKey(name, refusal=error)


def find_table_key(resolved: DynamoDbCall, table: Table) -> Key | None:
    """The KMS key that a table is under; None where there is none, or where it is gone."""
    return None if table.key_arn is None else door.key_with_arn(resolved, table.key_arn)


def opening_check(resolved: DynamoDbCall, table: Table) -> PermissionCheck | None:
    """The kms:Decrypt that opens a table for the caller; None where the table is not under a KMS key."""
    if table.key_arn is None:
        return None
    context = encryption_context(table.name, resolved.caller.account)
    return door.opening_by_dynamodb(resolved, table.key_arn, find_table_key(resolved, table), context)


def adoption_checks(resolved: DynamoDbCall) -> Iterable[PermissionCheck]:
    """What DynamoDB does with a key before it encrypts a table under it.

    A key that can't be found adds nothing: whether the caller may have the table is decided first, and
    ``require_chosen_key`` then says what is wrong with the key.
    """
    chosen, context = (
        resolved.chosen_key,
        encryption_context(resolved.table_name.name, resolved.caller.account),
    )
    if chosen is None or chosen.key is None:
        return
    service = _principal(chosen.key.region)
    grant = {
        "kms:GrantIsForAWSResource": "true",
        "kms:GrantOperations": list(GRANT_OPERATIONS),
        "kms:GranteePrincipal": service,
        "kms:RetiringPrincipal": service,
        "kms:GrantConstraintType": "EncryptionContextSubset",
    }
    yield door.use_by_dynamodb(resolved, "kms:DescribeKey", chosen.key)
    yield door.use_by_dynamodb(resolved, "kms:CreateGrant", chosen.key, context, grant)
    yield door.use_by_dynamodb(resolved, "kms:Decrypt", chosen.key, context)


def require_chosen_key(resolved: DynamoDbCall) -> None:
    """Raises RelayedError where the key that a request names for a table can't be found."""
    chosen = resolved.chosen_key
    if chosen is not None and chosen.refusal is not None:
        check = PermissionCheck("kms:DescribeKey", chosen.name, via=DYNAMODB)
        raise RelayedError(chosen.refusal, check, resolved.call.request_id)


def require_other_key(resolved: DynamoDbCall) -> None:
    """The same key again is refused where it is named by its ARN; by another name it would be encrypted anew.

    Raises AwsError ValidationException.
    """
    name = None if resolved.chosen_key is None else resolved.chosen_key.name
    if resolved.table is not None and resolved.table.key_arn == name:
        raise invalid_parameter(
            "Table is already encrypted by default"
            if name is None
            else "Table is already encrypted with given KMSMasterKeyId. "
            "Use KMSMasterKeyId parameter if you want to change Master Key"
        )


def require_working_key(resolved: DynamoDbCall) -> None:
    """The key that the table is under now, which DynamoDB uses by its grant: the caller needs no permission.

    Raises RelayedError.
    """
    if resolved.table is None or resolved.table.key_arn is None:
        return
    try:
        door.require_working(resolved.table.key_arn, resolved.table_key)
    except AwsError as error:
        check = PermissionCheck("kms:Decrypt", resolved.table.key_arn, via=DYNAMODB)
        raise RelayedError(error, check, resolved.call.request_id) from None


def make_grant(account: Account, key: Key, table: str) -> None:
    """DynamoDB's grant on a key, as a table comes under it."""
    door.make_grant(account, key, _grant_terms(account, key.region, table))


def retire_grant(account: Account, key: Key, table: str) -> None:
    """The end of DynamoDB's grant on a key, as a table leaves it."""
    door.retire_grant(account, key, _grant_terms(account, key.region, table))


def _grant_terms(account: Account, region: str, table: str) -> dict[str, Any]:
    return {
        "GranteePrincipal": _principal(region),
        "RetiringPrincipal": _principal(region),
        "Operations": list(GRANT_OPERATIONS),
        "Constraints": {"EncryptionContextSubset": encryption_context(table, account.account_id)},
    }


def _principal(region: str) -> str:
    """DynamoDB as the grantee of its grant."""
    return f"dynamodb.{region}.amazonaws.com"
