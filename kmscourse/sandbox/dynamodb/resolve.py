"""A call of DynamoDB with what it names: tables, the requests on their items, their expressions, the tables' keys.

Each is looked up, split or read once, when a stage first reads it here. Batches and transactions name their tables
deeper in the request; each table in them is found, so that none is a way around its key.

Source: DynamoDB API Reference, the TableName parameter, "BatchWriteItem", "TransactWriteItems"; the texts as recorded
of AWS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Call, Caller
from kmscourse.sandbox.dynamodb import attribute_values, encryption
from kmscourse.sandbox.dynamodb.attribute_values import AttributeValue, kept_item
from kmscourse.sandbox.dynamodb.encryption import ChosenKey
from kmscourse.sandbox.dynamodb.expressions import Expressions
from kmscourse.sandbox.dynamodb.keys import key_of
from kmscourse.sandbox.dynamodb.refusals import (
    invalid,
    length_fault,
    name_faults,
    no_table_arn,
    not_found,
    unsatisfied,
)
from kmscourse.sandbox.dynamodb.store import Table
from kmscourse.sandbox.model import shapes
from kmscourse.sandbox.operation import ResolvedCall

if TYPE_CHECKING:
    from kmscourse.sandbox.account import Account
    from kmscourse.sandbox.kms.key import Key

_ARN = re.compile(r"arn:aws:dynamodb:([a-z0-9-]{1,30}):(\d{12}):table/([a-zA-Z0-9_.-]{3,255})")
_BATCH_WRITES = {"PutRequest": "PutItem", "DeleteRequest": "DeleteItem"}
_TRANSACTED_READS = {"Get": "GetItem"}
_TRANSACTED_WRITES = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


@dataclass(frozen=True)
class TableName:
    """A table as a request names it; ``is_here`` where it is one of this account and region."""

    name: str
    arn: str
    is_here: bool

    def index_arn(self, index: str) -> str:
        """The ARN of one of its indexes. Raises AwsError where that is no name for one."""
        _require_name(index, "indexName")
        return f"{self.arn}/index/{index}"


@dataclass(frozen=True)
class ItemRequest:
    """A request on items of one table: a whole call, an entry of a batch, an item of a transaction.

    ``operation`` is what it amounts to: GetItem, PutItem, UpdateItem, DeleteItem, ConditionCheckItem, Query or Scan.
    ``table`` is None where there is no such table here.
    """

    operation: str
    parameters: Mapping[str, Any]
    table_name: TableName
    table: Table | None
    expressions: Expressions

    @property
    def known_table(self) -> Table:
        """The table. Raises AwsError ResourceNotFoundException where there is none."""
        if self.table is None:
            raise not_found()
        return self.table

    @cached_property
    def item(self) -> dict[str, AttributeValue]:
        """The item that is to be put."""
        return kept_item(self.parameters["Item"])

    @cached_property
    def key(self) -> dict[str, AttributeValue]:
        """The key of the one item that it is about."""
        if "Item" in self.parameters:
            return key_of(self.item, self.known_table)
        return kept_item(self.parameters["Key"])

    @property
    def identity(self) -> str:
        """The table and the key, equal for equal ones."""
        return f"{self.table_name.arn} {sorted(self.key.items())}"


@dataclass(frozen=True)
class Batch:
    """What a batch asks of one table, which it names as in ``given``."""

    given: str
    table_name: TableName
    table: Table | None
    requests: Sequence[ItemRequest]


@dataclass(frozen=True)
class DynamoDbCall(ResolvedCall):
    """A call of DynamoDB. What it names raises AwsError where it is named as AWS would refuse it."""

    @cached_property
    def table_name(self) -> TableName:
        """The table in TableName."""
        return self._table_name(self.parameters["TableName"])

    @cached_property
    def table(self) -> Table | None:
        """The table in TableName as it is before the call; None where there is none."""
        return self._table(self.table_name)

    @cached_property
    def tagged_name(self) -> TableName:
        """The table in ResourceArn."""
        return self._table_name(self.parameters["ResourceArn"], must_be_arn=True)

    @cached_property
    def tagged_table(self) -> Table | None:
        """The table in ResourceArn as it is before the call; None where there is none."""
        return self._table(self.tagged_name)

    @cached_property
    def request(self) -> ItemRequest:
        """What a call on the items of one table asks."""
        return self._request(self.call.operation, self.parameters, self.table_name)

    @cached_property
    def batches_of_reads(self) -> Sequence[Batch]:
        """What BatchGetItem asks of each table."""
        batches = []
        for given, entry in self._required("RequestItems").items():
            name, expressions = self._table_name(given), self._expressions("GetItem", entry)
            table = self._table(name)
            shared = {member: value for member, value in entry.items() if member != "Keys"}
            requests = [
                ItemRequest("GetItem", {**shared, "Key": key}, name, table, expressions)
                for key in entry["Keys"]
            ]
            batches.append(Batch(given, name, table, requests))
        return batches

    @cached_property
    def batches_of_writes(self) -> Sequence[Batch]:
        """What BatchWriteItem asks of each table."""
        batches = []
        for given, entries in self._required("RequestItems").items():
            name, requests = self._table_name(given), []
            for entry in entries:
                parts = [(kind, part) for kind, part in entry.items() if part is not None]
                if len(parts) != 1 or parts[0][0] not in _BATCH_WRITES:
                    raise invalid("Each request of a batch is either a PutRequest or a DeleteRequest.")
                kind, part = parts[0]
                requests.append(self._request(_BATCH_WRITES[kind], part, name))
            batches.append(Batch(given, name, self._table(name), requests))
        return batches

    @cached_property
    def transacted_reads(self) -> Sequence[ItemRequest]:
        """What TransactGetItems asks, item by item."""
        return self._transacted(_TRANSACTED_READS)

    @cached_property
    def transacted_writes(self) -> Sequence[ItemRequest]:
        """What TransactWriteItems asks, item by item."""
        return self._transacted(_TRANSACTED_WRITES)

    def _transacted(self, operations: Mapping[str, str]) -> Sequence[ItemRequest]:
        requests = []
        for item in self._required("TransactItems"):
            parts = [(kind, part) for kind, part in item.items() if part is not None]
            if len(parts) != 1 or parts[0][0] not in operations:
                raise invalid("TransactItems can only contain one of Check, Put, Update or Delete")
            kind, part = parts[0]
            requests.append(self._request(operations[kind], part, self._table_name(part["TableName"])))
        return requests

    def _request(self, operation: str, parameters: Mapping[str, Any], name: TableName) -> ItemRequest:
        expressions = self._expressions(operation, parameters)
        return ItemRequest(operation, parameters, name, self._table(name), expressions)

    def _expressions(self, operation: str, parameters: Mapping[str, Any]) -> Expressions:
        return Expressions(self.call.operation, operation, parameters)

    @cached_property
    def chosen_key(self) -> ChosenKey | None:
        """The KMS key that CreateTable or UpdateTable names; None for DynamoDB's own key."""
        name = encryption.named_key(self.parameters)
        return None if name is None else encryption.find_chosen_key(self, name)

    @cached_property
    def table_key(self) -> Key | None:
        """The KMS key that the table is under before the call; None also where the key is gone."""
        return None if self.table is None else encryption.find_table_key(self, self.table)

    @property
    def recorded_parameters(self) -> Mapping[str, Any]:
        """The parameters with the table's bare name, and the ARN of the key that is named."""
        parameters = dict(self.parameters)
        if isinstance(parameters.get("TableName"), str):
            parameters["TableName"] = self.table_name.name
        if "SSESpecification" in parameters:
            parameters["SSESpecification"] = encryption.exact_specification(self.chosen_key)
        return parameters

    def _table_name(self, given: str, *, must_be_arn: bool = False) -> TableName:
        """The table that ``given``, a name or an ARN, stands for. Raises AwsError where it is neither."""
        home = f"arn:aws:dynamodb:{self.region}:{self.account.account_id}:table/"
        arn = _ARN.fullmatch(given)
        if arn:
            return TableName(arn[3], given, given.startswith(home))
        if must_be_arn:
            raise no_table_arn(given)
        _require_name(given, "tableName")
        return TableName(given, home + given, True)

    @cached_property
    def _tables(self) -> dict[str, Table | None]:
        """The tables that were looked up for this call, by their ARNs."""
        return {}

    def _table(self, name: TableName) -> Table | None:
        if name.arn not in self._tables:
            self._tables[name.arn] = (
                self.account.tables.find(self.region, name.name) if name.is_here else None
            )
        return self._tables[name.arn]

    def _required(self, member: str) -> Any:
        """What a batch or transaction asks. It must be something: a call that names no table is decided by nobody."""
        entries = self.parameters[member]
        if entries:
            return entries
        subject = "Value '[]' at 'transactItems'" if member == "TransactItems" else f"Value at '{member}'"
        raise unsatisfied([length_fault(subject, "greater than or equal to 1")])


def resolve(call: Call, caller: Caller, account: Account, now: datetime, changes: bool) -> DynamoDbCall:
    """The call, its parameters checked by AWS's model. Raises AwsError."""
    shapes.check(call, {"AttributeValue": partial(attribute_values.check, call.operation)})
    return DynamoDbCall(call, caller, account, now, changes)


def _require_name(given: str, parameter: str) -> None:
    faults = name_faults(given, parameter)
    if faults:
        raise unsatisfied(faults)
