"""What DynamoDB refuses of indexes, with a new table and later.

The texts are in dynalite's tests against AWS, and in public records of AWS of October 2026.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import BOOKS, Gate

INVALID = "One or more parameter values were invalid: "
COUNTED = "1 validation error detected: "
NAMES = ("Author", "Title", "Shelf", "Year")
OF_SHELF = (("Shelf", "HASH"), ("Year", "RANGE"))
LOCAL = (("Author", "HASH"), ("Shelf", "RANGE"))


def index(
    name: str = "of-shelf", keys: tuple[tuple[str, str], ...] = OF_SHELF, **members: Any
) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        "Projection": {"ProjectionType": "ALL"},
        **members,
    }


def table(kind: str, *indexes: dict[str, Any], names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    defined = [{"AttributeName": name, "AttributeType": "S"} for name in names]
    return {**BOOKS, "AttributeDefinitions": defined, kind: list(indexes)}


PATTERN = "failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
LEAST = "failed to satisfy constraint: Member must have length greater than or equal to"
MOST = "failed to satisfy constraint: Member must have length less than or equal to 255"


@pytest.mark.parametrize("kind", ["LocalSecondaryIndexes", "GlobalSecondaryIndexes"])
@pytest.mark.parametrize(
    ("name", "faults"),
    [("h;", [PATTERN, f"{LEAST} 3"]), ("a", [f"{LEAST} 3"]), ("abc;", [PATTERN]), ("a" * 256, [MOST])],
)
def test_the_name_of_an_index(gate: Gate, kind: str, name: str, faults: list[str]) -> None:
    keys = LOCAL if kind[0] == "L" else OF_SHELF
    path = f"{kind[0].lower()}{kind[1:]}.1.member.indexName"
    refusal = gate.refused("dynamodb:CreateTable", **table(kind, index(name, keys)))
    sentences = "; ".join(f"Value '{name}' at '{path}' {fault}" for fault in faults)
    count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: "
    assert (refusal.code, refusal.message) == ("ValidationException", count + sentences)


@pytest.mark.parametrize("name", ["abc", "a.b-c_D9", "x" * 255])
def test_a_name_that_is_good_can_be_queried(gate: Gate, name: str) -> None:
    gate("dynamodb:CreateTable", **table("GlobalSecondaryIndexes", index(name)))
    asked = {"KeyConditionExpression": "Shelf = :s", "ExpressionAttributeValues": {":s": {"S": "x"}}}
    assert gate("dynamodb:Query", TableName="Books", IndexName=name, **asked)["Count"] == 0


def test_the_name_of_an_index_that_is_added_changed_or_deleted(gate: Gate) -> None:
    gate.books()
    units = {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}
    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("Shelf", "Year")]
    for what, change in (
        ("create", index("a;")),
        ("update", {"IndexName": "a;", **units}),
        ("delete", {"IndexName": "a;"}),
    ):
        path = f"globalSecondaryIndexUpdates.1.member.{what}.indexName"
        refusal = gate.refused(
            "dynamodb:UpdateTable",
            TableName="Books",
            AttributeDefinitions=definitions,
            GlobalSecondaryIndexUpdates=[{what.capitalize(): change}],
        )
        assert refusal.message == (
            f"2 validation errors detected: Value 'a;' at '{path}' {PATTERN}; Value 'a;' at '{path}' {LEAST} 3"
        )


SAME = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
FIRST = "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
SECOND = "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
UNKNOWN = (
    f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: [Author, Press], "
    "AttributeDefinitions: [Author, Title, Shelf, Year]"
)
FROM_BEFORE = {"ProjectionType": "ALL", "NonKeyAttributes": ["x"]}
UNITS = {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}


@pytest.mark.parametrize(
    ("indexes", "message"),
    [
        ([], f"{INVALID}List of GlobalSecondaryIndexes is empty"),
        ([index(), index()], f"{INVALID}Duplicate index name: of-shelf"),
        ([index(keys=(("Author", "HASH"), ("Press", "RANGE")))], UNKNOWN),
        ([index(keys=(("Shelf", "RANGE"), ("Year", "HASH")))], FIRST),
        ([index(keys=(("Shelf", "HASH"), ("Shelf", "RANGE")))], SAME),
        ([index(Projection={})], f"{INVALID}Unknown ProjectionType: null"),
        (
            [index(Projection=FROM_BEFORE)],
            f"{INVALID}ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
        (
            [index(keys=())],
            f"{COUNTED}Value '[]' at 'globalSecondaryIndexes.1.member.keySchema' {LEAST} 1",
        ),
        (
            [index(Projection={"ProjectionType": "SOME"})],
            f"{COUNTED}Value 'SOME' at 'globalSecondaryIndexes.1.member.projection.projectionType' failed to satisfy "
            "constraint: Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]",
        ),
        (
            [index(Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y", "x"]})],
            f"{INVALID}Duplicate element in NonKeyAttributes: x",
        ),
        (
            [index(Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": list(map(str, range(21)))})],
            f"{COUNTED}Value '[{', '.join(map(str, range(21)))}]' at "
            "'globalSecondaryIndexes.1.member.projection.nonKeyAttributes' failed to satisfy constraint: Member must "
            "have length less than or equal to 20",
        ),
        (
            [index(**UNITS)],
            f"{INVALID}ProvisionedThroughput should not be specified for index: of-shelf when BillingMode is "
            "PAY_PER_REQUEST",
        ),
        (
            [index(f"index-{number}") for number in range(21)],
            f"{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of 20",
        ),
    ],
)
def test_global_indexes(gate: Gate, indexes: list[dict[str, Any]], message: str) -> None:
    refusal = gate.refused("dynamodb:CreateTable", **table("GlobalSecondaryIndexes", *indexes))
    assert (refusal.code, refusal.message, refusal.status) == ("ValidationException", message, 400)


@pytest.mark.parametrize(
    ("indexes", "message"),
    [
        ([], f"{INVALID}List of LocalSecondaryIndexes is empty"),
        ([index(keys=(("Author", "HASH"), ("Shelf", "HASH")))], SECOND),
        (
            [index(keys=(*LOCAL, ("Year", "RANGE")))],
            f"{COUNTED}Value '[KeySchemaElement(attributeName=Author, keyType=HASH), "
            "KeySchemaElement(attributeName=Shelf, keyType=RANGE), KeySchemaElement(attributeName=Year, "
            "keyType=RANGE)]' at 'localSecondaryIndexes.1.member.keySchema' failed to satisfy constraint: Member must "
            "have length less than or equal to 2",
        ),
        (
            [index(keys=(("Author", "HASH"),))],
            f"{INVALID}Index KeySchema does not have a range key for index: of-shelf",
        ),
        (
            [index()],
            f"{INVALID}Index KeySchema does not have the same leading hash key as table KeySchema for index: of-shelf. "
            "index hash key: Shelf, table hash key: Author",
        ),
        (
            [index(f"index-{number}", LOCAL) for number in range(6)],
            f"{INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of 5",
        ),
    ],
)
def test_local_indexes(gate: Gate, indexes: list[dict[str, Any]], message: str) -> None:
    refusal = gate.refused("dynamodb:CreateTable", **table("LocalSecondaryIndexes", *indexes))
    assert (refusal.code, refusal.message, refusal.status) == ("ValidationException", message, 400)


def test_a_local_index_needs_a_sort_key_of_its_table(gate: Gate) -> None:
    parameters = table("LocalSecondaryIndexes", index(keys=LOCAL), names=("Author", "Shelf"))
    refusal = gate.refused("dynamodb:CreateTable", **{**parameters, "KeySchema": BOOKS["KeySchema"][:1]})
    assert refusal.message == (
        f"{INVALID}Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
    )


def test_keys_of_several_attributes_are_not_offered(gate: Gate) -> None:
    keys = (("Shelf", "HASH"), ("Year", "HASH"), ("Title", "RANGE"))
    refusal = gate.refused("dynamodb:CreateTable", **table("GlobalSecondaryIndexes", index(keys=keys)))
    assert (refusal.code, refusal.message) == (
        "UnsupportedOperationException",
        "The practice account does not offer several attributes in a key of an index in CreateTable.",
    )


def test_the_indexes_of_a_table_paid_by_capacity_have_capacities(gate: Gate) -> None:
    parameters = {**table("GlobalSecondaryIndexes", index()), **UNITS, "BillingMode": "PROVISIONED"}
    refusal = gate.refused("dynamodb:CreateTable", **parameters)
    assert refusal.message == f"{INVALID}ProvisionedThroughput is not specified for index: of-shelf"


CREATE = {"Create": index("new", (("Shelf", "HASH"),))}
OTHER = {"Create": index("other", (("Shelf", "HASH"),))}
DELETE = {"Delete": {"IndexName": "of-shelf"}}
NO_CHANGE = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
)
ONLINE = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
SHELF = [{"AttributeName": "Shelf", "AttributeType": "S"}]
SHELF_AS_NUMBER = [{"AttributeName": "Shelf", "AttributeType": "N"}]


@pytest.fixture
def books(gate: Gate) -> Gate:
    """With a table, paid by request, that has a global and a local index."""
    indexes = {
        "GlobalSecondaryIndexes": [index()],
        "LocalSecondaryIndexes": [index("local", (("Author", "HASH"), ("Year", "RANGE")))],
    }
    gate("dynamodb:CreateTable", **{**table("GlobalSecondaryIndexes"), **indexes})
    return gate


@pytest.mark.parametrize(
    ("updates", "beside", "code", "message"),
    [
        (
            [],
            {"DeletionProtectionEnabled": True},
            "ValidationException",
            f"{INVALID}List of GlobalSecondaryIndexUpdates is empty",
        ),
        (
            [{}],
            {},
            "ValidationException",
            f"{INVALID}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
            "GlobalSecondaryIndexUpdate.Delete must not be null",
        ),
        (
            [{**CREATE, **DELETE}],
            {"AttributeDefinitions": SHELF},
            "ValidationException",
            f"{INVALID}Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
        ),
        (
            [DELETE, DELETE],
            {},
            "ValidationException",
            f"{INVALID}Only one global secondary index update per index is allowed simultaneously. Index: of-shelf",
        ),
        (
            [DELETE],
            UNITS,
            "ValidationException",
            f"{INVALID}You cannot create or delete index while updating table IOPS",
        ),
        ([CREATE, OTHER], {"AttributeDefinitions": SHELF}, "LimitExceededException", ONLINE),
        ([CREATE, DELETE], {"AttributeDefinitions": SHELF}, "LimitExceededException", ONLINE),
        (
            [{"Delete": {"IndexName": "local"}}],
            {},
            "ValidationException",
            "Cannot delete an index that is not a GlobalSecondaryIndex: local",
        ),
        (
            [{"Update": {"IndexName": "local", **UNITS}}],
            {},
            "ValidationException",
            "Cannot update an index that is not a GlobalSecondaryIndex: local",
        ),
        (
            [{"Create": index("local")}],
            {"AttributeDefinitions": SHELF},
            "ValidationException",
            "Attempting to create an index which already exists",
        ),
        (
            [CREATE],
            {},
            "ValidationException",
            f"{INVALID}AttributeDefinitions is not specified for index: new",
        ),
        (
            [CREATE],
            {"AttributeDefinitions": SHELF_AS_NUMBER},
            "ValidationException",
            f"{INVALID}Attributes cannot be redefined. Please check that your attribute has the same type as "
            "previously defined. Existing schema: Schema:[SchemaElement: key{Shelf:S:HASH}] New schema: "
            "Schema:[SchemaElement: key{Shelf:N:HASH}]",
        ),
        (
            [{"Create": {**CREATE["Create"], **UNITS}}],
            {"AttributeDefinitions": SHELF},
            "ValidationException",
            f"{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: new when "
            "BillingMode is PAY_PER_REQUEST",
        ),
        (
            [{"Update": {"IndexName": "of-shelf", **UNITS}}],
            {},
            "ValidationException",
            f"{INVALID}The only Updates for index: of-shelf when TableThroughputMode is PAY_PER_REQUEST can be to "
            "OnDemandThroughput, WarmThroughput",
        ),
    ],
)
def test_updates_of_indexes_that_are_refused(
    books: Gate, updates: list[dict[str, Any]], beside: dict[str, Any], code: str, message: str
) -> None:
    before = books("dynamodb:DescribeTable", TableName="Books")
    refusal = books.refused(
        "dynamodb:UpdateTable", TableName="Books", GlobalSecondaryIndexUpdates=updates, **beside
    )
    assert (refusal.code, refusal.message, refusal.status) == (code, message, 400)
    assert books("dynamodb:DescribeTable", TableName="Books") == before


def test_an_empty_list_alone_is_no_change_whatever_the_table(gate: Gate) -> None:
    refusal = gate.refused("dynamodb:UpdateTable", TableName="Nowhere", GlobalSecondaryIndexUpdates=[])
    assert refusal.message.startswith(NO_CHANGE)


def test_a_table_that_is_to_be_paid_by_capacity_needs_one_for_each_global_index(books: Gate) -> None:
    to_capacity = {"TableName": "Books", "BillingMode": "PROVISIONED", **UNITS}
    refusal = books.refused("dynamodb:UpdateTable", **to_capacity)
    assert refusal.message == f"{INVALID}ProvisionedThroughput must be specified for index: of-shelf"
    of_index = [{"Update": {"IndexName": "of-shelf", **UNITS}}]
    books("dynamodb:UpdateTable", **to_capacity, GlobalSecondaryIndexUpdates=of_index)
    refusal = books.refused(
        "dynamodb:UpdateTable",
        TableName="Books",
        AttributeDefinitions=SHELF,
        GlobalSecondaryIndexUpdates=[CREATE],
    )
    assert refusal.message == (
        f"{INVALID}Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: new"
    )
    books("dynamodb:UpdateTable", TableName="Books", BillingMode="PAY_PER_REQUEST")
    [described] = books("dynamodb:DescribeTable", TableName="Books")["Table"]["GlobalSecondaryIndexes"]
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 0


def test_definitions_that_no_new_index_needs_change_nothing(books: Gate) -> None:
    """A record of AWS: an unused definition, and another type for the table's key, are accepted and ignored."""
    others = [
        {"AttributeName": "Author", "AttributeType": "N"},
        {"AttributeName": "Press", "AttributeType": "S"},
    ]
    before = books("dynamodb:DescribeTable", TableName="Books")["Table"]["AttributeDefinitions"]
    for updates in ([{**CREATE}], [{"Delete": {"IndexName": "new"}}]):
        books(
            "dynamodb:UpdateTable",
            TableName="Books",
            AttributeDefinitions=[*others, *SHELF],
            GlobalSecondaryIndexUpdates=updates,
        )
        after = books("dynamodb:DescribeTable", TableName="Books")["Table"]["AttributeDefinitions"]
        assert after == before
