"""What DynamoDB checks of the indexes of a table that is made or changed.

Source: DynamoDB API Reference, "GlobalSecondaryIndex", "LocalSecondaryIndex", "Projection"; DynamoDB Developer Guide,
"Quotas in Amazon DynamoDB"; the texts as recorded of AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kmscourse.sandbox.call import AwsError
from kmscourse.sandbox.dynamodb.refusals import (
    attribute_name_faults,
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

MAX_LOCAL, MAX_GLOBAL, MAX_PROJECTED, MAX_LOCAL_KEYS = 5, 20, 20, 2
_UPDATES = ("Update", "Create", "Delete")
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


def check_updates(parameters: Mapping[str, Any]) -> None:
    """GlobalSecondaryIndexUpdates by themselves, whatever the table."""
    updates = parameters.get("GlobalSecondaryIndexUpdates")
    if updates is None:
        return
    if not updates:
        raise invalid_parameter("List of GlobalSecondaryIndexUpdates is empty")
    faults: list[str] = []
    for number, update in enumerate(updates, 1):
        for what, index in update.items():
            path = f"globalSecondaryIndexUpdates.{number}.member.{what.lower()}"
            faults += _faults_of(index, path)
    if faults:
        raise unsatisfied(faults)
    names: set[str] = set()
    for update in updates:
        if not update:
            members = ", ".join(f"GlobalSecondaryIndexUpdate.{what}" for what in _UPDATES)
            raise invalid_parameter(f"One of {members} must not be null")
        if len(update) > 1:
            raise invalid_parameter(
                "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"
            )
        [index] = update.values()
        if index["IndexName"] in names:
            raise invalid_parameter(
                "Only one global secondary index update per index is allowed simultaneously. Index: "
                f"{index['IndexName']}"
            )
        names.add(index["IndexName"])


def check_changes(parameters: Mapping[str, Any], table: Table) -> None:
    """Indexes that are made are new, and their keys defined; those that are changed or deleted are there."""
    changes = [
        change for each in parameters.get("GlobalSecondaryIndexUpdates") or () for change in each.items()
    ]
    billing_mode = parameters.get("BillingMode", table.billing_mode)
    for what, index in changes:
        if what == "Create":
            _check_created(index, parameters, table)
            _check_units_of_created(index, billing_mode)
        else:
            _check_known(what, index["IndexName"], table)
        if what == "Update" and billing_mode == "PAY_PER_REQUEST" and index.get("ProvisionedThroughput"):
            raise invalid_parameter(
                f"The only Updates for index: {index['IndexName']} when TableThroughputMode is PAY_PER_REQUEST can be "
                "to OnDemandThroughput, WarmThroughput"
            )
    if billing_mode == "PROVISIONED" != table.billing_mode:
        _require_units_of_all(changes, table)
    if sum(what != "Update" for what, _ in changes) > 1:
        raise AwsError(
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        )


def _faults(indexes: Sequence[Definition], path: str) -> Iterator[str]:
    for number, index in enumerate(indexes, 1):
        yield from _faults_of(index, f"{path}.{number}.member")


def _faults_of(index: Definition, path: str) -> Iterator[str]:
    """What of a definition does not satisfy its constraints."""
    yield from name_faults(index["IndexName"], f"{path}.indexName")
    if index.get("KeySchema") == []:
        yield length_fault(f"Value '[]' at '{path}.keySchema'", "greater than or equal to 1")
    if path.startswith("local") and len(index["KeySchema"]) > MAX_LOCAL_KEYS:
        elements = (
            f"KeySchemaElement(attributeName={element['AttributeName']}, keyType={element['KeyType']})"
            for element in index["KeySchema"]
        )
        subject = f"Value '[{', '.join(elements)}]' at '{path}.keySchema'"
        yield length_fault(subject, f"less than or equal to {MAX_LOCAL_KEYS}")
    for number, element in enumerate(index.get("KeySchema") or (), 1):
        yield from attribute_name_faults(
            element["AttributeName"], f"{path}.keySchema.{number}.member.attributeName"
        )
        if element["KeyType"] not in ("HASH", "RANGE"):
            yield enum_fault(
                element["KeyType"], ("HASH", "RANGE"), f"{path}.keySchema.{number}.member.keyType"
            )
    projection = index.get("Projection") or {}
    kind = projection.get("ProjectionType")
    if kind is not None and kind not in _PROJECTIONS:
        yield enum_fault(kind, _PROJECTIONS, f"{path}.projection.projectionType")
    attributes = projection.get("NonKeyAttributes")
    if attributes is not None:
        subject = f"Value '[{', '.join(attributes)}]' at '{path}.projection.nonKeyAttributes'"
        if not attributes:
            yield length_fault(subject, "greater than or equal to 1")
        if len(attributes) > MAX_PROJECTED:
            yield length_fault(subject, f"less than or equal to {MAX_PROJECTED}")
        for number, attribute in enumerate(attributes, 1):
            yield from attribute_name_faults(attribute, f"{path}.projection.nonKeyAttributes.{number}.member")


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
    attributes = projection.get("NonKeyAttributes") or ()
    for attribute in attributes:
        if attributes.count(attribute) > 1:
            raise invalid_parameter(f"Duplicate element in NonKeyAttributes: {attribute}")


def _check_created(index: Definition, parameters: Mapping[str, Any], table: Table) -> None:
    """A new index of a table that is there: its keys are defined with it, in the types that they have already."""
    name, definitions = index["IndexName"], parameters.get("AttributeDefinitions")
    if name in table.indexes:
        raise invalid("Attempting to create an index which already exists")
    if not definitions:
        raise invalid_parameter(f"AttributeDefinitions is not specified for index: {name}")
    given = {each["AttributeName"]: each["AttributeType"] for each in definitions}
    _check_schema(index, sorted({*table.types, *given}), "UpdateTable", is_global=True)
    _check_projection(index)
    for element in index["KeySchema"]:
        attribute = element["AttributeName"]
        known = table.types.get(attribute)
        if known is not None and given.get(attribute, known) != known:
            raise invalid_parameter(
                "Attributes cannot be redefined. Please check that your attribute has the same type as previously "
                f"defined. Existing schema: {_shown(attribute, known, _key_type(attribute, table))} New schema: "
                f"{_shown(attribute, given[attribute], element['KeyType'])}"
            )


def _key_type(attribute: str, table: Table) -> str:
    """HASH or RANGE, as an attribute is a key of a table, or of the first of its indexes that has it."""
    schemas = (table.keys, *(index.keys for index in table.indexes.values()))
    return "HASH" if attribute == next(keys[0] for keys in schemas if attribute in keys) else "RANGE"


def _shown(attribute: str, attribute_type: str, kind: str) -> str:
    return f"Schema:[SchemaElement: key{{{attribute}:{attribute_type}:{kind}}}]"


def _check_known(what: str, name: str, table: Table) -> None:
    """An index that is changed or deleted is a global one of the table."""
    index = table.indexes.get(name)
    if index is None:
        raise not_found(f"Index {name} for table {table.name}")
    if not index.is_global:
        raise invalid(f"Cannot {what.lower()} an index that is not a GlobalSecondaryIndex: {name}")


def _check_units(index: Definition, billing_mode: str | None) -> None:
    """The capacity of an index of a new table."""
    has_units = bool(index.get("ProvisionedThroughput"))
    if billing_mode == "PAY_PER_REQUEST" and has_units:
        raise invalid_parameter(
            f"ProvisionedThroughput should not be specified for index: {index['IndexName']} when BillingMode is "
            "PAY_PER_REQUEST"
        )
    if billing_mode != "PAY_PER_REQUEST" and not has_units:
        raise invalid_parameter(f"ProvisionedThroughput is not specified for index: {index['IndexName']}")


def _check_units_of_created(index: Definition, billing_mode: str) -> None:
    """The same of a new index of a table that is there."""
    name, has_units = index["IndexName"], bool(index.get("ProvisionedThroughput"))
    if billing_mode == "PAY_PER_REQUEST" and has_units:
        raise invalid_parameter(
            f"Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {name} when BillingMode is "
            "PAY_PER_REQUEST"
        )
    if billing_mode == "PROVISIONED" and not has_units:
        raise invalid_parameter(
            f"Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {name}"
        )


def _require_units_of_all(changes: Sequence[tuple[str, Definition]], table: Table) -> None:
    """A table that will be paid by capacity needs one for each of its global indexes."""
    given = {index["IndexName"] for _, index in changes}
    for index in table.indexes.values():
        if index.is_global and index.name not in given:
            raise invalid_parameter(f"ProvisionedThroughput must be specified for index: {index.name}")


def _check_is_new(name: str, names: set[str]) -> None:
    if name in names:
        raise invalid_parameter(f"Duplicate index name: {name}")
    names.add(name)
