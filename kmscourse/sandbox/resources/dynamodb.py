"""The DynamoDB operations that the practice account offers, the tables they touch, and the keys behind the tables.

A table under a customer managed key is opened with that key: every operation on its items is also a
kms:Decrypt by the caller, made by DynamoDB on the caller's behalf. Batches, transactions and PartiQL name
their tables deeper in the request; each table in them is found, so that none is a way around the key.

Source: AWS Service Authorization Reference, "Amazon DynamoDB"; DynamoDB Developer Guide, "DynamoDB encryption
at rest: usage notes" (the calls on the key, their encryption context, the grant).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Access, AwsError, Call, Caller
from kmscourse.sandbox.resources import partiql, sse
from kmscourse.sandbox.resources.keys import DYNAMODB, key_access, resolve
from kmscourse.sandbox.resources.reading import Reader, anywhere, tag_context
from kmscourse.sandbox.resources.tables import (
    TableName,
    encryption_context,
    is_customer_managed,
    table_name,
)
from kmscourse.sandbox.views import KeyView

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend

GRANT_OPERATIONS = (
    "DescribeKey",
    "GenerateDataKey",
    "Decrypt",
    "Encrypt",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
)
_TRANSACTION_ACTIONS = {
    "TransactGetItems": {"Get": "dynamodb:GetItem"},
    "TransactWriteItems": {
        "Put": "dynamodb:PutItem",
        "Update": "dynamodb:UpdateItem",
        "Delete": "dynamodb:DeleteItem",
        "ConditionCheck": "dynamodb:ConditionCheckItem",
    },
}


def on_items(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """An operation on the items of one table, or of one of its indexes."""
    name = table_name(call, backend, call.parameters["TableName"])
    yield from _items(call, caller, backend, call.action, name, call.parameters.get("IndexName"))


def on_batch(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """BatchGetItem, BatchWriteItem: the tables are the keys of RequestItems."""
    for name, requests in _some(call.parameters["RequestItems"], "requestItems").items():
        if call.operation == "BatchWriteItem":
            _check_writes(requests)
        yield from _items(call, caller, backend, call.action, table_name(call, backend, name))


def _check_writes(requests: Iterable[Mapping[str, Any]]) -> None:
    for request in requests:
        if len([part for part in request.values() if part is not None]) != 1:
            raise AwsError(
                "ValidationException", "Each request of a batch is either a PutRequest or a DeleteRequest."
            )


def on_transaction(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """TransactGetItems, TransactWriteItems: each part needs the permission of the operation that it is."""
    actions = _TRANSACTION_ACTIONS[call.operation]
    for item in _some(call.parameters["TransactItems"], "transactItems"):
        parts = [(kind, part) for kind, part in item.items() if part is not None]
        if len(parts) != 1 or parts[0][0] not in actions:
            raise AwsError(
                "ValidationException", "TransactItems can only contain one of Check, Put, Update or Delete"
            )
        kind, part = parts[0]
        name = table_name(call, backend, part["TableName"])
        yield from _items(call, caller, backend, actions[kind], name)


def on_statements(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """ExecuteStatement, BatchExecuteStatement, ExecuteTransaction: the tables stand in PartiQL."""
    for text in statements(call):
        statement = partiql.read(text)
        name = table_name(call, backend, statement.table)
        yield from _items(call, caller, backend, statement.action, name, statement.index)


def statements(call: Call) -> list[str]:
    """The PartiQL statements of a call."""
    parameters = call.parameters
    if call.operation == "ExecuteStatement":
        return [parameters["Statement"]]
    member = "Statements" if call.operation == "BatchExecuteStatement" else "TransactStatements"
    return [entry["Statement"] for entry in _some(parameters[member], member[0].lower() + member[1:])]


def on_table(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """An operation on a table that leaves its items alone."""
    yield Access(call.action, table_name(call, backend, call.parameters["TableName"]).arn)


def on_tags(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """An operation on the tags of a table, which is named by its ARN."""
    tags = call.parameters.get("Tags") or []
    context = tag_context((tag["Key"], tag["Value"]) for tag in tags)
    if call.parameters.get("TagKeys"):
        context["aws:TagKeys"] = call.parameters["TagKeys"]
    arn = table_name(call, backend, call.parameters["ResourceArn"], must_be_arn=True).arn
    yield Access(call.action, arn, context)


def on_every_table(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """ListTables, which AWS's refusals name ``table/*``."""
    yield Access(call.action, f"arn:aws:dynamodb:{call.region}:{backend.account_id}:table/*")


def create_table(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """A new table, its tags, and what DynamoDB does with the key that is to encrypt it."""
    name = table_name(call, backend, call.parameters["TableName"])
    tags = tag_context((tag["Key"], tag["Value"]) for tag in call.parameters.get("Tags") or [])
    yield Access(call.action, name.arn, tags)
    if tags:
        yield Access("dynamodb:TagResource", name.arn, tags)
    yield from _adoption(call, caller, backend, name)


def update_table(call: Call, caller: Caller, backend: Backend) -> Iterable[Access]:
    """A table's settings, among them its key."""
    name = table_name(call, backend, call.parameters["TableName"])
    yield Access(call.action, name.arn)
    yield from _adoption(call, caller, backend, name)


def _items(
    call: Call, caller: Caller, backend: Backend, action: str, name: TableName, index: str | None = None
) -> Iterable[Access]:
    yield Access(action, name.index_arn(index) if index else name.arn)
    table = backend.table(call.region, name.name) if name.is_here else None
    if table is None or table.key_arn is None:
        return
    key = backend.find_key(table.key_arn)
    if key is None:  # It has no policy to ask any more; the rules say what becomes of its table.
        yield Access("kms:Decrypt", table.key_arn, via=DYNAMODB)
    elif is_customer_managed(key):
        yield _via(caller, "kms:Decrypt", key, name)


def _adoption(call: Call, caller: Caller, backend: Backend, name: TableName) -> Iterable[Access]:
    """What DynamoDB does with a customer managed key before it encrypts a table under it.

    A key that can't be found adds nothing: whether the caller may have the table is decided first, and
    ``rules.dynamodb`` then says what is wrong with the key.
    """
    key_id = sse.named_key(call.parameters)
    if key_id is None:
        return
    try:
        key = resolve(call, caller, backend, key_id)
    except AwsError:
        return
    if is_customer_managed(key):
        service = f"dynamodb.{key.region}.amazonaws.com"
        grant = {
            "kms:GrantIsForAWSResource": "true",
            "kms:GrantOperations": list(GRANT_OPERATIONS),
            "kms:GranteePrincipal": service,
            "kms:RetiringPrincipal": service,
            "kms:GrantConstraintType": "EncryptionContextSubset",
        }
        yield _via(caller, "kms:DescribeKey", key, name)
        yield _via(caller, "kms:CreateGrant", key, name, grant)
        yield _via(caller, "kms:Decrypt", key, name)


def _via(
    caller: Caller, action: str, key: KeyView, name: TableName, more: Mapping[str, Any] | None = None
) -> Access:
    context = None if action == "kms:DescribeKey" else encryption_context(name.name, caller.account)
    return key_access(action, key, caller, encryption_context=context, more=more, via_dynamodb=True)


def _some(entries: Any, path: str) -> Any:
    """``entries``, of which there must be one: a call that touches nothing would be decided by nobody."""
    if entries:
        return entries
    raise AwsError(
        "ValidationException",
        f"1 validation error detected: Value '{'{}' if isinstance(entries, dict) else '[]'}' at '{path}' failed "
        "to satisfy constraint: Member must have length greater than or equal to 1",
    )


_ON_ITEMS: Mapping[str, Reader] = {
    "GetItem": on_items,
    "PutItem": on_items,
    "UpdateItem": on_items,
    "DeleteItem": on_items,
    "Query": on_items,
    "Scan": on_items,
    "BatchGetItem": on_batch,
    "BatchWriteItem": on_batch,
    "TransactGetItems": on_transaction,
    "TransactWriteItems": on_transaction,
    "ExecuteStatement": on_statements,
    "BatchExecuteStatement": on_statements,
    "ExecuteTransaction": on_statements,
}
DATA_OPERATIONS = frozenset(f"dynamodb:{name}" for name in _ON_ITEMS)

OPERATIONS: Mapping[str, Reader] = {
    **_ON_ITEMS,
    "CreateTable": create_table,
    "UpdateTable": update_table,
    "DescribeTable": on_table,
    "DeleteTable": on_table,
    "DescribeTimeToLive": on_table,
    "UpdateTimeToLive": on_table,
    "DescribeContinuousBackups": on_table,
    "TagResource": on_tags,
    "UntagResource": on_tags,
    "ListTagsOfResource": on_tags,
    "ListTables": on_every_table,
    "DescribeLimits": anywhere,
    "DescribeEndpoints": anywhere,
}
