"""What DynamoDB checks of a table's key and of a statement before the operation itself.

The key that a request names is looked up anew here, after the decisions: what KMS says of it is passed on in
DynamoDB's words, and its ARN takes the place of whatever name was given.

Source: DynamoDB API Reference, "SSESpecification", "ExecuteStatement"; recorded answers of AWS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kmscourse.sandbox.call import Access, AwsError, Call, Caller
from kmscourse.sandbox.relay import RelayedError
from kmscourse.sandbox.resources import partiql, sse
from kmscourse.sandbox.resources.dynamodb import statements
from kmscourse.sandbox.resources.keys import DYNAMODB, resolve
from kmscourse.sandbox.resources.tables import table_name

if TYPE_CHECKING:
    from kmscourse.sandbox.backend import Backend


def check(call: Call, caller: Caller, accesses: Sequence[Access], backend: Backend) -> Call:
    """The call with bare table names, the key's ARN and PartiQL in its plain form. Raises AwsError if forbidden."""
    home = f"arn:aws:dynamodb:{call.region}:{backend.account_id}:"
    for access in accesses:
        if access.resource.startswith("arn:aws:dynamodb:") and not access.resource.startswith(home):
            raise AwsError("ResourceNotFoundException", "Requested resource not found")
    parameters = dict(call.parameters)
    if isinstance(parameters.get("TableName"), str):
        parameters["TableName"] = table_name(call, backend, parameters["TableName"]).name
    if parameters.get("SSESpecification"):
        parameters["SSESpecification"] = _specification(call, caller, backend)
    if call.operation in _STATEMENTS:
        parameters.update(_plain_statements(call, backend))
    return replace(call, parameters=parameters)


def _specification(call: Call, caller: Caller, backend: Backend) -> Mapping[str, Any]:
    specification = dict(call.parameters["SSESpecification"])
    key_id = sse.named_key(call.parameters)
    if key_id is not None:
        try:
            key = resolve(call, caller, backend, key_id, action="kms:DescribeKey")
        except AwsError as error:
            raise RelayedError(
                error, Access("kms:DescribeKey", key_id, via=DYNAMODB), call.request_id
            ) from None
        specification["KMSMasterKeyId"] = key.arn
    if call.operation == "UpdateTable":
        _check_change(call, specification.get("KMSMasterKeyId"), backend)
    return specification


def _check_change(call: Call, key_arn: str | None, backend: Backend) -> None:
    table = backend.table(call.region, table_name(call, backend, call.parameters["TableName"]).name)
    if table is not None and key_arn is not None and table.key_arn == key_arn:
        raise AwsError(
            "ValidationException",
            "One or more parameter values were invalid: Table is already encrypted with given KMSMasterKeyId. "
            "Name another key, or leave SSESpecification out.",
        )


_STATEMENTS = {
    "ExecuteStatement": None,
    "BatchExecuteStatement": "Statements",
    "ExecuteTransaction": "TransactStatements",
}


def _plain_statements(call: Call, backend: Backend) -> dict[str, Any]:
    plain = []
    for text in statements(call):
        statement = partiql.read(text)
        _check_table(call, statement, backend)
        _check_whole_key(call, statement, backend)
        plain.append(statement.text)
    member = _STATEMENTS[call.operation]
    if member is None:
        return {"Statement": plain[0]}
    entries = call.parameters[member]
    return {member: [{**entry, "Statement": text} for entry, text in zip(entries, plain, strict=True)]}


def _check_table(call: Call, statement: partiql.Statement, backend: Backend) -> None:
    """The table is there, and its name can't be taken for another table's index.

    Behind the gate an index is written ``table.index``, and a table's name may hold dots too.
    """
    if backend.table(call.region, statement.table) is None and call.operation != "BatchExecuteStatement":
        raise AwsError("ResourceNotFoundException", "Requested resource not found")
    whole = f"{statement.table}.{statement.index}" if statement.index else statement.table
    pieces = whole.split(".")
    readings = {".".join(pieces[:length]) for length in range(1, len(pieces) + 1)}
    others = [name for name in readings - {statement.table} if backend.table(call.region, name)]
    if others:
        raise AwsError(
            "UnsupportedOperationException",
            f"The practice account can't tell {whole} from a name of the table {others[0]} in PartiQL.",
        )


def _check_whole_key(call: Call, statement: partiql.Statement, backend: Backend) -> None:
    """An UPDATE or DELETE is of one item, which its WHERE names by the whole primary key."""
    if statement.verb not in ("Update", "Delete") or backend.table(call.region, statement.table) is None:
        return
    described = backend.perform(
        replace(call, operation="DescribeTable", parameters={"TableName": statement.table})
    )
    schema = described["Table"]["KeySchema"] if isinstance(described, dict) else []
    if not {element["AttributeName"] for element in schema} <= set(statement.equals):
        raise AwsError(
            "ValidationException", "Where clause does not contain a mandatory equality on all key attributes"
        )
