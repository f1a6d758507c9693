"""The DynamoDB operations that the practice account offers, the tables they touch, and the keys behind the tables.

A table under a KMS key of the account is opened with that key: every operation on its items is also a kms:Decrypt
by the caller, made by DynamoDB on the caller's behalf. Batches, transactions and PartiQL name their tables deeper in
the request; each table in them is found, so that none is a way around the key.

Source: AWS Service Authorization Reference, "Amazon DynamoDB"; DynamoDB Developer Guide, "DynamoDB encryption
at rest: usage notes" (the calls on the key, their encryption context, the grant), "IAM with DynamoDB transactions".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import AwsError, Call, Caller
from kmscourse.sandbox.dynamodb import sse
from kmscourse.sandbox.dynamodb.condition_keys import condition_keys, table_tags
from kmscourse.sandbox.dynamodb.partiql import perform as partiql
from kmscourse.sandbox.dynamodb.partiql.requests import Request, requests
from kmscourse.sandbox.dynamodb.partiql.syntax import Statement
from kmscourse.sandbox.dynamodb.table import TableView
from kmscourse.sandbox.dynamodb.table_names import TableName, encryption_context, table_name
from kmscourse.sandbox.kms import door
from kmscourse.sandbox.kms.key import Key
from kmscourse.sandbox.operation import Context, PermissionCheck, ResolvedCall
from kmscourse.sandbox.permission_checks import Reader, anywhere, tag_context

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account

GRANT_OPERATIONS = (
    "DescribeKey",
    "GenerateDataKey",
    "Decrypt",
    "Encrypt",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
)
_TRANSACTION_PARTS = {
    "TransactGetItems": {"Get": "GetItem"},
    "TransactWriteItems": {
        "Put": "PutItem",
        "Update": "UpdateItem",
        "Delete": "DeleteItem",
        "ConditionCheck": "ConditionCheckItem",
    },
}


def on_items(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """An operation on the items of one table, or of one of its indexes."""
    name = table_name(call, account, call.parameters["TableName"])
    table, index = _table(name, account, call), call.parameters.get("IndexName")
    context = condition_keys(call.operation, [call.parameters], table, index)
    yield from _items(call, caller, account, call.action, name, table, context, index)


def on_batch(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """BatchGetItem, BatchWriteItem: the tables are the keys of RequestItems."""
    for given, entry in _some(call.parameters["RequestItems"], "requestItems").items():
        name = table_name(call, account, given)
        table = _table(name, account, call)
        if call.operation == "BatchWriteItem":
            parts = [_write(request) for request in entry]
        else:
            shared = {member: value for member, value in entry.items() if member != "Keys"}
            parts = [{**shared, "Key": key} for key in entry["Keys"]]
        context = dict(condition_keys(call.operation, parts, table))
        if call.parameters.get("ReturnConsumedCapacity") is not None:
            context["dynamodb:ReturnConsumedCapacity"] = call.parameters["ReturnConsumedCapacity"]
        yield from _items(call, caller, account, call.action, name, table, context)


def _write(request: Mapping[str, Any]) -> Mapping[str, Any]:
    parts = [part for part in request.values() if part is not None]
    if len(parts) != 1:
        raise AwsError(
            "ValidationException", "Each request of a batch is either a PutRequest or a DeleteRequest."
        )
    part: Mapping[str, Any] = parts[0]
    return part


def on_transaction(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """TransactGetItems, TransactWriteItems: each part needs the permission of the operation that it is."""
    operations = _TRANSACTION_PARTS[call.operation]
    for item in _some(call.parameters["TransactItems"], "transactItems"):
        parts = [(kind, part) for kind, part in item.items() if part is not None]
        if len(parts) != 1 or parts[0][0] not in operations:
            raise AwsError(
                "ValidationException", "TransactItems can only contain one of Check, Put, Update or Delete"
            )
        kind, part = parts[0]
        name = table_name(call, account, part["TableName"])
        table = _table(name, account, call)
        context = dict(condition_keys(operations[kind], [part], table))
        context["dynamodb:EnclosingOperation"] = call.operation
        if part.get("ReturnValuesOnConditionCheckFailure") is not None:
            context["dynamodb:ReturnValues"] = part["ReturnValuesOnConditionCheckFailure"]
        yield from _items(call, caller, account, f"dynamodb:{operations[kind]}", name, table, context)


def on_statements(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """ExecuteStatement, BatchExecuteStatement, ExecuteTransaction: the tables stand in PartiQL."""
    for statement in partiql.statements(call):
        name = table_name(call, account, statement.table)
        table = _table(name, account, call)
        context = dict(_of_statement(statement, table))
        if call.operation == "ExecuteTransaction":
            context["dynamodb:EnclosingOperation"] = call.operation
        yield from _items(call, caller, account, statement.action, name, table, context, statement.index)


def _of_statement(statement: Statement, table: TableView | None) -> Context:
    """The condition keys of the operations that a statement stands for; none where its table isn't there."""
    stands_for: list[Request] = requests(statement, table) if table is not None else []
    if not stands_for:
        return {}
    operation = stands_for[0].operation
    parts = [request.parameters for request in stands_for]
    context = dict(condition_keys(operation, parts, table, statement.index))
    if statement.verb == "Select":
        context["dynamodb:FullTableScan"] = "true" if operation == "Scan" else "false"
    return context


def on_table(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """An operation on a table that leaves its items alone."""
    name = table_name(call, account, call.parameters["TableName"])
    yield PermissionCheck(call.action, name.arn, table_tags(_table(name, account, call)))


def on_tags(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """An operation on the tags of a table, which is named by its ARN."""
    tags = call.parameters.get("Tags") or []
    name = table_name(call, account, call.parameters["ResourceArn"], must_be_arn=True)
    context = {
        **table_tags(_table(name, account, call)),
        **tag_context((tag["Key"], tag["Value"]) for tag in tags),
    }
    if call.parameters.get("TagKeys"):
        context["aws:TagKeys"] = call.parameters["TagKeys"]
    yield PermissionCheck(call.action, name.arn, context)


def on_every_table(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """ListTables, which AWS's refusals name ``table/*``."""
    yield PermissionCheck(call.action, f"arn:aws:dynamodb:{call.region}:{account.account_id}:table/*")


def create_table(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """A new table, its tags, and what DynamoDB does with the key that is to encrypt it."""
    name = table_name(call, account, call.parameters["TableName"])
    tags = tag_context((tag["Key"], tag["Value"]) for tag in call.parameters.get("Tags") or [])
    yield PermissionCheck(call.action, name.arn, tags)
    if tags:
        yield PermissionCheck("dynamodb:TagResource", name.arn, tags)
    yield from _adoption(call, caller, account, name)


def update_table(call: Call, caller: Caller, account: Account) -> Iterable[PermissionCheck]:
    """A table's settings, among them its key."""
    name = table_name(call, account, call.parameters["TableName"])
    yield PermissionCheck(call.action, name.arn, table_tags(_table(name, account, call)))
    yield from _adoption(call, caller, account, name)


def _table(name: TableName, account: Account, call: Call) -> TableView | None:
    return account.table(call.region, name.name) if name.is_here else None


def _items(
    call: Call,
    caller: Caller,
    account: Account,
    action: str,
    name: TableName,
    table: TableView | None,
    context: Context,
    index: str | None = None,
) -> Iterable[PermissionCheck]:
    arn = name.index_arn(index) if index else name.arn
    yield PermissionCheck(action, arn, {**context, **table_tags(table)})
    if table is None or table.key_arn is None:
        return
    resolved = ResolvedCall(call, caller, account, account.now())
    yield door.opening_by_dynamodb(resolved, table.key_arn, encryption_context(name.name, caller.account))


def _adoption(call: Call, caller: Caller, account: Account, name: TableName) -> Iterable[PermissionCheck]:
    """What DynamoDB does with a key before it encrypts a table under it.

    A key that can't be found adds nothing: whether the caller may have the table is decided first, and
    ``rules.tables`` then says what is wrong with the key.
    """
    key_id = sse.named_key(call.parameters)
    if key_id is None:
        return
    try:
        key = door.find_key(ResolvedCall(call, caller, account, account.now()), key_id)
    except AwsError:
        return
    service = f"dynamodb.{key.region}.amazonaws.com"
    grant = {
        "kms:GrantIsForAWSResource": "true",
        "kms:GrantOperations": list(GRANT_OPERATIONS),
        "kms:GranteePrincipal": service,
        "kms:RetiringPrincipal": service,
        "kms:GrantConstraintType": "EncryptionContextSubset",
    }
    yield _via(call, account, caller, "kms:DescribeKey", key, name)
    yield _via(call, account, caller, "kms:CreateGrant", key, name, grant)
    yield _via(call, account, caller, "kms:Decrypt", key, name)


def _via(
    call: Call,
    account: Account,
    caller: Caller,
    action: str,
    key: Key,
    name: TableName,
    more: Mapping[str, Any] | None = None,
) -> PermissionCheck:
    context = None if action == "kms:DescribeKey" else encryption_context(name.name, caller.account)
    resolved = ResolvedCall(call, caller, account, account.now())
    return door.use_by_dynamodb(resolved, action, key, context, more)


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
