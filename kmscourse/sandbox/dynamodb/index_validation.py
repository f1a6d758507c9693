"""What DynamoDB checks of the indexes of a table that is made or changed.

Source: DynamoDB API Reference, "GlobalSecondaryIndex", "LocalSecondaryIndex", "Projection"; DynamoDB Developer Guide,
"Quotas in Amazon DynamoDB"; the texts as recorded of AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kmscourse.sandbox.dynamodb.refusals import (
    enum_fault,
    invalid,
    invalid_parameter,
    length_fault,
    name_faults,
    not_found,
    not_offered,
    unsatisfied,
)
from kmscourse.sandbox.dynamodb.store import Table

MAX_LOCAL, MAX_GLOBAL = 5, 20
_PROJECTIONS = ("ALL", "INCLUDE", "KEYS_ONLY")

Definition = Mapping[str, Any]
"""An index as CreateTable or UpdateTable has it."""


def check_new(parameters: Mapping[str, Any]) -> None:
    """The indexes of a new table."""
    local, of_all = parameters.get("LocalSecondaryIndexes"), parameters.get("GlobalSecondaryIndexes")
    faults = [
        *_faults(local or (), "localSecondaryIndexes"),
        *_faults(of_all or (), "globalSecondaryIndexes"),
    ]
    if faults:
        raise unsatisfied(faults)
    defined = [definition["AttributeName"] for definition in parameters["AttributeDefinitions"]]
    keys = [element["AttributeName"] for element in parameters["KeySchema"]]
    names: set[str] = set()
    if local is not None:
        if not local:
            raise invalid_parameter("List of LocalSecondaryIndexes is empty")
        if len(keys) < 2:
            raise invalid_parameter(
                "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
            )
        for index in local:
            _check_schema(index, defined, "CreateTable", is_global=False)
            _check_local_key(index, keys[0])
            _check_projection(index)
            _check_is_new(index["IndexName"], names)
        if len(local) > MAX_LOCAL:
            raise invalid_parameter(f"Number of LocalSecondaryIndexes exceeds per-table limit of {MAX_LOCAL}")
    if of_all is not None:
        if not of_all:
            raise invalid_parameter("List of GlobalSecondaryIndexes is empty")
        for index in of_all:
            _check_schema(index, defined, "CreateTable", is_global=True)
            _check_projection(index)
            _check_units(index, parameters.get("BillingMode"))
            _check_is_new(index["IndexName"], names)
        if len(of_all) > MAX_GLOBAL:
            raise invalid_parameter(f"GlobalSecondaryIndex count exceeds the per-table limit of {MAX_GLOBAL}")


def check_changes(parameters: Mapping[str, Any], table: Table) -> None:
    """Indexes that are made are new, and their keys defined; those that are changed or deleted are there."""
    updates = parameters.get("GlobalSecondaryIndexUpdates") or ()
    faults: list[str] = []
    for number, update in enumerate(updates, 1):
        for what, index in update.items():
            path = f"globalSecondaryIndexUpdates.{number}.member.{what.lower()}"
            faults += _faults_of(index, path)
    if faults:
        raise unsatisfied(faults)
    defined = {definition["AttributeName"] for definition in parameters.get("AttributeDefinitions") or ()}
    for update in updates:
        for what, index in update.items():
            known = table.indexes.get(index["IndexName"])
            if what == "Create" and known is not None:
                raise invalid("Attempting to create an index which already exists")
            if what != "Create" and (known is None or not known.is_global):
                raise not_found()
            if what == "Create":
                _check_schema(index, sorted({*table.types, *defined}), "UpdateTable", is_global=True)
                _check_projection(index)


def _faults(indexes: Sequence[Definition], path: str) -> Iterator[str]:
    for number, index in enumerate(indexes, 1):
        yield from _faults_of(index, f"{path}.{number}.member")


def _faults_of(index: Definition, path: str) -> Iterator[str]:
    """What of a definition does not satisfy its constraints."""
    yield from name_faults(index["IndexName"], f"{path}.indexName")
    if index.get("KeySchema") == []:
        yield length_fault(f"Value '[]' at '{path}.keySchema'", "greater than or equal to 1")
    for number, element in enumerate(index.get("KeySchema") or (), 1):
        if element["KeyType"] not in ("HASH", "RANGE"):
            yield enum_fault(
                element["KeyType"], ("HASH", "RANGE"), f"{path}.keySchema.{number}.member.keyType"
            )
    projection = index.get("Projection") or {}
    kind = projection.get("ProjectionType")
    if kind is not None and kind not in _PROJECTIONS:
        yield enum_fault(kind, _PROJECTIONS, f"{path}.projection.projectionType")
    if projection.get("NonKeyAttributes") == []:
        subject = f"Value '[]' at '{path}.projection.nonKeyAttributes'"
        yield length_fault(subject, "greater than or equal to 1")


def _check_schema(index: Definition, defined: Sequence[str], operation: str, *, is_global: bool) -> None:
    keys = [element["AttributeName"] for element in index["KeySchema"]]
    kinds = [element["KeyType"] for element in index["KeySchema"]]
    if not set(keys) <= set(defined):
        raise invalid_parameter(
            "Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(keys)}], AttributeDefinitions: [{', '.join(defined)}]"
        )
    if kinds[0] != "HASH":
        raise invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(keys) == 1 or kinds == ["HASH", "RANGE"]:
        if len(set(keys)) < len(keys):
            raise invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
        return
    if is_global:
        raise not_offered("several attributes in a key of an index", operation)
    raise invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")


def _check_local_key(index: Definition, partition_key: str) -> None:
    keys, name = [element["AttributeName"] for element in index["KeySchema"]], index["IndexName"]
    if len(keys) < 2:
        raise invalid_parameter(f"Index KeySchema does not have a range key for index: {name}")
    if keys[0] != partition_key:
        raise invalid_parameter(
            f"Index KeySchema does not have the same leading hash key as table KeySchema for index: {name}. index hash "
            f"key: {keys[0]}, table hash key: {partition_key}"
        )


def _check_projection(index: Definition) -> None:
    projection = index["Projection"]
    kind = projection.get("ProjectionType")
    if kind is None:
        raise invalid_parameter("Unknown ProjectionType: null")
    named = projection.get("NonKeyAttributes") is not None
    if named != (kind == "INCLUDE"):
        raise invalid_parameter(
            f"ProjectionType is {kind}, but NonKeyAttributes is {'' if named else 'not '}specified"
        )


def _check_units(index: Definition, billing_mode: str | None) -> None:
    if billing_mode == "PAY_PER_REQUEST" and index.get("ProvisionedThroughput"):
        raise invalid_parameter(
            f"ProvisionedThroughput should not be specified for index: {index['IndexName']} when BillingMode is "
            "PAY_PER_REQUEST"
        )


def _check_is_new(name: str, names: set[str]) -> None:
    if name in names:
        raise invalid_parameter(f"Duplicate index name: {name}")
    names.add(name)
