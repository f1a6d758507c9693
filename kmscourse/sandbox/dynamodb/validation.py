"""What DynamoDB refuses of an operation on items, in its order.

Whose table it is comes first, then the request by itself, the table, and what the request asks of that. In a
transaction the fault of an item cancels it, with a reason for each item.

Source: DynamoDB API Reference, each operation's parameters; texts and order as recorded of AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb import keys, pages
from kmscourse.sandbox.dynamodb.attribute_values import name_fault
from kmscourse.sandbox.dynamodb.refusals import (
    cancelled,
    enum_fault,
    invalid,
    invalid_request,
    length_fault,
    not_found,
    unsatisfied,
)
from kmscourse.sandbox.dynamodb.resolve import Batch, DynamoDbCall, ItemRequest, TableName
from kmscourse.sandbox.dynamodb.sizes import MAX_ITEM, MAX_TRANSACTION, size_of_item

MAX_WRITES_IN_BATCH, MAX_READS_IN_BATCH, MAX_IN_TRANSACTION, MAX_TOKEN = 25, 100, 100, 36

# What these members take, in the order in which AWS looks at them.
_ENUMS = {
    "ReturnConsumedCapacity": ("INDEXES", "TOTAL", "NONE"),
    "ReturnItemCollectionMetrics": ("SIZE", "NONE"),
    "ReturnValues": ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
    "ReturnValuesOnConditionCheckFailure": ("ALL_OLD", "NONE"),
    "Select": ("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"),
}


def require_own_table(names: Iterable[TableName]) -> None:
    """Raises AwsError ResourceNotFoundException for a table of another account or region."""
    if not all(name.is_here for name in names):
        raise not_found()


def get_item(resolved: DynamoDbCall) -> None:
    """GetItem."""
    _check_item(resolved)


def put_item(resolved: DynamoDbCall) -> None:
    """PutItem."""
    _check_item(resolved)


def delete_item(resolved: DynamoDbCall) -> None:
    """DeleteItem."""
    _check_item(resolved)


def update_item(resolved: DynamoDbCall) -> None:
    """UpdateItem."""
    _check_item(resolved)


def query(resolved: DynamoDbCall) -> None:
    """Query."""
    _check_one_table(resolved)
    pages.check_selection(resolved.request)
    resolved.request.expressions.check()
    pages.require_key_condition(resolved.request)
    pages.check_query(resolved.request)


def scan(resolved: DynamoDbCall) -> None:
    """Scan."""
    _check_one_table(resolved)
    pages.check_selection(resolved.request)
    pages.check_segments(resolved.parameters)
    resolved.request.expressions.check()
    pages.check_scan(resolved.request)


def batch_get_item(resolved: DynamoDbCall) -> None:
    """BatchGetItem."""
    batches = resolved.batches_of_reads
    require_own_table(batch.table_name for batch in batches)
    _check_members([resolved.parameters])
    for batch in batches:
        subject = f"Value at 'RequestItems.{batch.given}.member.Keys'"
        if not batch.requests:
            raise unsatisfied([length_fault(subject, "greater than or equal to 1")])
        if len(batch.requests) > MAX_READS_IN_BATCH:
            raise unsatisfied([length_fault(subject, f"less than or equal to {MAX_READS_IN_BATCH}")])
    if sum(len(batch.requests) for batch in batches) > MAX_READS_IN_BATCH:
        raise invalid("Too many items requested for the BatchGetItem call")
    for batch in batches:
        batch.requests[0].expressions.check()
        _require_apart(batch)
    for batch in batches:
        for request in batch.requests:
            _check_for_table(request)


def batch_write_item(resolved: DynamoDbCall) -> None:
    """BatchWriteItem."""
    batches = resolved.batches_of_writes
    require_own_table(batch.table_name for batch in batches)
    _check_members([resolved.parameters])
    for batch in batches:
        if not batch.requests:
            fault = (
                f"Value '{{{batch.given}=[]}}' at 'requestItems' failed to satisfy constraint: Map value must satisfy "
                f"constraint: [Member must have length less than or equal to {MAX_WRITES_IN_BATCH}, Member must have "
                "length greater than or equal to 1]"
            )
            raise unsatisfied([fault])
        if len(batch.requests) > MAX_WRITES_IN_BATCH:
            subject = f"Value at 'RequestItems.{batch.given}.member'"
            raise unsatisfied([length_fault(subject, f"less than or equal to {MAX_WRITES_IN_BATCH}")])
    if sum(len(batch.requests) for batch in batches) > MAX_WRITES_IN_BATCH:
        raise invalid("Too many items requested for the BatchWriteItem call")
    for batch in batches:
        for request in batch.requests:
            if request.operation == "PutItem":
                _check_put(request)
                keys.check_put_in_batch(request.item, request.known_table)
            else:
                _check_for_table(request)
        _require_apart(batch)


def transact_get_items(resolved: DynamoDbCall) -> None:
    """TransactGetItems."""
    _check_transaction(resolved, resolved.transacted_reads)


def transact_write_items(resolved: DynamoDbCall) -> None:
    """TransactWriteItems."""
    _check_transaction(resolved, resolved.transacted_writes)


def _check_one_table(resolved: DynamoDbCall) -> None:
    require_own_table([resolved.table_name])
    _check_members([resolved.parameters])


def _check_item(resolved: DynamoDbCall) -> None:
    """An operation on one item."""
    _check_one_table(resolved)
    request = resolved.request
    only_old = request.operation in ("PutItem", "DeleteItem")
    if only_old and request.parameters.get("ReturnValues") not in (None, "NONE", "ALL_OLD"):
        raise invalid("ReturnValues can only be ALL_OLD or NONE")
    request.expressions.check()
    _check_put(request)
    _check_for_table(request)


def _check_for_table(request: ItemRequest) -> None:
    """A request on one item, against its table."""
    table = request.known_table
    if request.operation == "PutItem":
        keys.check_put(request.item, table)
        return
    keys.check_key(request.key, table)
    if request.operation == "UpdateItem":
        keys.check_updated(request.expressions.update_actions, table)
    if request.operation == "GetItem":
        keys.check_scalars(request.expressions.projection or (), table)


def _check_put(request: ItemRequest) -> None:
    """An item that is to be put, by itself."""
    if request.operation != "PutItem":
        return
    for fault in filter(None, map(name_fault, request.item)):
        raise invalid_request(request.operation, fault)
    if size_of_item(request.item) > MAX_ITEM:
        raise invalid("Item size has exceeded the maximum allowed size")


def _require_apart(batch: Batch) -> None:
    """No item of a batch is named twice."""
    if len({request.identity for request in batch.requests}) < len(batch.requests):
        raise invalid("Provided list of item keys contains duplicates")


def _check_transaction(resolved: DynamoDbCall, requests: Sequence[ItemRequest]) -> None:
    require_own_table(request.table_name for request in requests)
    _check_members([resolved.parameters, *(request.parameters for request in requests)])
    if len(requests) > MAX_IN_TRANSACTION:
        limit = f"less than or equal to {MAX_IN_TRANSACTION}"
        raise unsatisfied([length_fault("Value at 'TransactItems'", limit)])
    for request in requests:
        request.expressions.check()
        _check_put(request)
    size = sum(size_of_item(request.item) for request in requests if "Item" in request.parameters)
    if size > MAX_TRANSACTION:
        fault = "Transaction payload size cannot exceed 4MB. Payload Size: "
        raise invalid(f"{fault}: {fault}{size}")
    if any(request.table is None for request in requests):
        raise not_found()
    _require_fit(requests)
    if len({request.identity for request in requests}) < len(requests):
        raise invalid("Transaction request cannot include multiple operations on one item")


def _check_members(given: Sequence[Mapping[str, Any]]) -> None:
    """The texts that members of a request take, and of the requests in it."""
    faults = []
    token = given[0].get("ClientRequestToken")
    if token is not None and not 1 <= len(token) <= MAX_TOKEN:
        limit = f"less than or equal to {MAX_TOKEN}" if token else "greater than or equal to 1"
        faults.append(length_fault(f"Value '{token[:300]}' at 'clientRequestToken'", limit))
    for parameters in given:
        for member, allowed in _ENUMS.items():
            value = parameters.get(member)
            if value is not None and value not in allowed:
                faults.append(enum_fault(value, allowed, member[0].lower() + member[1:]))
    if faults:
        raise unsatisfied(faults)


def _require_fit(requests: Sequence[ItemRequest]) -> None:
    """The requests of a transaction fit their tables. The first that does not cancels it: no other is looked at."""
    for number, request in enumerate(requests):
        try:
            _check_for_table(request)
        except keys.EmptyKeyError:
            raise
        except AwsError as error:
            reasons: list[Mapping[str, str]] = [{"Code": "None"} for _ in requests]
            reasons[number] = {"Code": "ValidationError", "Message": error.message}
            raise cancelled(reasons) from None
